from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from sqlalchemy import select

from socialcare.delivery import amnesia, switch
from socialcare.delivery.amnesia import Copy, Seen, Standing
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import Terms
from socialcare.store.database import Database
from socialcare.store.tables import ATTEMPT, CONTROL, EFFECT, EVIDENCE

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


async def test_each_start_makes_the_database_newer(begin: Begin, copy_of: CopyOf) -> None:
    before = await copy_of()
    assert await begin(before) == "ours"
    assert (await copy_of()).epoch == before.epoch + 1


async def test_a_database_that_is_behind_its_copy_sends_nothing(
    database: Database, begin: Begin, copy_of: CopyOf
) -> None:
    known = await copy_of()
    assert await begin(Copy(known.instance, known.epoch + 1)) == "behind"
    assert not (await database.look(switch.standing)).open
    assert (await copy_of()).epoch > known.epoch + 1


async def test_another_timeline_than_the_one_it_was_left_on_is_noticed_without_a_copy(
    stage: ModuleType, database: Database, begin: Begin, copy_of: CopyOf
) -> None:
    await database.run(stage.change(CONTROL, timeline=77))
    assert await begin(await copy_of()) == "behind"
    assert await begin(await copy_of()) == "ours"


async def test_the_timeline_of_a_server_is_noted_at_the_start(
    database: Database, begin: Begin, copy_of: CopyOf
) -> None:
    await begin(await copy_of())
    noted = await database.look(
        lambda connection: connection.execute(select(CONTROL.c.timeline)).scalar_one()
    )
    assert noted == (0 if database.dialect == "sqlite" else 1)


# ---- while it runs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def check(database: Database) -> Callable[[Seen], Awaitable[bool]]:
    """Whether sending is open after a check."""

    async def check(seen: Seen) -> bool:
        await database.run(partial(amnesia.check, seen=seen))
        return (await database.look(switch.standing)).open

    return check


async def test_a_database_that_grows_has_forgotten_nothing(
    stage: ModuleType, database: Database, check: Callable[[Seen], Awaitable[bool]]
) -> None:
    seen = Seen()
    for epoch in (5, 5, 6):
        await database.run(stage.change(CONTROL, epoch=epoch))
        assert await check(seen)
    assert seen.epoch == 6


async def test_what_is_older_than_it_was_seen_is_noticed_once(
    stage: ModuleType, database: Database, clock: Any, check: Callable[[Seen], Awaitable[bool]]
) -> None:
    ours, others = Seen(), Seen()
    ours.note(12)
    others.note(11)
    await database.run(stage.change(CONTROL, epoch=9))
    assert not await check(ours)
    row = await database.look(lambda connection: connection.execute(select(CONTROL)).one())
    assert (row.epoch, row.forgot_at) == (13, clock.at)
    await database.run(stage.change(CONTROL, amnesia=False))
    assert await check(ours)
    assert await check(others)


async def test_a_server_that_was_promoted_under_us_is_noticed_by_who_claims_first(
    stage: ModuleType, database: Database, check: Callable[[Seen], Awaitable[bool]]
) -> None:
    await database.run(stage.change(CONTROL, timeline=77))
    assert not await check(Seen())
    await database.run(stage.change(CONTROL, amnesia=False))
    assert await check(Seen())


async def test_a_reply_is_not_given_again_where_a_failover_forgot_it(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger, clock: Any, tmp_path: Path
) -> None:
    """A standby that lacks the last commits is promoted under the worker, which only finds its connections new."""
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    before, epoch = await database.look(stage.effect), (await database.look(amnesia.copy_of)).epoch
    speaker = Speaker(database, terms, clock, "w1", copy=tmp_path / "care.epoch")
    for _ in range(2):
        await speaker.speak_once()
    assert [one.id for one in ledger.requests] == ["d1.0"]
    await database.run(lambda connection: connection.execute(EVIDENCE.delete()).rowcount)
    await database.run(lambda connection: connection.execute(ATTEMPT.delete()).rowcount)
    await database.run(stage.change(EFFECT, **before._asdict()))
    await database.run(stage.change(CONTROL, epoch=epoch))
    for _ in range(3):
        await speaker.speak_once()
    assert [one.id for one in ledger.requests] == ["d1.0"]
    assert not (await database.look(switch.standing)).open
    kept = amnesia.read_copy(tmp_path / "care.epoch")
    assert kept is not None
    assert kept.epoch == epoch + 1


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
