"""The table `[live]` of `socialcare.toml`: where things are kept, where we are called, how old is too old."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlalchemy import make_url

from socialcare.config import Settings, shown
from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import SettingsError
from socialcare.policy.language.times import duration


def _duration(written: object) -> object:
    if isinstance(written, timedelta):
        return written
    if not isinstance(written, str):  # seconds, days? nobody could tell
        raise ValueError("write it as `90d`, `36h` or `30m`")  # noqa: TRY004 - what pydantic reports
    return duration(written)


def _address(written: str) -> str:
    if not written:
        return written
    host, colon, port = written.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError("write it as HOST:PORT, such as `127.0.0.1:8470`, or empty to serve nothing")
    return written


Span = Annotated[timedelta, BeforeValidator(_duration)]


class Live(BaseModel):
    """What `socialcare run` needs beside policy and plugins.

    `database` is a file, a `postgresql://` address, or `env:NAME` for one that stands in the environment; `address` is where
    webhooks, health and metrics are served, and nothing is where it is empty. `max_age` is the age at which an answer is no
    longer sent; texts and the audit trail are kept for `keep_texts` and `keep_audit`. `resend` names the senders that may
    send a second time what two look-ups did not find. `money` is the most that each account may spend a day, in US dollars.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: str = "socialcare.db"
    address: Annotated[str, AfterValidator(_address)] = "127.0.0.1:8470"
    max_age: Span = timedelta(hours=24)
    keep_texts: Span = timedelta(days=90)
    keep_audit: Span = timedelta(days=400)
    resend: tuple[str, ...] = ()
    money: Annotated[float, Field(gt=0)] | None = None


def live_settings(settings: Settings) -> Live:
    """What the table says, or what holds without it.

    Raises:
        SettingsError: a key is unknown or a value is wrong; all of them at once, each with the way out.
    """
    try:
        return Live.model_validate(dict(settings.live))
    except ValidationError as error:
        lines = []
        for one in error.errors():
            key = ".".join(map(str, one["loc"]))
            if one["type"] == "extra_forbidden":
                lines.append(
                    f"{settings.shown}: unknown key `{key}` under `[live]`\nhelp: {suggestion(key, Live.model_fields)}"
                )
            else:
                said = one["msg"].removeprefix("Value error, ")
                lines.append(f"{settings.shown}: `{key}` under `[live]`: {said[:1].lower()}{said[1:]}")
        raise SettingsError("\n".join(lines)) from error


def database_url(live: Live, settings: Settings) -> str:
    """The database as an address.

    Raises:
        SettingsError: it stands in an environment variable that is not set.
    """
    written = live.database
    if written.startswith("env:"):
        name = written.removeprefix("env:")
        if not os.environ.get(name):
            raise SettingsError(
                f"{settings.shown}: `database` under `[live]` names the environment variable `{name}`, which is not set\n"
                f"help: set `{name}` to an address such as `postgresql://user@host/socialcare`"
            )
        written = os.environ[name]
    if "://" in written:
        return written
    path = Path(written) if Path(written).is_absolute() else settings.folder / written
    return f"sqlite:///{path}"


def demand_database(url: str) -> None:
    """Make sure that a database is there: who only looks into it makes none.

    Raises:
        SettingsError: it is not.
    """
    place = make_url(url) if url.startswith("sqlite:") else None
    if place is not None and place.database and not Path(place.database).exists():
        raise SettingsError(
            f"there is no database `{shown(Path(place.database))}` yet\n"
            "help: the first `socialcare run` makes it; go where its socialcare.toml lies, or name that with `--config`"
        )
