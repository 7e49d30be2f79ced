import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.times import (
    Calendar,
    Stretch,
    ago,
    clock,
    day,
    day_of,
    duration,
    percent,
    stretches,
    weekdays,
    zone,
)

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1.5h", timedelta(minutes=90)),
        ("7d", timedelta(days=7)),
        (" 1 w ", timedelta(weeks=1)),
        ("0s", timedelta()),
    ],
)
def test_a_span_of_time_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert duration(text) == span


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        (duration, "", "`` is not a span of time such as"),
        (duration, "2 months", "`2 months` is not a span of time"),
        (duration, "1mo", "`1mo` is not a span"),
        (duration, "-2h", "`-2h` is not a span"),
        (duration, "1h30m", "`1h30m` is not a span"),
        (duration, "２h", "`２h` is not a span"),
        (duration, "11000d", "`11000d` is not shorter than ten years"),
        (ago, "3h", "`3h` is not a time gone by"),
        (ago, "soon ago", "`soon` is not a span of time"),
        (clock, "24:00", "`24:00` is not a time of day"),
        (clock, "9.30", "`9.30` is not a time of day"),
        (clock, "09:60", "`09:60` is not a time of day"),
        (day, "2026-02-30", "`2026-02-30` is not a date"),
        (day, "20261201", "`20261201` is not a date"),
        (day, "0001-01-01", "`0001-01-01` is not a date"),
        (percent, "10", "`10` is not a share"),
        (percent, "101%", "`101%` is not a share"),
        (stretches, "", "`` is not a time such as `09:00-18:00`"),
        (stretches, "9-18", "`9-18` is not a time such as"),
        (stretches, "24:00-25:00", "`24:00-25:00` is not a time"),
        (stretches, "09:00-09:00", "write `24h`"),
        (stretches, ",", "`` is not a time"),
        (stretches, "10:00-12:00, 09:00-10:30", "overlap"),
        (stretches, "22:00-07:00, 23:00-23:30", "overlap"),
        (weekdays, "", "`` is not a day"),
        (weekdays, "mon-fry", "`fry` is not a day"),
        (weekdays, "monday", "`monday` is not a day"),
        (weekdays, "mon-wed,tue", "a day stands twice"),
        (zone, "Europe/Berlim", "`Europe/Berlim` is not a time zone"),
        (zone, "../etc", "is not a time zone"),
        (zone, "Europe", "is not a time zone"),
        (zone, "", "is not a time zone"),
    ],
)
def test_what_is_not_such_a_time_is_refused_in_the_users_words(
    read: Callable[[str], object], text: str, sentence: str
) -> None:
    with pytest.raises(Flaw, match=re.escape(sentence)):
        read(text)


@given(st.sampled_from([duration, ago, clock, day, percent, stretches, weekdays, zone]), st.text())
def test_any_text_is_read_or_refused(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except Flaw:
        return


def test_an_unknown_day_or_zone_names_the_known_ones() -> None:
    with pytest.raises(Flaw) as caught:
        weekdays("mon, fry")
    assert (caught.value.offset, caught.value.length) == (5, 3)
    assert "fri" in caught.value.known
    with pytest.raises(Flaw) as caught:
        zone("Europe/Berlim")
    assert "Europe/Berlin" in caught.value.known


def test_dates_times_and_shares_are_read() -> None:
    assert clock("09:30") == clock("9:30") == time(9, 30)
    assert day("2026-12-01") == date(2026, 12, 1)
    assert ago("3h ago") == timedelta(hours=3)
    assert percent("10%") == 0.1
    assert percent("2.5 %") == 0.025


def test_the_day_of_a_moment_is_the_day_in_the_zone() -> None:
    assert day_of(datetime(2026, 1, 1, 4, tzinfo=UTC), ZoneInfo("America/New_York")) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("closed", ()),
        ("24h", (Stretch(0, 1440),)),
        ("00:00-24:00", (Stretch(0, 1440),)),
        ("9:00-18:00", (Stretch(540, 1080),)),
        ("13:00-18:00,09:00 - 12:00", (Stretch(540, 720), Stretch(780, 1080))),
        ("22:00-07:00", (Stretch(1320, 1860),)),
    ],
)
def test_the_times_of_a_day_are_read_in_order(text: str, found: tuple[Stretch, ...]) -> None:
    assert stretches(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mon", (0,)),
        ("Mon-Fri", (0, 1, 2, 3, 4)),
        ("sat-mon", (5, 6, 0)),
        ("mon, wed,fri-sat", (0, 2, 4, 5)),
        ("every day", (0, 1, 2, 3, 4, 5, 6)),
        ("mon-mon", (0,)),
    ],
)
def test_the_days_of_a_week_are_read(text: str, found: tuple[int, ...]) -> None:
    assert weekdays(text) == found


def test_a_calendar_refuses_a_day_that_stands_twice() -> None:
    with pytest.raises(Flaw, match="`wed` stands twice in the week, here in `wed-thu`"):
        Calendar.read("UTC", {"mon-wed": "24h", "wed-thu": "closed"}, {})


OPEN_HOURS = Calendar.read(
    "America/New_York",
    {"mon-fri": "09:00-18:00", "sat": "10:00-14:00", "sun": "closed"},
    {"2026-11-26": "closed", "2026-12-24": "09:00-13:00"},
)
NIGHT = Calendar.read("America/New_York", {"every day": "22:00-07:00"}, {})


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("calendar", "moment", "inside", "start", "end"),
    [
        (OPEN_HOURS, "2026-11-25 09:00", True, "2026-11-27 09:00", "2026-11-25 18:00"),
        (OPEN_HOURS, "2026-11-25 18:00", False, "2026-11-27 09:00", "2026-11-27 18:00"),
        (OPEN_HOURS, "2026-11-28 12:00", True, "2026-11-30 09:00", "2026-11-28 14:00"),
        (OPEN_HOURS, "2026-12-24 13:30", False, "2026-12-25 09:00", "2026-12-25 18:00"),
        (NIGHT, "2026-11-25 23:00", True, "2026-11-26 22:00", "2026-11-26 07:00"),
        (NIGHT, "2026-11-25 06:59", True, "2026-11-25 22:00", "2026-11-25 07:00"),
        (NIGHT, "2026-11-25 07:00", False, "2026-11-25 22:00", "2026-11-26 07:00"),
    ],
)
def test_a_moment_is_inside_or_outside_and_knows_what_comes_next(
    calendar: Calendar, moment: str, inside: bool, start: str, end: str
) -> None:
    at = new_york(moment)
    assert calendar.is_inside(at) is inside
    assert (calendar.next_start(at), calendar.next_end(at)) == (new_york(start), new_york(end))


def test_a_day_of_its_own_leaves_the_tail_of_the_night_before() -> None:
    nights = Calendar.read("UTC", {"every day": "22:00-07:00"}, {"2026-12-25": "closed"})
    assert nights.is_inside(datetime(2026, 12, 25, 6, tzinfo=UTC))
    assert not nights.is_inside(datetime(2026, 12, 25, 23, tzinfo=UTC))
    assert not nights.is_inside(datetime(2026, 12, 26, 6, tzinfo=UTC))


def test_a_night_is_an_hour_longer_or_shorter_when_the_clocks_change() -> None:
    nights = Calendar.read("Europe/Berlin", {"every day": "22:00-07:00"}, {})
    spring, autumn = datetime(2026, 3, 28, 12, tzinfo=BERLIN), datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    assert nights.open_time(spring, spring + timedelta(days=1)) == timedelta(hours=8)
    assert nights.open_time(autumn, autumn + timedelta(days=1)) == timedelta(hours=10)


def test_a_time_that_comes_twice_is_the_first_and_one_that_is_skipped_comes_as_late() -> None:
    early = Calendar.read("Europe/Berlin", {"every day": "02:15-02:45"}, {})
    assert early.next_start(datetime(2026, 10, 25, tzinfo=BERLIN)) == datetime(
        2026, 10, 25, 0, 15, tzinfo=UTC
    )
    assert early.next_end(datetime(2026, 10, 25, tzinfo=BERLIN)) == datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert early.next_start(datetime(2026, 3, 29, tzinfo=BERLIN)) == datetime(2026, 3, 29, 1, 15, tzinfo=UTC)


def test_a_calendar_that_is_always_or_never_open_has_no_next() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for always in (
        Calendar.read("UTC", {"every day": "24h"}, {}),
        Calendar.read("UTC", {"every day": "12:00-08:00, 08:00-12:00"}, {}),
    ):
        assert always.is_inside(now)
        assert always.next_start(now) is always.next_end(now) is None
        assert always.deadline(now, timedelta(days=30)) == now + timedelta(days=30)
    never = Calendar()
    assert not never.is_inside(now)
    assert never.next_start(now) is never.next_end(now) is never.deadline(now, MINUTE) is None


def test_a_day_of_its_own_far_away_is_found() -> None:
    once = Calendar.read("UTC", {}, {"2031-05-05": "12:00-13:00"})
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert once.next_start(now) == datetime(2031, 5, 5, 12, tzinfo=UTC)
    assert once.next_end(now) == datetime(2031, 5, 5, 13, tzinfo=UTC)
    assert once.next_start(datetime(2031, 5, 5, 12, tzinfo=UTC)) is None


def test_a_clock_runs_only_inside_its_calendar() -> None:
    assert OPEN_HOURS.deadline(new_york("2026-11-25 17:00"), timedelta(hours=2)) == new_york(
        "2026-11-27 10:00"
    )
    assert OPEN_HOURS.deadline(new_york("2026-11-25 08:00"), timedelta()) == new_york("2026-11-25 09:00")
    assert OPEN_HOURS.open_time(new_york("2026-11-25 17:00"), new_york("2026-11-27 10:00")) == timedelta(
        hours=2
    )
    assert OPEN_HOURS.open_time(new_york("2026-11-27 10:00"), new_york("2026-11-25 17:00")) == timedelta()


# ---- by brute force -----------------------------------------------------------------------------------------------

PARTS = [
    "closed",
    "24h",
    "09:00-12:00,13:00-18:00",
    "22:00-07:00",
    "00:00-06:00",
    "18:00-24:00",
    "12:00-11:00",
]
PARTS += ["01:30-02:30", "02:10-02:40", "03:00-03:10"]
WEEKS = st.lists(st.sampled_from(PARTS), min_size=7, max_size=7).map(
    lambda days: dict(zip("mtwhfsu", days, strict=True))
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe"])
# two weeks round the days on which the clocks of these zones change
FROM = st.sampled_from([datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 10, 11)]).flatmap(
    lambda start: st.integers(0, 31 * 1440).map(lambda minutes: start + minutes * MINUTE)
)
NAMES = dict(zip("mtwhfsu", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], strict=True))


@st.composite
def calendars(draw: st.DrawFn, zones: st.SearchStrategy[str] = ZONES) -> Calendar:
    week = {NAMES[letter]: hours for letter, hours in draw(WEEKS).items()}
    days = st.dates(date(2026, 3, 1), date(2026, 11, 30)).map(str)
    own = draw(st.dictionaries(days, st.sampled_from(PARTS), max_size=2))
    return Calendar.read(draw(zones), week, own)


@given(calendars(), FROM)
def test_between_now_and_the_next_start_and_end_nothing_changes(calendar: Calendar, now: datetime) -> None:
    start, end = calendar.next_start(now), calendar.next_end(now)
    inside = calendar.is_inside(now)
    if inside:
        assert start is None or (end is not None and end <= start)
    else:
        assert end is None or (start is not None and start < end)
    change = end if inside else start
    for minutes in range(0, 3 * 1440, 7):
        at = now + minutes * MINUTE
        if change is None or at < change:
            assert calendar.is_inside(at) is inside
    if change is not None:
        assert calendar.is_inside(change) is not inside
        assert calendar.is_inside(change - MINUTE / 60) is inside


@given(calendars(), FROM, st.integers(0, 3_000))
def test_open_time_is_the_sum_of_the_minutes_inside(calendar: Calendar, now: datetime, minutes: int) -> None:
    inside = sum(calendar.is_inside(now + minute * MINUTE) for minute in range(minutes))
    assert calendar.open_time(now, now + minutes * MINUTE) == inside * MINUTE


@given(calendars(), FROM, st.integers(1, 3_000))
def test_at_the_deadline_the_clock_has_run_its_time(calendar: Calendar, now: datetime, minutes: int) -> None:
    deadline = calendar.deadline(now, minutes * MINUTE)
    if deadline is not None:
        assert calendar.open_time(now, deadline) == minutes * MINUTE
        assert calendar.open_time(now, deadline - MINUTE) < minutes * MINUTE


@given(calendars(st.just("UTC")), FROM)
def test_without_changes_of_clocks_inside_is_what_the_wall_says(calendar: Calendar, now: datetime) -> None:
    def stands_in(on: date, minute: int) -> bool:
        of_day = calendar.days.get(on, calendar.week.get(on.weekday(), ()))
        return any(stretch.start <= minute < stretch.end for stretch in of_day)

    minute = now.hour * 60 + now.minute
    today = now.date()
    assert calendar.is_inside(now) is (
        stands_in(today, minute) or stands_in(today - timedelta(days=1), minute + 1440)
    )
