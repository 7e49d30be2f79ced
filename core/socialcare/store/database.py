"""One database, SQLite or PostgreSQL: a transaction is one plain function, run whole on a thread of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError

from socialcare.clock import Clock, SystemClock
from socialcare.errors import Interrupted, SettingsError
from socialcare.store.engines import Engines
from socialcare.store.migrating import bring_up_to_date
from socialcare.store.postgresql import open_postgresql
from socialcare.store.sqlite import open_sqlite

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that a transaction waits for somebody else's lock."""

_SYSTEM = SystemClock()


class Database:
    """Runs transactions; none is ever split, and none is stopped once it has begun.

    `dialect` is which database it is; `warnings` what its operator should know.
    """

    def __init__(self, engines: Engines) -> None:
        self.dialect = engines.dialect
        self.warnings = tuple(engines.warnings)
        self._engines = engines
        self._writers = ThreadPoolExecutor(engines.writers, "database")
        self._readers = ThreadPoolExecutor(engines.readers, "database-reader")

    async def run(self, transaction: Callable[[Connection], T]) -> T:
        """Run a function in one transaction and commit it; what it raises rolls everything back and is passed on.

        It may run again after a conflict with another worker or a lost connection: what it writes must have keys of its own.
        If the caller is cancelled, it still comes to its end if it has begun, and never begins if it has not.

        Raises:
            Interrupted: the database is away, full, locked or damaged; as far as can be known, nothing was written.
        """
        return await asyncio.wrap_future(self._submit(self._writers, self._write, transaction))

    async def look(self, query: Callable[[Connection], T]) -> T:
        """Run a function that only reads, all of it in one state of the database.

        Raises:
            Interrupted: the database is away, locked or damaged.
        """
        return await asyncio.wrap_future(self._submit(self._readers, self._engines.read, query))

    async def close(self) -> None:
        """Let what was asked for come to its end, and let go of everything."""
        await asyncio.to_thread(self.release)

    def release(self) -> None:
        """Close, in a program that has no event loop (any more)."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._engines.reading.dispose()
        self._engines.writing.dispose()
        self._engines.release()

    def _submit(
        self,
        threads: ThreadPoolExecutor,
        does: Callable[[Callable[[Connection], T]], T],
        what: Callable[[Connection], T],
    ) -> Future[T]:
        try:
            return threads.submit(does, what)
        except RuntimeError as error:
            raise Interrupted("the database is closed") from error

    def _write(self, transaction: Callable[[Connection], T]) -> T:
        result = self._engines.write(transaction)
        if (upkeep := self._engines.upkeep) is not None and upkeep.is_due():
            self._writers.submit(upkeep.do)  # a job of its own: the caller is answered first
        return result


def now(connection: Connection) -> float:
    """The time by the database's clock, in epoch seconds; for SQLite that is the clock given at opening."""
    clock: Clock | None = connection.info.get("clock")
    if clock is not None:
        return clock.now()
    return float(connection.execute(_NOW).scalar_one())


_NOW = text("SELECT extract(epoch FROM clock_timestamp())::float8")


async def open_database(
    url: str, *, clock: Clock = _SYSTEM, exclusive: bool = False, patience: float = PATIENCE
) -> Database:
    """Open a database at `sqlite:///FILE` or `postgresql://…`, made if it is not there, brought to the present form if it is old.

    `exclusive` is for the one process that works through a SQLite file: there is no second one. `patience` is for how many
    seconds a transaction waits for somebody else's lock.

    Raises:
        SettingsError: it cannot be used as it is.
    """
    return await asyncio.to_thread(_opened, url, clock, exclusive=exclusive, patience=patience)


def _opened(written: str, clock: Clock, *, exclusive: bool, patience: float) -> Database:
    try:
        url = make_url(written)
    except ArgumentError as error:
        raise SettingsError(f"`{written}` is no address of a database\n{_ADDRESSES}") from error
    if url.get_backend_name() == "sqlite":
        engines = open_sqlite(url, exclusive=exclusive, patience=patience)
        event.listen(
            engines.writing, "engine_connect", lambda connection: connection.info.setdefault("clock", clock)
        )
        event.listen(
            engines.reading, "engine_connect", lambda connection: connection.info.setdefault("clock", clock)
        )
    elif url.get_backend_name() == "postgresql":
        engines = open_postgresql(url, patience=patience)
    else:
        raise SettingsError(f"`{url.get_backend_name()}` is no database that is known\n{_ADDRESSES}")
    database = Database(engines)
    try:
        bring_up_to_date(engines)
    except BaseException:
        database.release()
        raise
    return database


_ADDRESSES = "help: write `sqlite:///FILE` or `postgresql://user@host/name`"
