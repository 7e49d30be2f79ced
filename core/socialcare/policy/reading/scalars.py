"""Shapes of single values that a small reader understands: spans, times of day, days, moments, zones, shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from socialcare.diagnostics import suggestion
from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.times import DAYS, ago, clock, day, duration, percent, zone
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.yaml.nodes import ListNode, Node, TextNode

T = TypeVar("T")

SPAN_PATTERN = r"^\s*\d+(\.\d+)?\s?[smhdw]\s*$"


@dataclass(frozen=True, slots=True)
class Spelled(Generic[T]):
    """A text that a small reader turns into a value, or into a `Flaw`."""

    noun: str
    meaning: Callable[[str], T]
    pattern: str | None = None
    code: str = field(default="SC206")

    def read(self, node: Node, reading: Reading) -> T | None:
        """What the text means."""
        text = reading.text(node, self.noun)
        if text is None or not isinstance(node, TextNode):
            return None
        try:
            return self.meaning(node.text)
        except Flaw as flaw:
            reading.flaw(self.code, node, flaw)
            return None

    def schema(self, _: Sketch) -> Schema:
        """A string."""
        return {"type": "string", "pattern": self.pattern} if self.pattern else {"type": "string"}


def _span(text: str) -> timedelta:
    span = duration(text)
    if not span:
        raise Flaw(f"`{text}` is no time at all", length=len(text))
    return span


SPAN = Spelled("a span of time such as `24h`", _span, SPAN_PATTERN)
AGO = Spelled("a time gone by such as `3h ago`", ago, r"^\s*\d+(\.\d+)?\s?[smhdw] ago\s*$")
CLOCK = Spelled("a time of day such as `09:30`", clock, r"^\s*([01]?\d|2[0-3]):[0-5]\d\s*$")
SHARE = Spelled("a share such as `10%`", percent, r"^\s*\d{1,3}(\.\d+)?\s?%\s*$")
ZONE = Spelled("a time zone such as `Europe/Berlin`", lambda name: zone(name).key)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, which is the start of its day, or a date and a time of day, in the policy's zone."""

    def read(self, node: Node, reading: Reading) -> datetime | None:
        """The moment, aware."""
        local = Spelled("a date such as `2026-12-01`", _moment).read(node, reading)
        return None if local is None else local.replace(tzinfo=ZoneInfo(reading.names.zone))

    def schema(self, _: Sketch) -> Schema:
        """A string such as `2026-12-01`, with a time or without."""
        return {"type": "string", "pattern": r"^\s*\d{4}-\d\d-\d\d([ T]\d\d:\d\d)?\s*$"}


def _moment(text: str) -> datetime:
    date, _, at = text.strip().replace("T", " ").partition(" ")
    return datetime.combine(day(date), clock(at) if at else time())


_GROUPS = {"day": range(7), "weekday": range(5)}


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the week: `day`, `weekday`, `mon` to `sun`, one or a list."""

    def read(self, node: Node, reading: Reading) -> frozenset[int] | None:
        """The days, Monday 0."""
        items = node.items if isinstance(node, ListNode) else [node]
        if not items:
            reading.problems.error("SC222", node.place, "the list of days is empty")
            return None
        days: set[int] = set()
        whole = True
        for item in items:
            word = reading.text(item, "a day of the week")
            if word in _GROUPS:
                days.update(_GROUPS[word])
            elif word in DAYS:
                days.add(DAYS.index(word))
            else:
                whole = False
                if word is not None:
                    label = suggestion(word, [*_GROUPS, *DAYS])
                    reading.problems.error(
                        "SC206", item.place, f"`{word}` is not a day of the week", label=label
                    )
        return frozenset(days) if whole else None

    def schema(self, sketch: Sketch) -> Schema:
        """One of the words, or a list of them."""
        words: Schema = {"enum": [*_GROUPS, *DAYS]}
        return sketch.by_form(list={"type": "array", "minItems": 1, "items": words}, other=words)


def plain(value: Any) -> Any:  # Any: whatever a shape reads
    """A span of time as seconds, anything else as it is."""
    return value.total_seconds() if isinstance(value, timedelta) else value
