"""The quick way for a usual line gives what the tolerant way gives of it, or nothing."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare import Mention
from socialcare_archive.x_lines import any_other
from socialcare_archive.x_usual import usual_mention

NOWHERE = Path("past.jsonl")
ANNA = {
    "id": "77",
    "username": "anna_k",
    "name": "Anna K",
    "created_at": "2020-02-03T04:05:06.000Z",
    "protected": False,
    "verified": True,
    "description": "tea & trains",
    "public_metrics": {"followers_count": 120, "following_count": 7, "tweet_count": 16_876},
}
BOB = ANNA | {
    "id": "5",
    "username": "AcmeCo",
    "name": "Acme 🏪",
    "verified_type": "business",
    "affiliation": {},
}
POST = {
    "id": "2104291248422214291",
    "text": "Is the shop open &lt;today&gt; @AcmeCo? 🙈",
    "author_id": "77",
    "created_at": "2026-09-28T11:02:42.000Z",
    "lang": "en",
    "possibly_sensitive": False,
    "conversation_id": "2104291248422214291",
    "edit_history_tweet_ids": ["2104291248422214291"],
    "entities": {
        "mentions": [{"start": 0, "end": 7, "username": "AcmeCo", "id": "5"}],
        "urls": [{"start": 0}],
    },
    "public_metrics": {"retweet_count": 3, "reply_count": 1, "like_count": 9, "impression_count": 5_791},
}
REPLY = POST | {
    "conversation_id": "2104291248422214000",
    "in_reply_to_user_id": "5",
    "edit_history_tweet_ids": ["2104291248422214290", "2104291248422214291"],
    "referenced_tweets": [
        {"type": "replied_to", "id": "2104291248422214001"},
        {"type": "quoted", "id": "9"},
    ],
}
NEWER = POST | {
    "edit_history_tweet_ids": None,
    "edit_history_post_ids": ["2104291248422214290"],
    "referenced_posts": [{"type": "reposted", "id": "8"}],
    "public_metrics": {"repost_count": 3},
}
BARE = {key: POST[key] for key in ("id", "text", "author_id", "created_at")}
OLD_RETWEET = BARE | {"text": "RT @anna_k: @AcmeCo hello"}


def line(post: object, *users: object) -> dict[str, Any]:
    return {"data": post, "includes": {"users": list(users)}, "matching_rules": [{"id": "1"}]}


LINES = [
    line(POST, ANNA),
    line(POST, ANNA | {"verified": None, "verified_type": "blue", "affiliation": {"url": "x"}}),
    line(REPLY, ANNA),
    line(REPLY, BOB, ANNA),
    line(NEWER, ANNA, BOB),
    line(BARE, {"id": "77"}),
    line(OLD_RETWEET, ANNA, ANNA | {"name": "Anna, later", "public_metrics": {"post_count": 5}}),
]
"""Lines that are usual."""

ODD: list[Any] = [
    None, "", 0, 7, -1, 5.7e17, "5.7E+17", 2**70, True, "77", "5", "9" * 19, "9" * 20, " 77", "٣", "²", "12-34", "x\0y", "\0",
    "n" * 50, "n" * 51, "é" * 51, "d" * 500, "d" * 501, "t" * 16_384, "t" * 16_385, "😀" * 16_385, "t" * 65_536, "t" * 65_537,
    "@AcmeCo", "＠AcmeCo", "Acme Co", "a" * 32, "a" * 33, "hé", "RT @x hi", "rt @x", "RT ＠y &amp;lt; &gt; &", "@a @b＠c _@d", [],
    {}, [None], [[]], ["77"], [77], [{}], [POST], json.loads("[" * 64 + "]" * 64), json.loads("[" * 63 + "]" * 63),
    "2026-09-28T11:02:42Z", "2026-09-28T11:02:42+00:00", "2026-09-28T11:02:42+02:00", "2026-09-28 11:02:42Z", "2026-09-28",
    "2026-09-28t11:02:42z", "2026-09-28T11:02:42.1234567Z", "2026-09-28T11:02:42.12345678901Z", "2026-09-28T11:02:42",
    " 2026-09-28T11:02:42Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z",
    "2099-12-31T23:59:59.9999999Z", "2100-01-01T00:00:00Z", "2026-13-28T11:02:42Z", "2026-09-28T11:02:60Z", "1445880548",
    "Sun Nov 05 22:58:13 +0000 2017", {"description": "Automated by @boss"}, {"text": "a note"}, "MessageCreate", "zh-Hant-TW",
]  # fmt: skip
KEYS = sorted(
    {*POST, *REPLY, *NEWER, *ANNA, *BOB, "note_tweet", "note_post", "event_type", "referenced_posts", "extra"}
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every part of a piece of JSON: what it is in, and its key there."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, part in items:
        yield value, key
        if isinstance(part, dict | list):
            yield from places(part)


@st.composite
def odd_lines(draw: st.DrawFn) -> bytes:
    """A usual line with a few things in it changed: values, keys, letters, bytes."""
    found = deepcopy(draw(st.sampled_from(LINES)))
    for _ in range(draw(st.integers(0, 3))):
        inside, key = draw(st.sampled_from(list(places(found))))
        change = draw(st.sampled_from(["other", "other", "other", "gone", "added"]))
        if change == "other":
            inside[key] = deepcopy(draw(st.sampled_from(ODD) | st.text(max_size=8)))
        elif isinstance(inside, list):
            inside.append(deepcopy(draw(st.sampled_from(ODD))))
        elif change == "gone":
            del inside[key]
        else:
            inside[draw(st.sampled_from(KEYS))] = deepcopy(draw(st.sampled_from(ODD)))
        if not found:
            break
    written = json.dumps(found, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(written)))
        put = st.sampled_from(
            [b"", b'"', b"{", b"}", b"[", b",", b"\\", b"\\ud800", b"\\u0000", b" ", b"\0", b"\xff", b"\xed\xa0\x80", b"0", b"e9"]
        )  # fmt: skip
        written = written[:at] + draw(put) + written[at + draw(st.integers(0, 1)) :]
    return draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf", b" ", b"\x0b"])) + written


@pytest.mark.parametrize("usual", LINES)
def test_what_is_usual_is_taken_the_quick_way(usual: dict[str, Any]) -> None:
    content = json.dumps(usual).encode()
    assert [usual_mention(content)] == list(any_other(NOWHERE, 1, content))


def test_whoever_is_answered_has_an_id_as_authors_have() -> None:
    for other in ("acme", " 5", "5"):
        usual = line(
            REPLY | {"in_reply_to_user_id": other}, ANNA, BOB | {"id": other, "username": "AcmeHelp"}
        )
        content = json.dumps(usual).encode()
        found = usual_mention(content)
        assert found is None or [found] == list(any_other(NOWHERE, 1, content))
        assert (found is not None) == (other == "5")


@pytest.mark.parametrize("size", [1_000_000, 1_048_576 - len(json.dumps(POST)) - 13, 1_100_000])
def test_both_ways_agree_on_what_is_too_large(size: int) -> None:
    content = json.dumps(line(POST | {"extra": "x" * size}, ANNA)).encode()
    found = usual_mention(content)
    assert (found is None) == (size > 1_000_000)
    assert found is None or [found] == list(any_other(NOWHERE, 1, content))


@settings(max_examples=1_000)
@given(odd_lines())
def test_the_quick_way_gives_what_the_tolerant_way_gives_or_nothing(content: bytes) -> None:
    found = usual_mention(content)
    assert found is None or [found] == list(any_other(NOWHERE, 1, content))


@pytest.mark.parametrize("odd", ODD)
def test_both_ways_agree_on_every_odd_value_at_every_place(odd: object) -> None:
    for usual in LINES:
        for number in range(len(list(places(usual)))):
            changed = deepcopy(usual)
            inside, key = list(places(changed))[number]
            inside[key] = odd
            content = json.dumps(changed).encode()
            found = usual_mention(content)
            assert found is None or [found] == list(any_other(NOWHERE, 1, content)), content


def test_both_ways_agree_on_real_answers(data: Path) -> None:
    taken = 0
    for path in sorted((data / "x-samples").glob("v2-*.json")):
        page = json.loads(path.read_bytes())
        posts = page.get("data") if isinstance(page, dict) else None
        for post in posts if isinstance(posts, list) else [posts]:
            for content in (json.dumps({**page, "data": post}).encode(), json.dumps({"data": post}).encode()):
                found = usual_mention(content)
                assert found is None or [found] == list(any_other(NOWHERE, 1, content)), path.name
                taken += isinstance(found, Mention)
    assert taken > 0
