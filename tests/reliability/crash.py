"""One crash: a worker dies or stops at a point of the protocol while the platform answers in some way, and another goes on."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, func, select
from tests.reliability.judge import UNFINISHED, Evidence, broken, endings
from tests.reliability.worker import Worker
from tests.reliability.world import POLICY, US, Place, Platform, make_policy
from tests.reliability.world_clock import SharedClock
from tests.reliability.world_databases import FEED, Databases, looking

from socialcare.store.intake import cursor_of
from socialcare.store.tables import AUDIT, DECISION, EFFECT, EVIDENCE, MENTION, SHARD, STATE, WORKER
from socialcare.testing.fake_x import Step, read_ledger
from socialcare.testing.fake_x.scripts import Word

SPEED = 20.0
_POLL, _JUMP, _UNCHANGED = 0.01, 30.0, 3
_EVENING = 600.0
"""Seconds after the beginning: what is held is let go a minute later."""

_PATIENCE = 60.0
"""Real seconds for one stage of a case."""

_LAST_WORDS, _TO_TELL = 4, 0.2
"""Lines of the log of a worker that is stuck, and real seconds for it to say where it is."""

_ENDS = (0, -signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM)
"""How a worker may end: when told to, by the crash, when told to before it had begun, when told to for a second time."""

_ASLEEP = 200.0
"""Seconds for which a process is stopped where nobody takes over: longer than its lease, and than a dead worker's."""

Asked = Callable[[Connection], bool]
Mode = Literal["kill, restart", "kill, takeover", "stop, takeover", "stop, wake"]

ANSWERS: Mapping[str, Word] = {
    "ok": "ok",
    "refused": "not_summoned",
    "lost": "drop",
    "applied, lost": "drop_applied",
    "applied late": "late_applied",
    "429": "rate_limited",
}
"""What the platform does with the first request of the case, and how the fake X calls it."""

_SECONDS: Mapping[str, float] = {"applied late": 20.0, "429": 60.0}
LATER = frozenset({"takeover.after_commit", "look_up.before_commit"})
"""Points that only the worker that comes after a crash meets."""

_RULING = ("ruling.", "purge.")
"""Points that are met when what was held is let go, or when a mention is gone."""


class Case(Struct, frozen=True):
    """One combination. `resend` allows a second request after two look-ups that found nothing, as an operator may."""

    point: str
    answer: str
    mode: Mode
    store: str
    resend: bool = False
    seed: int = 0

    @property
    def name(self) -> str:
        """How it is named on the command line."""
        return "/".join(
            (self.point, self.answer, self.mode, self.store, *(["resend"] if self.resend else []))
        )


class Verdict(Struct):
    """What became of a case: what broke a promise, how it ended for each author, and how long it took, really and on its clock.

    `slow` says that no promise was broken, but that a stage did not come to its end in time, as on a machine that has much to do.
    """

    case: Case
    problems: list[str]
    endings: dict[str, str]
    posts: int
    requests: int
    seconds: float
    minutes: float
    slow: bool = False


class Stuck(Exception):  # noqa: N818 - a verdict, not an error
    """A stage cannot come to its end."""


class Slow(Stuck):
    """A stage did not come to its end in time."""


class Marks(NamedTuple):
    """What changes when something is done."""

    audit: int
    decisions: int
    mentions: int
    evidence: int


@dataclass
class Stage:
    """The play of one case."""

    case: Case
    databases: Databases
    folder: Path
    weakened: bool = False
    workers: list[Worker] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)

    def play(self) -> Verdict:
        """Play it, and judge."""
        began = time.monotonic()
        make_policy(self.folder)
        self.clock = SharedClock.started(self.folder / "clock", SPEED)
        empty = self.case.point == "migration.inside"
        url = self.databases.fresh(self.folder, self.clock, empty=empty)
        problems: list[str] = []
        took, slow = 0.0, False
        with ExitStack() as stack:
            stack.callback(self.databases.drop, url)
            self.platform = Platform(self.folder, self.clock, steps=[self._step()], seed=self.case.seed)
            stack.callback(self.platform.end)
            self.place = Place(self.folder, self.clock, url, self.platform.url, resend=self.case.resend)
            stack.callback(self._end_all)
            try:
                calm = self._crash()
                self._until(self._is_settled, "settle")
                took = self.clock.now() - max(calm, self._last_request())
                self._leave()
            except Stuck as why:
                problems += [str(why), *self._last_words()]
                slow = isinstance(why, Slow)
            with looking(url, self.clock, still=True) as connection:
                ledger = read_ledger(self.platform.ledger)
                seen = Evidence(connection, ledger, self.accepted, took)
                wrong = broken(seen, without=UNFINISHED if slow else ())
                return Verdict(
                    case=self.case,
                    problems=problems + wrong,
                    endings=endings(seen),
                    posts=len(ledger.posts),
                    requests=len(ledger.requests_of("POST /2/tweets")),
                    seconds=time.monotonic() - began,
                    minutes=self.clock.steady() / 60,
                    slow=slow and not wrong,
                )

    # ---- what happens -----------------------------------------------------------------------------------------------

    def _step(self) -> Step:
        """The answer to the first request of the one whose answer meets the point."""
        who = "ben" if self.case.point.startswith("ruling.") else "ann"
        seconds = _SECONDS.get(self.case.answer, 30.0)
        return Step(on="POST /2/tweets", answer=ANSWERS[self.case.answer], text=who, times=1, seconds=seconds)

    def _crash(self) -> float:
        """Up to the fault and what follows it at once; the time at which faults are over."""
        point = self.case.point
        how = "stop" if self.case.mode.startswith("stop") else "kill"
        if point == "migration.inside":
            self._start(f"{point}={how}@4")
            self._until(self._is_hit, f"reach {point}")
            self._start("")
            self._until(self._listens, "listen")
            self.workers[0].signal(signal.SIGCONT)
            self._post()
            self._until(self._has_taken, "take in", before=_EVENING)
            self._more()
            return self.clock.now()
        self._post()
        if point.startswith(_RULING):
            self._start(f"{point}={how}")
            self._until(self._has_taken, "take in", before=_EVENING)
            self._more()
        elif point in LATER:
            self._start("request.written=kill")
            self._until(self._is_hit, "reach request.written", before=_EVENING)
            self._start(f"{point}={how}")
        else:
            self._start(f"{point}={how}")
        if point == "shutdown.inside":
            self._until(self._has_asked, "ask")
            self.workers[0].signal(signal.SIGTERM)
        if point == "reload.before_store":
            self._until(self._has_asked, "ask", before=_EVENING)
            (self.folder / "policy" / "care.yaml").write_text(POLICY.replace("Hello", "Dear"))
        self._until(self._is_hit, f"reach {point}", before=None if point.startswith(_RULING) else _EVENING)
        hit = self.workers[-1]
        if self.case.mode == "stop, wake":
            self.clock.jump(_ASLEEP)
            hit.signal(signal.SIGCONT)
        else:
            self._start("")
        if not point.startswith(_RULING):
            self._until(self._has_taken, "take in", before=_EVENING)
            self._more()
            self._until(self._has_decided, "decide", before=_EVENING)
        calm = self.clock.now()
        if how == "stop" and self.case.mode != "stop, wake":
            self._until(self._is_settled, "settle without the one that sleeps")
            calm = self.clock.now()
        hit.signal(signal.SIGCONT)
        return calm

    def _post(self) -> None:
        for who, text in (
            ("ann", "hello, where is my parcel?"),
            ("ben", "hello, when tonight?"),
            ("cem", "hello, open tonight?"),
            ("dan", "hello, not tonight?"),
        ):
            self.accepted[self.platform.post(who, f"@{US} {text}")] = who

    def _more(self) -> None:
        """One deletes what is held, one opts out, one comes anew."""
        cem = next(post for post, who in self.accepted.items() if who == "cem")
        self.platform.delete(cem)
        self.accepted[self.platform.post("dan", f"@{US} leave me alone")] = "dan"
        self.accepted[self.platform.post("eve", f"@{US} hello, is anybody there?")] = "eve"

    def _start(self, failpoints: str) -> None:
        name = f"worker{len(self.workers) + 1}"
        self.workers.append(Worker(self.place, failpoints, self.weakened, name))

    def _leave(self) -> None:
        """End what still runs, as an operator would."""
        for worker in self.workers:
            worker.signal(signal.SIGTERM)
        ends = time.monotonic() + _PATIENCE / 2
        for worker in self.workers:
            while worker.look() != "ended":
                if time.monotonic() > ends:
                    raise Stuck(f"{worker.name} does not stop when told to")
                time.sleep(_POLL)
            if worker.ended not in _ENDS:
                raise Stuck(f"{worker.name} ended with {worker.ended}")

    def _last_words(self) -> Iterator[str]:
        """What each worker said last; where it is at the moment is added to its log."""
        for worker in self.workers:
            said = [line for line in worker.log.read_text().splitlines() if line.startswith("{")]
            yield from (f"{worker.name} said: {line}" for line in said[-_LAST_WORDS:])
            worker.signal(signal.SIGUSR1)
        time.sleep(_TO_TELL)

    def _end_all(self) -> None:
        for worker in self.workers:
            worker.kill()

    def _last_request(self) -> float:
        """When the platform was asked last to post something."""
        asked = read_ledger(self.platform.ledger).requests_of("POST /2/tweets")
        return asked[-1].at if asked else 0.0

    # ---- how it stands ----------------------------------------------------------------------------------------------

    def _until(self, there: Asked, what: str, *, before: float | None = None) -> None:
        """Let time pass until something is there, which has to be so `before`: fast where nothing is done.

        Raises:
            Stuck: a worker ended, as it should not.
            Slow: it is not there in time.
        """
        ends = time.monotonic() + _PATIENCE
        seen, same, jumped = None, 0, 0.0
        with looking(self.place.database, self.clock) as connection:
            while not there(connection):
                died = [one for one in self.workers if one.look() == "ended" and one.ended not in (0, -9)]
                if died:
                    raise Stuck(f"{died[0].name} ended with {died[0].ended}")
                if time.monotonic() > ends or (before is not None and self.clock.steady() > before):
                    raise Slow(f"it does not {what}: {self.clock.steady() / 60:.0f} minutes have passed")
                time.sleep(_POLL)
                marks = self._marks(connection)
                same = same + 1 if marks is not None and marks == seen else 0
                seen = marks
                awake = all(one.breath.last() > jumped for one in self.workers if one.look() == "runs")
                if same >= _UNCHANGED and awake and (before is None or self.clock.steady() + _JUMP < before):
                    self.clock.jump(_JUMP)
                    jumped, same = self.clock.steady(), _UNCHANGED - 2

    def _marks(self, connection: Connection) -> Marks | None:
        """What was done so far; `None` while something is under way."""
        if not _has_tables(connection):
            return None
        running = [one.process for one in self.workers if one.look() == "runs"]
        ours = select(WORKER.c.id).where(WORKER.c.pid.in_(running))
        if connection.execute(ours.limit(1)).first() is None:
            return None
        sending = select(EFFECT.c.id).where(EFFECT.c.state == "SENDING", EFFECT.c.owner.in_(ours))
        if connection.execute(sending.limit(1)).first() is not None or self._is_work(connection, ours):
            return None
        counted = [
            select(func.coalesce(func.max(column), 0)).scalar_subquery()
            for column in (AUDIT.c.seq, DECISION.c.seq, MENTION.c.id, EVIDENCE.c.id)
        ]
        return Marks(*connection.execute(select(*counted)).one())

    def _is_work(self, connection: Connection, ours: Any) -> bool:  # Any: a query for workers that run
        """Whether something can be done now; where shards are still a dead worker's, time has to pass first."""
        free = SHARD.c.owner.is_(None) | SHARD.c.owner.not_in(ours)
        if connection.execute(select(SHARD.c.n).where(free).limit(1)).first() is not None:
            return False
        at = self.clock.now()
        new = select(MENTION.c.id).where(MENTION.c.state == "new")
        due = select(STATE.c.key).where(STATE.c.due <= at)
        ready = select(EFFECT.c.id).where(EFFECT.c.state == "READY", EFFECT.c.not_before <= at)
        return any(connection.execute(one.limit(1)).first() is not None for one in (new, due, ready))

    def _is_hit(self, _: Connection) -> bool:
        return self.workers[-1].look() != "runs"

    def _has_taken(self, connection: Connection) -> bool:
        return _has_tables(connection) and _count(connection, MENTION.c.id) >= 4

    def _listens(self, connection: Connection) -> bool:
        return _has_tables(connection) and cursor_of(connection, FEED) is not None

    def _has_asked(self, _: Connection) -> bool:
        return bool(read_ledger(self.platform.ledger).requests_of("POST /2/tweets"))

    def _has_decided(self, connection: Connection) -> bool:
        new = select(MENTION.c.id).where(MENTION.c.state == "new").limit(1)
        return (
            _count(connection, MENTION.c.id) == len(self.accepted) and connection.execute(new).first() is None
        )

    def _is_settled(self, connection: Connection) -> bool:
        if _count(connection, MENTION.c.id) < len(self.accepted):
            return False
        new = select(MENTION.c.id).where(
            (MENTION.c.state == "new") | ((MENTION.c.state == "gone") & MENTION.c.body.is_not(None))
        )
        open_ = select(EFFECT.c.id).where(EFFECT.c.state.in_(("HELD", "READY", "SENDING", "UNKNOWN")))
        found = any(connection.execute(one.limit(1)).first() is not None for one in (new, open_))
        return not found and all(
            one.look() != "stopped" for one in self.workers if self.case.mode == "stop, wake"
        )


def _count(connection: Connection, column: Any) -> int:  # Any: a column
    return int(connection.execute(select(func.count(column))).scalar_one())


def _has_tables(connection: Connection) -> bool:
    name = "evidence"
    return bool(connection.dialect.has_table(connection, name))


def play(
    case: Case, databases: Databases, folder: Path, *, weakened: bool = False, keep: bool = False
) -> Verdict:
    """Play a case in a folder of its own, which goes when it went well."""
    folder.mkdir(parents=True)
    verdict = Stage(case, databases, folder, weakened).play()
    if not keep and not verdict.problems:
        shutil.rmtree(folder)
    return verdict
