"""Cuts the power while the product takes in, decides and sends on SQLite, and looks whether what it acknowledged is there.

`python -m tests.reliability.power 200 --seed 1`; with `--synchronous OFF` it must fail.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from tests.bench.page import table
from tests.reliability.company import (
    Company,
    Platform,
    StandingClock,
    answered_twice,
    commit_too,
    company,
    mention,
)
from tests.reliability.connecting import sqlite_on
from tests.reliability.disk import Disk, PowerIsOff
from tests.reliability.page import tell
from tests.reliability.promises import FEED, Told, missing

from socialcare.delivery import audit
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import terms_of
from socialcare.errors import Interrupted, SettingsError
from socialcare.listening import Gone
from socialcare.model import Decision, Mention
from socialcare.service.decider import Decider
from socialcare.service.logs import set_up
from socialcare.service.metrics import Metrics
from socialcare.store import sqlite
from socialcare.store.database import open_database
from socialcare.store.intake import Intake
from socialcare.store.sql import SqlStore
from socialcare.store.tables import SHARDS

CUTS = 200
LIVES = 8
"""Cuts that one database goes through, one after the other; the first, as often as not, while it is made."""

_A_LIFE, _THE_MAKING = 300.0, 200
"""Steps of the disk to the cut: in the mean, and in a first life at most."""

_ROWS_TO_A_CHECKPOINT = 40
"""Instead of thousands, so that many cuts fall into checkpoints."""

_BETWEEN = 3600.0
"""Seconds between a cut and the next start."""


class Cut(NamedTuple):
    """One cut: in which part of the work and of the disk it came, and what was missing afterwards.

    A database that does not open has lost everything that was told of it: before anything was told, nothing is missing.
    """

    during: str
    step: str
    missing: list[str]
    opens: bool


class _Figures(Metrics):
    """Hears of decisions once they are committed, as in earnest."""

    def __init__(self, clock: StandingClock, told: Told) -> None:
        super().__init__(clock)
        self._told = told

    def decided(self, decisions: Sequence[Decision]) -> None:
        self._told.decisions.update((one.id, one) for one in decisions)


@dataclass
class History:
    """One database, its platform, and what was told, through several lives; `number` counts the mentions that there are."""

    folder: Path
    rng: random.Random
    company: Company
    told: Told = field(default_factory=Told)
    number: int = 0
    during: str = "opening"

    def __post_init__(self) -> None:
        self.platform = Platform(self.rng)
        self.clock = StandingClock()

    async def live(self, cut_at: int) -> Cut:
        """Work until the power is cut, and look at what is left."""
        disk = Disk.holding(self.folder, self.rng, cut_at)
        self.clock.check = disk.demand_power
        self.clock.time += _BETWEEN
        with sqlite_on(disk):
            try:
                await self._work(disk)
            except (Interrupted, SettingsError, PowerIsOff):
                if disk.is_on:
                    raise
        _leave(disk.cut(), self.folder)
        opens, found = await self._look()
        twice = [f"mention {one} was answered twice" for one in answered_twice(self.platform.posts)]
        return Cut(self.during, disk.cut_in, found + twice, opens)

    async def _work(self, disk: Disk) -> None:
        self.during = "opening"
        database = await open_database(f"sqlite:///{self.folder}/care.db", clock=self.clock, exclusive=True)
        try:
            terms = terms_of([self.platform])
            desk = replace(self.company.desk, store=SqlStore(database, partial(commit_too, terms=terms)))
            figures = _Figures(self.clock, self.told)
            decider = Decider(desk, database, figures, lambda: range(SHARDS))
            worker = f"w{self.rng.getrandbits(60):x}"
            speaker = Speaker(database, terms, self.clock, worker, alone=True, told=self.told.reached)
            works: dict[str, Callable[[], Awaitable[object]]] = {
                "taking in": partial(self._take_in, Intake(database)),
                "deciding": decider.mentions,
                "sending": speaker.speak_once,
                "finding out": speaker.reconcile,
                "sweeping": speaker.sweep,
            }
            while disk.is_on:
                (self.during,) = self.rng.choices(tuple(works), (4, 3, 8, 2, 1))
                await works[self.during]()
                if (head := await database.look(audit.head)) is not None:
                    self.told.heads.append(head)
                self.clock.time += 1
        finally:
            await database.close()

    async def _take_in(self, intake: Intake) -> None:
        """Single mentions at the same time, some for the second time; or a batch with a cursor, and notice that one is gone."""
        fresh = [mention(self.number + n) for n in range(self.rng.randint(1, 12))]
        self.number += len(fresh)
        before = self.rng.sample(list(self.told.mentions.values()), min(2, len(self.told.mentions)))
        if self.rng.random() < 0.5:
            await asyncio.gather(*(self._take_in_one(intake, one) for one in [*fresh, *before]))
            return
        gone = [Gone(id=one.id, platform=one.platform, at=one.at) for one in before[:1]]
        self.told.noticed.update(one.id for one in gone)
        await intake.accept([*fresh, *gone], FEED, str(self.number))
        self.told.mentions.update((one.id, one) for one in fresh)
        self.told.gone.update(one.id for one in gone)
        self.told.cursor = str(self.number)

    async def _take_in_one(self, intake: Intake, one: Mention) -> None:
        await intake.accept([one], "webhook", None)
        self.told.mentions.setdefault(one.id, one)

    async def _look(self) -> tuple[bool, list[str]]:
        """Whether a copy opens, with the standard library; and what was acknowledged and is not in it."""
        with tempfile.TemporaryDirectory() as place:
            copy = shutil.copytree(self.folder, Path(place) / "copy")
            try:
                database = await open_database(f"sqlite:///{copy}/care.db", clock=self.clock, exclusive=True)
            except SettingsError as why:
                return False, [f"cannot be opened: {why}"] if self.told != Told() else []
            try:
                return True, await database.look(lambda one: list(missing(one, self.told, self.platform)))
            except Interrupted as why:
                return False, [f"cannot be read: {why}"]
            finally:
                await database.close()


def _leave(left: Mapping[str, bytes], folder: Path) -> None:
    """What the machine finds when the power is back."""
    shutil.rmtree(folder)
    folder.mkdir()
    for name, content in left.items():
        (folder / name).write_bytes(content)


def cuts(number: int, seed: int, synchronous: str = "FULL") -> Iterator[tuple[Cut, History]]:
    """So many cuts, each with the history that it came in; `synchronous` is how SQLite is told to write."""
    rng, ours = random.Random(seed), company()
    with tempfile.TemporaryDirectory() as place, _writing(synchronous):
        history: History | None = None
        for at in range(number):
            if history is None or at % LIVES == 0:
                folder = Path(place) / f"history{at}"
                folder.mkdir()
                history = History(folder, rng, ours)
                cut_at = rng.randint(1, _THE_MAKING)
            else:
                cut_at = 1 + int(rng.expovariate(1 / _A_LIFE))
            cut = asyncio.run(history.live(cut_at))
            yield cut, history
            if cut.missing or not cut.opens:
                history = None


@contextmanager
def _writing(synchronous: str) -> Iterator[None]:
    """SQLite as the product sets it up, but for how it writes."""
    ours = sqlite._pragmas

    def other(*, exclusive: bool) -> tuple[str, ...]:
        return tuple(
            one.replace("synchronous=FULL", f"synchronous={synchronous}") for one in ours(exclusive=exclusive)
        )

    with (
        patch.object(sqlite, "_pragmas", other),
        patch.object(sqlite, "_ROWS_BETWEEN_CHECKPOINTS", _ROWS_TO_A_CHECKPOINT),
    ):
        yield


def main() -> None:
    """Cut, print what came of it and write it to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cuts", type=int, nargs="?", default=CUTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--synchronous", choices=("FULL", "NORMAL", "OFF"), default="FULL")
    asked = parser.parse_args()
    set_up(as_json=True, level=logging.CRITICAL)
    done: list[Cut] = []
    told: dict[Path, Counter[str]] = {}
    requests: dict[Path, int] = {}
    for cut, history in cuts(asked.cuts, asked.seed, asked.synchronous):
        done.append(cut)
        told[history.folder] = history.told.counted()
        requests[history.folder] = len(history.platform.requests)
        for one in cut.missing:
            print(f"cut {len(done)}, while {cut.during}: {one}")
    lost = sum(bool(cut.missing) for cut in done)
    total = sum(told.values(), Counter[str]())
    about = (
        f"{len(done)} cuts of the power in {len(told)} histories of a database, seed {asked.seed}, `synchronous={asked.synchronous}`: "
        f"something acknowledged was missing after {lost}. Acknowledged were {total['mentions']:,} mentions, {total['decisions']:,} "
        f"decisions, {sum(requests.values()):,} requests begun and {total['outcomes']:,} outcomes."
    )
    if unopened := sum(not cut.opens and not cut.missing for cut in done):
        about += (
            f" {unopened} cuts in the making of the file left one that is refused and has to be made anew."
        )
    parts = [
        about,
        table(("cut while", "cuts"), Counter(cut.during for cut in done).most_common()),
        table(("what the disk was doing", "cuts"), Counter(_step(cut) for cut in done).most_common()),
    ]
    if asked.synchronous == "FULL":
        tell("power", f"make power N={asked.cuts}", parts)
    else:
        print("\n\n".join(parts))
    sys.exit(bool(lost))


def _step(cut: Cut) -> str:
    verb, _, name = cut.step.partition(" ")
    file = {"-wal": "the log", "-journal": "the journal", "": "the database"}.get(
        name.removeprefix("care.db"), name
    )
    return f"{verb} {file}"


if __name__ == "__main__":
    main()
