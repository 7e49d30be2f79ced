"""The hours and days of a time zone, so that the clock of most moments need not be asked: archives are in order of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NEVER = datetime.min.replace(tzinfo=UTC)
"""Where a span that holds no moment begins and ends."""

_LAST = 9999


def hour_of(local: datetime) -> tuple[datetime, datetime]:
    """From when until when (UTC, the end not included) moments lie in the hour of `local`, an aware moment in its own zone.

    An hour in which clocks may be changed holds no moment: each has to be looked at by itself.
    """
    return _span(local, local.replace(minute=0, second=0, microsecond=0), timedelta(hours=1))


def day_of(local: datetime) -> tuple[datetime, datetime]:
    """The same for the day."""
    return _span(local, local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0), timedelta(days=1))


def _span(local: datetime, begins: datetime, length: timedelta) -> tuple[datetime, datetime]:
    if local.year in (1, _LAST):
        return NEVER, NEVER
    ends = begins + length  # on the wall, whatever clocks do
    if begins.utcoffset() == local.utcoffset() == ends.utcoffset():
        return begins.astimezone(UTC), ends.astimezone(UTC)
    return NEVER, NEVER
