from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from socialcare.delivery import audit, lanes
from socialcare.delivery.claiming import Claim, claim
from socialcare.delivery.outcomes import answered
from socialcare.delivery.terms import WRITE_WITHIN, Terms
from socialcare.sending import Answer, Effect, Window
from socialcare.store.database import Database
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


def test_what_is_used_up_is_told_without_anything_being_spent(stage: ModuleType) -> None:
    clock = stage.TurnedClock()
    term = stage.terms(stage.Ledger(clock), windows=(Window(1, SECONDS),)).of("x", "reply")
    with opened(clock) as connection:
        assert [lanes.used_up(connection, EFFECT, term) for _ in range(2)] == [None, None]
        assert lanes.spend(connection, EFFECT, term)
        assert lanes.used_up(connection, EFFECT, term) == "1 requests in 900 s are made"
        assert lanes.used_up(connection, OTHER, term) is None
        dear = replace(term, windows=(), money=0.1, price=lambda _: 0.06)
        assert lanes.spend(connection, EFFECT, dear)
        assert lanes.used_up(connection, EFFECT, dear) == "the 0.1 dollars of a day are used up"


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


def test_a_person_resumes_an_account_and_nothing_beside_it(stage: ModuleType) -> None:
    clock = stage.TurnedClock()
    with opened(clock) as connection:
        lanes.close(connection, "acme", "*", until=None, reason="401", by="w1")
        lanes.close(connection, "acme", "mail", until=None, reason="no host", by="w1")
        lanes.close(connection, "acme", "x", until=clock.at + 5, reason="429", by="w1")
        lanes.close(connection, "other", "*", until=clock.at + 9e6, reason="402", by="w1")
        lanes.close(connection, "", "rule:r1", until=None, reason="refused", by="w1")
        assert [one.reason for one in lanes.resume(connection, "acme", by="maria")] == ["401", "no host"]
        assert [one.lane for one in lanes.closed(connection)] == ["rule:r1", "x", "*"]
        assert lanes.resume(connection, "acme", by="maria") == []
        assert [one.reason for one in lanes.resume(connection, "other", by="maria")] == ["402"], (
            "a share that is used up has an end, and more can be bought before"
        )
        assert [one.lane for one in lanes.closed(connection)] == ["rule:r1", "x"]


async def test_what_a_stopped_account_had_to_say_is_said_once_it_is_resumed(
    stage: ModuleType, database: Database, terms: Terms, clock: TurnedClock
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1, 2))
    month = clock.at + 30 * 86_400
    first = await database.run(partial(claim, worker="w1", terms=terms))
    assert isinstance(first, Claim)
    answer = Answer(kind="paused", reason="the month's share is used up", until=month)
    term = terms.of_effect(first.effect)
    assert term is not None
    await database.run(partial(answered, claim=first, answer=answer, term=term, worker="w1"))
    clock.turn(60)
    assert await database.run(partial(claim, worker="w1", terms=terms)) is None

    (stopped,) = await database.run(partial(lanes.resume, account="acme", by="maria"))
    assert (stopped.lane, stopped.until, stopped.reason) == ("*", month, answer.reason)
    taken = [await database.run(partial(claim, worker="w1", terms=terms)) for _ in "ab"]
    assert sorted(one.effect.id for one in taken if isinstance(one, Claim)) == ["d1.0", "d2.0"]
    assert await database.look(audit.verify) is None
