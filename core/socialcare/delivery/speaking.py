"""Carries out what was decided: claim, one request, outcome; and finds out what became of requests whose outcome is unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import structlog
from msgspec.structs import replace
from sqlalchemy import Connection

from socialcare.clock import Clock
from socialcare.delivery import amnesia, cancelling, outcomes, reconciling, switch
from socialcare.delivery.breaker import Breaker
from socialcare.delivery.claiming import Claim, Ended, LookFirst, claim
from socialcare.delivery.reconciling import Doubt, Step, Watch, next_step
from socialcare.delivery.states import SENT, State
from socialcare.delivery.terms import WRITE_WITHIN, Term, Terms
from socialcare.errors import Interrupted
from socialcare.failpoints import reach
from socialcare.sending import Answer, Effect, Found, OwnPost
from socialcare.store.database import Database

T = TypeVar("T")

_LOOKED_FOR = 60.0
_IDLE, _RECONCILE_EVERY, _SWITCH_EVERY, _SWEEP_EVERY = 0.25, 5.0, 0.5, 10.0
_LONGEST_LOOK = 30.0

_log = structlog.get_logger()


class _Job(NamedTuple):
    """What is to be done, when that was committed, and on which terms."""

    what: Claim | LookFirst | Ended
    committed: float
    terms: Terms


@dataclass
class Speaker:
    """One worker's voice. `worker` is an id that was never used before; `alone` says that no other worker can be alive.

    `terms` may be exchanged at any time; `copy` is the file beside the database by which amnesia is noticed.
    """

    database: Database
    terms: Terms
    clock: Clock
    worker: str
    copy: Path | None = None
    alone: bool = False
    told: Callable[[str, State], None] = lambda _effect, _state: None
    """Called with each effect that reached a state, for figures."""
    seen: amnesia.Seen = field(default_factory=amnesia.Seen, init=False)
    """How new the database was at the last claim."""
    halted: bool = field(default=False, init=False)
    """Whether the kill switch was set when it was looked at last: no request begins any more, not even one that is claimed."""
    _breaker: Breaker = field(default_factory=Breaker, init=False)
    _lookout: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _looking: set[str] = field(default_factory=set, init=False)
    _looked: dict[str, float] = field(default_factory=dict, init=False)
    _watches: dict[tuple[str, int], Watch] = field(default_factory=dict, init=False)

    async def run(self, stop: asyncio.Event, *, lines: int = 4) -> None:
        """Speak until `stop` is set, on several lines at once; what is under way then is finished."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(lines):
                tasks.create_task(self._line(stop))
            tasks.create_task(self._repeat(self.reconcile, _RECONCILE_EVERY, stop))
            tasks.create_task(self._repeat(self.watch_switch, _SWITCH_EVERY, stop))
            tasks.create_task(self._repeat(self.sweep, _SWEEP_EVERY, stop))

    async def _repeat(self, work: Callable[[], Awaitable[bool]], every: float, stop: asyncio.Event) -> None:
        """Work again at once while there is something to do, else after a while."""
        while not stop.is_set():
            if not await self._tried(work):
                await self._pause(every, stop)

    async def _line(self, stop: asyncio.Event) -> None:
        """Carry out one effect after the other. One line at a time looks for some, so that idle ones ask the database nothing."""
        while not stop.is_set():
            async with self._lookout:
                job = None if stop.is_set() else await self._tried(self._find)
                if job is None:
                    await self._pause(_IDLE, stop)
                    continue
            await self._tried(partial(self._follow, job))

    async def _tried(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """What `work` gives; nothing while the database is away."""
        try:
            return await work()
        except Interrupted as why:
            _log.warning("database away", why=str(why))
            return None

    async def _pause(self, seconds: float, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(self.clock.sleep(seconds)), asyncio.ensure_future(stop.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    # ---- speaking -----------------------------------------------------------------------------------------------

    async def speak_once(self) -> bool:
        """Carry out one effect, if one is ready; whether there was one."""
        job = await self._find()
        if job is None:
            return False
        await self._follow(job)
        return True

    async def _find(self) -> _Job | None:
        """What is to be done next, if anything is."""
        began = self.clock.steady()
        self._looked = {name: at for name, at in self._looked.items() if began < at + _LOOKED_FOR}
        return await self.database.run(partial(self._claim, terms=self.terms))

    async def _follow(self, job: _Job) -> None:
        """Do what was found."""
        what = job.what
        if isinstance(what, Claim):
            reach("intent.after_commit")
            await self._carry_out(what, job.committed, job.terms)
        elif isinstance(what, LookFirst):
            await self._look_first(what.effect, job.terms)
        else:
            self.told(what.id, what.state)

    def _claim(self, connection: Connection, terms: Terms) -> _Job | None:
        """Claim; with the steady time just before the commit."""
        amnesia.check(connection, self.seen)
        found = claim(
            connection,
            self.worker,
            terms,
            looked=self._looked.keys(),
            skip=tuple(self._looking),
            avoid=self._breaker.shut(self.clock.steady()),
        )
        return _Job(found, self.clock.steady(), terms) if found is not None else None

    async def _look_first(self, effect: Effect, terms: Terms) -> None:
        """Whether a mention is still there: it is old, or a person took their time."""
        term = terms.of_effect(effect)
        if term is None or effect.mention is None or effect.id in self._looking:
            return
        self._looking.add(effect.id)
        try:
            there = await self._asked(term.sender.is_there(effect.mention), _LONGEST_LOOK)
            if there is False:
                if await self.database.run(partial(cancelling.gone, effect=effect.id, by=self.worker)):
                    self.told(effect.id, "CANCELLED")
                return
            self._looked[effect.id] = self.clock.steady()
        finally:
            self._looking.discard(effect.id)

    async def _carry_out(self, claimed: Claim, committed: float, terms: Terms) -> None:
        term = terms.of_effect(claimed.effect)
        if term is None:
            raise LookupError(f"no sender for `{claimed.effect.action}`")
        line = (claimed.effect.platform, claimed.effect.account)
        self._breaker.begin(line)
        answer, cancelled = await self._request(claimed.effect, term, committed)
        failed = answer.kind == "unknown" or (answer.kind == "unsent" and answer.until is None)
        self._breaker.end(line, failed=failed, steady=self.clock.steady())
        state = await self._written_down(
            partial(outcomes.answered, claim=claimed, answer=answer, term=term, worker=self.worker)
        )
        reach("outcome.after_commit")
        _log.info("spoke", effect=claimed.effect.id, answer=answer.kind, status=answer.status, state=state)
        self.told(claimed.effect.id, state)
        if state == SENT:
            await self._note_copy()
        if cancelled is not None:
            raise cancelled

    async def _request(
        self, effect: Effect, term: Term, committed: float
    ) -> tuple[Answer, asyncio.CancelledError | None]:
        """One request. Whatever goes wrong after the first byte was allowed leaves it unknown; before, nothing was sent."""
        asked = wrote = over = False

        def may_write() -> bool:
            nonlocal asked, wrote
            late = over or self.clock.steady() >= committed + WRITE_WITHIN
            allowed = not (asked or late or self.halted)
            asked, wrote = True, wrote or allowed
            return allowed

        cancelled: asyncio.CancelledError | None = None
        try:
            said: object = await within(
                self.clock, term.sender.most_seconds, term.sender.send(effect, may_write)
            )
            answer = (
                said
                if isinstance(said, Answer)
                else Answer(kind="unknown", reason="the sender gave no answer")
            )
        except asyncio.CancelledError as error:
            answer, cancelled = Answer(kind="unknown", reason="we were stopped"), error
        except Exception as error:  # noqa: BLE001 - the seam: a sender may raise anything, and the effect must not be lost
            answer = Answer(kind="unknown", reason=f"{type(error).__name__}: {error}"[:200])
        over = True  # a task of the sender that lives on must not write what is taken for unsent
        if answer.kind == "unknown" and not wrote:
            return replace(answer, kind="unsent"), cancelled
        if answer.kind == "unsent" and answer.until is None and wrote:
            return replace(answer, kind="unknown"), cancelled
        return answer, cancelled

    async def _written_down(self, transaction: Callable[[Connection], State]) -> State:
        """Write down an outcome; while the database is away it is kept here, as nobody else knows it."""
        for seconds in count(1):
            try:
                return await self.database.run(transaction)
            except Interrupted as why:
                _log.warning("an outcome waits for the database", why=str(why))
                await self.clock.sleep(min(seconds, 10.0))
        raise AssertionError("unreachable")

    async def _note_copy(self) -> None:
        if self.copy is not None:
            await asyncio.to_thread(amnesia.write_copy, self.copy, await self.database.look(amnesia.copy_of))

    # ---- reconciling --------------------------------------------------------------------------------------------

    async def reconcile(self) -> bool:
        """Do what is due for each doubt; whether to come again at once (never)."""
        doubts = await self._doubts()
        open_ = {(one.effect.id, one.fence) for one in doubts}
        self._watches = {key: watch for key, watch in self._watches.items() if key in open_}
        terms, steady, looks = self.terms, self.clock.steady(), []
        for one in doubts:
            step = next_step(one, self._watch(one, steady), terms.of_effect(one.effect), steady)
            if step == "look":
                looks.append(one)
            elif step != "wait":
                await self._settle(one, step)
        for group in reconciling.together(looks, terms):
            await self._look(group, terms)
        return False

    async def _doubts(self) -> list[Doubt]:
        """What this worker has to find out, with what dead workers left."""
        while await self.database.run(partial(reconciling.take_over, worker=self.worker, alone=self.alone)):
            reach("takeover.after_commit")
        return await self.database.look(partial(reconciling.doubts, worker=self.worker))

    def _watch(self, doubt: Doubt, steady: float) -> Watch:
        return self._watches.setdefault((doubt.effect.id, doubt.fence), Watch(steady))

    async def _settle(self, doubt: Doubt, step: Step) -> None:
        state = await self.database.run(partial(reconciling.settle, doubt=doubt, step=step, by=self.worker))
        await self._found_out(doubt, step, state)

    async def _look(self, doubts: Sequence[Doubt], terms: Terms) -> None:
        """Look for what was perhaps done; for several by one reading of our own posts."""
        first = doubts[0]
        term = terms.of_effect(first.effect)
        if term is None:
            return
        began = self.clock.steady()
        if len(doubts) == 1:
            seen = [await self._seen(term.sender.find(first.effect, first.since))]
        else:
            since = min(one.since for one in doubts)
            all_ = await self._seen(term.sender.own_posts(first.effect.account, since))
            seen = reconciling.answering(doubts, all_)
        for doubt, found in zip(doubts, seen, strict=True):
            looked = partial(reconciling.looked, doubt=doubt, found=found, by=self.worker)
            state = await self.database.run(looked)
            self._watch(doubt, began).looks.append((began, found is not None and found.complete))
            await self._found_out(doubt, "look", state)

    async def _seen(
        self, question: Coroutine[Any, Any, Found | None]
    ) -> Found | None:  # Any: nobody sends into it
        found = await self._asked(question, _LONGEST_LOOK)
        is_sound = isinstance(found, Found) and all(isinstance(one, OwnPost) for one in found.posts)
        return found if is_sound else None

    async def _found_out(self, doubt: Doubt, step: Step, state: State) -> None:
        _log.info("found out", effect=doubt.effect.id, step=step, state=state)
        if state != doubt.state:
            self.told(doubt.effect.id, state)
        if state == SENT:
            await self._note_copy()

    async def _asked(
        self, question: Coroutine[Any, Any, T], seconds: float
    ) -> T | None:  # Any: nobody sends into it
        """What a look-up says; `None` where it fails."""
        try:
            return await within(self.clock, seconds, question)
        except Exception as error:  # noqa: BLE001 - the seam: a look-up may raise anything, and is done again later
            _log.warning("could not look", why=f"{type(error).__name__}: {error}"[:200])
            return None

    # ---- what runs beside ---------------------------------------------------------------------------------------

    async def watch_switch(self) -> bool:
        """Notice the kill switch."""
        self.halted = not (await self.database.look(switch.standing)).open
        return False

    async def sweep(self) -> bool:
        """End what is not to be sent any more, and remove what has to go with it; whether there was something."""
        ended = await self.database.run(cancelling.sweep)
        purged = await self.database.run(cancelling.purge)
        if purged:
            reach("purge.after_commit")
        return bool(ended or purged)


async def within(
    clock: Clock, seconds: float, work: Coroutine[Any, Any, T]
) -> T:  # Any: nobody sends into it
    """What `work` gives, within so many seconds of a clock.

    Raises:
        TimeoutError: it took longer; it was told to stop.
    """
    task, limit = asyncio.ensure_future(work), asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((task, limit), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise TimeoutError(f"no answer within {seconds:g} s")
    finally:
        task.cancel()
        limit.cancel()
