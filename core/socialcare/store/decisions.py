"""Decision records, kept in the order in which they were committed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.json import Encoder
from sqlalchemy import Connection

from socialcare.model import Decision, as_json

_ENCODER = Encoder(enc_hook=as_json)

_FIND = {
    "sqlite": "WITH k AS (SELECT json_extract(value, '$[0]') AS platform, json_extract(value, '$[1]') AS name FROM json_each(?))"
    " SELECT k.platform, k.name, e.mention FROM k CROSS JOIN edit AS e ON e.platform = k.platform AND e.id = k.name"
    " UNION ALL SELECT k.platform, k.name, m.id FROM k CROSS JOIN mention AS m ON m.platform = k.platform AND m.root = k.name",
    "postgresql": "WITH k AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS k (platform, name))"
    " SELECT k.platform, k.name, e.mention FROM k JOIN edit AS e ON e.platform = k.platform AND e.id = k.name"
    " UNION ALL SELECT k.platform, k.name, m.id FROM k JOIN mention AS m ON m.platform = k.platform AND m.root = k.name",
}
"""The rows of mentions by the id of any of their edits, of which the first is the root."""

_ADD = {
    "sqlite": "INSERT INTO decision (id, mention, at, event, outcome, account, policy, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO NOTHING",
    "postgresql": "INSERT INTO decision (id, mention, at, event, outcome, account, policy, body)"
    " SELECT id, mention, at, event, outcome, account, policy, body FROM unnest(%s::text[], %s::bigint[], %s::float8[],"
    " %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[])"
    " WITH ORDINALITY AS k (id, mention, at, event, outcome, account, policy, body, n) ORDER BY n ON CONFLICT (id) DO NOTHING",
}


def keep_decisions(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Store decisions, in this order, each with the mention that it is about; one that is there already stays as it is."""
    dialect = connection.dialect.name
    mentions = _rows_of(connection, {(one.platform, one.mention) for one in decisions if one.mention})
    rows = [
        (
            one.id,
            mentions.get((one.platform, one.mention)),
            one.at.timestamp(),
            one.event,
            one.outcome,
            one.account,
            one.policy,
            _ENCODER.encode(one),
        )
        for one in decisions
    ]
    if dialect == "sqlite":
        connection.exec_driver_sql(_ADD[dialect], list(rows))
    else:
        connection.exec_driver_sql(_ADD[dialect], tuple(map(list, zip(*rows, strict=True))))


def _rows_of(connection: Connection, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not keys:
        return {}
    dialect = connection.dialect.name
    columns = tuple(map(list, zip(*keys, strict=True)))
    listed = (_ENCODER.encode(list(keys)).decode(),) if dialect == "sqlite" else columns
    found = connection.exec_driver_sql(_FIND[dialect], listed)
    return {(platform, name): row for platform, name, row in found}
