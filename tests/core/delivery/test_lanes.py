from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from socialcare.delivery import lanes
from socialcare.delivery.terms import WRITE_WITHIN
from socialcare.sending import Effect, Window
from socialcare.store.tables import BUDGET, METADATA

if TYPE_CHECKING:
    from tests.core.delivery.stage import TurnedClock

EFFECT = Effect(id="e", account="acme", platform="x", action="reply")
OTHER = Effect(id="f", account="other", platform="x", action="reply")
LIMIT, SECONDS = 7, 900


def opened(clock: TurnedClock) -> Connection:
    engine = create_engine("sqlite://")
    connection = engine.connect()
    connection.info["clock"] = clock
    METADATA.create_all(connection)
    return connection


@settings(max_examples=30)
@given(
    waits=st.lists(st.floats(0, 400), min_size=1, max_size=60),
    delays=st.lists(st.floats(0, WRITE_WITHIN), min_size=60, max_size=60),
    given_back=st.sets(st.integers(0, 59)),
)
def test_never_are_there_more_requests_in_a_window_than_its_limit(
    stage: ModuleType, waits: list[float], delays: list[float], given_back: set[int]
) -> None:
    """However they are spaced, wherever the window begins, and though each is written up to five seconds after its claim."""
    clock = stage.TurnedClock()
    term = stage.terms(stage.Ledger(clock), windows=(Window(LIMIT, SECONDS),)).of("x", "reply")
    requests = []
    with opened(clock) as connection:
        for number, (wait, delay) in enumerate(zip(waits, delays, strict=False)):
            clock.turn(wait)
            if lanes.spend(connection, EFFECT, term):
                if number in given_back:
                    lanes.hand_back(connection, EFFECT, term, clock.at)
                else:
                    requests.append(clock.at + delay)
    requests.sort()
    assert all(later - first > SECONDS for first, later in zip(requests, requests[LIMIT:], strict=False))


def test_requests_go_on_at_nearly_the_full_rate(stage: ModuleType) -> None:
    clock = stage.TurnedClock()
    term = stage.terms(stage.Ledger(clock), windows=(Window(100, SECONDS),)).of("x", "reply")
    with opened(clock) as connection:
        made = 0
        for _ in range(3 * SECONDS):
            made += lanes.spend(connection, EFFECT, term)
            clock.turn(1)
    assert 270 <= made <= 300


def test_a_window_of_the_app_is_shared_by_all_accounts(stage: ModuleType) -> None:
    clock = stage.TurnedClock()
    term = stage.terms(stage.Ledger(clock), windows=(Window(1, SECONDS, "app"),)).of("x", "reply")
    with opened(clock) as connection:
        assert lanes.spend(connection, EFFECT, term)
        assert not lanes.spend(connection, OTHER, term)


def test_what_one_window_has_not_is_taken_from_none(stage: ModuleType) -> None:
    clock = stage.TurnedClock()
    term = stage.terms(stage.Ledger(clock), windows=(Window(9, SECONDS), Window(1, 86400))).of("x", "reply")
    with opened(clock) as connection:
        assert [lanes.spend(connection, EFFECT, term) for _ in range(3)] == [True, False, False]
        assert sorted(connection.execute(select(BUDGET.c.used)).scalars()) == [1, 1]


def test_old_parts_of_windows_are_forgotten(stage: ModuleType) -> None:
    clock = stage.TurnedClock()
    term = stage.terms(stage.Ledger(clock), windows=(Window(9, SECONDS),)).of("x", "reply")
    with opened(clock) as connection:
        for _ in range(300):
            clock.turn(SECONDS / 15)
            lanes.spend(connection, EFFECT, term)
        assert len(connection.execute(select(BUDGET)).all()) <= 31


def test_a_lane_that_is_closed_for_longer_stays_so(stage: ModuleType) -> None:
    clock = stage.TurnedClock()
    with opened(clock) as connection:
        lanes.close(connection, "acme", "x", until=None, reason="a person must", by="w1")
        lanes.close(connection, "acme", "x", until=clock.at + 5, reason="429", by="w1")
        assert [(one.until, one.reason) for one in lanes.closed(connection)] == [(None, "a person must")]
