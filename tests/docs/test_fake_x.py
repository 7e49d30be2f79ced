"""A deployment against the fake X, as the page says it, step by step; at another address, as others may be taken."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "testing-live.md"
PART = PAGE.read_text("utf-8").partition("## `socialcare run` against it")[2].partition("\n## ")[0]
TYPED: list[str] = re.findall(r"(?m)^\$ (.*)$", PART)


def the(beginning: str) -> str:
    """The one command of the page that begins so."""
    (found,) = (line for line in TYPED if line.startswith(beginning))
    return found


def words_of(command: str) -> list[str]:
    """A command as this interpreter runs it."""
    words = shlex.split(command)
    return (
        [sys.executable, "-m", "socialcare", *words[1:]]
        if words[0] == "socialcare"
        else [sys.executable, *words[1:]]
    )


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a command that goes on until the test ends."""
    begun: list[subprocess.Popen[str]] = []

    def started(command: list[str], **more: object) -> "subprocess.Popen[str]":
        begun.append(subprocess.Popen(command, text=True, **more))  # type: ignore[call-overload]  # what Popen takes
        return begun[-1]

    yield started
    for process in reversed(begun):
        process.terminate()
        process.wait(60)
        if process.stdout is not None:
            process.stdout.close()


def until(holds: Callable[[], object], said: Callable[[], str]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, said()
        time.sleep(0.05)


def test_a_deployment_runs_against_the_fake_as_the_page_says(tmp_path: Path, start: Start) -> None:
    subprocess.run(
        words_of(the("socialcare init").partition(" &&")[0]), cwd=tmp_path, check=True, capture_output=True
    )
    care = tmp_path / "care"
    fake = start(
        words_of(the("python -m socialcare.testing.fake_x --port").replace("--port 8480", "--port 0")),
        cwd=care,
        stdout=subprocess.PIPE,
    )
    assert fake.stdout is not None
    address = fake.stdout.readline().strip()
    settings = re.findall(r"(?s)```toml\n(.*?)```", PART)[0]
    (care / "fake.toml").write_text(settings.replace("http://127.0.0.1:8480", address))
    asked = words_of(the("export $(").removeprefix("export $(").removesuffix(")"))
    keys = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    env = {**os.environ, **dict(line.split("=", 1) for line in keys.split())}

    def say(command: str) -> str:
        return subprocess.run(
            words_of(command), cwd=care, env=env, check=True, capture_output=True, text=True
        ).stdout

    assert "listens to: x.mentions.main" in say(the("socialcare doctor"))
    with (care / "log").open("w") as log:
        start(words_of(the("socialcare run")), cwd=care, env=env, stderr=log)
    said = (care / "log").read_text
    until(lambda: "mentions" in (care / "ledger.jsonl").read_text() and '"running"' in said(), said)
    post = shlex.split(the("curl -d"))
    with urlopen(Request(post[-1].replace("http://127.0.0.1:8480", address), post[2].encode())) as answer:
        number = json.load(answer)["id"]
    until(lambda: f'"mention": "x:{number}"' in said(), said)
    (line,) = (line for line in map(json.loads, said().splitlines()) if line["event"] == "decided")
    assert (line["outcome"], line["guards"]) in (("answered", []), ("held", ["night"])), "by day, at night"
    if line["outcome"] == "answered":
        until(lambda: '"spoke"' in said(), said)
    else:
        assert "held by night" in say(the("socialcare inbox list"))
    steps = shlex.split(the("curl -X PUT"))
    with urlopen(
        Request(steps[-1].replace("http://127.0.0.1:8480", address), steps[4].encode(), method="PUT")
    ) as done:
        assert done.status == 200
    with urlopen(the("curl http").split()[1].replace("http://127.0.0.1:8480", address)) as state:
        assert json.load(state)["complaints"] == []
