"""Answers of the X API v2, with older and newer names, whole, in lines, and damaged."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from socialcare import Mention, ReadOptions, Reject, Source

Read = Callable[..., list[Mention | Reject]]
SourceOf = Callable[[Path], Source | None]

ANNA = {
    "id": "77",
    "username": "anna_k",
    "name": "Anna K",
    "created_at": "2020-02-03T04:05:06.000Z",
    "protected": False,
    "verified": True,
    "description": "tea &amp; trains",
    "public_metrics": {"followers_count": 120, "tweet_count": 2_030},
}
POST = {
    "id": "2104291248422214291",
    "text": "Is the shop open &lt;today&gt; @AcmeCo?",
    "author_id": "77",
    "created_at": "2026-09-28T11:02:42.000Z",
    "lang": "en",
    "conversation_id": "2104291248422214000",
    "in_reply_to_user_id": "5",
    "edit_history_tweet_ids": ["2104291248422214290", "2104291248422214291"],
    "referenced_tweets": [{"type": "replied_to", "id": "2104291248422214001"}],
    "entities": {"mentions": [{"start": 0, "end": 7, "username": "AcmeCo", "id": "5"}]},
    "public_metrics": {"retweet_count": 3, "reply_count": 1, "like_count": 9},
}
NEWER = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
}


def page(*posts: dict[str, Any], users: tuple[dict[str, Any], ...] = (ANNA,)) -> dict[str, Any]:
    return {"data": list(posts), "includes": {"users": list(users)}, "meta": {"result_count": len(posts)}}


def newer(post: dict[str, Any]) -> dict[str, Any]:
    renamed = {NEWER.get(key, key): value for key, value in post.items()}
    metrics = {key.replace("retweet", "repost"): value for key, value in post["public_metrics"].items()}
    return renamed | {"public_metrics": metrics}


@pytest.mark.parametrize("post", [POST, newer(POST)], ids=["older names", "newer names"])
def test_a_post_becomes_a_mention_with_everything_the_page_tells(read: Read, post: dict[str, Any]) -> None:
    (mention,) = read(json.dumps(page(post)))
    assert isinstance(mention, Mention)
    assert mention.id == "2104291248422214291"
    assert mention.root == "2104291248422214290"
    assert mention.text == "Is the shop open <today> @AcmeCo?"
    assert mention.at == datetime(2026, 9, 28, 11, 2, 42, tzinfo=UTC)
    assert (mention.conversation, mention.in_reply_to) == ("2104291248422214000", "2104291248422214001")
    assert (mention.in_reply_to_author, mention.mentioned) == ("AcmeCo", ("AcmeCo",))
    assert (mention.retweets, mention.likes, mention.replies, mention.lang) == (3, 9, 1, "en")
    assert (mention.author.handle, mention.author.followers, mention.author.verified) == ("anna_k", 120, True)
    assert mention.author.posts == 2_030
    assert not mention.is_retweet
    assert not mention.at_is_guessed


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(page(POST)),
        json.dumps(page(POST), indent=1),
        json.dumps([page(POST)], indent=2),
        json.dumps(page(POST)) + "\n" + json.dumps({"meta": {"result_count": 0}}),
        json.dumps(page(POST), indent=1) + "\n" + json.dumps({"meta": {"result_count": 0}}, indent=1),
        json.dumps({"data": POST, "includes": {"users": [ANNA]}, "matching_rules": []}),
        "\ufeff" + json.dumps(page(POST)),
        "\ufeff" + json.dumps([page(POST)], indent=1),
    ],
    ids=[
        "page",
        "indented",
        "list of pages",
        "pages as lines",
        "indented pages",
        "stream",
        "mark",
        "marked list",
    ],
)
def test_every_shape_of_an_answer_holds_the_same_mention(read: Read, content: str) -> None:
    assert read(content) == read(json.dumps(page(POST)))


def test_bare_posts_are_read_without_their_authors_profile(read: Read) -> None:
    (mention,) = read([POST])
    assert isinstance(mention, Mention)
    assert (mention.author.id, mention.author.handle, mention.author.followers) == ("77", None, None)


def test_a_long_post_is_read_to_its_end(read: Read) -> None:
    note = {
        "text": "long &amp; whole, dear @AcmeHelp",
        "entities": {"mentions": [{"username": "AcmeHelp", "id": "6"}]},
    }
    (mention,) = read([page(POST | {"note_tweet": note})])
    assert isinstance(mention, Mention)
    assert (mention.text, mention.mentioned) == ("long & whole, dear @AcmeHelp", ("AcmeHelp",))


def test_retweets_and_quotes_are_told_apart(read: Read) -> None:
    shared, quoted, old = read(
        [
            page(
                POST | {"id": "1", "referenced_tweets": [{"type": "retweeted", "id": "9"}]},
                POST | {"id": "2", "referenced_tweets": [{"type": "quoted", "id": "9"}]},
                {"id": "3", "text": "RT @anna_k: hello", "created_at": "2026-01-01T00:00:00Z"},
            )
        ]
    )
    assert isinstance(shared, Mention)
    assert isinstance(quoted, Mention)
    assert isinstance(old, Mention)
    assert (shared.is_retweet, quoted.is_retweet, old.is_retweet) == (True, False, True)
    assert (shared.quotes, quoted.quotes) == (None, "9")


def test_an_account_is_a_bot_where_its_label_says_so(read: Read) -> None:
    labels = [
        {"affiliation": {"description": "Automated by @boss"}},
        {"affiliation": {"description": "Acme Inc"}},
        {},
    ]
    mentions = [read([page(POST, users=(ANNA | label,))])[0] for label in labels]
    assert [each.author.is_bot for each in mentions if isinstance(each, Mention)] == [True, False, None]


def test_a_message_is_private(read: Read) -> None:
    event = {
        "id": "1585321444547837956",
        "text": "hello",
        "event_type": "MessageCreate",
        "sender_id": "77",
        "dm_conversation_id": "77-5",
    }
    message, joined = read([page(event, event | {"event_type": "ParticipantsJoin"})])
    assert isinstance(message, Mention)
    assert (message.kind, message.author.handle, message.conversation) == ("message", "anna_k", "77-5")
    assert isinstance(joined, Reject)


def test_a_post_without_a_time_has_that_of_its_id(read: Read) -> None:
    """The id 1445880548472328192 was given out on 6 October 2021."""
    (mention,) = read('{"data": {"id": "1445880548472328192", "text": "Hello"}}')
    assert isinstance(mention, Mention)
    assert mention.at == datetime(2021, 10, 6, 22, 36, 0, 574_000, tzinfo=UTC)
    assert not mention.at_is_guessed


def test_half_a_pair_and_nul_are_repaired_and_cost_the_page_nothing(read: Read) -> None:
    good = json.dumps(POST)
    bad = good.replace("Is the shop", r"\ud800 Is\u0000the shop").replace("2104291248422214291", "5")
    first, second = read('{"data": [' + bad + "," + good + "]}")
    assert isinstance(first, Mention)
    assert isinstance(second, Mention)
    assert first.text.startswith("\ufffd Is\ufffdthe shop")
    assert second.text.startswith("Is the shop")


def test_half_a_pair_in_a_key_of_a_profile_costs_that_profile_only(read: Read) -> None:
    bad = json.dumps(page(POST, users=(ANNA,))).replace("followers_count", r"followers\ud800")
    first, second = read(bad + "\n" + json.dumps(page(POST)))
    assert isinstance(first, Mention)
    assert isinstance(second, Mention)
    assert (first.author.id, first.author.handle, second.author.handle) == ("77", None, "anna_k")


def test_newer_names_of_counts_are_read(read: Read) -> None:
    (mention,) = read([page(POST, users=(ANNA | {"public_metrics": {"post_count": 5}},))])
    assert isinstance(mention, Mention)
    assert (mention.author.posts, mention.author.followers) == (5, None)


def test_a_language_is_a_short_word(read: Read) -> None:
    (mention,) = read([POST | {"lang": "e\0" * 70_000}, POST | {"lang": "x" * 30}])[1:]
    assert isinstance(mention, Mention)
    assert mention.lang == "xxxxxxxx"


def test_lines_are_numbered_through_whatever_they_hold(read: Read) -> None:
    """Usual ones, pages of several posts, empty ones, bad ones, over several blocks of a file."""
    usual = {"data": POST, "includes": {"users": [ANNA]}}
    lines = [json.dumps(usual), json.dumps(page(POST, POST)), "", "[1]"] * 300
    rows = read("\n".join(lines))
    assert [type(row) for row in rows] == [Mention, Mention, Mention, Reject] * 300
    assert [row.row for row in rows if isinstance(row, Reject)] == list(range(4, 1_201, 4))


def test_a_post_without_a_time_in_a_stream_has_that_of_the_line_before(read: Read) -> None:
    usual = {"data": POST, "includes": {"users": [ANNA]}}
    untimed = {"data": {"id": "12", "text": "early"}}
    rows = read(
        [untimed, usual, untimed, usual | {"data": POST | {"created_at": "2026-10-01T00:00:00Z"}}, untimed]
    )
    mentions = [row for row in rows if isinstance(row, Mention)]
    assert [each.at_is_guessed for each in mentions] == [True, False, True, False, True]
    assert [each.at.isoformat()[5:10] for each in mentions] == ["09-28", "09-28", "09-28", "10-01", "10-01"]


def test_bytes_that_are_no_utf8_are_repaired(read: Read) -> None:
    (mention,) = read(json.dumps(POST).encode().replace(b"shop", b"sh\xffp"))
    assert isinstance(mention, Mention)
    assert "sh\ufffdp" in mention.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": 5.7e17}, "rounded"),
        ({"id": "5.7E+17"}, "rounded"),
        ({"id": "12-34"}, "`id` is no id"),
        ({"id": None}, "it has no `id`"),
        ({"text": None}, "it has no `text`"),
        ({"text": 12}, "`text` is a number where a text is expected"),
        ({"text": "a" * 70_000}, "70,000 bytes"),
        ({"created_at": "yesterday"}, "it cannot be told when `yesterday` was"),
        ({"created_at": "9999-12-31T23:59:59-10:00"}, "it cannot be told when"),
        ({"author_id": "somebody"}, "`author_id` is no id"),
        ({"extra": json.loads("[" * 70 + "]" * 70)}, "nested deeper than 64"),
        ({"extra": "x" * 1_100_000}, "and none has more than 1,048,576"),
    ],
)
def test_a_bad_post_is_a_reject_with_a_reason(read: Read, change: dict[str, Any], reason: str) -> None:
    bad, good = read([POST | change, POST])
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert bad.row == 1
    assert len(bad.raw) <= 2_000
    assert isinstance(good, Mention)


def test_a_whole_number_as_id_is_exact_and_read(read: Read) -> None:
    (mention,) = read([POST | {"id": 2104291248422214291}])
    assert isinstance(mention, Mention)
    assert mention.id == "2104291248422214291"


def test_a_broken_line_stops_nothing(read: Read) -> None:
    good = json.dumps(POST)
    rows = read("\n".join([good, '{"data": [', "", "[1]", "[" * 100_000, good]))
    assert [type(row) for row in rows] == [Mention, Reject, Reject, Reject, Mention]
    assert [row.row for row in rows if isinstance(row, Reject)] == [2, 4, 5]


def test_a_page_that_ends_in_the_middle_gives_what_it_can(read: Read) -> None:
    rows = read("[" + json.dumps(page(POST)) + ", " + json.dumps(page(POST))[:-5])
    assert isinstance(rows[0], Mention)
    assert isinstance(rows[-1], Reject)
    assert "ends in the middle" in rows[-1].reason


def test_real_answers_of_the_api_are_read(data: Path, source_of: SourceOf) -> None:
    for path in sorted((data / "x-samples").glob("v2-*tweet*.json")):
        source = source_of(path)
        assert source is not None, path.name
        rows = list(source.read(path, ReadOptions()))
        assert rows, path.name
        assert not [row for row in rows if isinstance(row, Reject)], path.name
