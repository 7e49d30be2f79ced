"""What reading costs, and when it has cost enough for a day."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from socialcare.clock import Clock
from socialcare_x.prices import PRICES


class ReadingMoney:
    """Counts what was read today (UTC), each thing once as X bills it; starts at nothing with each process.

    Source: X bills the same post or user once in a UTC day (its pricing page calls this a soft rule).
    """

    def __init__(self, most: float | None, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._day = ""
        self._spent = 0.0
        self._billed: set[str] = set()

    def count(
        self, kind: Literal["read_post", "read_owned", "read_user", "read_dm_event"], ids: Iterable[str]
    ) -> None:
        """So many things were read."""
        if self._most is None:
            return
        self._turn_page()
        new = {f"{kind} {one}" for one in ids} - self._billed
        self._billed |= new
        self._spent += float(PRICES[kind]) * len(new)

    def until(self) -> float:
        """Seconds until there is money again: none while some is left."""
        self._turn_page()
        if self._most is None or self._spent < self._most:
            return 0.0
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (tomorrow - now).total_seconds()

    def _turn_page(self) -> None:
        today = datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()
        if today != self._day:
            self._day, self._spent, self._billed = today, 0.0, set()
