from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, select

from socialcare.delivery import bodies, cancelling, outbox
from socialcare.delivery.terms import Terms
from socialcare.model import ActionRecord
from socialcare.store.database import Database
from socialcare.store.decisions import keep_decisions
from socialcare.store.tables import EFFECT, MENTION, STATE

if TYPE_CHECKING:
    from tests.core.delivery.stage import TurnedClock

HELD = ActionRecord(action="reply", rule="r1", slot="public", text="hello", state="held", id="d2.0")


@pytest.fixture
async def both(stage: ModuleType, database: Database, terms: Terms) -> None:
    """One reply that is ready and one that is held, with what the decider keeps of it."""

    def put(connection: Connection) -> None:
        stage.arrive(connection, stage.mention(1), stage.mention(2))
        decisions = [stage.decided(1, fields={}), stage.decided(2, HELD, fields={})]
        keep_decisions(connection, decisions)
        outbox.record(connection, decisions, terms)
        connection.execute(STATE.insert().values(key=bodies.held_key("d2.0"), version=1, data=b"{}"))

    await database.run(put)


async def test_what_answers_mentions_that_are_gone_is_cancelled(
    stage: ModuleType, database: Database, both: None
) -> None:
    await database.run(stage.change(MENTION, state="gone"))
    assert await database.run(cancelling.sweep) == 2
    assert await database.look(stage.states) == {"d1.0": "CANCELLED", "d2.0": "CANCELLED"}
    assert await database.look(lambda connection: connection.execute(select(STATE)).all()) == []


async def test_what_is_ready_for_too_long_expires_and_what_is_held_waits(
    stage: ModuleType, database: Database, both: None, clock: TurnedClock
) -> None:
    clock.turn(24 * 3600)
    assert await database.run(cancelling.sweep) == 1
    assert await database.look(stage.states) == {"d1.0": "EXPIRED", "d2.0": "HELD"}


async def test_everything_that_waits_can_be_dropped(
    stage: ModuleType, database: Database, both: None
) -> None:
    assert await database.run(partial(cancelling.cancel_all, reason="a wrong rule", by="maria")) == 1
    row = await database.look(stage.effect)
    assert (row.state, row.reason) == ("CANCELLED", "a wrong rule")


async def test_the_content_of_a_mention_that_is_gone_is_removed_everywhere(
    stage: ModuleType, database: Database, both: None
) -> None:
    await database.run(stage.change(MENTION, state="gone"))
    assert await database.run(cancelling.purge) == 0
    await database.run(cancelling.sweep)
    assert await database.run(cancelling.purge) == 2
    assert await database.run(cancelling.purge) == 0
    mentions = await database.look(
        lambda connection: connection.execute(select(MENTION.c.body)).scalars().all()
    )
    kept = bodies.read((await database.look(stage.effect)).body)
    assert mentions == [None, None]
    assert kept.mention is not None
    assert (kept.text, kept.mention.id, kept.mention.text, kept.mention.author.id) == (
        "hello 1",
        "m1",
        "",
        "",
    )


async def test_what_may_have_been_sent_is_found_out_first(
    stage: ModuleType, database: Database, both: None
) -> None:
    await database.run(stage.change(EFFECT, state="UNKNOWN"))
    await database.run(stage.change(MENTION, state="gone"))
    assert await database.run(cancelling.sweep) == 0
    assert set((await database.look(stage.states)).values()) == {"UNKNOWN"}
