"""The fake X as a process of its own."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from socialcare.testing.fake_x import credentials_of, read_ledger

SCRIPT = {
    "accounts": ["AcmeCare"],
    "steps": [{"on": "POST /2/tweets", "answer": "error_applied", "nth": 1}],
    "limits": {"GET /2/users/me": [None, 2, 900]},
    "posts": [{"author": "jo", "text": "@AcmeCare hello?"}],
}


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(SCRIPT))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "socialcare.testing.fake_x", "--ledger", str(tmp_path / "ledger.jsonl")),
        *("--script", str(script), "--seed", "7"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    yield (await process.stdout.readline()).decode().strip()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


async def test_a_process_is_called_told_and_read(url: str, tmp_path: Path, session: ClientSession) -> None:
    keys = credentials_of("AcmeCare", seed=7)
    headers = {"Authorization": f"Bearer {keys.user_bearer_token}"}
    order = {"author": "ada", "text": "is it open?", "mentioning": ["AcmeCare"]}
    async with session.post(f"{url}/fake/posts", json=order) as answer:
        mention = (await answer.json())["id"]
    async with session.get(f"{url}/2/tweets/search/recent?query=%40AcmeCare", headers=headers) as answer:
        assert [post["text"] for post in (await answer.json())["data"]] == [
            "@AcmeCare is it open?",
            "@AcmeCare hello?",
        ]
    for number, status in enumerate((503, 201)):
        reply = {"text": f"Yes {number}", "reply": {"in_reply_to_tweet_id": mention}}
        async with session.post(f"{url}/2/tweets", json=reply, headers=headers) as answer:
            assert answer.status == status
    async with session.get(f"{url}/fake/state") as answer:
        assert list((await answer.json())["answered_twice"]) == [mention]
    async with session.delete(f"{url}/fake/posts/{mention}") as answer:
        assert answer.status == 200
    ledger = read_ledger(tmp_path / "ledger.jsonl")
    assert [post.text for post in ledger.posts] == ["Yes 0", "Yes 1"]
    assert list(ledger.answered_twice()) == [mention]
    assert [entry.id for entry in ledger.removals] == [mention]


async def test_a_process_can_be_given_another_script(url: str, session: ClientSession) -> None:
    headers = {"Authorization": f"Bearer {credentials_of('AcmeCare', 7).user_bearer_token}"}
    steps = [{"on": "POST /2/tweets", "answer": "forbidden"}]
    async with session.put(f"{url}/fake/steps", json=steps) as answer:
        assert answer.status == 200
    async with session.post(f"{url}/2/tweets", json={"text": "a"}, headers=headers) as answer:
        assert answer.status == 403
    message = {"sender": "jo", "recipient": "AcmeCare", "text": "hello"}
    async with session.post(f"{url}/fake/messages", json=message) as answer:
        assert (await answer.json())["id"].isdecimal()


def test_the_kit_without_the_fake_needs_no_server() -> None:
    """Who tests a classifier has no use for aiohttp, and may not have it."""
    code = "import sys, socialcare.testing; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
