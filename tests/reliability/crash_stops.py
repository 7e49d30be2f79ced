"""How sending stops: by the kill switch, and when the process is told to end, both in the middle of it.

`python -m tests.reliability.crash_stops`, in real time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct
from sqlalchemy import func, select
from tests.reliability.judge import Evidence, broken
from tests.reliability.matrix import warm
from tests.reliability.page import tell
from tests.reliability.worker import Worker
from tests.reliability.world import US, Place, Platform, forked, make_policy
from tests.reliability.world_clock import SharedClock
from tests.reliability.world_databases import Sqlite, looking, open_folder

from socialcare.delivery import switch
from socialcare.store.database import open_database
from socialcare.store.tables import ATTEMPT, AUDIT, EFFECT
from socialcare.testing.fake_x import Step, read_ledger

MENTIONS = 400
_POSTS = "POST /2/tweets"
_PATIENCE = 60.0
_ANSWER = 0.4


class Stop(Struct):
    """Posts before it, seconds until the last request came, posts altogether, exit code of the process, what was broken."""

    before: int
    seconds: float
    posts: int
    exit_code: int
    problems: list[str]


@contextmanager
def sending(folder: Path) -> Iterator[tuple[Worker, Platform, Place]]:
    """A worker that is in the middle of sending, each answer of the platform taking a while."""
    clock = SharedClock.started(folder / "clock", 1.0)
    make_policy(folder)
    with ExitStack() as stack:
        step = Step(on=_POSTS, answer="late", seconds=_ANSWER)
        platform = Platform(folder, clock, steps=[step])
        stack.callback(platform.end)
        place = Place(folder, clock, Sqlite(folder).fresh(folder, clock), platform.url)
        for number in range(MENTIONS):
            platform.post(f"p{number}", f"@{US} hello, number {number}")
        worker = Worker(place)
        stack.callback(worker.kill)
        _wait(lambda: len(read_ledger(platform.ledger).posts) >= 10)
        yield worker, platform, place


def kill_switch(folder: Path) -> Stop:
    """Set the kill switch, as its command does, and see when the last request comes."""
    with sending(folder) as (worker, platform, place):
        before = len(read_ledger(platform.ledger).posts)
        pressed = place.clock.now()
        setter = forked(lambda: asyncio.run(_kill(place)), folder / "switch.log")
        os.waitpid(setter, 0)
        time.sleep(4.0)
        worker.signal(signal.SIGTERM)
        worker.wait()
        return _judged(place, platform, worker, before, pressed)


def told_to_end(folder: Path) -> Stop:
    """Send SIGTERM, and see when the last request comes, and whether what was under way is finished."""
    with sending(folder) as (worker, platform, place):
        before = len(read_ledger(platform.ledger).posts)
        pressed = place.clock.now()
        worker.signal(signal.SIGTERM)
        worker.wait()
        return _judged(place, platform, worker, before, pressed)


async def _kill(place: Place) -> None:
    database = await open_database(place.database, clock=place.clock)
    await database.run(partial(switch.kill, reason="a bad rule", by="operator"))
    await database.close()


def _judged(place: Place, platform: Platform, worker: Worker, before: int, pressed: float) -> Stop:
    ledger = read_ledger(platform.ledger)
    last = max(one.at for one in ledger.requests_of(_POSTS))
    with looking(place.database, place.clock, still=True) as connection:
        problems = [
            one for one in broken(Evidence(connection, ledger, {}, 0.0)) if not one.startswith("I10 ")
        ]  # what waits is still to be sent
        sending_ = select(func.count()).where(EFFECT.c.state.in_(("SENDING", "UNKNOWN")))
        if connection.execute(sending_).scalar_one():
            problems.append("what was under way was not finished")
        set_at = select(func.min(AUDIT.c.at)).where(AUDIT.c.what == "kill switch set")
        at = connection.execute(set_at).scalar() or pressed
        late = select(func.count()).where(ATTEMPT.c.started_at > at + 1.0)
        if connection.execute(late).scalar_one():
            problems.append("something was begun a second later")
    return Stop(before, max(0.0, last - pressed), len(ledger.posts), worker.ended or 0, problems)


def _wait(there: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE
    while not there():
        if time.monotonic() > ends:
            raise TimeoutError("nothing is sent")
        time.sleep(0.05)


def main() -> int:
    """Run; the exit code is 1 where something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    asked = parser.parse_args()
    warm()
    parts, good = [], True
    for what, stop in (("kill switch", kill_switch), ("SIGTERM", told_to_end)):
        with open_folder() as folder:
            os.environ.setdefault("SOCIALCARE_CACHE", str(folder / "cache"))
            found = stop(folder)
        good = good and not found.problems and found.exit_code == 0 and found.seconds < 2.0
        parts.append(
            f"{what} after {found.before} of {MENTIONS} answers: the last request came {found.seconds:.2f} s later, "
            f"{found.posts} were sent, what was under way was finished, exit code {found.exit_code}"
            + "".join(f"; {one}" for one in found.problems)
            + "."
        )
    if not asked.no_page:
        tell("stops", "make stops", parts)
    else:
        print(*parts, sep="\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
