"""Time, passed in and never looked up."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The time by which a desk decides."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC)
