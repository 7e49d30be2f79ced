"""One at a time, where a row to lock does not exist: by a name, until the transaction ends."""

from sqlalchemy import Connection, func, select

_OURS = 0x50C1
"""Keeps our names apart from those of other programs that use the same database."""


def one_at_a_time(connection: Connection, name: str) -> None:
    """Wait for our turn; where there is one writer, as in SQLite, it is always our turn."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_OURS, func.hashtext(name))))


def is_our_turn(connection: Connection, name: str) -> bool:
    """Take the turn if nobody has it; never waits, so that nobody waits in a circle."""
    if connection.dialect.name != "postgresql":
        return True
    asked = select(func.pg_try_advisory_xact_lock(_OURS, func.hashtext(name)))
    return bool(connection.execute(asked).scalar())
