"""The kit for sources: files opened within bounds, and the one door for what comes out of them.

Everything a source needs is imported from here; what cannot be trusted is repaired, or turned away with a reason.
"""

from socialcare.intake.decoding import decoded, plain
from socialcare.intake.door import (
    DEEPEST,
    LARGEST_EVENT,
    LONGEST_TEXT,
    BadRow,
    description,
    identifier,
    reject,
    short,
    shown_name,
    sound,
)
from socialcare.intake.files import GREATEST_RATIO, HARMLESS, Damaged, head, lines, unpacked, until_damaged
from socialcare.intake.moments import LATEST, UNTIMED, moment, timed
from socialcare.intake.pages import LARGEST_PAGE, keys, objects

__all__ = [
    "DEEPEST",
    "GREATEST_RATIO",
    "HARMLESS",
    "LARGEST_EVENT",
    "LARGEST_PAGE",
    "LATEST",
    "LONGEST_TEXT",
    "UNTIMED",
    "BadRow",
    "Damaged",
    "decoded",
    "description",
    "head",
    "identifier",
    "keys",
    "lines",
    "moment",
    "objects",
    "plain",
    "reject",
    "short",
    "shown_name",
    "sound",
    "timed",
    "unpacked",
    "until_damaged",
]
