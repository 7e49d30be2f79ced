"""One request an attempt, and what became of it, against the fake X; the ledger says what really happened."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcare import Answer, Author, Effect, Mention, failpoints
from socialcare.testing.fake_x import FakeX, HandClock, Post
from socialcare_x.channel import XSettings, channel
from socialcare_x.live import opening
from socialcare_x.live.sender import XSender

POSTS = "POST /2/tweets"


@pytest.fixture
async def sender(x: FakeX, configured: Any, folder: Path, clock: HandClock) -> AsyncIterator[XSender]:
    settings: XSettings = configured(x, media="pictures")
    (made,) = opening.senders(settings, channel(settings).actions, folder, clock)
    assert isinstance(made, XSender)
    yield made
    await made.close()


def mention(post: Post) -> Mention:
    author = Author(id=post.author.id, handle=post.author.username)
    return Mention(
        id=post.id,
        root=post.history[0],
        text=post.text,
        author=author,
        at=datetime.fromtimestamp(post.at, UTC),
    )


def effect(
    post: Post | None, action: str = "reply", text: str = "We look into it.", **payload: Any
) -> Effect:
    answered = mention(post) if post is not None else None
    return Effect(
        id="d1.0", account="main", platform="x", action=action, text=text, payload=payload, mention=answered
    )


def yes() -> bool:
    return True


async def test_a_reply_is_posted_once_under_the_mention(x: FakeX, sender: XSender) -> None:
    asked = x.post("jo", "@AcmeCare where is my parcel?")
    answer = await sender.send(effect(asked), yes)
    (posted,) = x.ledger.posts
    assert answer == Answer(kind="sent", remote_id=posted.id, status=201, charged=True)
    assert (posted.text, posted.in_reply_to) == ("We look into it.", asked.id)


async def test_a_message_goes_to_the_author_whatever_the_payload_says(x: FakeX, sender: XSender) -> None:
    x.message("jo", "AcmeCare", "hello")
    asked = x.post("jo", "@AcmeCare hello")
    answer = await sender.send(effect(asked, "dm", participant_id="1", to="sam"), yes)
    (sent,) = x.ledger.messages
    assert (answer.kind, answer.remote_id, sent.to) == ("sent", sent.id, x.user("jo").id)


async def test_a_repost_and_a_post_of_our_own_are_made(x: FakeX, sender: XSender) -> None:
    asked = x.post("jo", "@AcmeCare you are great")
    assert (await sender.send(effect(asked, "repost"), yes)).kind == "sent"
    assert [made.of for made in x.ledger.reposts] == [asked.id]
    assert (await sender.send(effect(None, "post", "We are open."), yes)).kind == "sent"
    assert [made.text for made in x.ledger.posts] == ["We are open."]


async def test_a_picture_is_uploaded_once_for_all_attempts(x: FakeX, sender: XSender, folder: Path) -> None:
    (folder / "pictures").mkdir()
    (folder / "pictures" / "store.png").write_bytes(b"\x89PNG" + bytes(2_000_000))
    x.script.then(POSTS, "rate_limited")
    said = effect(None, "post", "Our new store.", media="store.png")
    assert (await sender.send(said, yes)).kind == "unsent"
    await x.clock.advance(31)  # type: ignore[attr-defined]  # the clock of these tests
    assert (await sender.send(said, yes)).kind == "sent"
    assert len(x.ledger.requests_of("POST /2/media/upload")) == 1
    assert x.posts[x.ledger.posts[0].id].media


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/passwd", "https://evil.example/a.png", "none.png", "big.txt"]
)
async def test_S18_a_picture_comes_from_its_folder_and_from_nowhere_else(
    x: FakeX, sender: XSender, folder: Path, name: str
) -> None:
    (folder / "pictures").mkdir()
    (folder / "secret.png").write_bytes(b"\x89PNG")
    (folder / "pictures" / "big.txt").write_text("no picture")
    answer = await sender.send(effect(None, "post", "Look!", media=name), yes)
    assert answer.kind == "refused"
    assert not x.ledger.requests


async def test_no_byte_is_written_where_the_permission_is_gone(x: FakeX, sender: XSender) -> None:
    asked = x.post("jo", "@AcmeCare hello?")
    bytes_seen, connections = bytearray(), 0

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        bytes_seen.extend(await reader.read())
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    account = sender._accounts["main"]
    object.__setattr__(account, "api", f"http://127.0.0.1:{port}")
    questions = []

    def no() -> bool:
        questions.append(connections)
        return False

    answer = await sender.send(effect(asked), no)
    server.close()
    await server.wait_closed()
    assert answer.kind == "unsent"
    assert not bytes_seen
    assert questions == [1], "asked once, with the connection open"


@pytest.mark.parametrize(
    ("word", "kind", "applied"),
    [
        ("bad_request", "refused", False),
        ("unauthorized", "paused", False),
        ("no_credit", "paused", False),
        ("forbidden", "refused", False),
        ("not_summoned", "refused", False),
        ("blocked", "refused", False),
        ("suspended", "refused", False),
        ("duplicate", "duplicate", False),
        ("not_found", "refused", False),
        ("rate_limited", "unsent", False),
        ("usage_capped", "paused", False),
        ("error", "unknown", False),
        ("error_applied", "unknown", True),
        ("drop", "unknown", False),
        ("drop_applied", "unknown", True),
        ("half", "unknown", True),
        ("html", "unknown", False),
        ("html_applied", "unknown", True),
        ("ok_with_errors", "unknown", True),
        ("only_errors", "unknown", False),
    ],
)
async def test_each_answer_is_read_as_what_it_is(
    x: FakeX, sender: XSender, word: Any, kind: str, applied: bool
) -> None:
    asked = x.post("jo", "@AcmeCare hello?")
    x.script.then(POSTS, word)
    answer = await sender.send(effect(asked), yes)
    assert answer.kind == kind
    assert bool(x.ledger.posts) is applied
    assert len(x.ledger.requests) == 1, "one request an attempt"


async def test_a_page_of_html_with_a_good_status_is_no_success(x: FakeX, sender: XSender) -> None:
    x.script.add(POSTS, "html_applied", status=200)
    assert (await sender.send(effect(x.post("jo", "@AcmeCare hello?")), yes)).kind == "unknown"


async def test_a_redirect_is_not_followed(x: FakeX, sender: XSender) -> None:
    x.script.add(POSTS, "bad_request", status=307)
    assert (await sender.send(effect(x.post("jo", "@AcmeCare hello?")), yes)).kind == "unknown"
    assert len(x.ledger.requests) == 1


async def test_a_rate_limit_says_when_to_come_again(x: FakeX, sender: XSender, clock: HandClock) -> None:
    x.script.add(POSTS, "rate_limited", seconds=300)
    answer = await sender.send(effect(x.post("jo", "@AcmeCare hello?")), yes)
    assert answer.kind == "unsent"
    assert answer.until == pytest.approx(clock.now() + 300, abs=1)


async def test_where_nobody_listens_nothing_was_sent(sender: XSender, x: FakeX) -> None:
    object.__setattr__(sender._accounts["main"], "api", "http://127.0.0.1:9")
    answer = await sender.send(effect(x.post("jo", "@AcmeCare hello?")), yes)
    assert answer.kind == "unsent"
    assert not x.ledger.requests


async def test_an_answer_that_comes_too_late_leaves_open_what_became_of_it(x: FakeX, sender: XSender) -> None:
    sender.patience = 0.2
    x.script.add(POSTS, "late", seconds=60)
    answer = await sender.send(effect(x.post("jo", "@AcmeCare hello?")), yes)
    assert (answer.kind, len(x.ledger.posts)) == ("unknown", 1)


async def test_an_account_that_the_settings_do_not_name_is_paused(sender: XSender, x: FakeX) -> None:
    said = Effect(id="d1.0", account="press", platform="x", action="post", text="Hello")
    answer = await sender.send(said, yes)
    assert (answer.kind, "`press`" in answer.reason) == ("paused", True)


async def test_what_was_posted_is_found_by_what_it_answers(
    x: FakeX, sender: XSender, clock: HandClock
) -> None:
    asked = x.post("jo", "@AcmeCare hello?")
    since = datetime.fromtimestamp(clock.now(), UTC)
    x.script.then(POSTS, "drop_applied")
    assert (await sender.send(effect(asked), yes)).kind == "unknown"
    found = await sender.find(effect(asked), since)
    assert found.complete
    assert [(post.id, post.in_reply_to) for post in found.posts] == [(x.ledger.posts[0].id, asked.id)]


async def test_an_answer_that_x_shows_under_an_edit_that_came_later_is_found(
    x: FakeX, sender: XSender, clock: HandClock
) -> None:
    asked = x.post("jo", "@AcmeCare hlep")
    since = datetime.fromtimestamp(clock.now(), UTC)
    edited = x.edit(asked, "@AcmeCare help")
    answer = x.post("AcmeCare", "Here we are.", in_reply_to=edited)
    x.post("AcmeCare", "An original post.")
    found = await sender.find(effect(asked), since)
    assert [(post.id, post.in_reply_to) for post in found.posts] == [(answer.id, edited.id)]


async def test_a_look_up_pages_back_to_its_moment_and_says_whether_it_saw_all(
    x: FakeX, sender: XSender, clock: HandClock
) -> None:
    asked = x.post("jo", "@AcmeCare hello?")
    since = datetime.fromtimestamp(clock.now(), UTC)
    first = x.post("AcmeCare", "Here we are.", in_reply_to=asked)
    for number in range(120):
        await clock.advance(1)
        x.post("AcmeCare", f"Post {number}")
    found = await sender.find(effect(asked), since)
    assert (found.complete, [post.id for post in found.posts]) == (True, [first.id])
    x.script.then("GET /2/users/:id/tweets", "ok", "error")
    assert not (await sender.find(effect(asked), since)).complete
    recent = await sender.own_posts("main", since + timedelta(seconds=230))
    assert recent is not None
    assert recent.complete
    assert len(recent.posts) < 20


async def test_of_an_account_without_keys_there_is_nothing_to_read_back(
    sender: XSender, clock: HandClock
) -> None:
    assert await sender.own_posts("elsewhere", datetime.fromtimestamp(clock.now(), UTC)) is None


async def test_a_message_and_a_post_are_found_by_their_words(
    x: FakeX, sender: XSender, clock: HandClock
) -> None:
    asked = x.post("jo", "@AcmeCare hello?")
    since = datetime.fromtimestamp(clock.now(), UTC)
    x.message("jo", "AcmeCare", "Hello")
    x.message("AcmeCare", "jo", "An older answer.")
    said = effect(asked, "dm", "Write to us: https://acme.example/help")
    assert not (await sender.find(said, since)).posts
    assert (await sender.send(said, yes)).kind == "sent"
    assert len((await sender.find(said, since)).posts) == 1
    ours = effect(None, "post", "We are open.")
    assert (await sender.send(ours, yes)).kind == "sent"
    assert len((await sender.find(ours, since)).posts) == 1


async def test_a_mention_is_there_until_it_is_deleted(x: FakeX, sender: XSender) -> None:
    asked = x.post("jo", "@AcmeCare hello?")
    assert await sender.is_there(mention(asked)) is True
    x.script.then("GET /2/tweets", "error")
    assert await sender.is_there(mention(asked)) is None
    x.delete(asked)
    assert await sender.is_there(mention(asked)) is False


async def test_S31_no_key_and_no_signature_is_logged(
    x: FakeX, sender: XSender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await sender.send(effect(x.post("jo", "@AcmeCare hello?")), yes)
    said = caplog.text
    assert "oauth" not in said.lower()
    assert not any(secret in said for secret in x.credentials())


@pytest.mark.parametrize(
    ("point", "kind", "posts"),
    [
        ("request.connected", "unsent", 0),
        ("request.half_written", "unknown", 0),
        ("request.written", "unknown", None),
    ],
)
async def test_what_fails_before_the_first_byte_is_unsent_and_later_unknown(
    x: FakeX, sender: XSender, monkeypatch: pytest.MonkeyPatch, point: str, kind: str, posts: int | None
) -> None:
    monkeypatch.setattr(failpoints, "_ARMED", {point: ("raise", 1)})
    monkeypatch.setattr(failpoints, "_reached", Counter())
    answer = await sender.send(effect(x.post("jo", "@AcmeCare hello?")), yes)
    assert answer.kind == kind
    if posts is not None:
        assert len(x.ledger.posts) == posts
