"""PostgreSQL: several workers, each with a few connections.

Source of the settings and of the codes of errors: postgresql.org, "Client connection defaults", "Write-ahead log", appendix A.
"""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from socialcare.errors import SettingsError
from socialcare.store.engines import Engines

_THREADS = 4
_SHORT_OF_A_TRANSACTION_S = 30
_PASSING = {"40001", "40P01", "25006"}
"""Serialization failure, deadlock; a server that was demoted, to be found again under its address."""


def open_postgresql(url: URL, *, patience: float) -> Engines:
    """Connect, and check that a commit means what it says.

    Raises:
        SettingsError: psycopg is not installed, the server is not there, or it forgets commits.
    """
    try:
        import psycopg  # noqa: PLC0415 - an extra: only who uses PostgreSQL needs it
    except ImportError as error:
        raise SettingsError(
            "PostgreSQL needs the package `psycopg`\nhelp: `pip install 'socialcare[postgresql]'`"
        ) from error
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        # for the writers and for the readers: none is opened anew for one transaction
        pool_size=2 * _THREADS,
        max_overflow=0,
        connect_args={
            "connect_timeout": max(2, round(patience)),
            "application_name": "socialcare",
            "tcp_user_timeout": 15_000,
            "prepare_threshold": None,  # a plan that was made while a table was empty is of no use an hour later
        },
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute(
                f"SET idle_in_transaction_session_timeout = '{_SHORT_OF_A_TRANSACTION_S}s'; "
                f"SET lock_timeout = '{round(patience * 1000)}ms'"
            )
        connection.commit()

    try:
        return Engines(
            dialect="postgresql",
            writing=engine,
            reading=engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
            writers=_THREADS,
            readers=_THREADS,
            warnings=_demand_durable(engine.raw_connection(), url),
            may_pass=may_pass,
        )
    except DBAPIError as error:
        engine.dispose()
        raise SettingsError(_unreachable(url, error.orig)) from error
    except psycopg.Error as error:
        engine.dispose()
        raise SettingsError(_unreachable(url, error)) from error
    except SettingsError:
        engine.dispose()
        raise


def _unreachable(url: URL, error: object) -> str:
    shown = url.render_as_string(hide_password=True)
    why = str(error).strip().splitlines()[-1]
    return f"`{shown}` cannot be reached: {why}\nhelp: see that the server runs, and that address, user and password are right"


def _demand_durable(connection: DBAPIConnection, url: URL) -> tuple[str, ...]:
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute(_SETTINGS)
            settings = dict(cursor.fetchall())
        connection.rollback()
    finally:
        connection.close()
    for name in ("fsync", "synchronous_commit"):
        if settings[name] == "off":
            shown = url.render_as_string(hide_password=True)
            raise SettingsError(
                f"`{shown}` has `{name} = off`: after a power cut it forgets what was answered, and people are answered twice\n"
                f"help: `ALTER SYSTEM SET {name} = on`, then reload the server"
            )
    return (
        (_ASYNCHRONOUS,) if settings["replicas"] != "0" and not settings["synchronous_standby_names"] else ()
    )


_SETTINGS = """
SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'synchronous_standby_names')
UNION ALL SELECT 'replicas', count(*)::text FROM pg_stat_replication WHERE state = 'streaming'
"""
_ASYNCHRONOUS = (
    "replicas follow this server asynchronously: a failover can forget the last answers; then sending stops until "
    "our own posts have been looked through"
)


def may_pass(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed at once: it met another worker's, or its connection was lost."""
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _PASSING
