"""Listens to one feed for as long as we run: whatever becomes of it, it is started again where it left off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import AsyncGeneratorType

import structlog

from socialcare.clock import Clock
from socialcare.listening import Batch, Feed
from socialcare.service.logs import told
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database
from socialcare.store.intake import Intake, cursor_of

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 320.0
"""Seconds between two starts of a feed that fails: doubled each time, as X asks for its streams."""

_TO_LET_GO = 5.0
"""Seconds for which a feed that was told to stop is waited for: some libraries do not listen."""

_log = structlog.get_logger()


class _Silent(Exception):  # noqa: N818 - a reason to begin again, and nobody's error
    """Nothing came for longer than the feed allows."""


class Listener:
    """One feed and its supervisor; an end, an error or silence is a reason to begin again, and none to stop."""

    def __init__(
        self, feed: Feed, database: Database, intake: Intake, clock: Clock, metrics: Metrics, loops: Loops
    ) -> None:
        self._feed = feed
        self._database = database
        self._intake = intake
        self._clock = clock
        self._metrics = metrics
        self._loops = loops
        self._name = f"feed {feed.name}"

    async def listen(self) -> None:
        """Take in what the feed brings, until cancelled."""
        pause = FIRST_PAUSE
        while True:
            began = self._clock.steady()
            why = await self._until_it_stops()
            if self._clock.steady() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            _log.warning("feed stopped", feed=self._feed.name, why=why, again_in_s=pause)
            self._loops.ailing[self._name] = why
            self._metrics.feed_stops.labels(self._feed.name).inc()
            await self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _until_it_stops(self) -> str:
        """Listen once; why it stopped."""
        try:
            await self._once()
        except _Silent:
            return f"silent for {self._feed.silence:g} s"
        except Exception as error:
            if _is_told_to_stop():
                raise asyncio.CancelledError from error
            return told(error)
        return "it ended"

    async def _once(self) -> None:
        name = self._feed.name
        cursor = await self._database.look(lambda connection: cursor_of(connection, name))
        batches = self._feed.listen(cursor)
        try:
            while (batch := await self._next(batches)) is not None:
                self._loops.ailing.pop(self._name, None)
                self._metrics.heard(name)
                if batch.arrivals or batch.cursor is not None:
                    taken = await self._intake.accept(batch.arrivals, name, batch.cursor)
                    self._metrics.taken(name, taken)
                    self._loops.wake("decide")
        finally:
            # one that still runs was told to stop, and closes itself
            if isinstance(batches, AsyncGeneratorType) and not batches.ag_running:
                await batches.aclose()

    async def _next(self, batches: AsyncIterator[Batch]) -> Batch | None:
        """The next batch; `None` at the end."""
        following = asyncio.ensure_future(anext(batches, None))
        silence = asyncio.ensure_future(self._clock.sleep(self._feed.silence))
        try:
            await asyncio.wait({following, silence}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                raise _Silent
            return following.result()
        finally:
            silence.cancel()
            if following.cancel():
                await asyncio.wait({following}, timeout=_TO_LET_GO)


def _is_told_to_stop() -> bool:
    """Whether our task is: what a feed raises as it is closed must not hide that."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
