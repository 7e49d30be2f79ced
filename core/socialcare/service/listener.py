"""Listens to one feed for as long as we run: whatever becomes of it, it is started again where it left off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import structlog

from socialcare.clock import Clock
from socialcare.listening import Feed
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database
from socialcare.store.intake import Intake, cursor_of

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 320.0
"""Seconds between two starts of a feed that fails: doubled each time, as X asks for its streams."""

_log = structlog.get_logger()


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

    async def listen(self) -> None:
        """Take in what the feed brings, until cancelled."""
        pause = FIRST_PAUSE
        while True:
            began = self._clock.steady()
            try:
                await self._once()
                why = "it ended"
            except TimeoutError:
                why = f"silent for {self._feed.silence:g} s"
            except Exception as error:  # noqa: BLE001 - the seam: a feed may raise anything, and is started again
                why = f"{type(error).__name__}: {error}"
            if self._clock.steady() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            _log.warning("feed stopped", feed=self._feed.name, why=why, again_in_s=pause)
            self._metrics.feed_stops.labels(self._feed.name).inc()
            await self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _once(self) -> None:
        name = self._feed.name
        cursor = await self._database.look(lambda connection: cursor_of(connection, name))
        batches = self._feed.listen(cursor)
        try:
            while True:
                async with asyncio.timeout(self._feed.silence):
                    batch = await anext(batches, None)
                if batch is None:
                    return
                self._metrics.heard(name)
                if batch.arrivals or batch.cursor is not None:
                    taken = await self._intake.accept(batch.arrivals, name, batch.cursor)
                    self._metrics.taken(name, taken)
                    self._loops.wake("decide")
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()
