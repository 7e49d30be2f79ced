from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.policy.deciding.memory import Memory, added, counted
from socialcare.policy.statements import Window
from socialcare.ports import Change, Entry

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
DAY = Window(timedelta(days=1))


def test_a_rolling_window_leaves_out_its_first_instant() -> None:
    tally = added(None, DAY, NOON, ZONE)
    assert counted(tally, DAY, NOON + timedelta(days=1) - timedelta(seconds=1), ZONE) == 1
    assert counted(tally, DAY, NOON + timedelta(days=1), ZONE) == 0


def test_a_calendar_day_is_that_of_the_policys_zone() -> None:
    window = Window(per_day=True)
    evening = datetime(2026, 11, 3, 4, 59, tzinfo=UTC)  # 23:59 of the day before in New York
    tally = added(None, window, evening, ZONE)
    assert counted(tally, window, evening + timedelta(minutes=2), ZONE) == 0
    assert counted(tally, window, evening, ZONE) == 1


def test_without_a_window_a_count_is_for_ever() -> None:
    tally = added(added(None, Window(), NOON, ZONE), Window(), NOON + timedelta(days=999), ZONE)
    assert counted(tally, Window(), NOON + timedelta(days=9999), ZONE) == 2


@given(
    st.lists(st.integers(0, 400_000), max_size=30).map(sorted),
    st.integers(1, 200_000),
    st.sampled_from(["rolling", "day", "ever"]),
)
def test_a_tally_counts_what_a_list_of_all_moments_would(seconds: list[int], length: int, kind: str) -> None:
    window = {"rolling": Window(timedelta(seconds=length)), "day": Window(per_day=True), "ever": Window()}[
        kind
    ]
    tally = None
    for place, second in enumerate(seconds):
        now = NOON + timedelta(seconds=second)
        tally = added(tally, window, now, ZONE)
        before = [NOON + timedelta(seconds=s) for s in seconds[: place + 1]]
        if kind == "rolling":
            wanted = sum(1 for at in before if at > now - timedelta(seconds=length))
        elif kind == "day":
            wanted = sum(1 for at in before if at.astimezone(ZONE).date() == now.astimezone(ZONE).date())
        else:
            wanted = len(before)
        assert counted(tally, window, now, ZONE) == wanted


def test_reading_a_key_that_was_not_loaded_is_a_bug_and_says_so() -> None:
    with pytest.raises(KeyError):
        Memory().get(("flags", "x:1"))


def test_changes_rest_on_the_versions_that_were_read() -> None:
    memory = Memory()
    memory.load([("a",), ("b",)], {("a",): Entry(1, 7)})
    memory.put(("a",), 2)
    memory.put(("b",), 3)
    memory.put(("new",), 4)
    assert memory.expected == {("a",): 7, ("b",): 0, ("new",): 0}
    assert memory.changes == {("a",): Change(2), ("b",): Change(3), ("new",): Change(4)}


def test_the_agenda_joins_what_was_stored_and_what_the_batch_added() -> None:
    memory = Memory()
    memory.load([("a",)], {("a",): Entry(1, 1)})
    memory.schedule([(20.0, ("a",))])
    memory.put(("b",), 1, due=10.0)
    assert memory.next_due(30.0) == (10.0, ("b",))
    memory.put(("b",), None)
    assert memory.next_due(15.0) is None
    assert memory.next_due(30.0) == (20.0, ("a",))
    memory.put(("a",), 2, due=40.0)
    assert memory.next_due(30.0) is None
    assert memory.next_due(40.0) == (40.0, ("a",))


def test_a_fork_sees_everything_and_changes_nothing() -> None:
    memory = Memory()
    memory.load([("a",)], {("a",): Entry(1, 1)})
    copy = memory.fork()
    copy.put(("a",), 2)
    assert copy.get(("a",)) == 2
    assert memory.get(("a",)) == 1
    assert memory.changes == {}


def test_what_came_since_a_beginning_can_be_left_out_of_sight() -> None:
    memory = Memory()
    memory.load([("a",), ("b",)], {("a",): Entry(1, 1)})
    memory.put(("a",), 2)
    memory.begin()
    memory.put(("a",), 3)
    memory.put(("a",), 4)
    memory.put(("b",), 5)
    earlier = memory.earlier()
    assert (earlier.get(("a",)), earlier.get(("b",))) == (2, None)
    assert (memory.get(("a",)), memory.get(("b",))) == (4, 5)


def test_the_agenda_tells_what_is_due_at_a_moment_and_what_is_still_to_come() -> None:
    memory = Memory()
    memory.put(("b",), 1, due=10.0)
    memory.put(("a",), 1, due=10.0)
    memory.put(("c",), 1, due=20.0)
    assert memory.due_at(10.0) == [("a",), ("b",)]
    memory.put(("a",), None)
    assert memory.pending() == [("b",), ("c",)]
