"""The ledger is written before anything is answered, and can be read by somebody else."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from socialcare.testing.fake_x import FakeX, HandClock, Ledger, read_ledger
from socialcare.testing.fake_x.ledger import Complaint


async def test_what_is_read_from_the_file_is_what_happened(
    tmp_path: Path, session: ClientSession, client: Any
) -> None:
    file = tmp_path / "ledger.jsonl"
    async with FakeX(ledger=file, clock=HandClock()) as x:
        client.x = x
        mention = x.post("jo", "@AcmeCare hello?")
        x.script.then("POST /2/tweets", "drop", "ok")
        for _ in range(2):
            await client_reply(client, mention.id)
        x.delete(mention)
        assert read_ledger(file).entries == x.ledger.entries
    ledger = read_ledger(file)
    assert [ledger.applied(request.number) for request in ledger.requests] == [False, True]
    assert [post.root for post in ledger.posts] == [mention.id]
    assert [entry.id for entry in ledger.removals] == [mention.id]
    assert len(ledger.requests_of("POST /2/tweets")) == 2


async def client_reply(client: Any, to: str) -> None:
    """A reply whose answer may never come."""
    with suppress(ClientError):
        await client.reply("Hello!", to)


def test_a_last_line_that_is_not_whole_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    ledger = Ledger(file)
    for number, why in ((1, "one"), (2, "two")):
        ledger.write(Complaint(request=number, why=why))
    file.write_bytes(file.read_bytes()[:-5])
    assert [entry.why for entry in read_ledger(file).complaints] == ["one"]
    ledger.close()


async def test_no_keys_stand_in_the_ledger(tmp_path: Path, session: ClientSession, client: Any) -> None:
    file = tmp_path / "ledger.jsonl"
    async with FakeX(ledger=file) as x:
        client.x = x
        await client.get("/2/users/me")
        keys = x.credentials()
    text = file.read_text("utf-8")
    assert "GET /2/users/me" in text
    assert not [key for key in keys if key in text]


async def test_half_a_request_was_never_received(x: FakeX, caplog: pytest.LogCaptureFixture) -> None:
    head = (
        b"POST /2/tweets HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n"
    )
    host, port = x.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head + b'{"text": "Hel')
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()
    assert not x.ledger.entries
    assert not caplog.records
