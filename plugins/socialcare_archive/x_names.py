"""Ids and handles of X."""

import re
from datetime import UTC, datetime, timedelta

from socialcare.intake import LATEST, BadRow, identifier, short

LONGEST_ID = 19
_X_ID = re.compile(rf"[0-9]{{1,{LONGEST_ID}}}")
LONGEST_HANDLE = 32
_HANDLE = re.compile(rf"[A-Za-z0-9_]{{1,{LONGEST_HANDLE}}}")

_SNOWFLAKES_SINCE = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_FIRST_SNOWFLAKE = 1 << 40


def x_identifier(value: str | float | None, name: str) -> str:
    """An id of X: up to 19 digits."""
    return identifier(value, name, _X_ID)


def handle(value: str, name: str) -> str:
    """A handle, without its sign."""
    if _HANDLE.fullmatch(value):
        return value
    bare = value.lstrip("@＠")
    if not _HANDLE.fullmatch(bare):
        raise BadRow(f"`{name}` is no handle: `{short(value)}`")
    return bare


def is_handle(value: str) -> bool:
    """Whether a text, without its sign, could be a handle."""
    return _HANDLE.fullmatch(value) is not None


def moment_of_id(post_id: str) -> datetime | None:
    """When X gave out an id, to the millisecond; none for ids from before November 2010, which hold no time.

    Source: the layout of X's ids ("snowflake"): 41 bits of milliseconds above 22 of worker and sequence.
    """
    number = int(post_id)
    if number < _FIRST_SNOWFLAKE:
        return None
    at = _SNOWFLAKES_SINCE + timedelta(milliseconds=number >> 22)
    return at if at < LATEST else None
