from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pytest
from sqlalchemy import Connection, select

from socialcare.delivery import lanes, outcomes, reconciling
from socialcare.delivery.claiming import Claim, claim
from socialcare.delivery.states import State
from socialcare.delivery.terms import Terms
from socialcare.sending import Answer, Window
from socialcare.store.database import Database
from socialcare.store.tables import BUDGET, CONTROL, EFFECT

if TYPE_CHECKING:
    from tests.core.delivery.stage import Ledger, TurnedClock

Kind: TypeAlias = Literal["sent", "refused", "unsent", "unknown", "duplicate", "paused"]
Answering: TypeAlias = Callable[..., Awaitable[State]]
Used: TypeAlias = Callable[[], Awaitable[float | None]]


@pytest.fixture
def terms(stage: ModuleType, ledger: Ledger) -> Terms:
    made: Terms = stage.terms(ledger, windows=(Window(10, 900),))
    return made


@pytest.fixture
async def claimed(stage: ModuleType, database: Database, terms: Terms) -> Claim:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    made = await database.run(partial(claim, worker="w1", terms=terms))
    assert isinstance(made, Claim)
    return made


@pytest.fixture
def answer(database: Database, terms: Terms, claimed: Claim) -> Answering:
    async def answer(kind: Kind, claimed: Claim = claimed, **more: Any) -> State:  # Any: the fields of Answer
        told = Answer(kind=kind, **more)
        term = terms.of("x", "reply")
        assert term is not None
        return await database.run(
            partial(outcomes.answered, claim=claimed, answer=told, term=term, worker="w1")
        )

    return answer


@pytest.fixture
def used(database: Database) -> Used:
    async def used() -> float | None:
        return await database.look(lambda connection: connection.execute(select(BUDGET.c.used)).scalar())

    return used


async def test_what_the_platform_named_is_sent(
    stage: ModuleType, database: Database, answer: Answering, used: Used
) -> None:
    assert await answer("sent", remote_id="p1", charged=True) == "SENT"
    row = await database.look(stage.effect)
    assert (row.state, row.remote_id, row.owner, row.lease_until) == ("SENT", "p1", None, None)
    assert await database.look(stage.evidence) == ["sent"]
    assert await used() == 1


async def test_each_post_makes_the_database_newer(database: Database, answer: Answering) -> None:
    await answer("sent", remote_id="p1")
    assert await database.look(lambda connection: connection.execute(select(CONTROL.c.epoch)).scalar()) == 2


async def test_sent_without_a_name_is_not_known(answer: Answering) -> None:
    assert await answer("sent") == "UNKNOWN"


async def test_a_no_is_final_and_costs_nothing(
    stage: ModuleType, database: Database, answer: Answering, used: Used
) -> None:
    assert await answer("refused", reason="not summoned", status=403) == "REFUSED"
    row = await database.look(stage.effect)
    assert (row.reason, await used()) == ("not summoned", 0)


async def test_a_no_that_was_charged_is_paid(answer: Answering, used: Used) -> None:
    await answer("refused", charged=True)
    assert await used() == 1


async def test_what_was_not_written_comes_again_later(
    stage: ModuleType, database: Database, answer: Answering, used: Used, clock: TurnedClock
) -> None:
    assert await answer("unsent") == "READY"
    row = await database.look(stage.effect)
    assert clock.at < row.not_before < clock.at + 10
    assert await used() == 0


async def test_come_again_at_a_time_closes_the_lane_till_then(
    stage: ModuleType, database: Database, answer: Answering, clock: TurnedClock
) -> None:
    assert await answer("unsent", until=clock.at + 300, status=429, reason="too many") == "READY"
    row = await database.look(stage.effect)
    assert row.not_before >= clock.at + 300
    (shut,) = await database.look(lanes.closed)
    assert (shut.account, shut.lane, shut.until) == ("acme", "ledger", clock.at + 300)


async def test_a_pause_closes_everything_of_the_account_until_a_person_comes(
    database: Database, answer: Answering
) -> None:
    assert await answer("paused", status=401, reason="token") == "READY"
    (shut,) = await database.look(lanes.closed)
    assert (shut.lane, shut.until) == ("*", None)


@pytest.mark.parametrize("kind", ["unknown", "duplicate"])
async def test_what_may_have_been_done_is_unknown_and_nobody_sends_it(
    stage: ModuleType, database: Database, answer: Answering, used: Used, terms: Terms, kind: str
) -> None:
    assert await answer(kind, status=503) == "UNKNOWN"
    row = await database.look(stage.effect)
    assert (row.fence, row.owner, row.unknown_since) == (2, "w1", stage.NOON)
    assert await used() == 1
    assert await database.run(partial(claim, worker="w2", terms=terms)) is None


async def test_a_stale_worker_changes_nothing_and_its_evidence_is_kept(
    stage: ModuleType, database: Database, answer: Answering
) -> None:
    await database.run(partial(reconciling.take_over, worker="w2"))
    before = await database.look(stage.effect)
    assert await answer("sent", remote_id="p1") == "UNKNOWN"
    assert await database.look(stage.effect) == before
    assert await database.look(stage.evidence) == ["sent"]


async def test_an_answer_that_comes_after_it_was_given_up_is_proof(
    stage: ModuleType, database: Database, answer: Answering, clock: TurnedClock
) -> None:
    await database.run(partial(reconciling.take_over, worker="w2"))
    await database.run(stage.change(EFFECT, state="READY", owner=None))
    assert await answer("sent", remote_id="p1") == "SENT"
    assert (await database.look(stage.effect)).remote_id == "p1"


async def test_an_answer_that_is_written_twice_changes_the_state_once(
    stage: ModuleType, database: Database, answer: Answering
) -> None:
    assert [await answer("sent", remote_id="p1") for _ in range(2)] == ["SENT", "SENT"]
    assert (await database.look(stage.effect)).version == 3


async def test_a_rule_that_is_refused_five_times_in_an_hour_is_paused(
    stage: ModuleType, database: Database, answer: Answering, terms: Terms, claimed: Claim
) -> None:
    def plan(connection: Connection, number: int) -> None:
        stage.planned(connection, terms, number)

    await answer("refused")
    for number in (2, 3, 4, 5):
        assert await database.look(lanes.closed) == []
        await database.run(partial(plan, number=number))
        await answer("refused", claimed=await database.run(partial(claim, worker="w1", terms=terms)))
    (shut,) = await database.look(lanes.closed)
    assert (shut.account, shut.lane, shut.until) == ("", "rule:r1", None)


async def test_a_rule_that_was_opened_again_has_five_new_tries(
    stage: ModuleType, database: Database, answer: Answering, terms: Terms, clock: TurnedClock
) -> None:
    await answer("refused")
    await database.run(stage.change(EFFECT, changed_at=clock.at))
    await database.run(partial(lanes.close, account="", lane="rule:r1", until=None, reason="", by="w1"))
    clock.turn(1)
    await database.run(partial(lanes.reopen, account="", lane="rule:r1", by="maria"))
    await database.run(partial(lanes.pause_refused, rule="r1", by="w1"))
    assert await database.look(lanes.closed) == []
