"""Loops that go on whatever happens, and say what is wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import structlog

from socialcare.clock import Clock
from socialcare.errors import Interrupted
from socialcare.service.logs import told

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds before a step that failed is tried again: doubled each time."""

T = TypeVar("T")

_log = structlog.get_logger()


class Loops:
    """Steps that are done again and again until `stopping` is set; `ailing` says which fail at the moment, and why."""

    def __init__(self, clock: Clock) -> None:
        self.stopping = asyncio.Event()
        self.ailing: dict[str, str] = {}
        self._clock = clock
        self._wakes: dict[str, asyncio.Event] = {}

    def wake(self, name: str) -> None:
        """Do the next step of a loop now."""
        if name in self._wakes:
            self._wakes[name].set()

    async def go(self, name: str, step: Callable[[], Awaitable[bool]], every: float) -> None:
        """Do `step` until we stop: at once where it says that there is more, else after `every` seconds or when woken.

        A step that raises is tried again after a pause. The step that runs when we stop is finished.
        """
        while not self.stopping.is_set():
            more = await self.done(name, step)
            if not more:
                await self._wait(name, every)

    async def done(
        self, name: str, step: Callable[[], Awaitable[T]], passes: type[Exception] = Exception
    ) -> T | None:
        """Do `step`, again after a pause where it raises what `passes`, until it is done; `None` when we stop before that."""
        wake = self._wakes.setdefault(name, asyncio.Event())
        pause = FIRST_PAUSE
        while not self.stopping.is_set():
            wake.clear()
            try:
                result = await step()
            except passes as error:
                self.ailing[name] = why = told(error)
                exc_info = None if isinstance(error, Interrupted) else error
                _log.error("a step failed", loop=name, why=why, again_in_s=pause, exc_info=exc_info)
                await self._wait(name, pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            self.ailing.pop(name, None)
            return result
        return None

    def stop(self) -> None:
        """Let every loop end after its step."""
        self.stopping.set()
        for wake in self._wakes.values():
            wake.set()

    async def _wait(self, name: str, seconds: float) -> None:
        if self.stopping.is_set():
            return
        wake = self._wakes[name]
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        woken = asyncio.ensure_future(wake.wait())
        try:
            await asyncio.wait({sleeping, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sleeping, woken):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
