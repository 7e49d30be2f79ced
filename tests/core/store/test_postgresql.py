"""What can happen on the way to a server: lost connections, restarts, settings under which a commit is no promise."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from socialcare.errors import Interrupted, SettingsError
from socialcare.store import migrating
from socialcare.store.database import now, open_database
from socialcare.store.tables import CONTROL, CURSOR


def note(connection: Connection, name: str) -> None:
    connection.execute(insert(CURSOR).values(feed=name, cursor=None, at=1.0).on_conflict_do_nothing())


def noted(connection: Connection) -> set[str]:
    return set(connection.execute(select(CURSOR.c.feed)).scalars())


def process(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


async def test_times_are_the_servers(postgresql_url: str) -> None:
    database = await open_database(postgresql_url)
    before, after = await database.run(lambda connection: (now(connection), now(connection)))
    assert before < after  # within one transaction
    await database.close()


async def test_a_connection_that_is_lost_between_two_transactions_is_not_noticed(
    postgresql_url: str, postgresql_server: Callable[[str], str]
) -> None:
    database = await open_database(postgresql_url)
    await database.run(partial(note, name="a"))
    await asyncio.to_thread(
        postgresql_server,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'socialcare';",
    )
    await database.run(partial(note, name="b"))
    assert await database.look(noted) == {"a", "b"}
    await database.close()


async def test_a_transaction_whose_connection_is_cut_is_run_again_whole(
    postgresql_url: str, postgresql_server: Callable[[str], str]
) -> None:
    database = await open_database(postgresql_url)
    runs = []

    def cut(connection: Connection) -> None:
        runs.append(process(connection))
        note(connection, "a")
        if len(runs) < 3:
            postgresql_server(f"SELECT pg_terminate_backend({runs[-1]});")
        note(connection, "b")

    await database.run(cut)
    assert len(runs) == 3
    assert await database.look(noted) == {"a", "b"}
    await database.close()


async def test_a_connection_that_is_always_cut_interrupts(
    postgresql_url: str, postgresql_server: Callable[[str], str]
) -> None:
    database = await open_database(postgresql_url)

    def cut(connection: Connection) -> None:
        postgresql_server(f"SELECT pg_terminate_backend({process(connection)});")
        note(connection, "a")

    with pytest.raises(Interrupted):
        await database.run(cut)
    assert await database.look(noted) == set()
    await database.close()


async def test_transactions_run_on_several_connections_and_lookers_beside_them(postgresql_url: str) -> None:
    database = await open_database(postgresql_url)
    processes = [
        await asyncio.gather(
            *(database.run(process) for _ in range(40)), *(database.look(process) for _ in range(40))
        )
        for _ in range(5)
    ]
    assert 1 < len(set(processes[0])) <= 8
    assert len(set().union(*processes)) <= 8  # and none is opened anew
    await database.close()


async def test_a_worker_whose_connection_is_cut_in_a_migration_begins_it_again(
    postgresql_url: str, postgresql_server: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = []

    def cut(point: str) -> None:
        reached.append(point)
        if len(reached) == 5:
            name = postgresql_url.rpartition("/")[2].partition("?")[0]
            postgresql_server(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';"
            )

    monkeypatch.setattr(migrating, "reach", cut)
    database = await open_database(postgresql_url)
    assert len(reached) > 10
    rows = await database.look(lambda connection: connection.execute(select(CONTROL)).all())
    assert len(rows) == 1
    await database.close()


@pytest.mark.parametrize("setting", ["synchronous_commit"])
async def test_a_server_that_forgets_commits_is_refused(
    postgresql_url: str, postgresql_server: Callable[[str], str], setting: str
) -> None:
    name = postgresql_url.rpartition("/test_")[2].partition("?")[0]
    postgresql_server(f"ALTER DATABASE test_{name} SET {setting} = off;")
    with pytest.raises(SettingsError, match=rf"(?s)`{setting} = off`.*help: `ALTER"):
        await open_database(postgresql_url)


async def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(SettingsError, match="cannot be reached") as refused:
        await open_database("postgresql://me:secret@127.0.0.1:1/care")
    assert "secret" not in str(refused.value)
