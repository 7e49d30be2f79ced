"""How soon work goes on after a kill with 100,000 open items, and how soon nothing goes out after the kill switch was set.

`python -m tests.reliability.recovery`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update
from tests.bench.page import table
from tests.bench.workload import ROOT
from tests.reliability.company import Platform
from tests.reliability.intake import OUT, Figure
from tests.reliability.line import deciding, prepare, prepared, service
from tests.reliability.page import sqlite_version, tell

from socialcare.delivery import bodies, switch
from socialcare.delivery.terms import terms_of
from socialcare.model import Decision
from socialcare.sending import Answer, Effect
from socialcare.service.logs import set_up
from socialcare.store.database import now, open_database
from socialcare.store.tables import EFFECT, MENTION

OPEN = 100_000
SENDING = 100
"""Of the open items half are mentions and half are effects, of which so many were being sent when the process died (four lines send at a time)."""

_BATCH = 100
_A_REQUEST = 0.02
_BEFORE_THE_PRESS, _AFTER_IT = 2.0, 3.0


class SlowPlatform(Platform):
    """A platform on which everything succeeds after a while; `written` is when requests were written."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.written: list[float] = []
        self.done: list[float] = []

    async def send(self, effect: Effect, may_write: Callable[[], bool]) -> Answer:
        """One request."""
        if not may_write():
            return Answer(kind="unsent", reason="not allowed")
        self.begun.set()
        self.written.append(time.perf_counter())
        await asyncio.sleep(_A_REQUEST)
        self.done.append(time.perf_counter())
        return Answer(kind="sent", remote_id=effect.id, status=201)


async def fill(folder: Path, url: str) -> None:
    """Leave a database as a killed process leaves it: half of the open items wait to be decided, half to be sent."""
    arrivals = prepared(folder, OPEN)
    async with service(folder, url) as one:
        for at in range(0, OPEN, _BATCH):
            await one.intake.accept(arrivals[at : at + _BATCH], "feed", str(at))
        for at in range(OPEN // 2, OPEN, _BATCH):
            names = [mention.id for mention in arrivals[at : at + _BATCH]]
            state = "SENDING" if at >= OPEN - SENDING else "READY"
            await one.database.run(partial(_answer, names=names, state=state))
        os._exit(0)  # as a kill does: nothing is closed


def _answer(connection: Connection, names: Sequence[str], state: str) -> None:
    at = now(connection)
    rows = connection.execute(select(MENTION).where(MENTION.c.newest.in_(names))).all()
    connection.execute(update(MENTION).where(MENTION.c.id.in_([row.id for row in rows])).values(state="done"))
    effects: list[dict[str, Any]] = []  # Any: columns
    for row in rows:
        effect = Effect(id=f"e{row.id}", account="main", platform="x", action="reply", text="Thank you!")
        columns = {"root": row.root, "author": row.author, "mention": row.id, "body": bodies.written(effect)}
        same = {
            "platform": "x",
            "slot": "public",
            "account": "main",
            "action": "reply",
            "rule": "r",
            "decision": "d",
        }
        times = {"created_at": at, "changed_at": at, "not_before": at, "expires_at": at + 86_400}
        held = (
            {"owner": "dead", "lease_until": at, "fence": 1}
            if state == "SENDING"
            else {"owner": None, "lease_until": None, "fence": 0}
        )
        effects.append(
            {
                "id": effect.id,
                "state": state,
                "body_hash": bodies.hash_of(effect),
                **columns,
                **same,
                **times,
                **held,
            }
        )
    connection.execute(insert(EFFECT), effects)


async def recover(folder: Path, url: str, began: float) -> list[Figure]:
    """Start over that database, then set the kill switch from another connection."""
    platform, decided = SlowPlatform(), asyncio.Event()
    async with service(folder, url) as one:
        opened = time.time() - began
        terms = terms_of([platform])
        one.terms = one.speaker.terms = terms
        tell_figures = one.metrics.decided

        def hear(decisions: Sequence[Decision]) -> None:
            tell_figures(decisions)
            decided.set()

        one.metrics.decided = hear  # type: ignore[method-assign]  # to hear of the first one
        stop = asyncio.Event()
        async with deciding(one):
            speaking = asyncio.create_task(one.speaker.run(stop))
            await decided.wait()
            first, cpu = time.time() - began, time.process_time()
            await platform.begun.wait()
            sent = time.time() - began
            await asyncio.sleep(_BEFORE_THE_PRESS)
            requests = len(platform.written)
            other = await open_database(url)
            pressed = time.perf_counter()
            await other.run(partial(switch.kill, reason="measured", by="measure"))
            await asyncio.sleep(_AFTER_IT)
            stop.set()
            await speaking
            await other.close()
    last = max(platform.done) - pressed
    late = sum(at > pressed for at in platform.written)
    return [
        Figure(
            f"start over {OPEN:,} open items to the first mention decided",
            f"{first:.1f} s",
            "5 s",
            f"from the start of the process; ready {opened:.1f} s, first request {sent:.1f} s; {cpu:.1f} s of CPU",
        ),
        Figure(
            "kill switch to the end of the last request",
            f"{max(last, 0):.2f} s",
            "2 s",
            f"pressed through another connection; {requests / _BEFORE_THE_PRESS:.0f} requests a second before, {late} written after",
        ),
    ]


def main() -> None:
    """Print the figures and write them to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", choices=("fill", "recover"))
    parser.add_argument("--url")
    parser.add_argument("--began", type=float, default=0.0)
    asked = parser.parse_args()
    set_up(as_json=True, level=logging.ERROR)
    folder = OUT / "stand"
    if asked.step == "fill":
        asyncio.run(fill(folder, asked.url))
    elif asked.step == "recover":
        print(json.dumps(asyncio.run(recover(folder, asked.url, asked.began))))
    else:
        prepare(folder, OPEN)
        with tempfile.TemporaryDirectory(dir=OUT) as place:
            command = [
                sys.executable,
                "-m",
                "tests.reliability.recovery",
                "--url",
                f"sqlite:///{place}/care.db",
            ]
            subprocess.run([*command, "--step", "fill"], cwd=ROOT, check=True)
            again = [*command, "--step", "recover", "--began", str(time.time())]
            done = subprocess.run(again, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        figures = [Figure(*one) for one in json.loads(done.stdout)]
        about = (
            f"{sqlite_version()}; {OPEN // 2:,} mentions to be decided by the rules of the intake, {OPEN // 2 - SENDING:,} replies "
            f"to be sent and {SENDING:,} that were being sent when the process was killed; load of the machine {os.getloadavg()[0]:.1f}."
        )
        tell("recovery", "make recovery", [about, table(("measure", "found", "asked for", "more"), figures)])


if __name__ == "__main__":
    main()
