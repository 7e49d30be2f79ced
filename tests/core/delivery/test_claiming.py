from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypedDict, Unpack

import msgspec
import pytest
from sqlalchemy import Connection, select

from socialcare.delivery import audit, bodies, lanes, switch
from socialcare.delivery.claiming import Claim, Ended, LookFirst, claim
from socialcare.delivery.terms import Terms
from socialcare.policy.deciding import state
from socialcare.policy.deciding.state import Subject
from socialcare.sending import Window
from socialcare.store.database import Database
from socialcare.store.sql import name_of
from socialcare.store.tables import BUDGET, CONTROL, EFFECT, EVIDENCE, MENTION, STATE

if TYPE_CHECKING:
    from tests.core.delivery.stage import Ledger, TurnedClock

Plan: TypeAlias = Callable[..., Awaitable[None]]
Taken: TypeAlias = Claim | LookFirst | Ended | None


class Known(TypedDict, total=False):
    """What else a worker may say when it claims."""

    looked: Collection[str]
    skip: Collection[str]
    avoid: Collection[tuple[str, str]]


class Take(Protocol):
    """Claims, as a worker and by terms of its own where the test names them."""

    async def __call__(self, worker: str = ..., terms: Terms = ..., **known: Unpack[Known]) -> Taken: ...


@pytest.fixture
def plan(stage: ModuleType, database: Database, terms: Terms) -> Plan:
    async def put(*numbers: int, **made: float) -> None:
        await database.run(lambda connection: stage.planned(connection, terms, *numbers, **made))

    return put


@pytest.fixture
def take(database: Database, terms: Terms) -> Take:
    async def take(worker: str = "w1", terms: Terms = terms, **known: Unpack[Known]) -> Taken:
        return await database.run(partial(claim, worker=worker, terms=terms, **known))

    return take


def effect_of(taken: Taken) -> str:
    assert isinstance(taken, Claim | LookFirst)
    return taken.effect.id


def opted_out(connection: Connection, author: str = "x:7") -> None:
    key = name_of(state.flags(Subject("", author)))
    connection.execute(
        STATE.insert().values(key=key, version=1, data=msgspec.json.encode({"opted_out": True}))
    )


async def test_the_intent_is_written_before_the_request(
    stage: ModuleType, database: Database, plan: Plan, take: Take, clock: TurnedClock
) -> None:
    await plan()
    claimed = await take()
    assert isinstance(claimed, Claim)
    assert (claimed.effect.id, claimed.effect.attempt, claimed.fence) == ("d1.0", 1, 1)
    row = await database.look(stage.effect)
    assert (row.state, row.owner, row.fence, row.lease_until) == ("SENDING", "w1", 1, clock.at + 45)
    (attempt,) = await database.look(stage.attempts)
    assert (attempt.effect, attempt.n, attempt.fence, attempt.request_hash) == ("d1.0", 1, 1, row.body_hash)


async def test_what_is_claimed_is_claimed_once(plan: Plan, take: Take) -> None:
    await plan()
    assert await take()
    assert await take("w2") is None


@pytest.mark.parametrize("kind", ["sent", "found"])
async def test_what_is_proved_to_be_there_is_not_sent_again(
    stage: ModuleType, database: Database, plan: Plan, take: Take, kind: str
) -> None:
    await plan()
    assert isinstance(await take(), Claim)
    await database.run(stage.change(EFFECT, state="READY", owner=None))
    proof = {"effect": "d1.0", "kind": kind, "remote_id": "p1", "at": 1.0}
    await database.run(lambda connection: connection.execute(EVIDENCE.insert().values(**proof)))
    assert await take("w2") == Ended("d1.0", "SENT")
    row = await database.look(stage.effect)
    assert (row.state, row.remote_id) == ("SENT", "p1")


async def test_who_was_ready_first_is_answered_first(plan: Plan, take: Take, clock: TurnedClock) -> None:
    await plan(2)
    clock.turn(1)
    await plan(1, 3)
    assert [effect_of(await take()) for _ in range(3)] == ["d2.0", "d1.0", "d3.0"]


async def test_nothing_is_claimed_before_its_time(
    stage: ModuleType, database: Database, plan: Plan, take: Take, clock: TurnedClock
) -> None:
    await plan()
    await database.run(stage.change(EFFECT, not_before=clock.at + 1))
    assert await take() is None
    clock.turn(1)
    assert await take()


async def test_nothing_is_claimed_while_the_kill_switch_is_set(
    database: Database, plan: Plan, take: Take
) -> None:
    await plan()
    await database.run(partial(switch.kill, reason="too many", by="maria"))
    assert await take() is None
    await database.run(partial(switch.release, by="maria"))
    assert await take()
    assert await database.look(audit.verify) is None


async def test_nothing_is_claimed_by_a_database_that_has_forgotten(
    stage: ModuleType, database: Database, plan: Plan, take: Take
) -> None:
    await plan()
    await database.run(stage.change(CONTROL, amnesia=True))
    assert await take() is None


async def test_what_is_too_old_expires_instead(
    stage: ModuleType, database: Database, plan: Plan, take: Take, clock: TurnedClock
) -> None:
    await plan()
    clock.turn(24 * 3600)
    assert await take() == Ended("d1.0", "EXPIRED")
    assert await take() is None


async def test_what_answers_a_deleted_mention_is_cancelled_instead(
    stage: ModuleType, database: Database, plan: Plan, take: Take
) -> None:
    await plan()
    await database.run(stage.change(MENTION, state="gone"))
    assert await take() == Ended("d1.0", "CANCELLED")


async def test_who_opted_out_since_is_not_answered(database: Database, plan: Plan, take: Take) -> None:
    await plan()
    await database.run(opted_out)
    assert await take() == Ended("d1.0", "CANCELLED")


async def test_the_answer_to_an_opt_out_goes_out(database: Database, plan: Plan, take: Take) -> None:
    await database.run(opted_out)
    await plan()
    assert isinstance(await take(), Claim)


async def test_S30_what_is_not_what_was_approved_waits_for_a_person(
    stage: ModuleType, database: Database, plan: Plan, take: Take
) -> None:
    await plan()
    other = msgspec.json.encode(bodies.Approval(("maria",), "hash of other words"))
    await database.run(stage.change(EFFECT, approval=other))
    assert await take() == Ended("d1.0", "NEEDS_HUMAN")


async def test_an_old_mention_is_looked_up_first(plan: Plan, take: Take, clock: TurnedClock) -> None:
    await plan()
    clock.turn(601)
    first = await take()
    assert isinstance(first, LookFirst)
    assert isinstance(await take(looked={first.effect.id}), Claim)


async def test_a_mention_whose_answer_a_person_approved_is_looked_up_first(
    stage: ModuleType, database: Database, plan: Plan, take: Take
) -> None:
    await plan()
    row = await database.look(stage.effect)
    agreed = bodies.Approval(("maria",), bodies.hash_of(bodies.read(row.body)))
    await database.run(stage.change(EFFECT, approval=msgspec.json.encode(agreed)))
    assert isinstance(await take(), LookFirst)


async def test_while_one_line_looks_another_goes_on(plan: Plan, take: Take, clock: TurnedClock) -> None:
    await plan(1)
    clock.turn(601)
    await plan(2, at=clock.at)
    first = await take()
    assert isinstance(first, LookFirst)
    assert effect_of(await take(skip={first.effect.id})) == "d2.0"


async def test_a_closed_lane_holds_up_its_account_alone(
    stage: ModuleType, database: Database, take: Take, terms: Terms, clock: TurnedClock
) -> None:
    def put(connection: Connection) -> None:
        stage.arrive(connection, stage.mention(1), stage.mention(2))
        outboxed = [stage.decided(1), stage.decided(2, account="other")]
        stage.outbox.record(connection, outboxed, terms)
        lanes.close(connection, "acme", "ledger", until=clock.at + 60, reason="429", by="w1")

    await database.run(put)
    assert effect_of(await take()) == "d2.0"
    assert await take() is None
    clock.turn(60)
    assert effect_of(await take()) == "d1.0"


@pytest.mark.parametrize(("account", "lane"), [("acme", "*"), ("", "rule:r1")])
async def test_a_paused_account_or_rule_says_nothing(
    database: Database, plan: Plan, take: Take, account: str, lane: str
) -> None:
    await plan()
    await database.run(partial(lanes.close, account=account, lane=lane, until=None, reason="", by="w1"))
    assert await take() is None
    assert await database.run(partial(lanes.reopen, account=account, lane=lane, by="maria"))
    assert await take()


async def test_a_platform_in_trouble_holds_up_itself_alone(plan: Plan, take: Take) -> None:
    await plan()
    assert await take(avoid={("x", "acme")}) is None
    assert await take(avoid={("x", "other")})


async def test_what_no_sender_carries_out_any_more_waits(stage: ModuleType, plan: Plan, take: Take) -> None:
    await plan()
    assert await take(terms=stage.terms()) is None


async def test_a_request_more_than_the_window_takes_is_not_made(
    stage: ModuleType, plan: Plan, take: Take, ledger: Ledger, clock: TurnedClock
) -> None:
    await plan(1, 2, 3)
    few = stage.terms(ledger, windows=(Window(2, 900),))
    assert [(await take(terms=few)) is not None for _ in range(3)] == [True, True, False]
    clock.turn(1000)
    assert await take(terms=few, looked={"d3.0"})


async def test_money_is_spent_with_the_claim_and_not_beyond_the_cap(
    stage: ModuleType, database: Database, plan: Plan, take: Take, ledger: Ledger
) -> None:
    await plan(1, 2)
    dear = stage.terms(ledger, money=0.3, price=lambda _: 0.2)
    assert await take(terms=dear)
    assert await take(terms=dear) is None
    spent = await database.look(lambda connection: connection.execute(select(BUDGET.c.used)).scalars().all())
    assert spent == [0.2]


async def test_two_workers_never_claim_the_same(database: Database, plan: Plan, terms: Terms) -> None:
    await plan(*range(1, 9))
    both = [database.run(partial(claim, worker=f"w{n % 2}", terms=terms)) for n in range(12)]
    claimed = [effect_of(one) for one in await asyncio.gather(*both) if one is not None]
    assert len(claimed) == len(set(claimed))
