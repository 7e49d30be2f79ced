"""What a Mastodon server told us: who wrote to us, and much else."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import socialcare_mastodon
from socialcare import Mention, ReadOptions, Reject, Skipped, Source
from socialcare.intake import head
from socialcare.testing import check_source

Rows = list[Mention | Reject | Skipped]
Read = Callable[..., Rows]

ANNA = {
    "id": "77", "username": "anna", "acct": "anna@a.example", "display_name": "Anna K", "bot": False, "followers_count": 3,
    "created_at": "2022-12-02T00:00:00.000Z", "note": "<p>tea &amp; trains</p>",
}  # fmt: skip
US = {"id": "5", "username": "acme", "acct": "acme", "url": "https://our.example/@acme"}
STATUS = {
    "id": "116275331587890092", "created_at": "2026-03-22T23:05:57.000Z", "visibility": "public", "language": "en",
    "spoiler_text": "", "content": '<p><a href="https://our.example/@acme" class="u-url mention">@<span>acme</span></a> hi</p>',
    "in_reply_to_id": None, "in_reply_to_account_id": None, "account": ANNA, "mentions": [US], "edited_at": None,
    "reblogs_count": 1, "favourites_count": 2, "replies_count": 0, "quote": None,
}  # fmt: skip


def note(status: dict[str, Any] | None = STATUS, kind: str = "mention") -> dict[str, Any]:
    return {
        "id": "21",
        "type": kind,
        "created_at": "2026-03-22T23:05:58.286Z",
        "account": ANNA,
        "status": status,
    }


def exchange(*answers: tuple[str, Any]) -> dict[str, Any]:
    return {
        "source": "a test",
        "interactions": [
            {"request": {"method": "GET", "path": path}, "response": {"status": 200, "body": body}}
            for path, body in answers
        ],
    }


def sources(**settings: object) -> Source:
    (registered,) = socialcare_mastodon.register_sources(settings)
    return registered


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def run(content: object, **settings: object) -> Rows:
        path = tmp_path / "told.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        source = sources(**settings)
        assert source.recognises(path, head(path), ReadOptions())
        return list(source.read(path, ReadOptions()))

    return run


def only(rows: Rows) -> Mention:
    (row,) = rows
    assert isinstance(row, Mention), row
    return row


def test_a_notification_becomes_a_mention(read: Read) -> None:
    found = only(read([note()]))
    assert (found.id, found.text, found.platform, found.kind) == (
        STATUS["id"],
        "@acme hi",
        "mastodon",
        "post",
    )
    assert found.at == datetime(2026, 3, 22, 23, 5, 57, tzinfo=UTC)
    assert (found.mentioned, found.account, found.lang) == (("acme",), None, "en")
    assert (found.retweets, found.likes, found.replies) == (1, 2, 0)
    anna = found.author
    assert (anna.id, anna.handle, anna.name, anna.is_bot) == ("77", "anna@a.example", "Anna K", False)
    assert (anna.followers, anna.description) == (3, "tea & trains")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([note()], indent=1),
        json.dumps(note()),
        json.dumps(note()) + "\n\n",
        json.dumps(exchange(("/api/v1/notifications", [note()]))),
        json.dumps(exchange(("/api/v1/notifications/21", note()))),
        json.dumps(exchange(("/api/v1/streaming/user", f":)\nevent: notification\ndata: {json.dumps(note())}\n\n"))),
        json.dumps(
            {"accounts": [ANNA], "statuses": [STATUS], "notification_groups": [{"type": "mention", "status_id": STATUS["id"]}]}
        ),
    ],
    ids=["list", "one", "line", "exchange", "exchange of one", "stream", "grouped"],
)  # fmt: skip
def test_every_shape_holds_the_same_mention(read: Read, content: str) -> None:
    assert read(content) == read([note()])


def test_the_servers_domain_completes_the_handles_of_its_people(read: Read) -> None:
    found = only(read([note()], server="our.example"))
    assert (found.mentioned, found.author.handle) == (("acme@our.example",), "anna@a.example")
    assert found.text == "@acme@our.example hi"


def test_an_exchange_tells_who_we_are(read: Read) -> None:
    ours = {**ANNA, "id": "5", "acct": "acme"}
    found = only(
        read(exchange(("/api/v1/accounts/verify_credentials", ours), ("/api/v1/notifications", [note()])))
    )
    assert found.account == "acme"


@pytest.mark.parametrize(
    ("visibility", "kind"), [("unlisted", "post"), ("direct", "message"), ("private", "message")]
)
def test_what_not_everybody_can_read_is_a_message(read: Read, visibility: str, kind: str) -> None:
    assert only(read([note(STATUS | {"visibility": visibility})])).kind == kind


def test_a_private_conversation_is_read(read: Read) -> None:
    told = {"id": "15", "unread": True, "accounts": [ANNA], "last_status": STATUS | {"visibility": "direct"}}
    found = only(read([told]))
    assert (found.kind, found.conversation) == ("message", "15")


def test_a_reply_and_a_quote_say_what_they_are_about(read: Read) -> None:
    reply = {"in_reply_to_id": "9", "in_reply_to_account_id": "5"}
    quote = {"quote": {"state": "accepted", "quoted_status": {"id": "8", "content": "<p>old</p>"}}}
    found = only(read([note(STATUS | reply | quote)]))
    assert (found.in_reply_to, found.in_reply_to_author, found.quotes) == ("9", "acme", "8")


def test_a_warning_is_part_of_what_is_said(read: Read) -> None:
    assert only(read([note(STATUS | {"spoiler_text": "food &amp; rant"})])).text == "food & rant\n\n@acme hi"


def test_an_edit_is_the_same_mention(read: Read) -> None:
    first, second = read(
        [note(), note(STATUS | {"content": "<p>hi!</p>", "edited_at": "2026-03-23T00:00:00Z"})]
    )
    assert isinstance(first, Mention)
    assert isinstance(second, Mention)
    assert first.key == second.key


def test_what_was_not_addressed_to_us_is_skipped_and_no_reject(read: Read) -> None:
    rows = read([note(None), note(kind="favourite"), note(kind="update"), note(None, kind="follow")])
    gone, *others = [row.what for row in rows if isinstance(row, Skipped)]
    assert gone == "it is a notification of a post that is gone"
    assert others == ["it is no notification that somebody wrote to us"] * 3


def test_answers_that_say_nothing_or_failed_are_left_out(read: Read) -> None:
    told = exchange(("/api/v1/markers", None), ("/api/v1/notifications", [note()]))
    told["interactions"][0]["response"]["status"] = 200
    told["interactions"].append({"request": {"path": "/"}, "response": {"status": 422, "body": [note()]}})
    assert only(read(told)).id == STATUS["id"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (STATUS | {"id": None}, "`id` is nothing where a text is expected"),
        (STATUS | {"id": "a b"}, "`id` is no id"),
        (STATUS | {"created_at": "yesterday"}, "it cannot be told when"),
        (STATUS | {"content": "x" * 70_000}, "70,000 bytes"),
        ({"id": "1"}, "it has not the shape of a post"),
        (STATUS | {"poll": json.loads("[" * 63 + "]" * 63)}, "nested deeper"),
    ],
)
def test_a_bad_post_is_a_reject_and_stops_nothing(read: Read, status: dict[str, Any], reason: str) -> None:
    bad, good = read([note(status), note()])
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert isinstance(good, Mention)


def test_a_file_that_is_cut_off_gives_what_it_can(read: Read) -> None:
    rows = read(json.dumps([note(), note()])[:-40])
    assert [type(row) for row in rows] == [Mention, Reject]


def test_the_source_keeps_its_word(tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    path.write_text(json.dumps([note() for _ in range(30)]))
    check_source(sources(), path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("notifications-mention", {"Mention": 2, "Skipped": 2}),
        ("notifications-real-account", {"Mention": 1, "Skipped": 39}),
        ("conversations-direct", {"Mention": 5, "Skipped": 2}),
        ("grouped-notifications", {"Skipped": 10}),
        ("reply", {"Skipped": 4}),
        ("stream-user", {"Skipped": 4}),
        ("error-empty-status-422", {}),
    ],
)
def test_real_exchanges_are_read_without_a_reject(data: Path, name: str, expected: dict[str, int]) -> None:
    path = data / "mastodon-samples" / f"{name}.json"
    assert sources().recognises(path, head(path), ReadOptions())
    rows = list(sources().read(path, ReadOptions()))
    assert Counter(type(row).__name__ for row in rows) == expected
