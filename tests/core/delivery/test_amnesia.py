from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

import pytest
from sqlalchemy import select

from socialcare.delivery import amnesia, outbox, switch
from socialcare.delivery.amnesia import Copy, Standing
from socialcare.delivery.terms import Terms
from socialcare.sending import OwnPost
from socialcare.store.database import Database
from socialcare.store.tables import CONTROL, EFFECT

if TYPE_CHECKING:
    from tests.core.delivery.stage import Ledger

Begin: TypeAlias = Callable[[Copy | None], Awaitable[Standing]]
CopyOf: TypeAlias = Callable[[], Awaitable[Copy]]


@pytest.fixture
def begin(database: Database) -> Begin:
    async def begin(copy: Copy | None) -> Standing:
        return await database.run(partial(amnesia.begin, copy=copy))

    return begin


@pytest.fixture
def copy_of(database: Database) -> CopyOf:
    async def copy_of() -> Copy:
        return await database.look(amnesia.copy_of)

    return copy_of


def post(stage: ModuleType, number: int, to: str | None) -> OwnPost:
    return OwnPost(f"p{number}", datetime.fromtimestamp(stage.NOON, UTC), to, "hello")


async def forget(stage: ModuleType, database: Database) -> None:
    await database.run(stage.change(CONTROL, amnesia=True))


async def test_each_start_makes_the_database_newer(begin: Begin, copy_of: CopyOf) -> None:
    before = await copy_of()
    assert await begin(before) == "ours"
    assert (await copy_of()).epoch == before.epoch + 1


async def test_a_database_that_is_behind_its_copy_sends_nothing(
    database: Database, begin: Begin, copy_of: CopyOf
) -> None:
    known = await copy_of()
    assert await begin(Copy(known.instance, known.epoch + 1, known.timeline)) == "behind"
    assert not (await database.look(switch.standing)).open
    assert (await copy_of()).epoch > known.epoch + 1


async def test_a_failover_is_noticed(database: Database, begin: Begin, copy_of: CopyOf) -> None:
    known = await copy_of()
    assert await begin(Copy(known.instance, known.epoch, known.timeline + 1)) == "behind"


async def test_the_database_of_another_host_is_not_sent_from_until_it_is_adopted(
    stage: ModuleType, database: Database, begin: Begin, copy_of: CopyOf
) -> None:
    await database.run(stage.change(CONTROL, instance="another"))
    assert await begin(await copy_of()) == "foreign"
    copy = await database.run(partial(amnesia.adopt, by="maria"))
    assert await begin(copy) == "ours"
    assert (await database.look(switch.standing)).amnesia


async def test_a_used_file_without_its_copy_was_restored(database: Database, begin: Begin) -> None:
    assert await begin(None) == ("behind" if database.dialect == "sqlite" else "ours")


async def test_a_fresh_database_has_forgotten_nothing(
    stage: ModuleType, database: Database, begin: Begin
) -> None:
    await database.run(stage.change(CONTROL, epoch=0))
    assert await begin(None) == "ours"


def test_the_copy_lies_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "care.epoch"
    assert amnesia.read_copy(file) is None
    for epoch in (1, 2):
        amnesia.write_copy(file, Copy("here", epoch))
    assert amnesia.read_copy(file) == Copy("here", 2)
    assert [one.name for one in tmp_path.iterdir()] == ["care.epoch"]
    amnesia.write_copy(file, Copy("here", 1))
    assert amnesia.read_copy(file) == Copy("here", 2)
    file.write_text("half")
    assert amnesia.read_copy(file) is None


async def test_a_reply_that_is_read_back_was_sent(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    await forget(stage, database)
    ledger.posts = [post(stage, 1, "m1")]
    assert await amnesia.remember(database, terms, [("acme", ledger)]) == []
    row = await database.look(stage.effect)
    assert (row.state, row.remote_id) == ("SENT", "p1")
    assert (await database.look(switch.standing)).open


async def test_a_reply_that_even_the_decision_is_forgotten_of_is_not_given_again(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger
) -> None:
    await forget(stage, database)
    ledger.posts = [post(stage, 1, "m1")]
    await amnesia.remember(database, terms, [("acme", ledger)])
    await database.run(lambda connection: stage.arrive(connection, stage.mention(1)))
    await database.run(partial(outbox.record, decisions=[stage.decided(1)], terms=terms))
    found = await database.look(lambda connection: connection.execute(select(EFFECT.c.state)).scalars().all())
    assert found == ["SENT"]


async def test_what_was_ready_and_is_not_read_back_waits_for_a_person(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    await forget(stage, database)
    await amnesia.remember(database, terms, [("acme", ledger)])
    assert await database.look(stage.states) == {"d1.0": "NEEDS_HUMAN"}


async def test_while_not_everything_could_be_read_back_nothing_is_sent(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger
) -> None:
    await forget(stage, database)
    ledger.complete = False
    assert await amnesia.remember(database, terms, [("acme", ledger)]) == ["acme"]
    assert not (await database.look(switch.standing)).open


async def test_reading_back_twice_is_reading_back_once(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger
) -> None:
    ledger.posts = [post(stage, 1, "m1"), post(stage, 2, None)]
    for _ in range(2):
        await forget(stage, database)
        await amnesia.remember(database, terms, [("acme", ledger)])
    found = await database.look(
        lambda connection: connection.execute(select(EFFECT.c.remote_id)).scalars().all()
    )
    assert found == ["p1"]
