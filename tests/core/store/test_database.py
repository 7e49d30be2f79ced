"""What both databases do alike: whole transactions, whatever becomes of who asked for them."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from socialcare.errors import Interrupted, SettingsError
from socialcare.store.database import Database, now, open_database
from socialcare.store.tables import CURSOR


def note(connection: Connection, name: str) -> None:
    connection.execute(insert(CURSOR).values(feed=name, cursor=None, at=now(connection)))


def noted(connection: Connection) -> set[str]:
    return set(connection.execute(select(CURSOR.c.feed)).scalars())


async def test_what_was_committed_is_seen_by_who_looks(database: Database) -> None:
    await database.run(lambda connection: note(connection, "a"))
    assert await database.look(noted) == {"a"}


async def test_what_a_transaction_raises_rolls_it_back_and_is_passed_on(database: Database) -> None:
    def fail(connection: Connection) -> None:
        note(connection, "a")
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await database.run(fail)
    assert await database.look(noted) == set()


async def test_a_broken_constraint_is_no_interruption(database: Database) -> None:
    await database.run(lambda connection: note(connection, "a"))
    with pytest.raises(IntegrityError):
        await database.run(lambda connection: note(connection, "a"))
    assert await database.look(noted) == {"a"}


async def test_who_looks_cannot_write(database: Database) -> None:
    with pytest.raises(Interrupted):
        await database.look(lambda connection: note(connection, "a"))
    assert await database.look(noted) == set()


async def test_who_looks_sees_one_state_however_often_they_look(database: Database) -> None:
    loop = asyncio.get_running_loop()

    def twice(connection: Connection) -> tuple[set[str], set[str]]:
        before = noted(connection)
        asyncio.run_coroutine_threadsafe(database.run(lambda other: note(other, "a")), loop).result()
        return before, noted(connection)

    assert await database.look(twice) == (set(), set())
    assert await database.look(noted) == {"a"}


async def test_a_cancelled_caller_never_leaves_half_a_transaction_nor_a_lock(database: Database) -> None:
    async def both(number: int) -> None:
        def write(connection: Connection) -> None:
            note(connection, f"{number}.first")
            note(connection, f"{number}.second")

        await database.run(write)

    for patience in range(300):
        caller = asyncio.create_task(both(patience))
        for _ in range(patience % 7):
            await asyncio.sleep(0)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
    await both(1_000)
    names = await database.look(noted)
    assert "1000.second" in names
    assert {name.partition(".")[0] for name in names if name.endswith("first")} == {
        name.partition(".")[0] for name in names if name.endswith("second")
    }


async def test_transactions_that_have_begun_come_to_their_end_when_the_database_is_closed(url: str) -> None:
    database = await open_database(url)
    callers = [asyncio.create_task(database.run(partial(note, name=str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*callers) == [None] * 20
    with pytest.raises(Interrupted, match="closed"):
        await database.run(noted)
    again = await open_database(url)
    assert len(await again.look(noted)) == 20
    await again.close()


async def test_a_clash_of_two_transactions_is_run_again(database: Database) -> None:
    await database.run(lambda connection: note(connection, "a"))
    runs = 0

    def once_more(connection: Connection) -> int:
        nonlocal runs
        runs += 1
        if database.dialect == "postgresql" and runs < 3:
            connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'clash' USING ERRCODE = '40001'; END $$")
        return runs

    assert await database.run(once_more) == (3 if database.dialect == "postgresql" else 1)


@pytest.mark.parametrize(
    "address", ["", "nonsense", "mysql://here/there", "sqlite://", "sqlite:////no/such/folder/a.db"]
)
async def test_an_address_of_no_use_is_refused_with_a_way_out(address: str) -> None:
    with pytest.raises(SettingsError, match="help: "):
        await open_database(address)
