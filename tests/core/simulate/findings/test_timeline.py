"""Time in spans: none is lost, none is missing, and there are never many."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.simulate.findings.exhibits import Exhibit
from socialcare.simulate.findings.timeline import MOST, Timeline

MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside


def timeline(moments: list[datetime]) -> Timeline:
    made = Timeline()
    for rank, at in enumerate(moments):
        made.drawer(at, "answered").add(rank, lambda: cast("Exhibit", None))
    return made


@given(st.lists(MOMENTS, max_size=30))
def test_every_moment_is_counted_in_one_of_few_spans_without_a_gap(moments: list[datetime]) -> None:
    spans = [*timeline(moments)]
    assert sum(span.count for span in spans) == len(moments)
    assert len(spans) <= MOST
    assert all(one.start < other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("length", "unit", "number"),
    [
        (timedelta(hours=5), "hour", 6),
        (timedelta(days=7), "day", 8),
        (timedelta(days=210), "week", 31),
        (timedelta(days=1500), "month", 50),
        (timedelta(days=20_000), "year", 55),
        (timedelta(days=200_000), "century", 6),
    ],
)
def test_spans_are_as_long_as_the_archive_needs(length: timedelta, unit: str, number: int) -> None:
    start = datetime(2026, 3, 2, 10, tzinfo=UTC)
    made = timeline([start, start + length])
    assert (made.unit, len([*made])) == (unit, number)


def test_weeks_begin_on_a_monday() -> None:
    start = datetime(2026, 3, 4, 10, tzinfo=UTC)
    made = timeline([start, start + timedelta(days=210)])
    assert {span.start.weekday() for span in made} == {0}
