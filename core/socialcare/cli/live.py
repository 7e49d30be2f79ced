"""The database of a deployment, for commands that look into it or leave a word beside a running `socialcare run`."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from socialcare.config import Settings
    from socialcare.service.words import Said
    from socialcare.store.database import Database

T = TypeVar("T")

_NEEDED = ("aiohttp", "alembic", "prometheus_client", "sqlalchemy", "structlog")
_PATIENCE, _LOOK_EVERY = 5.0, 0.1
"""Seconds for which a command waits until what it said is done, and between two looks."""

_LATER = "it is done as soon as `socialcare run` is running"
_NOT_YET = (
    "`socialcare run` has not come to it yet: it does nothing in safe mode, or while there is no policy"
)

_LONGEST_NAME = 100

by = click.option(
    "--by",
    metavar="NAME",
    envvar="SOCIALCARE_USER",
    show_envvar=True,
    help="Who you are, by your name under `people:`; without it the name you are logged in with.",
)
config = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings, instead of the nearest socialcare.toml.",
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
            "help: install them with `pip install 'socialcare[live]'`, or `socialcare[x]` for X, `socialcare[all]` for everything; "
            "in a clone of the repository with `pip install '.[x]'`"
        )


def deployment(file: Path | None) -> Settings:
    """The settings in `file`, or in the nearest file: what runs live has no default, which would work in any folder.

    Raises:
        SettingsError: there is none, or it cannot be used as it is.
    """
    from socialcare.config import NAME, find_settings
    from socialcare.errors import SettingsError

    settings = find_settings(file=file)
    if settings.path is None:
        raise SettingsError(
            f"there is no `{NAME}` in this folder or above it, so nothing says which deployment is meant\n"
            "help: go to the folder that holds it, or name it with `--config FILE`; `socialcare init DIR` writes a first one"
        )
    return settings


def who(name: str | None) -> str:
    """The person at the keyboard."""
    try:
        name = name or getpass.getuser()
    except (KeyError, OSError):  # a container's user that has no name
        raise click.UsageError("nobody is logged in here; say who you are with `--by NAME`") from None
    if len(name) > _LONGEST_NAME:
        raise click.UsageError(f"a name has at most {_LONGEST_NAME} characters")
    return name


def look(query: Callable[[Connection], T], file: Path | None = None) -> T:
    """Ask the database of the settings in `file`, or in the nearest file.

    Raises:
        SettingsError: there are none, or it is not there, is away, or cannot be opened.
    """
    return _with(lambda database: database.look(query), file)


def change(transaction: Callable[[Connection], T], file: Path | None = None) -> T:
    """One transaction in that database, which a running `socialcare run` may have open. Raises as `look`."""
    return _with(lambda database: database.run(transaction), file)


def tell(said: Said, file: Path | None = None) -> None:
    """Leave a word, and print what became of it if that is known soon.

    Raises:
        click.UsageError: it is about an account or a case that is not there.
        click.exceptions.Exit: nothing was done; the exit code is 1.
        SettingsError: as `look`.
    """
    from socialcare.cli.console import out
    from socialcare.diagnostics.excerpt import visible

    if said.word == "pause":
        _demand_account(said.ref, file)
    elif said.word == "close":
        _demand_case(said.ref, file)
    answer = _with(lambda database: _told(database, said), file)
    out().print(visible(answer))

    from socialcare.service.words import NOTHING

    if answer.startswith(NOTHING):
        raise click.exceptions.Exit(1)


def _demand_account(name: str, file: Path | None) -> None:
    from socialcare.diagnostics import Problems, suggestion
    from socialcare.errors import SocialcareError
    from socialcare.opening import load_policy
    from socialcare.plugins import load

    settings = deployment(file)
    try:
        policy = load_policy(settings, load(settings), Problems())
    except SocialcareError:
        return  # an older policy serves, and the worker knows it
    if policy is not None and name not in policy.accounts:
        raise click.UsageError(f"the policy has no account `{name}`; {suggestion(name, policy.accounts)}")


def _demand_case(conversation: str, file: Path | None) -> None:
    from socialcare.diagnostics import suggestion
    from socialcare.service.named import open_cases

    known = look(open_cases, file)
    if conversation not in known:
        raise click.UsageError(f"there is no open case `{conversation}`; {suggestion(conversation, known)}")


async def _told(database: Database, said: Said) -> str:
    from functools import partial

    from socialcare.clock import SystemClock
    from socialcare.delivery import leases
    from socialcare.service.words import answer_to, say

    clock = SystemClock()
    number = await database.run(partial(say, said=said))
    until = clock.steady() + _PATIENCE
    while (answer := await database.look(partial(answer_to, number=number))) is None:
        if clock.steady() > until:
            at_work = await database.look(leases.alive)
            return f"written down as word {number}; " + (_NOT_YET if at_work else _LATER)
        await clock.sleep(_LOOK_EVERY)
    return answer


def _with(call: Callable[[Database], Awaitable[T]], file: Path | None) -> T:
    demand_live()
    from socialcare.errors import Interrupted, SettingsError

    async def done() -> T:
        async with _opened(file) as database:
            return await call(database)

    try:
        return asyncio.run(done())
    except Interrupted as why:
        raise SettingsError(
            f"the database is away: {why}\nhelp: look whether it runs and has room, and say it again"
        ) from why


@asynccontextmanager
async def _opened(file: Path | None) -> AsyncIterator[Database]:
    from socialcare.service.settings import database_url, demand_database, live_settings
    from socialcare.store.database import open_database

    settings = deployment(file)
    url = database_url(live_settings(settings), settings)
    demand_database(url)
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.close()
