"""Reading what X writes: rows of our own always, X's documented examples where the data lies beside the repository."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare import Mention
from socialcare.intake import BadRow
from socialcare_x.live.ids import earlier, moment_of
from socialcare_x.live.places import Place, place
from socialcare_x.live.posts import People, mention_of, post_of
from socialcare_x.live.shapes import Includes, Page

ROOT = Path(__file__).parents[4]
SAMPLES = Path(os.environ.get("SOCIALCARE_DATA", ROOT.parent / "shared" / "data")) / "x-samples"

POST: dict[str, Any] = {
    "id": "2080765813578191303",
    "text": "@AcmeCare 3 &lt; 4 &amp; more",
    "author_id": "22",
    "created_at": "2026-07-24T21:23:23.000Z",
    "edit_history_tweet_ids": ["2080765813578191300", "2080765813578191303"],
    "conversation_id": "2080765813578191300",
    "lang": "en",
    "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3},
    "entities": {"mentions": [{"username": "AcmeCare", "id": "11"}]},
}
US = {"11": "AcmeCare"}


def nobody(named: Sequence[str], answered: str | None) -> str | None:
    return None


def read(users: list[Any] | None = None, **changes: Any) -> Mention:
    includes = Includes(users=[msgspec.Raw(json.dumps(user).encode()) for user in users or []])
    return mention_of(post_of(json.dumps({**POST, **changes}).encode()), People(includes, US), nobody)


def test_a_post_is_read_as_it_was_typed() -> None:
    mention = read()
    assert mention.text == "@AcmeCare 3 < 4 & more"
    assert (mention.root, mention.mentioned, mention.lang) == ("2080765813578191300", ("AcmeCare",), "en")
    assert (mention.retweets, mention.replies, mention.likes) == (1, 2, 3)


def test_newer_names_of_fields_are_read_like_the_older_ones() -> None:
    related = [{"type": "replied_to", "id": "5"}, {"type": "quoted", "id": "6"}]
    mention = read(
        edit_history_tweet_ids=None, edit_history_post_ids=["7", POST["id"]], referenced_posts=related,
        public_metrics={"repost_count": 9}, in_reply_to_user_id="11",
    )  # fmt: skip
    assert (mention.root, mention.in_reply_to, mention.quotes, mention.retweets) == ("7", "5", "6", 9)
    assert mention.in_reply_to_author == "AcmeCare"


def test_the_whole_text_of_a_long_post_counts() -> None:
    assert read(note_tweet={"text": "long"}).text == "long"


def test_a_repost_is_known_by_what_it_refers_to() -> None:
    assert read(referenced_tweets=[{"type": "retweeted", "id": "5"}]).is_retweet


def test_a_profile_that_is_odd_spoils_neither_post_nor_neighbours() -> None:
    users = [{"id": "22", "username": "jo", "name": "Jo"}, {"id": ["no"]}, {"id": "22 33"}]
    author = read(users).author
    assert (author.id, author.handle, author.name) == ("22", "jo", "Jo")


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"id": "1e9"},
        {"id": 1.5},
        {"author_id": "jo"},
        {"text": None},
        {"created_at": "soon"},
        {"id": "9" * 20},
    ],
)
def test_S2_what_is_no_post_is_turned_away(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRow):
        read(**wrong)


def test_S2_nul_and_half_characters_are_repaired() -> None:
    assert read(text="a\0b\ud800c").text == "a�b�c"


def test_no_place_depends_on_when_it_was_stored() -> None:
    there = Place("2080765813578191303", "2080765813578190000")
    assert place(there.cursor) == there
    assert Place("0", "0").since is None


@given(st.integers(min_value=1 << 40, max_value=1 << 62), st.floats(min_value=0, max_value=3_600))
def test_an_earlier_id_is_of_an_earlier_moment_by_that_much(number: int, seconds: float) -> None:
    at, before = moment_of(str(number)), moment_of(earlier(str(number), seconds))
    assert at is not None
    if before is not None:
        assert abs((at - before).total_seconds() - seconds) <= 0.002


@given(st.integers(min_value=1 << 50, max_value=1 << 62), st.integers(min_value=1 << 50, max_value=1 << 62))
def test_a_place_only_moves_on_and_never_asks_for_what_is_older_than_its_start(one: int, other: int) -> None:
    there = Place(str(one), str(one)).moved(str(other))
    assert int(there.newest) == max(one, other)
    assert int(there.since or 0) >= one


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the data is not beside the repository")
@pytest.mark.parametrize(
    "name",
    [
        "v2-timeline-mentions.json",
        "v2-search-tweets-query.json",
        "v2-timeline-tweets.json",
        "v2-tweets-resp.json",
    ],
)
def test_answers_that_x_gave_are_pages(name: str) -> None:
    page = msgspec.json.decode((SAMPLES / name).read_bytes(), type=Page)
    assert page.data
    people = People(page.includes, US)
    for row in page.data:
        raw = json.loads(bytes(row))
        mention = mention_of(post_of(json.dumps({"author_id": "22", **raw}).encode()), people, nobody)
        assert mention.id == raw["id"]
        assert mention.at.tzinfo is not None
