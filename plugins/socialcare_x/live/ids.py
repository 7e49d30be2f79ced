"""Ids and handles of X, and the time that an id holds."""

import re
from datetime import UTC, datetime, timedelta

from socialcare.intake import BadRow, identifier, short

_ID = re.compile(r"[0-9]{1,19}")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,32}")
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_SEQUENCE_BITS = 22
_FIRST_WITH_TIME = 1 << 40


def x_id(value: str | float | None, name: str) -> str:
    """An id of X: up to 19 digits.

    Raises:
        BadRow: it is none.
    """
    return identifier(value, name, _ID)


def handle(value: str, name: str) -> str:
    """A handle, without its sign.

    Raises:
        BadRow: it is none.
    """
    bare = value.lstrip("@＠")
    if not _HANDLE.fullmatch(bare):
        raise BadRow(f"`{name}` is no handle: `{short(value)}`")
    return bare


def moment_of(post_id: str) -> datetime | None:
    """When X gave out an id, to the millisecond; ids from before November 2010 hold no time.

    Source: the layout of X's ids ("snowflake"): 41 bits of milliseconds above 22 of worker and sequence.
    """
    number = int(post_id)
    return _EPOCH + timedelta(milliseconds=number >> _SEQUENCE_BITS) if number >= _FIRST_WITH_TIME else None


def earlier(post_id: str, seconds: float) -> str:
    """The id that X would have given out some seconds before another."""
    return str(max(int(post_id) - (int(seconds * 1000) << _SEQUENCE_BITS), 0))


def id_at(at: float) -> str:
    """The least id that X gives out at a moment in epoch seconds."""
    return str(max(int((at - _EPOCH.timestamp()) * 1000), 0) << _SEQUENCE_BITS)
