"""Reads calendars: the week, and days of their own, in a zone."""

from __future__ import annotations

from typing import Any

from socialcare.policy.language.times import DAYS, Calendar, Stretch, day, stretches, weekdays
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Key, Map, Table
from socialcare.policy.reading.scalars import ZONE, Spelled
from socialcare.policy.yaml.nodes import MapNode, Node, TextNode

HOURS = Spelled("times such as `09:00-18:00`", stretches)
_WEEKDAYS = Spelled("a day of the week such as `mon` or `mon-fri`", weekdays)
_DATE = Spelled("a date such as `2026-12-24`", day, r"^\d{4}-\d\d-\d\d$")

CALENDAR: Map[dict[str, Any]] = Map(
    "a calendar",
    dict,
    {
        "zone": Key(ZONE, to="zone_name", doc="the zone of its times; without it, the policy's"),
        "week": Key(
            Table(_WEEKDAYS, HOURS, "days of the week and their times"),
            required=True,
            doc="days of the week: `mon-fri: 09:00-18:00`, `sun: closed`",
        ),
        "days": Key(
            Table(_DATE, HOURS, "dates and their times"), doc="days of their own: `2026-12-24: closed`"
        ),
    },
)


def read_calendar(_: TextNode, node: Node, reading: Reading) -> Calendar | None:
    """Read one calendar."""
    values = CALENDAR.values(node, reading)
    written = node.get("week") if isinstance(node, MapNode) else None
    if values is None or not isinstance(written, MapNode):
        return None
    week = _week(values.pop("week"), written, reading)
    return None if week is None else Calendar(**{"zone_name": reading.names.zone, **values, "week": week})


def _week(
    read: dict[tuple[int, ...], tuple[Stretch, ...]], written: MapNode, reading: Reading
) -> dict[int, tuple[Stretch, ...]] | None:
    """The stretches of each day; a day that two keys name is an error."""
    week: dict[int, tuple[Stretch, ...]] = {}
    for (days, times), (key, _) in zip(read.items(), written.entries, strict=False):
        twice = [number for number in days if number in week]
        if twice:
            reading.problems.error("SC211", key.place, f"`{DAYS[twice[0]]}` stands twice in the week")
            return None
        week.update(dict.fromkeys(days, times))
    return week
