"""Recorded streams of Bluesky: few posts among many events."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import socialcare_bluesky
from socialcare import Mention, ReadOptions, Reject, Skipped, Source
from socialcare.intake import head
from socialcare.testing import check_source

OURS, ANNA, BOB = "did:plc:ours", "did:plc:anna", "did:web:bob.example"
Rows = list[Mention | Reject | Skipped]
Read = Callable[..., Rows]


@pytest.fixture
def source() -> Source:
    (registered,) = socialcare_bluesky.register_sources({"accounts": {OURS: "@Acme.bsky.social"}})
    return registered


@pytest.fixture
def read(tmp_path: Path, source: Source) -> Read:
    def run(*events: dict[str, Any] | str) -> Rows:
        path = tmp_path / "stream.jsonl"
        path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in events))
        return list(source.read(path, ReadOptions()))

    return run


def post(text: str, did: str = ANNA, **more: Any) -> dict[str, Any]:
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-07-04T14:38:06.240Z", **more}
    return event("app.bsky.feed.post", did, record=record)


def event(collection: str, did: str = ANNA, operation: str = "create", **more: Any) -> dict[str, Any]:
    commit = {"rev": "1", "operation": operation, "collection": collection, "rkey": "3mptbyoeyc22k", **more}
    return {"did": did, "time_us": 1783175888090631, "kind": "commit", "commit": commit}


def facet(text: str, words: str, did: str) -> dict[str, Any]:
    start = len(text.partition(words)[0].encode())
    return {
        "index": {"byteStart": start, "byteEnd": start + len(words.encode())},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}],
    }


def only(rows: Rows) -> Mention:
    (row,) = rows
    assert isinstance(row, Mention), row
    return row


def test_a_post_becomes_a_mention(read: Read) -> None:
    found = only(read(post("hello", langs=["en-US", "de"])))
    assert found.id == "at://did:plc:anna/app.bsky.feed.post/3mptbyoeyc22k"
    assert (found.text, found.platform, found.kind, found.lang) == ("hello", "bluesky", "post", "en")
    assert (found.author.id, found.author.handle, found.account) == (ANNA, None, None)
    assert found.at == datetime(2026, 7, 4, 14, 38, 8, 90_631, tzinfo=UTC)


def test_places_of_a_text_are_counted_in_bytes(read: Read) -> None:
    text = "✨👨\u200d❤️\u200d👨 ask @Bob.example, not @acme.bsky.social"
    facets = [facet(text, "@Bob.example", BOB), facet(text, "@acme.bsky.social", OURS)]
    found = only(read(post(text, facets=facets)))
    assert found.mentioned == ("bob.example", "acme.bsky.social")
    assert found.account == "acme.bsky.social"


def test_a_facet_names_whom_it_links_whatever_its_words_say(read: Read) -> None:
    """Somebody else's link that shows our handle does not name us; a link to us names us."""
    text = "ask @acme.bsky.social or this"
    found = only(read(post(text, facets=[facet(text, "@acme.bsky.social", BOB)])))
    assert (found.mentioned, found.account) == ((BOB,), None)
    found = only(read(post(text, facets=[facet(text, "this", OURS)])))
    assert (found.mentioned, found.account) == (("acme.bsky.social",), "acme.bsky.social")


@pytest.mark.parametrize("index", [(-5, 3), (5, 2), (0, 10_000), (1, 2)])
def test_facets_that_lead_nowhere_harm_nobody(read: Read, index: tuple[int, int]) -> None:
    wrong = facet("é hi", "hi", BOB) | {"index": {"byteStart": index[0], "byteEnd": index[1]}}
    assert only(read(post("é hi", facets=[wrong]))).mentioned == (BOB,)


def test_replies_and_quotes_say_what_they_answer(read: Read) -> None:
    parent, root = f"at://{OURS}/app.bsky.feed.post/2", "at://did:plc:z/app.bsky.feed.post/1"
    reply = {"parent": {"uri": parent, "cid": "b"}, "root": {"uri": root, "cid": "a"}}
    found = only(read(post("thanks", reply=reply)))
    assert (found.in_reply_to, found.conversation) == (parent, root)
    assert (found.in_reply_to_author, found.account) == ("acme.bsky.social", "acme.bsky.social")
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": parent, "cid": "b"}}
    assert only(read(post("look", embed=quote))).quotes == parent
    pictured = {"$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": {}}
    assert only(read(post("look", embed=pictured))).quotes == parent


def test_what_is_no_post_is_skipped_and_no_reject(read: Read) -> None:
    rows = read(
        event("app.bsky.feed.like", record={"subject": {}}),
        event("app.bsky.feed.repost", record={"text": 5}),
        event("fm.teal.alpha.actor.status", operation="update", record={}),
        event("app.bsky.feed.post", operation="delete"),
        {"did": ANNA, "kind": "account", "account": {"active": True}},
    )
    assert [row.what for row in rows if isinstance(row, Skipped)] == [
        "it is a like",
        "it is a repost",
        "it is no post",
        "it is a deletion",
        "it is news of an account",
    ]


def test_the_network_says_who_has_which_handle(read: Read) -> None:
    news = {"did": ANNA, "kind": "identity", "identity": {"did": ANNA, "handle": "Anna.example"}}
    forged = {"did": OURS, "kind": "identity", "identity": {"did": OURS, "handle": "evil.example"}}
    rows = [
        row for row in read(news, forged, post("hello"), post("hello", did=OURS)) if isinstance(row, Mention)
    ]
    assert [row.author.handle for row in rows] == ["anna.example", "acme.bsky.social"]


def test_an_edit_is_the_same_mention(read: Read) -> None:
    first, second = read(
        post("helo"), post("hello") | {"commit": post("hello")["commit"] | {"operation": "update"}}
    )
    assert isinstance(first, Mention)
    assert isinstance(second, Mention)
    assert first.key == second.key


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is no JSON"),
        ("[" * 100_000, "nested deeper"),
        (json.dumps(post("x" * 70_000)), "70,000 bytes"),
        (json.dumps(post("a") | {"did": "somebody"}), "`did` is no id"),
        (json.dumps(post("a") | {"time_us": None}).replace("2026-07-04T14", "yesterday"), "it cannot be told when"),
        (json.dumps(post("a", facets=5)), "`facets` is a number where a list is expected"),
        (json.dumps(post("a", x="y" * 1_100_000)), "and none has more than 1,048,576"),
        (json.dumps(event("app.bsky.feed.post")), "it has no `record`"),
    ],
)  # fmt: skip
def test_a_bad_event_is_a_reject_and_stops_nothing(read: Read, line: str, reason: str) -> None:
    bad, good = read(line, post("hello"))
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert bad.row == 1
    assert isinstance(good, Mention)


def test_half_a_pair_is_repaired(read: Read) -> None:
    assert only(read(json.dumps(post("a?")).replace("?", r"\ud800"))).text == "a\ufffd"


def test_the_source_keeps_its_word(tmp_path: Path, source: Source) -> None:
    path = tmp_path / "stream.jsonl"
    path.write_text("\n".join(json.dumps(post(f"hello {number}")) for number in range(50)))
    check_source(source, path)


def test_a_real_stream_is_read_without_a_reject(data: Path, source: Source) -> None:
    path = data / "bluesky-samples" / "jetstream-2026-07-04.jsonl"
    assert source.recognises(path, head(path), ReadOptions())
    rows = list(source.read(path, ReadOptions()))
    assert Counter(type(row).__name__ for row in rows) == {"Skipped": 135, "Mention": 17}
    mentions = [row for row in rows if isinstance(row, Mention)]
    assert sum(row.in_reply_to is not None for row in mentions) == 8
    assert {"en", "tr", "ja", "ko", "de"} <= {row.lang for row in mentions}


def test_the_documentations_example_names_whom_it_names(data: Path, read: Read) -> None:
    examples = json.loads((data / "bluesky-samples" / "docs-examples.json").read_text(encoding="utf-8"))
    record = next(each["body"] for each in examples if "mentioning" in each["body"].get("text", ""))
    found = only(read(event("app.bsky.feed.post", record=record)))
    # its offsets are those of a text without the sparkle
    assert found.mentioned[0] in ("atproto.com", "did:plc:ewvi7nxzyoun6zhxrhs64oiz")
