"""Numbers and lengths of time as people say them."""

from __future__ import annotations

_UNITS = {86_400: "days", 3_600: "h", 60: "min"}


def ago(seconds: float) -> str:
    """A length of time as people say it."""
    for length, unit in ((172_800, 86_400), (7_200, 3_600), (120, 60)):
        if seconds >= length:
            return f"{seconds / unit:.0f} {_UNITS[unit]}"
    return f"{max(0.0, seconds):.0f} s"


def many(number: int, noun: str) -> str:
    """A number of things; the noun takes an `s`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
