"""The form of the database, brought from that of an older program to that of this one, whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import Connection, event, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from socialcare.errors import Interrupted, SettingsError
from socialcare.failpoints import reach
from socialcare.store.engines import Engines, reason
from socialcare.store.hosts import host_of
from socialcare.store.migrations import HEAD, REVISIONS
from socialcare.store.tables import CONTROL

_FOLDER = Path(__file__).parent / "migrations"
_VERSION = text("SELECT version_num FROM alembic_version")
# a minute is longer than a process that stopped in the middle can keep its turn
_TURN = (text("SET LOCAL lock_timeout = '60s'"), text("SELECT pg_advisory_xact_lock(7304210001)"))


def bring_up_to_date(engines: Engines) -> None:
    """Make the tables, or change them into their present form, in one transaction.

    Raises:
        SettingsError: a newer program made them, or the database cannot be written to.
    """
    try:
        engines.write(_brought_up_to_date)
    except (Interrupted, DBAPIError) as error:
        why = reason(error) if isinstance(error, DBAPIError) else error
        raise SettingsError(f"the tables of the database cannot be made or changed: {why}") from error


def _brought_up_to_date(connection: Connection) -> None:
    if version_of(connection) == HEAD:
        return
    if connection.dialect.name == "postgresql":
        for statement in _TURN:  # several workers may start at the same time
            connection.execute(statement)
    _upgrade(connection)


def version_of(connection: Connection) -> str | None:
    """The revision of the tables, `None` before there are any.

    Raises:
        SettingsError: only a newer program knows it.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(_VERSION).scalar()
    if version is not None and version not in REVISIONS:
        raise SettingsError(
            f"a newer socialcare has changed this database (revision `{version}`, and this one knows `{HEAD}`)\n"
            "help: upgrade socialcare, or restore the backup from before the upgrade"
        )
    return version


def _upgrade(connection: Connection) -> None:
    if version_of(connection) == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - a quarter of a second that most starts do without
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    event.listen(connection, "before_cursor_execute", _reach_inside)
    command.upgrade(config, "head")
    event.remove(connection, "before_cursor_execute", _reach_inside)
    if connection.execute(CONTROL.select()).first() is None:
        first = {"id": 1, "instance": host_of(connection), "salt": secrets.token_bytes(32)}
        connection.execute(insert(CONTROL).values(**first))


def _reach_inside(*_: object) -> None:
    reach("migration.inside")
