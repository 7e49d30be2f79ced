"""How a policy writes time: `2h`, `09:30`, `2026-12-01`, `3h ago`, `10%`, and weekly calendars.

A calendar is made of stretches of wall time in its zone. A stretch belongs to the day on which it starts, so
`22:00-07:00` runs into the next morning, and a day of its own under `days` replaces the stretches that start on
that day and leaves the tail of the night before. Where the clocks change, a time that comes twice means the first
one, and a time that is skipped means as long after midnight as it says.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from socialcare.policy.language.flaws import Flaw

_DAY = 24 * 60
_ONE_DAY = timedelta(days=1)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LONGEST = timedelta(days=3_660)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?([smhdw])", re.ASCII)
_SPELT_OUT = re.compile(
    r"(\d{1,9}(?:\.\d{1,9})?) ?([smhdw])(?:ec|econd|in|inute|our|r|ay|eek)s?", re.ASCII | re.IGNORECASE
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_STRETCH = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?) ?%", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def duration(text: str) -> timedelta:
    """Read `90s`, `30m`, `2h`, `7d` or `1w`; raises `Flaw` for anything else, months too, and beyond ten years."""
    hit = _DURATION.fullmatch(text.strip())
    if hit is None and (spelt := _SPELT_OUT.fullmatch(text.strip())):
        raise Flaw(f"`{text}` is written `{spelt[1]}{spelt[2].lower()}`", length=len(text))
    if hit is None:
        raise _flaw(text, "a span of time such as `30m`, `2h`, `7d` or `1w`")
    span = timedelta(seconds=float(hit[1]) * _SECONDS[hit[2]])
    if span > _LONGEST:
        raise _flaw(text, "shorter than ten years")
    return span


def ago(text: str) -> timedelta:
    """Read `3h ago` as a span of time; raises `Flaw`."""
    span, _, word = text.strip().rpartition(" ")
    if word != "ago":
        raise _flaw(text, "a time gone by such as `3h ago`")
    return duration(span)


def clock(text: str) -> time:
    """Read a time of day on a 24-hour clock, such as `09:30`; raises `Flaw`."""
    hit = _CLOCK.fullmatch(text.strip())
    if hit is None:
        raise _flaw(text, "a time of day such as `09:30`")
    return time(int(hit[1]), int(hit[2]))


def day(text: str) -> date:
    """Read a date such as `2026-12-01`, from 1970 to 2199; raises `Flaw`."""
    try:
        found = date.fromisoformat(text.strip()) if _DATE.fullmatch(text.strip()) else None
    except ValueError:
        found = None
    if found is None or not 1970 <= found.year < 2200:
        raise _flaw(text, "a date such as `2026-12-01`")
    return found


def percent(text: str) -> float:
    """Read `10%` as 0.1; raises `Flaw` for what is not between 0% and 100%."""
    hit = _PERCENT.fullmatch(text.strip())
    if hit is None or float(hit[1]) > 100:
        raise _flaw(text, "a share such as `10%`")
    return float(hit[1]) / 100


def zone(name: str) -> ZoneInfo:
    """The time zone of that name in the IANA database; raises `Flaw`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sentence = f"`{name}` is not a time zone such as `Europe/Berlin`"
        raise Flaw(sentence, length=max(len(name), 1), known=sorted(available_timezones())) from None


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an aware moment in a zone."""
    return moment.astimezone(zone).date()


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Wall time from `start` to `end`, in minutes after midnight of its day; a night ends beyond 1,440."""

    start: int
    end: int


def stretches(text: str) -> tuple[Stretch, ...]:
    """Read `09:00-18:00`, several such with commas, `22:00-07:00` over midnight, `24h` or `closed`.

    Raises `Flaw` with the offset of what is wrong, also for two that overlap.
    """
    if text.strip() == "closed":
        return ()
    if text.strip() == "24h":
        return (Stretch(0, _DAY),)
    found = sorted((_stretch(word, offset), offset) for word, offset in _listed(text))
    for (one, _), (other, offset) in pairwise(found):
        if other.start < one.end:
            raise Flaw(f"two times of `{text}` overlap", offset=offset, length=len(text) - offset)
    return tuple(stretch for stretch, _ in found)


def _stretch(text: str, offset: int) -> Stretch:
    hit = _STRETCH.fullmatch(text)
    if hit is None:
        sentence = f"`{text}` is not a time such as `09:00-18:00`, `22:00-07:00`, `24h` or `closed`"
        raise Flaw(sentence, offset=offset, length=max(len(text), 1))
    hours, minutes, end_hours, end_minutes = map(int, hit.groups(default="0"))
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if start == end and not text.endswith("24:00"):
        sentence = f"`{text}` is no time at all: write `24h` for the whole day"
        raise Flaw(sentence, offset=offset, length=len(text))
    return Stretch(start, end if end > start else end + _DAY)


def weekdays(text: str) -> tuple[int, ...]:
    """Read the key of a week: `mon`, `mon-fri`, `fri-mon`, `mon,wed` or `every day`; Monday is 0. Raises `Flaw`."""
    if text.strip() == "every day":
        return tuple(range(7))
    found: list[int] = []
    for word, offset in _listed(text):
        first, *rest = (name.strip().lower() for name in word.split("-", 1))
        last = rest[0] if rest else first
        if first not in DAYS or last not in DAYS:
            raise Flaw(
                f"`{last if first in DAYS else first}` is not a day such as `mon`, `mon-fri` or `every day`",
                offset=offset,
                length=max(len(word), 1),
                known=(*DAYS, "every day"),
            )
        start = DAYS.index(first)
        found += [(start + step) % 7 for step in range((DAYS.index(last) - start) % 7 + 1)]
    if len(set(found)) < len(found):
        raise Flaw(f"a day stands twice in `{text}`", length=len(text))
    return tuple(found)


def _listed(text: str) -> Iterator[tuple[str, int]]:
    """What stands between the commas, without the space round it, and where it begins."""
    offset = 0
    for part in text.split(","):
        yield part.strip(), offset + len(part) - len(part.lstrip())
        offset += len(part) + 1


@dataclass(frozen=True, slots=True)
class Calendar:
    """Times that come back every week in a zone, with days of their own; a day without stretches is closed."""

    zone_name: str = "UTC"
    week: Mapping[int, tuple[Stretch, ...]] = field(default_factory=dict)
    days: Mapping[date, tuple[Stretch, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, zone_name: str, week: Mapping[str, str], days: Mapping[str, str]) -> "Calendar":
        """Read a calendar from plain strings; raises `Flaw`, also when two keys of the week name one day."""
        zone(zone_name)
        read: dict[int, tuple[Stretch, ...]] = {}
        for key, value in week.items():
            for number in weekdays(key):
                if number in read:
                    raise Flaw(f"`{DAYS[number]}` stands twice in the week, here in `{key}`", length=len(key))
                read[number] = stretches(value)
        return cls(zone_name, read, {day(key): stretches(value) for key, value in days.items()})

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose wall time counts."""
        return zone(self.zone_name)

    def is_inside(self, moment: datetime) -> bool:
        """Whether an aware moment is inside; the end of a stretch is outside."""
        at = moment.astimezone(UTC)
        today = self._day(at)
        for on in (today - _ONE_DAY, today):
            for start, end in self._of_day(on):
                if start <= at < end:
                    return True
        return False

    def next_start(self, moment: datetime) -> datetime | None:
        """The first moment after this one at which it begins to be inside, in UTC; None if there is none."""
        at = moment.astimezone(UTC)
        return next((start for start, _ in self._spans(at) if start > at), None)

    def next_end(self, moment: datetime) -> datetime | None:
        """The first moment after this one at which it ceases to be inside, in UTC; None if there is none."""
        at = moment.astimezone(UTC)
        end = next((end for _, end in self._spans(at) if end > at), None)
        # a span that goes on at the horizon goes on for ever
        return None if end is None or self._day(end) > self._horizon(at) else end

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """How long it is inside between two aware moments; nothing if the second is the earlier one."""
        first, last = start.astimezone(UTC), end.astimezone(UTC)
        pieces = self._pieces(first, self._day(last))
        shares = (min(end, last) - max(start, first) for start, end in pieces)
        return sum((share for share in shares if share > timedelta()), timedelta())

    def deadline(self, start: datetime, span: timedelta) -> datetime | None:
        """When a clock that runs only inside has run so long, in UTC; None if not within ten years."""
        first = start.astimezone(UTC)
        for begin, end in self._pieces(first, self._day(first) + _LONGEST):
            share = end - max(begin, first)
            if share >= max(span, timedelta(microseconds=1)):
                return max(begin, first) + span
            span -= max(share, timedelta())
        return None

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The pieces up to the horizon, those that touch made one."""
        span: tuple[datetime, datetime] | None = None
        for start, end in self._pieces(at, self._horizon(at)):
            if span and span[1] == start:
                span = span[0], end
                continue
            if span:
                yield span
            span = start, end
        if span:
            yield span

    def _pieces(self, at: datetime, last: date) -> Iterator[tuple[datetime, datetime]]:
        """From the stretches of the day before the moment to those of the last day: in order, none over another."""
        done = datetime.min.replace(tzinfo=UTC)
        on = self._day(at) - _ONE_DAY
        while on <= last:
            for start, end in self._of_day(on):
                if end > max(start, done):
                    yield max(start, done), end
                    done = end
            on += _ONE_DAY

    def _of_day(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        return _in_utc(on, self.days.get(on, self.week.get(on.weekday(), ())), self.zone_name)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _horizon(self, at: datetime) -> date:
        """A day from which all weeks are alike: two weeks beyond the moment and all days of their own."""
        return max([self._day(at), *self.days]) + timedelta(days=14)


@lru_cache(maxsize=4_096)
def _in_utc(
    on: date, stretches: tuple[Stretch, ...], zone_name: str
) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of a day as moments, in order; the same day is asked about again and again."""
    midnight = datetime.combine(on, time(), zone(zone_name))  # what is added to it is wall time

    def moment(minutes: int) -> datetime:
        return (midnight + timedelta(minutes=minutes)).astimezone(UTC)

    return tuple(sorted((moment(one.start), moment(one.end)) for one in stretches))


def _flaw(text: str, wanted: str) -> Flaw:
    return Flaw(f"`{text}` is not {wanted}", length=max(len(text), 1))
