"""`socialcare run` as an operator has it: a process, signals, logs; against a fake X that keeps the ledger."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from socialcare.testing.fake_x import credentials_of, read_ledger
from socialcare.testing.fake_x.ids import person_id

MARKED = {
    "X_KEY": "consumer_key",
    "X_SECRET": "consumer_secret",
    "X_TOKEN": "access_token",
    "X_TOKEN_SECRET": "access_token_secret",
}
WORDS = "zanzibar"
POLICY = """\
socialcare: 1
accounts: {main: AcmeShop}
rules:
  hours: {when: {text: {has: open}}, do: {reply: We are open 9 to 6.}}
"""
SETTINGS = """\
policy = "policy"
[plugins.actions]
[plugins.x]
api = "%s"
consumer_key = "env:X_KEY"
consumer_secret = "env:X_SECRET"
interval = 1
[plugins.x.accounts.main]
id = "%s"
handle = "AcmeShop"
access_token = "env:X_TOKEN"
access_token_secret = "env:X_TOKEN_SECRET"
[live]
database = "care.db"
address = ""
"""


class Deployment:
    """A folder, a fake X beside it, and the processes that run in it."""

    def __init__(self, folder: Path, *steps: dict[str, Any]) -> None:
        self.folder = folder
        (folder / "policy").mkdir()
        (folder / "policy/care.yaml").write_text(POLICY)
        (folder / "fake.json").write_text(json.dumps({"accounts": ["AcmeShop"], "steps": steps}))
        command = [
            sys.executable,
            "-m",
            "socialcare.testing.fake_x",
            "--ledger",
            "ledger.jsonl",
            "--script",
            "fake.json",
        ]
        self.fake = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        assert self.fake.stdout is not None
        self.x = self.fake.stdout.readline().strip()
        keys = credentials_of("AcmeShop", 0)._asdict()
        self.secrets = {name: str(keys[key]) for name, key in MARKED.items()}
        (folder / "socialcare.toml").write_text(SETTINGS % (self.x, person_id("AcmeShop", 0)))
        self.runs: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str, log: str = "log", **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as file:
            run = subprocess.Popen(
                [sys.executable, "-m", "socialcare", "run", *words],
                cwd=self.folder,
                env={**os.environ, **self.secrets, **environment},
                stderr=file,
                stdout=file,
            )
        self.runs.append(run)
        return run

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "socialcare", *words],
            cwd=self.folder,
            env={**os.environ, **self.secrets},
            capture_output=True,
            text=True,
            check=False,
        )

    def post(self, author: str, text: str) -> str:
        body = json.dumps({"author": author, "text": text, "mentioning": ["AcmeShop"]}).encode()
        with urlopen(Request(f"{self.x}/fake/posts", body, method="POST")) as answer:
            return str(json.load(answer)["id"])

    def state(self) -> dict[str, Any]:
        with urlopen(f"{self.x}/fake/state") as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def log(self, name: str = "log") -> str:
        return (self.folder / name).read_text()

    def until(self, holds: Callable[[], object], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, self.log()
            time.sleep(0.05)

    def listens(self) -> bool:
        """Whether it has asked for mentions."""
        return "GET /2/users/:id/mentions" in (self.folder / "ledger.jsonl").read_text()

    def end(self) -> None:
        processes: list[subprocess.Popen[Any]] = [*self.runs, self.fake]
        for process in processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        assert self.fake.stdout is not None
        self.fake.stdout.close()


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Callable[..., Deployment]]:
    made: list[Deployment] = []

    def deploy(*steps: dict[str, Any]) -> Deployment:
        made.append(Deployment(tmp_path, *steps))
        return made[-1]

    yield deploy
    for one in made:
        one.end()


def test_it_answers_and_ends_in_order_and_writes_down_neither_words_nor_secrets(
    deployed: Callable[..., Deployment],
) -> None:
    """S31, S32: with marked secrets, whatever was written is searched for them; the database alone may hold texts."""
    here = deployed({"on": "POST /2/tweets", "answer": "html", "nth": 2})
    run = here.start("-v")
    here.until(here.listens)
    here.until(lambda: '"event": "running"' in here.log())
    asked = [here.post(f"jo{number}", f"@AcmeShop are you open? {WORDS}") for number in range(3)]
    here.until(lambda: here.log().count('"event": "spoke"') >= len(asked))
    assert '"state": "UNKNOWN"' in here.log()
    outputs = [here.say(*words) for words in (("inbox", "list"), ("doctor",), ("audit", "verify"))]
    assert [one.stderr for one in outputs] == ["", "", ""]
    run.send_signal(signal.SIGTERM)
    assert run.wait(40) == 0
    assert json.loads(here.log().splitlines()[-1])["event"] == "stopped"
    assert WORDS not in here.log()
    written = [path for path in here.folder.rglob("*") if path.is_file()]
    assert len(written) > 5
    kept = {path: path.read_bytes() for path in written if path.name != "ledger.jsonl"}
    kept[Path("output")] = "".join(one.stdout for one in outputs).encode()
    for name, secret in here.secrets.items():
        holding = [path.name for path, content in kept.items() if secret.encode() in content]
        assert holding == [], name
    spoken = {path.name for path, content in kept.items() if WORDS.encode() in content}
    assert spoken <= {"care.db", "care.db-wal", "output"}
    assert read_ledger(here.folder / "ledger.jsonl").answered_twice() == {}


def test_a_second_signal_ends_at_once_and_the_next_start_finds_out(
    deployed: Callable[..., Deployment],
) -> None:
    here = deployed({"on": "POST /2/tweets", "answer": "late", "seconds": 10, "times": 1})
    run = here.start()
    here.until(lambda: '"event": "running"' in here.log())
    here.until(here.listens)
    here.post("jo", "@AcmeShop are you open?")
    here.until(lambda: "POST /2/tweets" in (here.folder / "ledger.jsonl").read_text())
    run.send_signal(signal.SIGINT)
    here.until(lambda: "again to stop at once" in here.log())
    assert run.poll() is None, "what is being sent is finished first"
    run.send_signal(signal.SIGINT)
    assert run.wait(5) == 128 + signal.SIGINT
    again = here.start(log="again")
    here.until(lambda: json.loads(here.say("inbox", "list", "--waits", "unknown", "--format", "json").stdout))
    again.send_signal(signal.SIGTERM)
    assert again.wait(40) == 0
    assert read_ledger(here.folder / "ledger.jsonl").answered_twice() == {}


def test_a_wrong_key_is_told_in_the_log_and_by_readyz_and_it_goes_on(
    deployed: Callable[..., Deployment],
) -> None:
    here = deployed()
    text = (here.folder / "socialcare.toml").read_text()
    (here.folder / "socialcare.toml").write_text(text.replace('address = ""', 'address = "127.0.0.1:0"'))
    run = here.start(X_TOKEN_SECRET="a wrong secret")
    here.until(lambda: "feed stopped" in here.log())
    (line, *_) = [
        line for line in map(json.loads, here.log().splitlines()) if line["event"] == "feed stopped"
    ]
    assert line["feed"] == "x.mentions.main"
    assert "401" in line["why"]
    assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    assert run.wait(40) == 0


def test_a_terminal_gets_readable_lines(deployed: Callable[..., Deployment]) -> None:
    here = deployed()
    here.start("--format", "text", "--drain").wait(60)
    lines = here.log().splitlines()
    assert lines[-1].endswith("stopped")
    assert not any(line.startswith("{") for line in lines)


def test_a_port_that_is_taken_is_one_message_and_no_traceback(deployed: Callable[..., Deployment]) -> None:
    here = deployed()
    port = here.x.rpartition(":")[2]
    text = (here.folder / "socialcare.toml").read_text()
    (here.folder / "socialcare.toml").write_text(
        text.replace('address = ""', f'address = "127.0.0.1:{port}"')
    )
    assert here.start().wait(60) == 2
    assert (
        f"error: cannot listen at `127.0.0.1:{port}`: address already in use\nhelp: another `address`"
        in here.log()
    )
    assert "Traceback" not in here.log()


def test_without_a_good_policy_it_takes_in_and_says_why_it_decides_nothing(
    deployed: Callable[..., Deployment],
) -> None:
    here = deployed()
    (here.folder / "policy/care.yaml").write_text("socialcare: 1\nrules: {hours: {wen: 1}}\n")
    run = here.start()
    here.until(lambda: "not ready" in here.log())
    here.until(here.listens)
    here.post("jo", "@AcmeShop are you open?")
    here.until(lambda: "1 mention not decided yet" in here.say("doctor").stdout)
    assert "nothing is decided: no good one ever served" in here.log()
    assert "SC201" in here.log()
    (here.folder / "policy/care.yaml").write_text(POLICY)
    here.until(lambda: here.state()["posts"] == 1)
    run.send_signal(signal.SIGTERM)
    assert run.wait(40) == 0


def test_the_doctor_says_what_readyz_says_and_knows_who_was_killed(
    deployed: Callable[..., Deployment], unused_port: int
) -> None:
    here = deployed()
    file = here.folder / "socialcare.toml"
    file.write_text(file.read_text().replace('address = ""', f'address = "127.0.0.1:{unused_port}"'))
    run = here.start(X_TOKEN_SECRET="a wrong secret")
    here.until(lambda: "feed stopped" in here.log())
    with pytest.raises(HTTPError) as caught:
        urlopen(f"http://127.0.0.1:{unused_port}/readyz")
    with caught.value as answer:
        (why,) = json.load(answer)["why"]
    said = here.say("doctor")
    assert "feed x.mentions.main: " in why
    assert f"problem  {why}\n" in said.stdout
    assert "ok       feed x.mentions.main" not in said.stdout
    assert (said.returncode, said.stderr) == (1, "")
    assert "ok       1 running\n" in said.stdout
    run.kill()
    run.wait()
    assert "warning  nothing is running; what ran " in here.say("doctor").stdout


def test_readyz_can_be_asked(deployed: Callable[..., Deployment], unused_port: int) -> None:
    here = deployed()
    text = (here.folder / "socialcare.toml").read_text()
    (here.folder / "socialcare.toml").write_text(
        text.replace('address = ""', f'address = "127.0.0.1:{unused_port}"')
    )
    here.start("--safe-mode")
    here.until(lambda: '"event": "running"' in here.log())
    with pytest.raises(HTTPError) as caught:
        urlopen(f"http://127.0.0.1:{unused_port}/readyz")
    with caught.value as answer:
        said = json.load(answer)
        assert (said["ready"], said["why"]) == (False, ["started in safe mode"])
    with urlopen(f"http://127.0.0.1:{unused_port}/metrics") as page:
        assert b"socialcare_mentions_waiting 0.0" in page.read()


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
