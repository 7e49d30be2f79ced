"""A mention that was decided apart from all others: what of it has to be put in order and counted."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import Struct


class Row(Struct, frozen=True, gc=False, array_like=True):
    """Where the mention belongs, a digest of what it is known by through edits, what is counted of its decision, and the line.

    Nobody was spoken to.
    """

    event: ClassVar[str] = "mention"
    at: datetime
    platform: str
    id: str
    key: bytes
    at_is_guessed: bool
    outcome: str
    reason: str
    account: str
    unknown: tuple[str, ...]
    fired: tuple[str, ...]
    line: bytes
