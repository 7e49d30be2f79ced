"""Row 41: tables come into their present form whole or not at all, and no older program touches what it does not know."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, select, text

from socialcare.errors import SettingsError
from socialcare.store import migrations
from socialcare.store.database import Database, open_database
from socialcare.store.tables import CONTROL, METADATA


async def test_the_last_revision_makes_exactly_the_tables_that_we_use(database: Database) -> None:
    """Where this fails a table was changed and no revision of `store/migrations` changes it in the database.

    The revision of a release is never edited; until the first release, the first one is.
    """

    def differences(connection: Connection) -> list[Any]:  # Any: what Alembic says
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    assert await database.run(differences) == []


async def test_the_indexes_and_the_form_of_each_table_are_those_that_we_mean(tmp_path: Path) -> None:
    """What Alembic does not compare: parts of an index, tables without a number of their own."""
    migrated = await open_database(f"sqlite:///{tmp_path}/migrated.db")
    made = create_engine("sqlite://")
    with made.begin() as connection:
        METADATA.create_all(connection)
        assert await migrated.look(form) == form(connection)
    made.dispose()
    await migrated.close()


def form(connection: Connection) -> dict[str, set[str]]:
    """How a database would write down its tables, whatever the order of columns."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    return {
        name: set(re.split(r"[\s,()]+", sql))
        for name, sql in rows
        if name not in ("alembic_version", "sqlite_sequence")
    }


def test_every_revision_is_known_and_the_last_is_the_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == migrations.HEAD
    assert {one.revision for one in script.walk_revisions()} == set(migrations.REVISIONS)


async def test_a_new_database_has_one_row_of_control(database: Database) -> None:
    rows = await database.look(lambda connection: connection.execute(select(CONTROL)).all())
    (row,) = rows
    assert (row.id, row.epoch, row.kill_switch, row.amnesia, len(row.salt)) == (1, 0, False, False, 32)
    assert row.instance


async def test_opening_again_changes_nothing(url: str) -> None:
    seen = []
    for _ in range(2):
        database = await open_database(url)
        seen.append(await database.look(lambda connection: connection.execute(select(CONTROL)).all()))
        await database.close()
    assert seen[0] == seen[1]


async def test_several_workers_that_start_at_once_make_the_tables_once(url: str) -> None:
    databases = await asyncio.gather(*(open_database(url) for _ in range(4)))
    rows = await databases[0].look(lambda connection: connection.execute(select(CONTROL)).all())
    assert len(rows) == 1
    await asyncio.gather(*(one.close() for one in databases))


async def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(url: str) -> None:
    database = await open_database(url)
    await database.run(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    )
    await database.close()
    with pytest.raises(SettingsError, match=r"(?s)newer socialcare.*`9999`.*help: upgrade"):
        await open_database(url)


OPEN = "import asyncio, sys; from socialcare.store.database import open_database; asyncio.run(open_database(sys.argv[1]))"


@pytest.mark.parametrize("statement", [1, 5, 20, 30])
async def test_a_migration_killed_midway_is_made_whole_by_the_next_start(url: str, statement: int) -> None:
    environment = {
        **os.environ,
        "SOCIALCARE_FAILPOINTS": f"migration.inside=kill@{statement}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, url, env=environment)
    assert await process.wait() == -signal.SIGKILL
    database = await open_database(url)
    tables = await database.look(lambda connection: set(inspect(connection).get_table_names()))
    assert tables == {*METADATA.tables, "alembic_version"}
    await database.close()
