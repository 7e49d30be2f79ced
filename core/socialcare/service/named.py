"""What people name on the command line, looked up in the database: open cases, and who a handle stands for."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from socialcare.policy.deciding import state
from socialcare.store.sql import key_of, name_of
from socialcare.store.tables import MENTION, STATE

OF_CASES = name_of((state.ONCE, ""))
"""What the keys of all open cases begin with."""

_AT_ONCE = 1_000


class _Author(Struct, frozen=True):
    id: str
    handle: str | None = None


class _Written(Struct, frozen=True):
    """Who wrote a mention."""

    author: _Author


_WRITTEN = msgspec.json.Decoder(_Written)


def open_cases(connection: Connection) -> list[str]:
    """The conversations that have an open case, in order."""
    asked = select(STATE.c.key).where(STATE.c.key.startswith(OF_CASES))
    return sorted({key_of(name)[2] for name in connection.execute(asked).scalars()})


def has_written(connection: Connection, author: str) -> bool:
    """Whether a mention of that author (`x:12345`) is stored."""
    return (
        connection.execute(select(MENTION.c.id).where(MENTION.c.author == author).limit(1)).first()
        is not None
    )


def authors_called(connection: Connection, platform: str, handle: str) -> list[str]:
    """The authors (`x:12345`) whose stored mentions were written under a handle, in either case of its letters."""
    wanted = handle.removeprefix("@").casefold()
    asked = select(MENTION.c.body).where(MENTION.c.platform == platform, MENTION.c.body.is_not(None))
    bodies = connection.execute(asked.execution_options(yield_per=_AT_ONCE)).scalars()
    found = {one.author.id for one in map(_WRITTEN.decode, bodies) if _is_called(one.author, wanted)}
    return sorted(f"{platform}:{name}" for name in found)


def _is_called(author: _Author, wanted: str) -> bool:
    return author.handle is not None and author.handle.casefold() == wanted
