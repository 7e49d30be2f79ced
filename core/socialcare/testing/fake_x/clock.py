"""A clock that stands still until somebody moves it."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

START = 1_795_186_800.0
"""20 November 2026, 15:00 UTC, a Friday afternoon: `AT` of the rest of the kit."""


class HandClock:
    """Time that passes only by `advance`; who sleeps wakes when its moment has come."""

    def __init__(self, at: float = START) -> None:
        self._now = at
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._count = count()

    def now(self) -> float:
        """Epoch seconds."""
        return self._now

    def steady(self) -> float:
        """Seconds since the clock was made; `jump` does not move it."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was advanced by that much."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self._passed + seconds, next(self._count), woken))
        await woken.wait()

    async def advance(self, seconds: float) -> None:
        """Let time pass: wakes each sleeper at its own moment, in order, and lets it run a little."""
        await _run_a_little()
        end = self._passed + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            moment, _, woken = heapq.heappop(self._sleepers)
            self._now += moment - self._passed
            self._passed = moment
            woken.set()
            await _run_a_little()
        self._now += end - self._passed
        self._passed = end

    def jump(self, seconds: float) -> None:
        """Set the wall's time forwards or back, as somebody who corrects a clock does."""
        self._now += seconds

    @property
    def sleepers(self) -> int:
        """How many wait."""
        return len(self._sleepers)


async def _run_a_little() -> None:
    for _ in range(5):
        await asyncio.sleep(0)
