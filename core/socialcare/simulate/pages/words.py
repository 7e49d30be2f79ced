"""How figures and the language's words are spelled on a page."""

from __future__ import annotations

OUTCOME = {
    "answered": "answered",
    "held": "held",
    "handed_over": "handed over",
    "acknowledged": "acknowledged",
    "ignored": "ignored",
    "inbox": "inbox",
}
"""The outcomes, in their order."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def many(number: int, word: str) -> str:
    """So many of something."""
    return f"{number:,} {word}{'s' * (number != 1)}"


def share(part: float, whole: float) -> str:
    """A part as a share of the whole; a dash where there is none."""
    return f"{part / whole:.1%}" if whole and part else "–"


def waiting(seconds: float) -> str:
    """A time somebody waited."""
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"


def dollars(amount: float) -> str:
    """An amount of money."""
    return f"${amount:,.2f}" if amount >= 0.005 or not amount else "less than $0.01"
