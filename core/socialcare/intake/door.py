"""The one door for what comes from outside (S2): what cannot be trusted is repaired, or turned away with a reason."""

import re
from pathlib import Path

from socialcare.model import Reject

LONGEST_TEXT = 64 * 1024
"""Bytes of a text in UTF-8."""

LARGEST_EVENT = 1024 * 1024
"""Bytes of one post as it stands in the archive."""

DEEPEST = 64
"""Levels of lists and objects in one post."""

LONGEST_NAME = 50
"""Characters of the name that somebody shows."""

LONGEST_DESCRIPTION = 500
"""Characters of what somebody says of themselves."""

_KEPT_OF_A_ROW = 2_000
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_ROUNDED = re.compile(r"[+-]?\d+(?:\.\d*)?[eE]\+?\d+|\d+\.\d*")
_ID = re.compile(r"[!-~]{1,200}")


class BadRow(Exception):  # noqa: N818 - not an error of the program: it becomes a `Reject`
    """Why a row cannot be read, in words for the person who has the archive."""


def reject(path: Path, row: int, reason: object, raw: str | bytes = "") -> Reject:
    """A row that is turned away; what is kept of it can be printed and stored."""
    text = raw[: 4 * _KEPT_OF_A_ROW].decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return Reject(
        file=str(path), row=row, reason=str(reason), raw=_UNFIT.sub("\ufffd", text[:_KEPT_OF_A_ROW])
    )


def sound(text: str) -> str:
    """A text as it was posted; characters that no text may hold (NUL, half of a pair) become U+FFFD."""
    if text.isascii() and len(text) <= LONGEST_TEXT and "\0" not in text:
        return text
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        text = _UNFIT.sub("\ufffd", text)
        size = len(text.encode())
    if size > LONGEST_TEXT:
        raise BadRow(f"the text has {size:,} bytes, and no post has more than {LONGEST_TEXT:,}")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def shown_name(text: str | None) -> str | None:
    """The name somebody shows, no longer than a name is."""
    return sound(text)[:LONGEST_NAME] if text else None


def description(text: str | None) -> str | None:
    """What somebody says of themselves, no longer than a platform lets them."""
    return sound(text)[:LONGEST_DESCRIPTION] if text else None


def identifier(value: str | float | None, name: str, grammar: re.Pattern[str] = _ID) -> str:
    """An id as text, by the grammar of its platform; `name` is the word that the archive has for it."""
    if isinstance(value, str) and len(value) <= 19 and value.isascii() and value.isdecimal():
        return value  # nearly every id
    if value is None or value == "":
        raise BadRow(f"it has no `{name}`")
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if isinstance(value, float) or _ROUNDED.fullmatch(text):
        raise BadRow(
            f"`{name}` is a rounded number, `{short(text)}`: a spreadsheet or a program took the id for a quantity, and "
            "its last digits are lost; export it again with the ids as text"
        )
    if not grammar.fullmatch(text):
        raise BadRow(f"`{name}` is no id: `{short(text)}`")
    return text


def short(text: str) -> str:
    """A text of somebody else's as a reason shows it."""
    return text if len(text) <= 40 else text[:40] + "…"
