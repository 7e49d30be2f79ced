"""Policy state in a database: a batch is read in one statement and committed in one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.json import Decoder, Encoder
from sqlalchemy import Connection

from socialcare.errors import Conflict
from socialcare.failpoints import reach
from socialcare.model import Decision
from socialcare.ports import Change, Entry, Key
from socialcare.store.database import Database
from socialcare.store.engines import Dialect

Also = Callable[[Connection, Sequence[Decision]], None]
"""What else a commit does, in its transaction, with the decisions that it belongs to; what it raises undoes all."""

_ENCODER, _DECODER = Encoder(), Decoder()


class SqlStore:
    """Policy state in SQLite or PostgreSQL; passes the same contract as any other store.

    Commits of several workers come one after the other, so that none rests on what another has just changed.
    """

    def __init__(self, database: Database, also: Also | None = None) -> None:
        self._database = database
        self._also = also
        self._words = _WORDS[database.dialect]

    async def read(self, keys: Collection[Key]) -> dict[Key, Entry]:
        """The entries that exist among `keys`.

        Raises:
            Interrupted: the database is away.
        """
        if not keys:
            return {}
        names = {name_of(key): key for key in keys}
        rows = await self._database.look(partial(self._entries, names=names))
        return {names[name]: Entry(_DECODER.decode(data), version) for name, version, data in rows}

    async def commit(
        self, changes: Mapping[Key, Change], expected: Mapping[Key, int], decisions: Sequence[Decision] = ()
    ) -> None:
        """Write all changes if every key of `expected` still has that version, else raise `Conflict` and write none.

        Raises:
            Conflict: another worker was faster.
            Interrupted: the database is away, or a mention changed while it was decided; nothing was written.
        """
        if not changes and not expected and not decisions:
            return
        await self._database.run(
            partial(self._commit, changes=changes, expected=expected, decisions=decisions)
        )
        reach("decide.after_commit")

    async def due(self, until: float) -> list[tuple[float, Key]]:
        """The agenda up to and including `until` (epoch seconds), earliest first, then by key.

        Raises:
            Interrupted: the database is away.
        """
        return await self._database.look(partial(self._due, until=until))

    def _entries(self, connection: Connection, names: Iterable[str]) -> Sequence[tuple[str, int, bytes]]:
        return _rows(connection, self._words.read, (self._words.listed(names),))

    def _commit(
        self,
        connection: Connection,
        changes: Mapping[Key, Change],
        expected: Mapping[Key, int],
        decisions: Sequence[Decision],
    ) -> None:
        words = self._words
        if words.turn is not None:
            connection.exec_driver_sql(words.turn)
        names = {key: name_of(key) for key in {**expected, **changes}}
        versions: dict[str, int] = dict(_rows(connection, words.versions, (words.listed(names.values()),)))
        if any(versions.get(names[key], 0) != version for key, version in expected.items()):
            raise Conflict
        written = [
            (names[key], versions.get(names[key], 0) + 1, _ENCODER.encode(data), due)
            for key, (data, due) in changes.items()
            if data is not None
        ]
        removed = [
            names[key] for key, change in changes.items() if change.data is None and names[key] in versions
        ]
        if written:
            words.write(connection, written)
        if removed:
            connection.exec_driver_sql(words.remove, (words.listed(removed),))
        if self._also is not None and decisions:
            self._also(connection, decisions)
        reach("decide.before_commit")

    def _due(self, connection: Connection, until: float) -> list[tuple[float, Key]]:
        return sorted((at, key_of(name)) for at, name in _rows(connection, self._words.due, (until,)))


# ---- names ----------------------------------------------------------------------------------------------------------

_SEPARATOR = "\x1f"
_UNFIT = re.compile("[\0\x1a\x1f\ud800-\udfff]")
_SPELT = re.compile("\x1a([0-9a-f]{4})")


def name_of(key: Key) -> str:
    """A key as one text that every database takes and that no other key has."""
    name = _SEPARATOR.join(key)
    if name.isascii() and "\0" not in name and "\x1a" not in name and name.count(_SEPARATOR) == len(key) - 1:
        return name
    return _SEPARATOR.join(_UNFIT.sub(lambda found: f"\x1a{ord(found[0]):04x}", part) for part in key)


def key_of(name: str) -> Key:
    """The key that has this name."""
    parts = name.split(_SEPARATOR)
    if "\x1a" in name:
        parts = [_SPELT.sub(lambda found: chr(int(found[1], 16)), part) for part in parts]
    return tuple(parts)


# ---- statements: written out, as building them anew for each batch would take longer than running them -----------------


class _Words(NamedTuple):
    """How a dialect says it; a list of names is one parameter."""

    turn: str | None
    read: str
    versions: str
    remove: str
    due: str
    listed: Callable[[Iterable[str]], object]
    write: Callable[[Connection, list[tuple[str, int, bytes, float | None]]], None]


def _rows(connection: Connection, statement: str, parameters: tuple[object, ...]) -> Sequence[tuple]:  # type: ignore[type-arg]  # columns differ
    return connection.exec_driver_sql(statement, parameters).all()


def _write_rows(connection: Connection, rows: list[tuple[str, int, bytes, float | None]]) -> None:
    statement = (
        "INSERT INTO state (key, version, data, due) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET version = excluded.version, data = excluded.data, due = excluded.due"
    )
    connection.exec_driver_sql(statement, rows)


def _write_columns(connection: Connection, rows: list[tuple[str, int, bytes, float | None]]) -> None:
    statement = (
        "INSERT INTO state (key, version, data, due)"
        " SELECT * FROM unnest(%s::text[], %s::int[], %s::bytea[], %s::float8[])"
        " ON CONFLICT (key) DO UPDATE SET version = excluded.version, data = excluded.data, due = excluded.due"
    )
    connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True))))


_WORDS: dict[Dialect, _Words] = {
    "sqlite": _Words(
        turn=None,
        read="SELECT key, version, data FROM state WHERE key IN (SELECT value FROM json_each(?))",
        versions="SELECT key, version FROM state WHERE key IN (SELECT value FROM json_each(?))",
        remove="DELETE FROM state WHERE key IN (SELECT value FROM json_each(?))",
        due="SELECT due, key FROM state WHERE due <= ?",
        listed=lambda names: _ENCODER.encode(list(names)).decode(),
        write=_write_rows,
    ),
    "postgresql": _Words(
        turn="SELECT pg_advisory_xact_lock(7304210002)",
        read="SELECT key, version, data FROM state WHERE key = ANY(%s)",
        versions="SELECT key, version FROM state WHERE key = ANY(%s)",
        remove="DELETE FROM state WHERE key = ANY(%s)",
        due="SELECT due, key FROM state WHERE due <= %s",
        listed=list,
        write=_write_columns,
    ),
}
