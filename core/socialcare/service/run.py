"""`socialcare run`, put together: feeds and webhooks bring mentions in, the decider decides them, the speaker carries out."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

import structlog
from aiohttp import web
from sqlalchemy import URL, Connection, make_url, select

from socialcare.clock import Clock, SystemClock
from socialcare.config import Settings
from socialcare.delivery import amnesia, audit, leases, outbox, switch
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import Terms, terms_of
from socialcare.desk import Desk
from socialcare.errors import Interrupted, SettingsError
from socialcare.failpoints import reach
from socialcare.listening import Feed
from socialcare.model import Decision
from socialcare.opening import open_desk
from socialcare.plugins import Loaded, load
from socialcare.seam import attempt_awaiting
from socialcare.service.decider import Decider
from socialcare.service.listener import Listener
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.service.policies import Policies, Served
from socialcare.service.settings import Live, database_url, live_settings
from socialcare.service.web import application
from socialcare.service.words import obey
from socialcare.store.database import Database, open_database
from socialcare.store.decisions import keep_decisions
from socialcare.store.intake import Intake
from socialcare.store.retention import purge
from socialcare.store.sql import SqlStore
from socialcare.store.tables import EFFECT, MENTION, WORD

GRACE = 20.0
"""Seconds that what is being sent has to come to its end when we stop."""

_SYSTEM = SystemClock()
_log = structlog.get_logger()


@dataclass
class Service:
    """Everything that runs in one process, over one database."""

    settings: Settings
    live: Live
    loaded: Loaded
    database: Database
    clock: Clock
    terms: Terms
    safe_mode: str = ""
    worker: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.clock)
        self.loops = Loops(self.clock)
        self.intake = Intake(self.database)
        self.shards: Mapping[int, int] = {}
        self.policies = Policies(self.settings, self.loaded, self.database, self.clock, self.metrics)
        self.served: Served | None = None
        self.decider: Decider | None = None
        self.alone = self.database.dialect == "sqlite"  # its lock file lets no second process work through it
        self.speaker = Speaker(self.database, self.terms, self.clock, self.worker, alone=self.alone)

    # ---- deciding ---------------------------------------------------------------------------------------------------

    def desk_for(self, served: Served) -> Desk:
        """A desk for a policy, on the database."""
        store = SqlStore(self.database, self._also)
        return open_desk(served.policy, self.loaded, store, keep_input=True)

    def _also(self, connection: Connection, decisions: Sequence[Decision]) -> None:
        """What is committed with decisions: the effects that follow, if these authors are still ours."""
        leases.holds(connection, self.worker, self.shards)
        keep_decisions(connection, decisions)
        outbox.record(connection, decisions, self.terms)

    def serve(self, served: Served) -> None:
        """Decide by this policy from the next batch on."""
        if self.decider is None:
            self.decider = Decider(
                self.desk_for(served), self.database, self.clock, self.metrics, lambda: self.shards
            )
        elif self.served is None or served.policy.hash != self.served.policy.hash:
            self.decider.desk = self.desk_for(served)
        self.served = served

    async def decide(self) -> bool:
        """One step of the decider: what waits, what people said, what has come due; whether there is more."""
        if self.decider is None:
            return False
        if await self.decider.mentions():
            self.loops.wake("speak")
            return True
        if await obey(self.decider, self.database):
            self.loops.wake("speak")
        await self.decider.time()
        return False

    # ---- who we are -------------------------------------------------------------------------------------------------

    async def join(self) -> None:
        """Be a worker among others."""
        await self.database.run(self._join)
        await self.beat()

    def _join(self, connection: Connection) -> None:
        leases.join(connection, self.worker, socket.gethostname(), os.getpid(), alone=self.alone)

    async def beat(self) -> bool:
        """A sign of life, our share of the work, and what dead workers left."""
        if not await self.database.run(partial(leases.beat, worker=self.worker)):
            await self.database.run(self._join)
        self.shards = await self.database.run(partial(leases.share, worker=self.worker))
        await self.database.run(leases.bury)
        return False

    async def retain(self) -> bool:
        """Remove what was kept long enough; whether there may be more."""
        keep = {"texts": self.live.keep_texts.total_seconds(), "audit": self.live.keep_audit.total_seconds()}
        return bool(await self.database.run(partial(purge, **keep)))

    async def anchor(self) -> bool:
        """Say the head of the audit trail where it cannot be changed any more: in the log."""
        head = await self.database.look(audit.head)
        if head is not None:
            _log.info("audit trail", head=f"{head.seq}:{head.hash}")
        return False

    def unready(self) -> list[str]:
        """Why this process does not decide and send at the moment."""
        why = [self.safe_mode] if self.safe_mode else []
        if self.served is not None and self.served.problems:
            why.append("the policy's files have errors; the last good policy serves")
        return [*why, *(f"{name}: {problem}" for name, problem in sorted(self.loops.ailing.items()))]

    # ---- the whole --------------------------------------------------------------------------------------------------

    async def wake_up(self) -> None:
        """Find out whether this database may be sent from, and by which policy."""
        copy = copy_beside(self.settings, make_url(database_url(self.live, self.settings)))
        standing = await self.database.run(partial(amnesia.begin, copy=amnesia.read_copy(copy)))
        if standing == "foreign":
            self.safe_mode = "the database is another host's, or a copy; `socialcare adopt` makes it ours"
            return
        self.speaker.copy = copy
        amnesia.write_copy(copy, await self.database.look(amnesia.copy_of))
        if self.safe_mode:
            return
        found = await self.policies.first()
        if isinstance(found, str):
            self.safe_mode = "the policy has errors, and no good one has served yet"
            _log.error("nothing is decided", why=self.safe_mode, problems=found)
            return
        self.serve(found)

    async def remember(self) -> bool:
        """Read back what a restored database forgot; whether to try again at once (never)."""
        if (await self.database.look(switch.standing)).amnesia and self.served is not None:
            accounts = [
                (account, sender)
                for sender in self.loaded.senders
                if sender.platform
                for account in self.served.policy.accounts
            ]
            missing = await amnesia.remember(self.database, self.terms, accounts)
            if missing:
                raise Interrupted(f"own posts could not all be read back: {', '.join(sorted(set(missing)))}")
            _log.warning("own posts were read back, sending goes on")
        return False

    async def speak(self) -> bool:
        """Carry out what was decided, until we stop."""
        await self.speaker.run(self.loops.stopping)
        return False

    async def go(self, *, drain: bool) -> None:
        """Run until told to stop; with `drain` until nothing is left to do."""
        await self.wake_up()
        await self.join()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._leave)
            if self.live.address is not None and not drain:
                await stack.enter_async_context(self._served_pages(self.live.address))
            async with asyncio.TaskGroup() as tasks:
                work = [tasks.create_task(self.loops.go(*loop)) for loop in self._loops()]
                listening = (
                    [] if drain else [tasks.create_task(self._listen(one)) for one in self.loaded.feeds]
                )
                if self.served is not None and not drain:
                    listening.append(tasks.create_task(self._watch_policy(self.served)))
                for number in (signal.SIGTERM, signal.SIGINT):
                    asyncio.get_running_loop().add_signal_handler(number, self._told_to_stop, number)
                _log.info(
                    "running", worker=self.worker, policy=self.served.policy.hash if self.served else None
                )
                for why in self.unready():
                    _log.warning("not ready", why=why)
                await (self._drained() if drain else self.loops.stopping.wait())
                self.loops.stop()
                reach("shutdown.inside")
                for task in listening:
                    task.cancel()
                _, late = await asyncio.wait(work, timeout=GRACE)
                for task in late:
                    task.cancel()
        _log.info("stopped")

    def _loops(self) -> Iterator[tuple[str, Callable[[], Awaitable[bool]], float]]:
        yield "beat", self.beat, leases.BEAT_EVERY
        yield "retain", self.retain, 3600.0
        yield "anchor", self.anchor, 86_400.0
        if not self.safe_mode:
            yield "decide", self.decide, 0.2
            yield "remember", self.remember, 60.0
            yield "speak", self.speak, 1.0

    async def _listen(self, feed: Feed) -> None:
        await Listener(feed, self.database, self.intake, self.clock, self.metrics, self.loops).listen()

    async def _watch_policy(self, served: Served) -> None:
        await self.policies.changes(served, self.serve)

    @asynccontextmanager
    async def _served_pages(self, address: str) -> AsyncIterator[None]:
        host, _, port = address.rpartition(":")
        app = application(
            self.loaded.webhooks, self.intake, self.database, self.metrics, self.loops, self.unready
        )
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            await runner.cleanup()
            raise SettingsError(
                f"cannot listen at `{address}`: {(error.strerror or 'no reason given').lower()}\n"
                "help: another `address` under `[live]`, or stop what listens there"
            ) from error
        try:
            yield
        finally:
            await runner.cleanup()

    async def _drained(self) -> None:
        """Wait until nothing waits to be decided or sent."""
        while not self.loops.stopping.is_set():
            await self.clock.sleep(0.2)
            if not await self.database.look(is_busy) and not self.loops.ailing:
                return

    async def _leave(self) -> None:
        with suppress(Interrupted):
            await self.database.run(partial(leases.leave, worker=self.worker))
        for sender in self.loaded.senders:
            await attempt_awaiting(sender.close, GRACE)

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
    """Whether something waits to be decided or sent, or is being sent."""
    waiting = select(MENTION.c.id).where(MENTION.c.state == "new").limit(1)
    open_ = select(EFFECT.c.id).where(EFFECT.c.state.in_(("READY", "SENDING"))).limit(1)
    said = select(WORD.c.id).where(WORD.c.done_at.is_(None)).limit(1)
    return any(connection.execute(asked).first() is not None for asked in (waiting, open_, said))


async def run(
    settings: Settings, *, safe_mode: bool = False, drain: bool = False, clock: Clock = _SYSTEM
) -> None:
    """Run until told to stop.

    Raises:
        SettingsError, PluginError: it cannot begin like this.
    """
    live = live_settings(settings)
    loaded = load(settings, live=True)
    url = database_url(live, settings)
    database = await open_database(url, clock=clock, exclusive=True)
    for warning in database.warnings:
        _log.warning("database", why=warning)
    terms = terms_of(
        loaded.senders, max_age=live.max_age.total_seconds(), money=live.money, resend=live.resend
    )
    try:
        why = "started in safe mode" if safe_mode else ""
        await Service(settings, live, loaded, database, clock, terms, why).go(drain=drain)
    finally:
        await database.close()
