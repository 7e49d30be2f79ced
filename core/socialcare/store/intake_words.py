"""The statements of the intake, written out for each dialect: they run for everything that arrives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from msgspec.json import Encoder
from sqlalchemy import Connection, CursorResult

from socialcare.store.database import now

_ENCODER = Encoder()

Key: TypeAlias = tuple[str, str]
"""Platform and id."""

Fresh: TypeAlias = tuple[str, str, str, str, str, int, str, float, bytes]
"""Platform, root, newest, account, author, shard, feed, moment of arrival, body."""


class Root(NamedTuple):
    """What is known of a mention: the id of its newest edit, and its state."""

    newest: str
    state: str


class Known(NamedTuple):
    """What the database knows of mentions: their roots, the edits among the ids asked for, and hashes of what is gone."""

    roots: dict[Key, Root]
    edits: dict[Key, Key]
    buried: set[str]


class _Words(NamedTuple):
    """What a dialect says in its own way."""

    known: str
    add: str


_WORDS = {
    "sqlite": _Words(
        known="WITH k AS"
        " (SELECT json_extract(value, '$[0]') AS platform, json_extract(value, '$[1]') AS name FROM json_each(?))"
        " SELECT m.platform, k.name, m.root, m.newest, m.state FROM k CROSS JOIN mention AS m"
        " ON m.platform = k.platform AND m.root = k.name"
        " UNION ALL SELECT m.platform, k.name, m.root, m.newest, m.state FROM k CROSS JOIN edit AS e"
        " ON e.platform = k.platform AND e.id = k.name CROSS JOIN mention AS m ON m.id = e.mention"
        " UNION ALL SELECT '', hmac, '', '', '' FROM tombstone"
        " WHERE hmac IN (SELECT json_extract(value, '$[0]') FROM json_each(?))",
        add="INSERT INTO mention (version, state, tries, platform, root, newest, account, author, shard, feed, arrived_at, body)"
        " VALUES (1, 'new', 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    "postgresql": _Words(
        known="WITH k AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS k (platform, name))"
        " SELECT m.platform, k.name, m.root, m.newest, m.state FROM k"
        " JOIN mention AS m ON m.platform = k.platform AND m.root = k.name"
        " UNION ALL SELECT m.platform, k.name, m.root, m.newest, m.state FROM k"
        " JOIN edit AS e ON e.platform = k.platform AND e.id = k.name JOIN mention AS m ON m.id = e.mention"
        " UNION ALL SELECT '', hmac, '', '', '' FROM tombstone WHERE hmac = ANY(%s)",
        add="INSERT INTO mention (version, state, tries, platform, root, newest, account, author, shard, feed, arrived_at, body)"
        " SELECT 1, 'new', 0, platform, root, newest, account, author, shard, feed, at, body FROM unnest(%s::text[], %s::text[],"
        " %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::float8[], %s::bytea[])"
        " WITH ORDINALITY AS k (platform, root, newest, account, author, shard, feed, at, body, n) ORDER BY n",
    ),
}

_TURN = "SELECT pg_advisory_xact_lock(7304210003), extract(epoch FROM clock_timestamp())::float8"
_BODY = "SELECT body FROM mention WHERE platform = ? AND root = ?"
_ROOT_OF = "SELECT m.platform, m.root FROM edit AS e JOIN mention AS m ON m.id = e.mention WHERE e.platform = ? AND e.id = ?"
_RENEW = (
    "UPDATE mention SET newest = ?, body = ?, version = version + 1,"
    " tries = CASE state WHEN 'quarantined' THEN 0 ELSE tries END,"
    " reason = CASE state WHEN 'quarantined' THEN NULL ELSE reason END,"
    " state = CASE state WHEN 'quarantined' THEN 'new' ELSE state END"
    " WHERE platform = ? AND root = ? AND state <> 'gone'"
)
_END = (
    "UPDATE mention SET state = 'gone', reason = ?, version = version + 1,"
    " body = CASE WHEN state IN ('new', 'quarantined') THEN NULL ELSE body END"
    " WHERE platform = ? AND root = ? AND state <> 'gone'"
)
_LINK = (
    "INSERT INTO edit (platform, id, mention) SELECT platform, ?, id FROM mention WHERE platform = ? AND root = ?"
    " ON CONFLICT DO NOTHING"
)
_MOVE = (
    "INSERT INTO cursor (feed, cursor, at) VALUES (?, ?, ?)"
    " ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor, at = excluded.at"
)


class Statements:
    """The intake's statements on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._words = _WORDS[connection.dialect.name]

    def take_turn(self) -> float:
        """Wait for other workers that take in; the time.

        So what comes first has the lower number, and nobody waits in a circle. SQLite has one writer anyway.
        """
        if self._is_sqlite:
            return now(self._connection)
        _, at = self._connection.exec_driver_sql(_TURN).one()
        return float(at)

    def known(self, keys: Collection[Key], graves: Collection[str]) -> Known:
        """Those of the mentions that are there, by root or edit, and those of the hashes of what is gone."""
        listed = (*self._listed(keys, 2), *self._listed([(grave,) for grave in graves], 1))
        known = Known({}, {}, set())
        for platform, name, root, newest, state in self._connection.exec_driver_sql(
            self._words.known, listed
        ):
            if not platform:
                known.buried.add(name)
                continue
            known.roots[platform, root] = Root(newest, state)
            if name != root:
                known.edits[platform, name] = platform, root
        return known

    def add(self, rows: Sequence[Fresh]) -> None:
        """Store mentions, in this order."""
        if self._is_sqlite:
            self._connection.exec_driver_sql(self._words.add, list(rows))
        else:
            self._connection.exec_driver_sql(self._words.add, _columns(rows))

    def body(self, key: Key) -> bytes | None:
        """What is stored of a mention."""
        found: bytes | None = self._run(_BODY, *key).scalar()
        return found

    def root_of(self, key: Key) -> Key | None:
        """The root of which an id is an edit."""
        found = self._run(_ROOT_OF, *key).first()
        return (found.platform, found.root) if found is not None else None

    def renew(self, key: Key, newest: str, body: bytes) -> None:
        """Keep a newer edit; one that could not be decided is tried again, one that was decided stays so."""
        self._run(_RENEW, newest, body, *key)

    def end(self, key: Key, why: str) -> None:
        """A mention is gone: its content with it, unless something was decided, which has to be ended first."""
        self._run(_END, why, *key)

    def link(self, edit: Key, root: Key) -> None:
        """Remember of which root an id is an edit."""
        self._run(_LINK, edit[1], *root)

    def move(self, feed: str, cursor: str, at: float) -> None:
        """Move a cursor."""
        self._run(_MOVE, feed, cursor, at)

    def _run(self, statement: str, *parameters: object) -> CursorResult[Any]:  # Any: columns differ
        written = statement if self._is_sqlite else statement.replace("?", "%s")
        return self._connection.exec_driver_sql(written, parameters)

    def _listed(self, rows: Collection[tuple[str, ...]], width: int) -> tuple[object, ...]:
        if self._is_sqlite:
            return (_ENCODER.encode(list(rows)).decode(),)
        return _columns(rows) if rows else ([],) * width


def _columns(rows: Iterable[Sequence[object]]) -> tuple[object, ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
