"""Text as UTF-16 code units, one character each: the reference counts and matches in them."""

import re

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def to_units(text: str) -> str:
    """The same text with each character beyond U+FFFF spelled as its two surrogates."""
    return text if text.isascii() else _ASTRAL.sub(lambda found: _surrogates(ord(found[0])), text)


def from_units(units: str) -> str:
    """The text again: the way back from `to_units`."""
    return _PAIR.sub(
        lambda found: chr(0x10000 + (ord(found[0][0]) - 0xD800 << 10) + ord(found[0][1]) - 0xDC00), units
    )


def _surrogates(point: int) -> str:
    return chr(0xD800 + (point - 0x10000 >> 10)) + chr(0xDC00 + (point & 0x3FF))
