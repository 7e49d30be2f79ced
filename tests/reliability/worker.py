"""A worker of the product, as a process that can be killed: `service.run.run`, on the common time."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from unittest.mock import patch

from msgspec.structs import replace
from tests.reliability.world import Place, forked
from tests.reliability.world_clock import Breath

from socialcare import failpoints
from socialcare.delivery import speaking
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import Term
from socialcare.sending import Answer, Effect
from socialcare.service import logs
from socialcare.service import run as service
from socialcare.service.decider import Decider
from socialcare.store import postgresql, sqlite
from socialcare_x.live import opening

_BREATH = 0.01

ROWS_TO_A_CHECKPOINT = 30
"""Instead of thousands, so that even a short life has some."""


LONGEST_LOOK = 300.0
"""Seconds of a clock that runs much faster than the answers to a look-up, which are real."""


class Resending(Speaker):
    """The protocol deliberately weakened: what timed out or broke off is taken for not sent, and sent again."""

    async def _request(
        self, effect: Effect, term: Term, committed: float
    ) -> tuple[Answer, asyncio.CancelledError | None]:
        answer, cancelled = await super()._request(effect, term, committed)
        return (replace(answer, kind="unsent") if answer.kind == "unknown" else answer), cancelled


@dataclass
class Worker:
    """A process that works at a place; `failpoints` are armed in it, `weakened` makes it break the protocol."""

    place: Place
    failpoints: str = ""
    weakened: bool = False
    name: str = "worker"
    log: Path = field(init=False)
    process: int = field(init=False)
    ended: int | None = field(default=None, init=False)
    """Its exit code, or the negative number of the signal that ended it."""
    stopped: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.breath, self._stepped = Breath(), Breath()
        self.log = self.place.folder / f"{self.name}.log"
        self.process = forked(self._work, self.log)

    def _work(self) -> None:
        faulthandler.register(signal.SIGUSR1, all_threads=True)
        logs.set_up(as_json=True, level=logging.INFO)
        failpoints._ARMED.clear()
        failpoints._ARMED.update(failpoints._armed(self.failpoints))
        speaker = Resending if self.weakened else Speaker
        with (
            patch.object(opening, "SystemClock", lambda: self.place.clock),
            patch.object(service, "Speaker", speaker),
            patch.object(speaking, "_LONGEST_LOOK", LONGEST_LOOK),
            patch.object(Decider, "time", self._counted(Decider.time)),
            patch.object(sqlite, "_ROWS_BETWEEN_CHECKPOINTS", ROWS_TO_A_CHECKPOINT),
            patch.object(postgresql, "_SHORT_OF_A_TRANSACTION_S", 1),
        ):
            asyncio.run(self._run())

    def _counted(self, step: Callable[[Decider], Awaitable[None]]) -> Callable[[Decider], Awaitable[None]]:
        async def counted(decider: Decider) -> None:
            await step(decider)
            self._stepped.show(self._stepped.last() + 1)

        return counted

    def steps(self) -> float:
        """How often it has let time pass: each time it did what was due."""
        return self._stepped.last()

    async def _run(self) -> None:
        beating = asyncio.create_task(self._breathe())
        await service.run(self.place.settings(), clock=self.place.clock)
        beating.cancel()

    async def _breathe(self) -> None:
        """Show that the loop turns: who lets time jump waits for that."""
        while True:
            self.breath.show(self.place.clock.steady())
            await asyncio.sleep(_BREATH)

    def look(self) -> Literal["runs", "stopped", "ended"]:
        """How it is."""
        if self.ended is None:
            found, status = os.waitpid(self.process, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            if found and os.WIFSTOPPED(status):
                self.stopped = True
            elif found and os.WIFCONTINUED(status):
                self.stopped = False
            elif found:
                self.ended = os.waitstatus_to_exitcode(status)
        return "ended" if self.ended is not None else "stopped" if self.stopped else "runs"

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if self.look() != "ended":
            os.kill(self.process, number)

    def kill(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Wait for its end; its exit code."""
        if self.ended is None:
            _, status = os.waitpid(self.process, 0)
            self.ended = os.waitstatus_to_exitcode(status)
        return self.ended
