"""What a worker works in: a folder with policy and settings, a fake X in a process of its own, and the keys to it."""

from __future__ import annotations

import asyncio
import ctypes
import http.client
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.reliability.world_clock import SharedClock

from socialcare.config import Settings
from socialcare.testing.fake_x import FakeX, Limit, Step, credentials_of
from socialcare.testing.fake_x.ids import person_id

US = "AcmeShop"
POLICY = """
socialcare: 1
company: {name: Acme Shop}
accounts: {main: AcmeShop}
calendars: {evening: {zone: UTC, week: {every day: 15:11-23:00}}}
guards:
  later: {when: {text: {has: tonight}}, hold: [reply], until: evening, because: This is answered in the evening.}
  optout: {when: {flags.opted_out: true}, forbid: [reply], except: [stop], because: Who wants no answers gets none.}
rules:
  stop:
    rank: legal
    when: {text: {has: leave me alone}}
    do: {remember: {flags.opted_out: true}, reply: "Understood, {{ author.handle }}."}
  answer: {when: {text: {has: hello}}, do: {reply: "Hello {{ author.handle }}, we look into it."}}
"""
"""Everything is answered in public, with the name of its author; what has `tonight` in it from 15:11 on."""

INTERVAL = 15.0
"""Seconds between two looks at the mentions."""

_UNLIMITED = Limit(10**9, 10**9)
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def forked(work: Callable[[], object], log: Path | None = None) -> int:
    """Do it in a process of its own, which ends with it, and with us. Call it where there are no threads. Returns its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    try:
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
        if log is not None:
            written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(written, 1)
            os.dup2(written, 2)
        work()
    except BaseException:  # noqa: BLE001 - nothing may get back into what the parent does next
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


@dataclass(frozen=True)
class Place:
    """A deployment of the product: `database` as in its settings, `account` the handle it speaks for."""

    folder: Path
    clock: SharedClock
    database: str
    api: str
    account: str = US
    resend: bool = False

    def settings(self) -> Settings:
        """What `socialcare.toml` would say."""
        keys = credentials_of(self.account, 0)
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        named = {name: f"{name}_{self.account}".upper() for name in names}
        os.environ.update({variable: getattr(keys, name) for name, variable in named.items()})
        secrets = {name: f"env:{variable}" for name, variable in named.items()}
        account = {
            "id": person_id(self.account, 0),
            "handle": self.account,
            **{name: secrets.pop(name) for name in names[2:]},
        }
        x = {"api": self.api, "interval": INTERVAL, **secrets, "accounts": {"main": account}}
        live: dict[str, Any] = {"address": "", "database": self.database}  # Any: a table of TOML
        if self.resend:
            live["resend"] = ["x"]
        return Settings(
            path=None,
            folder=self.folder,
            policy=self.folder / "policy",
            plugins={"actions": {}, "x": x},
            providers={},
            unseal={},
            live=live,
        )


def make_policy(folder: Path, policy: str = POLICY) -> None:
    """Write the policy of a deployment."""
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / "care.yaml").write_text(policy)


class Platform:
    """A fake X in a process of its own, on the common time, and what is told to it from outside."""

    def __init__(
        self,
        folder: Path,
        clock: SharedClock,
        *,
        accounts: Sequence[str] = (US,),
        steps: Sequence[Step] = (),
        seed: int = 0,
        source: Callable[[FakeX], Any] | None = None,  # Any: a coroutine
        lag: float = 0.0,
        automated: bool = False,
    ) -> None:
        self.ledger = folder / "ledger.jsonl"
        reading, writing = os.pipe()

        async def serve() -> None:
            limits = dict.fromkeys(_ENDPOINTS, _UNLIMITED)
            x = FakeX(
                accounts=accounts,
                clock=clock,
                control=True,
                ledger=self.ledger,
                script=steps,
                limits=limits,
                lag=lag,
                duplicates_within=0.0,  # X's own check of texts is no part of what we promise
            )
            x.script._seed = seed
            for account in accounts:
                x.user(account, automated=automated)
            async with x:
                os.write(writing, f"{x.url}\n".encode())
                if source is not None:
                    await source(x)
                await asyncio.Event().wait()

        self.process = forked(lambda: asyncio.run(serve()), folder / "platform.log")
        os.close(writing)
        with os.fdopen(reading) as told:
            self.url = told.readline().strip()
        if not self.url:
            raise RuntimeError((folder / "platform.log").read_text())

    def post(self, author: str, text: str, **more: str) -> str:
        """Somebody posts. Returns the id."""
        return str(self._order("POST", "/fake/posts", {"author": author, "text": text, **more})["id"])

    def delete(self, post: str) -> None:
        """Its author deletes a post."""
        self._order("DELETE", f"/fake/posts/{post}", {})

    def steps(self, steps: Sequence[Mapping[str, object]]) -> None:
        """What goes wrong from now on."""
        self._order("PUT", "/fake/steps", steps)

    def _order(self, method: str, path: str, body: object) -> Any:  # Any: JSON
        line = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            line.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
            return json.loads(line.getresponse().read())
        finally:
            line.close()

    def end(self) -> None:
        """Close it; the ledger stays."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


_ENDPOINTS = (
    "GET /2/users/:id/mentions",
    "GET /2/users/:id/tweets",
    "GET /2/tweets",
    "GET /2/tweets/:id",
    "POST /2/tweets",
)
