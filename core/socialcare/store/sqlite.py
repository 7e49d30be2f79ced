"""SQLite: one file, one writer, every commit on the disk before it counts.

Source of the settings: sqlite.org, "Write-Ahead Logging", "PRAGMA statements", "The WAL-reset bug".
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from socialcare.errors import SettingsError
from socialcare.failpoints import reach
from socialcare.store.engines import Engines
from socialcare.store.locking import Lock, lock_of

_HEADER = b"SQLite format 3\0"
_READERS = 2
_ROWS_BETWEEN_CHECKPOINTS = 5_000
_PAGES_AT_MOST = 16_384  # 64 MB of log: only where the writer finds no moment for a checkpoint of its own
_LARGEST_CHECKED = 512 * 1024 * 1024


def open_sqlite(url: URL, *, exclusive: bool, patience: float) -> Engines:
    """Open a file for one writer and some readers.

    Raises:
        SettingsError: there is no such folder, the file is no sound database, or another process works through it.
    """
    if not url.database or url.database == ":memory:":
        raise SettingsError(
            "a database must be a file: what is kept in memory is forgotten\nhelp: write `sqlite:///FILE`"
        )
    path = Path(url.database).absolute()
    if not path.parent.is_dir():
        raise SettingsError(
            f"`{path}`: there is no folder `{path.parent}`\nhelp: make the folder, or name another file for the database"
        )
    _demand_database(path)
    lock = Lock(lock_of(path)) if exclusive else None
    release = lock.release if lock is not None else lambda: None
    try:
        _make(path)
        writing = _engine(path, "rwc", _pragmas(exclusive=exclusive), patience, 1, "BEGIN IMMEDIATE")
        _demand_sound(writing, path, thoroughly=exclusive)
    except BaseException:
        release()
        raise
    return Engines(
        dialect="sqlite",
        writing=writing,
        reading=_engine(path, "ro", ("query_only=ON",), patience, _READERS, "BEGIN"),
        writers=1,
        readers=_READERS,
        warnings=warnings_of(sqlite3.sqlite_version_info),
        upkeep=Checkpoints(writing) if exclusive else None,
        release=release,
    )


def warnings_of(version: tuple[int, int, int]) -> tuple[str, ...]:
    """What is to be said of a version of SQLite: before 3.51.3 a log that is reset at the wrong moment can lose a commit.

    Our own processes keep clear of that moment, as one alone makes checkpoints; of other programs nobody knows.
    """
    fixed = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}.get(version[:2], (3, 51, 3))
    if version >= fixed:
        return ()
    shown = ".".join(map(str, version))
    said = (
        f"SQLite {shown} has a fault that can damage a database while another program writes to it beside `socialcare run`; "
        "socialcare's own commands keep clear of it; 3.51.3, 3.50.7 and 3.44.6 are mended"
    )
    return (said,)


def _pragmas(*, exclusive: bool) -> tuple[str, ...]:
    # a checkpoint is the running service's alone: that keeps two processes from making one at a time
    pages = _PAGES_AT_MOST if exclusive else 0
    return ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"wal_autocheckpoint={pages}")


def _engine(
    path: Path, mode: str, pragmas: tuple[str, ...], patience: float, size: int, begin: str
) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}",
            uri=True,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=500,
        )
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=0)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _demand_database(path: Path) -> None:
    """Never start empty where something was; what a log can restore, SQLite restores and judges."""
    log = path.with_name(path.name + "-wal")
    if not path.exists():
        if log.exists():
            raise SettingsError(f"`{path}` is missing, though its log `{log.name}` is there\n{_RESTORE}")
        return
    if any(one.exists() and one.stat().st_size for one in (log, path.with_name(path.name + "-journal"))):
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(_HEADER))
    except OSError as error:
        raise SettingsError(f"`{path}` cannot be opened: {error.strerror}") from error
    if not head and path.with_name(path.name + ".epoch").exists():
        raise SettingsError(f"`{path}` is empty, though it was sent from (`{path.name}.epoch`)\n{_RESTORE}")
    if head and head != _HEADER:
        raise SettingsError(f"`{path}` is no SQLite database, or its beginning is damaged\n{_RESTORE}")


def _make(path: Path) -> None:
    """A new file is its owner's alone, as it holds what people wrote; SQLite gives its log the same rights."""
    with suppress(OSError):  # SQLite says what is in the way
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _demand_sound(engine: Engine, path: Path, *, thoroughly: bool) -> None:
    check = (
        "PRAGMA quick_check(1)"
        if path.exists() and path.stat().st_size <= _LARGEST_CHECKED
        else "PRAGMA schema_version"
    )
    if not thoroughly:
        check = "PRAGMA schema_version"
    try:
        connection = engine.raw_connection()
        try:
            (found,) = connection.cursor().execute(check).fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        raise SettingsError(f"`{path}` cannot be opened: {error}") from error
    except sqlite3.DatabaseError as error:
        raise SettingsError(f"`{path}` is damaged: {error}\n{_RESTORE}") from error
    if isinstance(found, str) and found != "ok":
        raise SettingsError(f"`{path}` is damaged: {found.splitlines()[-1].lower()}\n{_RESTORE}")


_RESTORE = (
    "help: nothing is sent from a damaged database; restore a backup, or mend it with `sqlite3 FILE .recover`; "
    "only for a fresh start without memory of what was answered, move it away together with its `-wal` and `-shm`"
)


class Checkpoints:
    """Moves the log into the file between two transactions, so that no caller waits for it within one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows = 0
        self._rows_then = 0
        event.listen(engine, "commit", self._count)

    def _count(self, connection: Connection) -> None:
        self._rows = connection.connection.dbapi_connection.total_changes  # type: ignore[union-attr]  # of sqlite3, and open

    def is_due(self) -> bool:
        """Whether enough was written since the last one."""
        return self._rows - self._rows_then >= _ROWS_BETWEEN_CHECKPOINTS

    def do(self) -> None:
        """Move what no reader needs."""
        reach("checkpoint.inside")
        self._rows_then = self._rows
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        finally:
            connection.close()
