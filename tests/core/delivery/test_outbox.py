from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from socialcare.delivery import audit, bodies, outbox
from socialcare.delivery.terms import Terms
from socialcare.errors import Interrupted
from socialcare.model import ActionRecord, Decision, Mention
from socialcare.store.database import Database
from socialcare.store.intake import take_in
from socialcare.store.tables import AUDIT, EFFECT, MENTION

if TYPE_CHECKING:
    from tests.core.delivery.stage import TurnedClock

REPLY = ActionRecord(action="reply", rule="r1", slot="public", text="hello")
HELD = replace(REPLY, state="held", by=("night",), id="d1.0")

Record: TypeAlias = Callable[..., Awaitable[None]]


@pytest.fixture
def record(stage: ModuleType, database: Database, terms: Terms) -> Record:
    async def put(*decisions: Decision) -> None:
        await database.run(partial(outbox.record, decisions=decisions, terms=terms))

    return put


@pytest.fixture
async def arrived(stage: ModuleType, database: Database) -> None:
    await database.run(lambda connection: stage.arrive(connection, stage.mention(1)))


async def test_an_allowed_action_is_ready_at_once(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, REPLY))
    row = await database.look(stage.effect)
    assert (row.state, row.slot, row.root, row.author, row.not_before) == (
        "READY",
        "public",
        "m1",
        "x:7",
        stage.NOON,
    )
    assert bodies.read(row.body).text == "hello"
    assert row.expires_at == stage.NOON + 24 * 3600


async def test_a_held_action_is_held_under_its_own_id(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, HELD))
    row = await database.look(stage.effect)
    assert (row.state, row.reason) == ("HELD", "night")


async def test_what_is_forbidden_or_inside_the_house_is_no_effect(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, replace(REPLY, state="forbidden"), ActionRecord(action="label", rule="r1")))
    assert await database.look(stage.states) == {}


async def test_a_mention_that_is_decided_is_done(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, ActionRecord(action="ignore", rule="r1", slot="both")))
    assert (
        await database.look(lambda connection: connection.execute(select(MENTION.c.state)).scalar()) == "done"
    )


async def test_a_mention_that_was_edited_meanwhile_is_not_decided(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await database.run(stage.change(MENTION, newest="m1b"))
    with pytest.raises(Interrupted):
        await record(stage.decided(1))
    assert await database.look(stage.states) == {}


async def test_a_mention_that_was_decided_meanwhile_is_not_decided_again(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1))
    with pytest.raises(Interrupted):
        await record(replace(stage.decided(1), id="other"))


async def test_S11_who_came_first_to_the_voice_of_a_mention_keeps_it(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    second = replace(REPLY, rule="r2", text="me too")
    await record(stage.decided(1, REPLY, second))
    assert await database.look(stage.states) == {"d1.0": "READY"}
    told = await database.look(lambda connection: connection.execute(select(AUDIT.c.what)).scalars().all())
    assert told == ["already decided"]


async def test_private_and_public_answers_stand_beside_each_other(
    stage: ModuleType, database: Database, clock: TurnedClock, arrived: None
) -> None:
    terms = stage.terms(stage.Ledger(clock, actions=frozenset({"reply", "dm", "mail"})))
    actions = [ActionRecord(action="dm", rule="r1", slot="private"), ActionRecord(action="mail", rule="r1")]
    decision = stage.decided(1, REPLY, *actions, ActionRecord(action="mail", rule="r2"))
    await database.run(partial(outbox.record, decisions=[decision], terms=terms))
    assert await database.look(stage.states) == dict.fromkeys(["d1.0", "d1.1", "d1.2", "d1.3"], "READY")


async def test_the_account_that_a_mention_is_handed_to_answers_it(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    then = replace(stage.decided(1), id="d1then", account="help", hop=2)
    await record(stage.decided(1, ActionRecord(action="handover", rule="r1", slot="both"), then=then))
    row = await database.look(partial(stage.effect, name="d1then.0"))
    assert (row.account, row.state, row.root) == ("help", "READY", "m1")


async def test_a_scheduled_post_answers_nobody(stage: ModuleType, database: Database, record: Record) -> None:
    decision = stage.decided(1, REPLY, event="tick", mention="schedule:r1@monday")
    await record(decision)
    row = await database.look(stage.effect)
    assert (row.root, row.mention, row.author) == ("schedule:r1@monday", None, "")


async def test_a_later_decision_about_an_edit_that_is_no_longer_the_newest_answers_the_mention(
    stage: ModuleType, database: Database, record: Record
) -> None:
    def edit(number: int) -> Mention:
        made: Mention = stage.mention(number)
        return replace(made, id=str(100 + number), root="100")

    async def arrives(number: int) -> None:
        await database.run(partial(take_in, arrivals=[edit(number)], feed="f", cursor=None))

    await arrives(1)
    await record(stage.decided(1, ActionRecord(action="notify", rule="r1"), mention="101"))
    await arrives(2)
    await arrives(3)
    await record(stage.decided(2, mention="101", event="tick"))
    row = await database.look(partial(stage.effect, name="d2.0"))
    assert (row.root, row.author, row.slot) == ("100", "x:7", "public")
    assert row.mention is not None


async def test_a_hold_that_ends_makes_it_ready_now(
    stage: ModuleType, database: Database, record: Record, clock: TurnedClock, arrived: None
) -> None:
    await record(stage.decided(1, HELD))
    clock.turn(3600)
    await record(replace(stage.decided(1, replace(HELD, state="allowed")), id="later", event="tick"))
    row = await database.look(stage.effect)
    assert (row.state, row.approval, row.not_before) == ("READY", None, clock.at)


async def test_S30_an_approval_is_bound_to_the_text_that_goes_out(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, HELD))
    approved = replace(HELD, state="allowed", text="other words")
    ruling = stage.decided(1, approved, event="control", input={"event": {"by": "maria"}})
    await record(replace(ruling, id="later"))
    row = await database.look(stage.effect)
    assert bodies.approval(row.approval) == bodies.Approval(("maria",), bodies.hash_of(bodies.read(row.body)))
    assert bodies.read(row.body).text == "other words"


async def test_what_a_person_rejects_is_cancelled(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, HELD))
    rejected = replace(HELD, state="forbidden", reason="rejected by maria")
    await record(replace(stage.decided(1, rejected), id="later", event="control"))
    row = await database.look(stage.effect)
    assert (row.state, row.reason) == ("CANCELLED", "rejected by maria")


async def test_a_later_word_does_not_wake_what_has_ended(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, HELD))
    await database.run(stage.change(EFFECT, state="SENT"))
    await record(replace(stage.decided(1, replace(HELD, state="allowed")), id="later", event="tick"))
    assert await database.look(stage.states) == {"d1.0": "SENT"}


async def test_other_words_for_what_stays_held_make_a_new_version(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, HELD))
    await record(replace(stage.decided(1, replace(HELD, text="better")), id="later", event="control"))
    row = await database.look(stage.effect)
    assert (row.state, row.version, bodies.read(row.body).text) == ("HELD", 2, "better")


async def test_every_change_of_state_is_in_the_audit_trail(
    stage: ModuleType, database: Database, record: Record, arrived: None
) -> None:
    await record(stage.decided(1, HELD))
    await record(replace(stage.decided(1, replace(HELD, state="allowed")), id="later", event="tick"))
    rows = await database.look(lambda connection: connection.execute(select(AUDIT)).all())
    assert [(row.what, row.subject) for row in rows] == [("effect", "d1.0")]
    assert await database.look(audit.verify) is None
