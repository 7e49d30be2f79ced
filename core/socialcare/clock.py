"""What time it is, and how to wait: passed in, so that a test can be its master."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """`now` is the wall's time in epoch seconds, `steady` seconds that never jump and count from anywhere."""

    def now(self) -> float:
        """Epoch seconds."""
        ...

    def steady(self) -> float:
        """Seconds for deadlines and quiet times."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()

    def steady(self) -> float:
        """Seconds since some moment, whatever happens to the wall's time."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
