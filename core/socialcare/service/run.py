"""`socialcare run`, put together: feeds and webhooks bring mentions in, the decider decides them, the speaker carries out."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import URL, Connection, make_url, select

from socialcare.clock import Clock, SystemClock
from socialcare.config import Settings
from socialcare.delivery import amnesia, audit, lanes, leases, outbox, switch
from socialcare.delivery.remembering import Remembering
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import Terms
from socialcare.desk import Desk
from socialcare.errors import Interrupted, SettingsError
from socialcare.failpoints import reach
from socialcare.listening import Feed
from socialcare.model import Decision
from socialcare.opening import open_desk
from socialcare.plugins import Loaded, load
from socialcare.seam import attempt_awaiting
from socialcare.service import agreeing, closures, policies
from socialcare.service.closures import Closures
from socialcare.service.decider import Decider, tell_failures
from socialcare.service.listener import Listener
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.service.policies import Policies, Served
from socialcare.service.settings import Live, database_url, live_settings
from socialcare.service.standing import standing
from socialcare.service.terms import terms_for
from socialcare.service.web import application, served_at
from socialcare.service.words import obey
from socialcare.service.worker import Worker
from socialcare.store.database import Database, open_database
from socialcare.store.decisions import keep_decisions
from socialcare.store.intake import Intake
from socialcare.store.retention import purge
from socialcare.store.sql import SqlStore
from socialcare.store.tables import EFFECT, MENTION, WORD

GRACE = 20.0
"""Seconds that what is being sent has to come to its end when we stop."""

_TO_CLOSE = 3.0
"""Seconds that each of what is open has to be closed in, so that a supervisor need not kill us after 30."""

_SYSTEM = SystemClock()
_log = structlog.get_logger()


@dataclass
class Service:
    """Everything that runs in one process, over one database. `safe_mode` is why nothing is decided and sent, if so."""

    settings: Settings
    live: Live
    loaded: Loaded
    database: Database
    clock: Clock
    terms: Terms
    safe_mode: str = ""

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.clock)
        self.loops = Loops(self.clock)
        self.intake = Intake(self.database)
        self.worker = Worker(self.database)
        self.policies = Policies(self.settings, self.loaded, self.database, self.clock, self.metrics)
        self.decider: Decider | None = None
        self.decides_by: Served | None = None
        self.remembering = Remembering(self.database, self.terms, self.clock)
        self.speaker = Speaker(self.database, self.terms, self.clock, self.worker.id, alone=self.worker.alone)

    @property
    def served(self) -> Served | None:
        """The policy that serves: we decide by it as soon as it is taken up."""
        return self.policies.served

    @property
    def accounts(self) -> Mapping[str, str]:
        """Our accounts, as that policy has them."""
        return self.served.policy.accounts if self.served is not None else {}

    # ---- deciding ---------------------------------------------------------------------------------------------------

    async def serve(self, served: Served) -> None:
        """Decide by this policy from the next batch on."""
        desk = await asyncio.to_thread(self._desk, served)
        if self.decider is None:
            shards = lambda: self.worker.shards  # noqa: E731 - they change, and so are asked for each time
            self.decider = Decider(desk, self.database, self.metrics, shards, self._tell)
        else:
            self.decider.desk = desk
        self.decides_by = served

    def _desk(self, served: Served) -> Desk:
        store = SqlStore(self.database, self._also)
        return open_desk(served.policy, served.loaded, store, keep_input=True, near=False)

    def _also(self, connection: Connection, decisions: Sequence[Decision]) -> None:
        """What is committed with decisions: the effects that follow, if these authors are still ours."""
        self.worker.holds(connection)
        keep_decisions(connection, decisions)
        outbox.record(connection, decisions, self.terms)

    def _tell(self, decision: Decision) -> None:
        self.loaded.on_decision(decision)
        tell_failures(self.loaded.seam)

    async def decide(self) -> bool:
        """One step of the decider: what people said, what waits, what has come due; whether there is more."""
        if self.decider is None:
            return False
        if self.decider.leads:
            await obey(self.decider, self.database)
        if await self.decider.mentions():
            return True
        await self.decider.time()
        return False

    async def reread(self) -> bool:
        """Look whether the policy's files have changed, and take up what serves now; whether to look again at once (never)."""
        await self.policies.changed()
        if self.served is not None and self.served is not self.decides_by:
            await self.serve(self.served)
        return False

    # ---- what runs beside -------------------------------------------------------------------------------------------

    async def beat(self) -> bool:
        """A sign of life, the first one too, and our share of the work; whether there is more to do (never)."""
        await self.worker.beat()
        self.speaker.worker = self.worker.id
        return False

    async def retain(self) -> bool:
        """Remove what was kept long enough; whether there may be more."""
        texts, trail = self.live.keep_texts.total_seconds(), self.live.keep_audit.total_seconds()
        return bool(await self.database.run(partial(purge, texts=texts, audit=trail)))

    async def anchor(self) -> bool:
        """Say the head of the audit trail where it cannot be changed any more: in the log."""
        head = await self.database.look(audit.head)
        if head is not None:
            _log.info("audit trail", head=f"{head.seq}:{head.hash}")
        return False

    async def remember(self) -> bool:
        """Read back what a restored database forgot; whether to try again at once (never)."""
        if self.served is None:
            return False
        senders = [one for one in self.loaded.senders if one.platform]
        if await self.remembering.remember(self.accounts, senders):
            _log.warning("own posts were read back, sending goes on")
        return False

    async def speak(self) -> bool:
        """Carry out what was decided, until we stop."""
        await self.speaker.run(self.loops.stopping)
        return False

    async def unready(self) -> list[str]:
        """Why this process does not decide and send at the moment."""
        why = [self.safe_mode] if self.safe_mode else []
        if self.policies.problems:
            served = (
                "the last good policy serves"
                if self.served
                else "nothing is decided: no good one ever served"
            )
            why.append(f"the policy has errors; {served}")
        try:
            why += [one.what for one in await self.database.look(standing)]
        except Interrupted as error:
            why.append(f"the database is away: {error}")
        return [*why, *(f"{name}: {problem}" for name, problem in sorted(self.loops.ailing.items()))]

    # ---- the whole --------------------------------------------------------------------------------------------------

    async def wake_up(self) -> None:
        """Find out whether this database may be sent from, and by which policy."""
        copy = copy_beside(self.settings, make_url(database_url(self.live, self.settings)))
        whose = await self.database.run(partial(amnesia.begin, copy=amnesia.read_copy(copy)))
        if whose == "foreign":
            self.safe_mode = "the database is another host's, or a copy; `socialcare adopt` makes it ours"
            return
        self.speaker.copy = copy
        amnesia.write_copy(copy, await self.database.look(amnesia.copy_of))
        if self.safe_mode:
            return
        await self.policies.first()
        if self.served is not None:
            await self.serve(self.served)

    async def go(self, *, drain: bool) -> None:
        """Run until told to stop; with `drain` until nothing is left to do.

        Raises:
            SettingsError: the address is taken; or everything is to be done, and nothing is decided.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_stop, number)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._leave)
            await self.loops.done("wake up", self.wake_up, Interrupted)
            if drain and self.decider is None and not self.loops.stopping.is_set():
                raise SettingsError(f"nothing can be done: {'; '.join(await self.unready())}")
            await self.loops.done("beat", self.beat, Interrupted)
            if self.live.address and not drain:
                pages = application(
                    self.loaded.webhooks, self.intake, self.database, self.metrics, self.loops, self.unready
                )
                await stack.enter_async_context(served_at(self.live.address, pages, closing=_TO_CLOSE))
            async with asyncio.TaskGroup() as tasks:
                work = [tasks.create_task(self.loops.go(*loop)) for loop in self._loops()]
                feeds = () if drain else self.loaded.feeds
                listening = [tasks.create_task(self._listen(one)) for one in feeds]
                _log.info("running", worker=self.worker.id, policy=self.policies.hash)
                if not feeds and not self.loaded.webhooks and not drain:
                    _log.warning(
                        "listens to nothing", out="give a plugin an account; `socialcare doctor` says more"
                    )
                for why in await self.unready():
                    _log.warning("not ready", why=why)
                self._tell_what_differs()
                await (self._drained() if drain else self.loops.stopping.wait())
                self.loops.stop()
                reach("shutdown.inside")
                for task in listening:
                    task.cancel()
                _, late = await asyncio.wait(work, timeout=GRACE)
                for task in late:
                    task.cancel()
        _log.info("stopped")

    def _tell_what_differs(self) -> None:
        """Warn of accounts and people of whom the settings and the policy do not say the same."""
        if self.served is None:
            return
        policy = self.served.policy
        for one in (*agreeing.accounts(self.settings, policy), *agreeing.people(policy, self.loaded)):
            _log.warning("settings and policy do not agree", why=one.what, out=one.out)

    def _loops(self) -> Iterator[tuple[str, Callable[[], Awaitable[bool]], float]]:
        yield "beat", self.beat, leases.BEAT_EVERY
        yield "retain", self.retain, 3600.0
        yield "anchor", self.anchor, 86_400.0
        yield "lanes", Closures(self.database).tell, closures.EVERY
        if not self.safe_mode:
            yield "policy", self.reread, policies.EVERY
            yield "decide", self.decide, 0.2
            yield "remember", self.remember, 60.0
            yield "speak", self.speak, 1.0

    async def _listen(self, feed: Feed) -> None:
        await Listener(feed, self.database, self.intake, self.clock, self.metrics, self.loops).listen()

    async def _drained(self) -> None:
        """Wait until nothing waits to be decided or sent that can be."""
        while not self.loops.stopping.is_set():
            await self.clock.sleep(0.2)
            with suppress(Interrupted):  # while the database is away, nobody knows
                if not await self.database.look(is_busy):
                    return

    async def _leave(self) -> None:
        with suppress(Interrupted):
            await self.worker.leave()
        for sender in self.loaded.senders:
            await attempt_awaiting(sender.close, _TO_CLOSE)

    def _told_to_stop(self, number: int) -> None:
        if self.loops.stopping.is_set():
            os._exit(128 + number)
        _log.info("stopping: what is being sent is finished; again to stop at once")
        self.loops.stop()


def copy_beside(settings: Settings, url: URL) -> Path:
    """The file by which a database that has forgotten something is noticed: beside it, or in the folder of the settings."""
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(f"{url.database}.epoch")
    return settings.folder / "socialcare.epoch"


def is_busy(connection: Connection) -> bool:
    """Whether something is being sent, or waits to be decided, done or sent and nothing but time stands against it."""
    shut = [one for one in lanes.closed(connection) if one.until is None]
    open_ = (
        EFFECT.c.state == "READY",
        EFFECT.c.account.not_in([one.account for one in shut if one.account]),
        EFFECT.c.rule.not_in([one.lane.removeprefix("rule:") for one in shut if not one.account]),
    )
    asked = [
        select(MENTION.c.id).where(MENTION.c.state == "new"),
        select(WORD.c.id).where(WORD.c.done_at.is_(None)),
        select(EFFECT.c.id).where(EFFECT.c.state == "SENDING"),
        *([select(EFFECT.c.id).where(*open_)] if switch.standing(connection).open else []),
    ]
    return any(connection.execute(one.limit(1)).first() is not None for one in asked)


async def run(
    settings: Settings, *, safe_mode: bool = False, drain: bool = False, clock: Clock = _SYSTEM
) -> None:
    """Run until told to stop.

    Raises:
        SettingsError, PluginError: it cannot begin like this.
    """
    live = live_settings(settings)
    loaded = load(settings, live=True)
    terms = terms_for(live, loaded, settings, lambda: service.accounts)
    database = await open_database(database_url(live, settings), clock=clock, exclusive=True)
    try:
        for warning in database.warnings:
            _log.warning("database", why=warning)
        why = "started in safe mode" if safe_mode else ""
        service = Service(settings, live, loaded, database, clock, terms, why)
        await service.go(drain=drain)
    finally:
        await database.close()
