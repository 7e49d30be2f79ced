"""Hides personal data in what is printed of a mention."""

import re

from socialcare.diagnostics.excerpt import visible
from socialcare.policy.deciding.outgoing import PRIVATE


def masked(text: str) -> str:
    """A text with e-mail addresses and telephone or card numbers hidden, and nothing in it that acts on a terminal."""
    return visible(PRIVATE.sub(_name, text), keep="\n")


def _name(found: re.Match[str]) -> str:
    return "<e-mail>" if "@" in found.group() else "<number>"
