"""A span holds only moments of the hour or the day that it was made for, whatever clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.simulate.spans import day_of, hour_of

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Havana", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
MOMENTS = st.builds(
    lambda minutes: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes),
    st.integers(0, 140 * 525_960),
)
SHARES = st.floats(0, 0.999)


@given(MOMENTS, ZONES, SHARES)
def test_every_moment_of_a_span_has_the_same_hour_or_day(at: datetime, zone: str, share: float) -> None:
    local = at.astimezone(ZoneInfo(zone))
    for (begins, ends), pattern in ((hour_of(local), "%Y-%m-%d %H"), (day_of(local), "%Y-%m-%d")):
        if begins == ends:
            continue
        assert begins <= at < ends
        other = begins + (ends - begins) * share
        assert other.astimezone(ZoneInfo(zone)).strftime(pattern) == local.strftime(pattern)
        after = ends.astimezone(ZoneInfo(zone))
        assert after.strftime(pattern) != local.strftime(pattern)


@pytest.mark.parametrize("hours", range(25))
def test_a_day_on_which_clocks_are_changed_is_no_span(hours: int) -> None:
    local = (datetime(2026, 3, 28, 23, tzinfo=UTC) + timedelta(hours=hours)).astimezone(
        ZoneInfo("Europe/Berlin")
    )
    begins, ends = day_of(local)
    assert (begins == ends) == (local.day == 29)


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_hold_nothing(year: int) -> None:
    begins, ends = day_of(datetime(year, 6, 1, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert begins == ends
