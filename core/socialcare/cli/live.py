"""The database of a deployment, for commands that look into it or leave a word beside a running `socialcare run`."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from socialcare.service.words import Said

T = TypeVar("T")

_NEEDED = ("aiohttp", "alembic", "prometheus_client", "sqlalchemy", "structlog")
PATIENCE = 5.0
"""Seconds for which a command waits until what it said is done."""

by = click.option(
    "--by",
    metavar="NAME",
    envvar="SOCIALCARE_USER",
    show_envvar=True,
    help="Who you are, by your name under `people:`; without it the name you are logged in with.",
)


def demand_live() -> None:
    """Make sure that what runs live is installed.

    Raises:
        SettingsError: it is not.
    """
    from importlib.util import find_spec

    from socialcare.errors import SettingsError

    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise SettingsError(
            f"this needs packages that are not installed: {', '.join(missing)}\n"
            "help: install them with `pip install 'socialcare[live]'`, or `socialcare[x]` for X, `socialcare[all]` for everything"
        )


def who(name: str | None) -> str:
    """The person at the keyboard."""
    return name or getpass.getuser()


def look(query: Callable[[Connection], T]) -> T:
    """Ask the database of the nearest settings.

    Raises:
        SettingsError: it is not there, or cannot be opened.
    """
    return asyncio.run(_with_database(query, change=False))


def change(transaction: Callable[[Connection], T]) -> T:
    """One transaction in that database, which a running `socialcare run` may have open.

    Raises:
        SettingsError: as `look`.
    """
    return asyncio.run(_with_database(transaction, change=True))


async def _with_database(call: Callable[[Connection], T], *, change: bool) -> T:
    demand_live()
    from socialcare.config import find_settings
    from socialcare.service.settings import database_url, live_settings
    from socialcare.store.database import open_database

    settings = find_settings()
    database = await open_database(database_url(live_settings(settings), settings))
    try:
        return await (database.run(call) if change else database.look(call))
    finally:
        await database.close()


def tell(said: Said) -> None:
    """Leave a word, and print what became of it if that is known soon."""
    import time
    from functools import partial

    from socialcare.cli.console import out

    demand_live()
    from socialcare.service.words import answer_to, say

    number = change(partial(say, said=said))
    until = time.monotonic() + PATIENCE
    while (answer := look(partial(answer_to, number=number))) is None and time.monotonic() < until:
        time.sleep(0.2)
    out().print(answer or f"written down as word {number}; it is done as soon as `socialcare run` is running")
