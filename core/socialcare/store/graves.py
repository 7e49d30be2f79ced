"""Keyed hashes of what is gone: it is known again when it comes again, and nobody reads from them what it was."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import Connection, select

from socialcare.store.database import now
from socialcare.store.tables import CONTROL


def salt_of(connection: Connection) -> bytes:
    """The key of the hashes, the same as long as the database lives."""
    salt: bytes | None = connection.info.get("salt")
    if salt is None:
        salt = connection.info["salt"] = bytes(connection.execute(select(CONTROL.c.salt)).scalar_one())
    return salt


def grave_of(salt: bytes, platform: str, name: str) -> str:
    """The hash of a mention's id."""
    return blake2b(f"{platform}:{name}".encode(), key=salt, digest_size=32).hexdigest()


def bury(connection: Connection, mentions: Iterable[tuple[str, str]]) -> None:
    """Never take these in again, by platform and id."""
    salt, at = salt_of(connection), now(connection)
    dig(connection, [grave_of(salt, *mention) for mention in mentions], at)


def dig(connection: Connection, graves: Iterable[str], at: float) -> None:
    """Store hashes; those that are there already stay."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    statement = f"INSERT INTO tombstone (hmac, at) VALUES ({mark}, {mark}) ON CONFLICT DO NOTHING"  # noqa: S608 - the marks are ours
    if rows := [(grave, at) for grave in graves]:
        connection.exec_driver_sql(statement, rows)
