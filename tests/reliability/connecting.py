"""`sqlite3.connect` over another file system: connections of apsw in the dress of the standard library's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeAlias
from unittest.mock import patch

import apsw
from tests.reliability.disk import Disk
from tests.reliability.vfs import PowerVFS

Row: TypeAlias = tuple[Any, ...]  # Any: whatever a column holds

_ERRORS: Sequence[tuple[type[Exception], type[sqlite3.Error]]] = (
    (apsw.ConstraintError, sqlite3.IntegrityError),
    (apsw.CorruptError, sqlite3.DatabaseError),
    (apsw.NotADBError, sqlite3.DatabaseError),
    (apsw.MisuseError, sqlite3.ProgrammingError),
    (apsw.Error, sqlite3.OperationalError),
)


@contextmanager
def sqlite_on(disk: Disk) -> Iterator[None]:
    """Let everything that opens SQLite in this block open it on a disk."""
    vfs = PowerVFS(disk)

    def connect(address: str, *, timeout: float, **_: object) -> _Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        with _translated():
            opened = apsw.Connection(address, flags, vfs.name)
            opened.set_busy_timeout(round(timeout * 1000))
            return _Connection(opened)

    with patch.object(sqlite3, "connect", connect):
        yield
    vfs.unregister()


class _Connection:
    """As much of `sqlite3.Connection` as SQLAlchemy and the product ask for, in autocommit."""

    isolation_level = None

    def __init__(self, opened: apsw.Connection) -> None:
        self._opened = opened

    @property
    def total_changes(self) -> int:
        return self._opened.total_changes()

    def cursor(self) -> _Cursor:
        return _Cursor(self._opened)

    def execute(self, statement: str) -> _Cursor:
        cursor = self.cursor()
        cursor.execute(statement)
        return cursor

    def commit(self) -> None:
        if self._opened.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self._opened.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        with suppress(apsw.Error):  # what the disk does then, the standard library does not say either
            self._opened.close()

    def create_function(self, name: str, arguments: int, function: Callable[..., Any], **_: object) -> None:
        self._opened.create_scalar_function(name, function, arguments)


class _Cursor:
    """All rows are fetched at once."""

    arraysize = 1

    def __init__(self, opened: apsw.Connection) -> None:
        self._opened = opened
        self._rows: Iterator[Row] = iter(())
        self.description: Sequence[Row] | None = None
        self.rowcount = -1

    @property
    def lastrowid(self) -> int:
        return self._opened.last_insert_rowid()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> _Cursor:
        return self._run(lambda cursor: cursor.execute(statement, parameters or None))

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> _Cursor:
        return self._run(lambda cursor: cursor.executemany(statement, rows))

    def fetchone(self) -> Row | None:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Row]:
        return [row for _, row in zip(range(size), self._rows, strict=False)]

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def close(self) -> None:
        self._rows = iter(())

    def _run(self, does: Callable[[apsw.Cursor], apsw.Cursor]) -> _Cursor:
        before, cursor = self._opened.total_changes(), self._opened.cursor()
        cursor.exec_trace = self._describe
        with _translated():
            self._rows = iter(does(cursor).fetchall())
        self.rowcount = self._opened.total_changes() - before
        return self

    def _describe(self, cursor: apsw.Cursor, *_: object) -> bool:
        """Asked before the first row, as a result without rows has no columns afterwards."""
        columns = cursor.get_description()
        self.description = [(name, *[None] * 6) for name, *_ in columns] or None
        return True


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        _raise(error)


def _raise(error: apsw.Error) -> NoReturn:
    as_known = next(known for ours, known in _ERRORS if isinstance(error, ours))
    raise as_known(str(error)) from error
