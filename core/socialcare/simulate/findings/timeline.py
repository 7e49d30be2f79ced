"""Mentions by outcome over time: in hours at first, and in longer spans as the archive turns out to be longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from socialcare.simulate.findings.exhibits import Drawer, Exhibit

Unit = Literal["hour", "day", "week", "month", "year", "century"]

MOST = 100
"""Spans at most; time that needs more is counted in longer ones."""

_UNITS: tuple[Unit, ...] = ("hour", "day", "week", "month", "year", "century")
_SAMPLES = 4
_MONDAY = date(1, 1, 1)


@dataclass(slots=True)
class Span:
    """One span of time: when it begins (the policy's zone), and its mentions by outcome."""

    start: datetime
    outcomes: dict[str, Drawer[Exhibit]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """All mentions of the span."""
        return sum(one.count for one in self.outcomes.values())


class Timeline:
    """Spans that follow each other without a gap; memory does not depend on how long the archive is."""

    def __init__(self) -> None:
        self.unit: Unit = "hour"
        self._spans: dict[int, Span] = {}

    def drawer(self, at: datetime, outcome: str) -> Drawer[Exhibit]:
        """Where a mention is to be counted; `at` is in the policy's zone."""
        place = _place(at, self.unit)
        if place not in self._spans:
            place = self._begin(at)
        outcomes = self._spans[place].outcomes
        if outcome not in outcomes:
            outcomes[outcome] = Drawer(_SAMPLES)
        return outcomes[outcome]

    def __iter__(self) -> Iterator[Span]:
        """Every span from the first to the last, those without a mention too."""
        if self._spans:
            for place in range(min(self._spans), max(self._spans) + 1):
                yield self._spans.get(place) or Span(_start(place, self.unit))

    def _begin(self, at: datetime) -> int:
        """The place of a span that is new, in units that are long enough for it to fit."""
        while True:
            place = _place(at, self.unit)
            if not self._spans or self.unit == _UNITS[-1]:
                break
            if max(place, *self._spans) - min(place, *self._spans) < MOST:
                break
            self._lengthen()
        self._spans.setdefault(place, Span(_start(place, self.unit)))
        return place

    def _lengthen(self) -> None:
        self.unit = _UNITS[_UNITS.index(self.unit) + 1]
        shorter, self._spans = self._spans, {}
        for span in shorter.values():
            place = _place(span.start, self.unit)
            longer = self._spans.setdefault(place, Span(_start(place, self.unit)))
            for outcome, drawer in span.outcomes.items():
                if outcome in longer.outcomes:
                    longer.outcomes[outcome].merge(drawer)
                else:
                    longer.outcomes[outcome] = drawer


def _place(at: datetime, unit: Unit) -> int:
    """The number of the span that a moment lies in."""
    days = at.toordinal() - 1
    if unit == "hour":
        return days * 24 + at.hour
    if unit == "day":
        return days
    if unit == "week":
        return days // 7
    months = at.year * 12 + at.month - 1
    return {"month": months, "year": at.year, "century": at.year // 100}[unit]


def _start(place: int, unit: Unit) -> datetime:
    """When a span begins."""
    if unit in ("hour", "day", "week"):
        hours = place * {"hour": 1, "day": 24, "week": 168}[unit]
        return datetime.combine(_MONDAY, datetime.min.time()) + timedelta(hours=hours)
    if unit == "month":
        return datetime(max(1, place // 12), place % 12 + 1, 1)  # noqa: DTZ001 - as above
    return datetime(max(1, place * (100 if unit == "century" else 1)), 1, 1)  # noqa: DTZ001 - as above
