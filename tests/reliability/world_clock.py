"""One time for many processes: a worker, the platform and the database agree on it, and a test can let it jump."""

from __future__ import annotations

import asyncio
import mmap
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

BEGIN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC).timestamp()
"""When the time of each case begins: a Friday afternoon."""

_WIDTH = 20
_SHORTEST, _LONGEST = 0.004, 0.02
"""Real seconds: for how long at least and at most a sleeper does not look at the time."""


@dataclass
class SharedClock:
    """Runs `speed` times as fast as the machine's from `began` on; what it jumped so far is in `file`, for whoever reads it."""

    file: Path
    speed: float
    began: float
    begin: float = BEGIN
    _map: mmap.mmap = field(init=False, repr=False)

    def __post_init__(self) -> None:
        opened = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
        if os.fstat(opened).st_size != _WIDTH:
            os.write(opened, _written(0.0))
        self._map = mmap.mmap(opened, _WIDTH)
        os.close(opened)

    @classmethod
    def started(cls, file: Path, speed: float, begin: float = BEGIN) -> SharedClock:
        """A clock that begins now, at a moment in epoch seconds."""
        return cls(file, speed, time.time(), begin)

    def now(self) -> float:
        """Epoch seconds."""
        return self.begin + self.steady()

    def steady(self) -> float:
        """Seconds since the clock was started, jumps and all."""
        return (time.time() - self.began) * self.speed + float(self._map[:])

    async def sleep(self, seconds: float) -> None:
        """Wait; a jump shortens it."""
        end = self.steady() + seconds
        while True:
            left = (end - self.steady()) / self.speed
            await asyncio.sleep(min(max(left, _SHORTEST), _LONGEST))
            if self.steady() >= end:
                return

    def jump(self, seconds: float) -> None:
        """Let so much time pass at once, for everybody."""
        self._map[:] = _written(float(self._map[:]) + seconds)

    def in_sql(self) -> str:
        """A function of PostgreSQL's that stands in the way of its own, in a schema `fast` that is looked at first."""
        machine = "extract(epoch from pg_catalog.clock_timestamp())::float8"
        jumped = f"pg_read_file('{self.file}', 0, {_WIDTH})::float8"
        passed = f"({machine} - {self.began!r}) * {self.speed!r} + {jumped}"
        return (
            "CREATE OR REPLACE FUNCTION fast.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
            f"$$ SELECT to_timestamp({self.begin!r} + {passed}) $$"
        )


class Breath:
    """When the loop of a worker turned last, on the common time; told by the worker, read by its parent."""

    def __init__(self) -> None:
        self._map = mmap.mmap(-1, _WIDTH)
        self.show(0.0)

    def show(self, steady: float) -> None:
        """It turns."""
        self._map[:] = _written(steady)

    def last(self) -> float:
        """When it did."""
        return float(self._map[:])


def _written(seconds: float) -> bytes:
    return f"{seconds:0{_WIDTH}.3f}".encode()
