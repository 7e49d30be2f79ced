"""The fake X as a process of its own."""

import asyncio
import json
import os
import signal
import socket
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


async def _told(session: ClientSession, method: str, url: str, raw: bytes) -> tuple[int, str]:
    async with session.request(method, url, data=raw) as answer:
        return answer.status, (await answer.json()).get("error", "")


@pytest.mark.parametrize(
    ("method", "path", "raw", "said"),
    [
        ("POST", "/fake/posts", b'{"author": "jo"}', "object missing required field `text`"),
        (
            "POST",
            "/fake/posts",
            b'{"author": "", "text": "a"}',
            "expected `str` of length >= 1 - at `$.author`",
        ),
        ("POST", "/fake/posts", b'{"author": "jo", "text": "a", "txt": 1}', "unknown field `txt`"),
        ("POST", "/fake/posts", b'{"author": "jo", "text": "a", "at": 17e11}', "at `$.at`"),
        ("POST", "/fake/posts", b"author=jo", "it is no JSON: "),
        ("POST", "/fake/posts", b'{"author": "\xff", "text": ""}', "it is no JSON: "),
        ("POST", "/fake/posts", b'{"author": "jo", "text": "a", "in_reply_to": "1"}', "there is no post `1`"),
        ("POST", "/fake/posts", b'{"author": "jo", "text": "a", "quoting": "2"}', "there is no post `2`"),
        ("PUT", "/fake/posts/1", b'{"text": "a"}', "there is no post `1`"),
        ("DELETE", "/fake/posts/1", b"", "there is no post `1`"),
        ("POST", "/fake/messages", b'{"text": "a"}', "missing required field `sender`"),
        ("PUT", "/fake/steps", b'{"on": "POST /2/tweets"}', "expected `array`, got `object`"),
        (
            "PUT",
            "/fake/steps",
            b'[{"on": "POST /2/tweetz", "answer": "drop"}]',
            "there is no endpoint `POST /2/tweetz`; did you mean `POST /2/tweets`? known: GET /2/users/:id/mentions, ",
        ),
        (
            "PUT",
            "/fake/steps",
            b'[{"on": "POST /2/tweets", "answer": "dropp"}]',
            "`dropp` is no answer; did you mean `drop`? known: ok, bad_request, ",
        ),
    ],
)
async def test_a_wrong_order_is_answered_by_what_is_wrong_with_it(
    url: str, session: ClientSession, method: str, path: str, raw: bytes, said: str
) -> None:
    status, why = await _told(session, method, url + path, raw)
    assert status == 400
    assert said in why
    async with session.get(f"{url}/fake/state") as answer:
        assert (await answer.json())["complaints"] == [], "it is no client that did this"


async def test_an_order_that_there_is_not_is_answered_by_those_that_there_are(
    url: str, session: ClientSession
) -> None:
    status, why = await _told(session, "GET", f"{url}/fake/posts", b"")
    assert status == 404
    assert why.startswith(
        "there is no order `GET /fake/posts`; known: POST /fake/posts, PUT /fake/posts/{id}, "
    )


def _started(*words: str, folder: Path | None = None) -> tuple[int, str]:
    """How a start of the process ends that cannot succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "socialcare.testing.fake_x", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=60,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('{"acounts": []}', "script.json: object contains unknown field `acounts`"),
        (
            '{"steps": [{"on": "GET /2/tweet", "answer": "ok"}]}',
            "there is no endpoint `GET /2/tweet`; did you mean",
        ),
        ('{"limits": {"GET /2/me": [1, 1, 900]}}', "there is no endpoint `GET /2/me`"),
        ('{"tier": "basic"}', "`basic` is no tier; known: self-serve, enterprise"),
        ('{"posts": [{"author": "jo", "text": "", "in_reply_to": "7"}]}', "there is no post `7`"),
        ("{", "script.json: it is no JSON: input data was truncated"),
    ],
)
def test_a_script_with_a_mistake_is_one_line_that_says_which(tmp_path: Path, script: str, said: str) -> None:
    (tmp_path / "script.json").write_text(script)
    code, told = _started("--script", "script.json", folder=tmp_path)
    assert (code, told.count("\n")) == (1, 1)
    assert said in told


def test_a_port_or_a_file_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert _started("--port", str(port)) == (
            1,
            f"Error: cannot use `127.0.0.1:{port}`: address already in use\n",
        )
    code, told = _started("--ledger", "nowhere/ledger.jsonl", folder=tmp_path)
    assert (code, told.count("\n")) == (1, 1)
    assert "nowhere/ledger.jsonl`: no such file or directory" in told


def test_without_its_packages_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfound = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'aiohttp' else found(name, *more)\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "socialcare.testing.fake_x"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "install them with `pip install 'socialcare[x]'`" in done.stderr


def test_the_kit_without_the_fake_needs_no_server() -> None:
    """Who tests a classifier has no use for aiohttp, and may not have it."""
    code = "import sys, socialcare.testing; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
