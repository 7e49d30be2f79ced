"""Seven weeks live: the bundled mentions arrive on a fake X, the repository's own policy decides them; then a dry run over what was
decided must say the same, byte for byte.

`python -m tests.reliability.replayed`; `--keep DIR` keeps both files of decisions.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from tests.bench.page import table
from tests.bench.workload import ROOT
from tests.reliability.matrix import warm
from tests.reliability.page import tell
from tests.reliability.worker import Worker
from tests.reliability.world import Place, Platform
from tests.reliability.world_clock import SharedClock
from tests.reliability.world_databases import Sqlite, looking, open_folder

from socialcare.config import Settings
from socialcare.store.tables import DECISION, MENTION
from socialcare.testing.fake_x import credentials_of, read_ledger
from socialcare.testing.fake_x.ids import person_id

ACCOUNTS = {"main": "AcmeCo", "help": "AcmeHelp", "uk": "AcmeUK"}
_LEAP, _POLL, _PATIENCE = 1800.0, 0.01, 60.0
_SPEED = 20.0


class Row(Struct):
    """A past mention: who wrote what when, and the bundled post that it answers."""

    id: str
    author: str
    text: str
    at: float
    answers: str | None


class Outcome(Struct):
    """How many mentions came, what was posted, how many decisions there are of each kind and outcome, and where the two differ."""

    mentions: int
    posts: int
    decided: dict[str, int]
    same: int
    differing: list[tuple[str, str]]
    seconds: float


@dataclass(frozen=True)
class Shops(Place):
    """The repository's own deployment, with its three accounts on the fake X."""

    def settings(self) -> Settings:
        """What `socialcare.toml` would say with accounts in it."""
        written = tomllib.loads((ROOT / "socialcare.toml").read_text())
        plugins = {name: dict(keys) for name, keys in written["plugins"].items()}
        plugins["places"]["stores"] = str(ROOT / "rules" / "stores.csv")
        app = credentials_of("", 0)
        os.environ.update(CK=app.consumer_key, CS=app.consumer_secret)
        accounts = {}
        for name, handle in ACCOUNTS.items():
            keys = credentials_of(handle, 0)
            os.environ.update({f"{name}_AT": keys.access_token, f"{name}_ATS": keys.access_token_secret})
            secrets = {"access_token": f"env:{name}_AT", "access_token_secret": f"env:{name}_ATS"}
            accounts[name] = {"id": person_id(handle, 0), "handle": handle, **secrets}
        x = {
            "api": self.api,
            "interval": 5.0,
            "consumer_key": "env:CK",
            "consumer_secret": "env:CS",
            "accounts": accounts,
        }
        plugins["x"] |= x
        return Settings(
            path=None,
            folder=self.folder,
            policy=ROOT / "rules",
            plugins=plugins,
            providers={},
            unseal={},
            live={"address": "", "database": self.database},
        )


def past() -> list[Row]:
    """The bundled mentions that others wrote, in the order in which they were written."""
    rows: dict[str, Row] = {}
    ours = {handle.casefold() for handle in ACCOUNTS.values()}
    for file in sorted((ROOT / "rules" / "past").glob("*.json")):
        page = json.loads(file.read_text("utf-8"))
        people = {one["id"]: one["username"] for one in page["includes"]["users"]}
        for post in page["data"]:
            author = people.get(post["author_id"], f"user{post['author_id']}"[:15])
            if author.casefold() in ours:
                continue
            answers = [one["id"] for one in post.get("referenced_tweets", ()) if one["type"] == "replied_to"]
            at = datetime.fromisoformat(post["created_at"]).timestamp()
            rows[post["id"]] = Row(post["id"], author, post["text"], at, answers[0] if answers else None)
    return sorted(rows.values(), key=lambda row: int(row.id))


@dataclass
class Weeks:
    """The run live."""

    folder: Path
    rows: Sequence[Row]

    def live(self) -> tuple[list[bytes], int]:
        """Let the weeks pass. Returns the decisions, in the order in which they were committed, and how many posts were made."""
        self.clock = SharedClock.started(self.folder / "clock", _SPEED, self.rows[0].at - 3600)
        with ExitStack() as stack:
            platform = Platform(self.folder, self.clock, accounts=tuple(ACCOUNTS.values()))
            stack.callback(platform.end)
            url = Sqlite(self.folder).fresh(self.folder, self.clock, empty=True)
            self.worker = Worker(Shops(self.folder, self.clock, url, platform.url))
            stack.callback(self.worker.kill)
            self._wait(lambda: len(read_ledger(platform.ledger).requests) > 2 * len(ACCOUNTS))
            there: dict[str, str] = {}
            with looking(url, self.clock) as connection:
                for number, row in enumerate(self.rows, start=1):
                    self._pass(row.at)
                    more = {"in_reply_to": there[row.answers]} if row.answers in there else {}
                    there[row.id] = platform.post(row.author, row.text, **more)
                    named = any(
                        f"@{handle}".casefold() in row.text.casefold() for handle in ACCOUNTS.values()
                    )
                    if named:
                        self._wait(lambda: _is_decided(connection, there[row.id]))  # noqa: B023 - called at once
                    print(f"\r{number} of {len(self.rows)} mentions ", end="", file=sys.stderr, flush=True)
                self.worker.signal(signal.SIGTERM)
                self.worker.wait()
                bodies = connection.execute(select(DECISION.c.body).order_by(DECISION.c.seq)).scalars()
                return [bytes(body) for body in bodies], len(read_ledger(platform.ledger).posts)

    def _pass(self, at: float) -> None:
        """Let time pass, in leaps, each of which the worker has seen."""
        while self.clock.now() < at:
            now = self.clock.now()
            before = self.worker.steps()
            self.clock.jump(min(_LEAP - now % _LEAP, at - now))
            self._wait(lambda: self.worker.steps() > before + 1)  # noqa: B023 - called at once

    def _wait(self, there: Any) -> None:  # Any: a question without arguments
        ends = time.monotonic() + _PATIENCE
        while not there():
            if self.worker.look() == "ended" or time.monotonic() > ends:
                raise TimeoutError(f"nothing happens at {datetime.fromtimestamp(self.clock.now(), UTC)}")
            time.sleep(_POLL)


def _is_decided(connection: Any, post: str) -> bool:  # Any: a connection
    asked = select(func.count()).where(MENTION.c.root == post, MENTION.c.state != "new")
    return bool(connection.execute(asked).scalar_one())


def again(decisions: Sequence[bytes], folder: Path) -> list[bytes]:
    """A dry run of the repository's policy over decisions: its decisions."""
    live, dry = folder / "live.jsonl", folder / "dry.jsonl"
    live.write_bytes(b"".join(one + b"\n" for one in decisions))
    command = [
        sys.executable,
        "-m",
        "socialcare",
        "simulate",
        "--over",
        str(live),
        "--decisions",
        str(dry),
        "--with-input",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return dry.read_bytes().splitlines()


def compared(live: Sequence[bytes], dry: Sequence[bytes]) -> tuple[int, list[tuple[str, str]]]:
    """How many are the same at the same place, and those that are not, in short."""
    same, differing = 0, []
    for ours, theirs in zip_longest(live, dry, fillvalue=b"{}"):
        if ours == theirs:
            same += 1
        else:
            differing.append(_difference(json.loads(ours), json.loads(theirs)))
    return same, differing


def _difference(ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[str, str]:  # Any: decision records
    keys = [key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)]
    return str(ours.get("mention") or theirs.get("mention")), ", ".join(keys)


def main() -> int:
    """Run; the exit code is 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="keep what is left behind in this folder")
    parser.add_argument("--first", type=int, help="only so many mentions")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    asked = parser.parse_args()
    warm()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = asked.keep or stack.enter_context(open_folder())
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("SOCIALCARE_CACHE", str(folder / "cache"))
        rows = past()[: asked.first]
        live, posts = Weeks(folder, rows).live()
        same, differing = compared(live, again(live, folder))
    decided = Counter(f"{one['event']}: {one['outcome']}" for one in map(json.loads, live))
    found = Outcome(len(rows), posts, dict(decided), same, differing, time.monotonic() - began)
    print(file=sys.stderr)
    for mention, keys in differing[:20]:
        print(f"{mention}: {keys}")
    parts = list(_parts(found))
    if not asked.no_page and asked.first is None:
        tell("live-replay", "make live-replay", parts)
    else:
        print(*parts, sep="\n\n")
    return 1 if differing else 0


def _parts(found: Outcome) -> list[str]:
    total = found.same + len(found.differing)
    summary = (
        f"Seven weeks of {found.mentions} bundled mentions, live on a fake X by the repository's own policy in {found.seconds:.0f} s: "
        f"{found.posts} posts. A dry run over what was decided gives {found.same} of {total} decisions byte for byte."
    )
    return [summary, table(["decisions", "number"], sorted(found.decided.items()))]


if __name__ == "__main__":
    sys.exit(main())
