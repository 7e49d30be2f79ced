"""The kit for sources: files opened within bounds, and the one door for what comes out of them.

Everything a source needs is imported from here; what cannot be trusted is repaired, or turned away with a reason.
"""

from socialcare.intake.decoding import decoded, is_surely_in_bounds, plain
from socialcare.intake.door import (
    DEEPEST,
    LARGEST_EVENT,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_TEXT,
    BadRow,
    description,
    identifier,
    reject,
    short,
    shown_name,
    sound,
)
from socialcare.intake.files import (
    GREATEST_RATIO,
    HARMLESS,
    Cut,
    Damaged,
    blocks_of_lines,
    head,
    lines,
    unpacked,
    until_damaged,
)
from socialcare.intake.moments import LATEST, UNTIMED, moment, timed, timed_lists
from socialcare.intake.pages import LARGEST_PAGE, keys, objects

__all__ = [
    "DEEPEST",
    "GREATEST_RATIO",
    "HARMLESS",
    "LARGEST_EVENT",
    "LARGEST_PAGE",
    "LATEST",
    "LONGEST_DESCRIPTION",
    "LONGEST_NAME",
    "LONGEST_TEXT",
    "UNTIMED",
    "BadRow",
    "Cut",
    "Damaged",
    "blocks_of_lines",
    "decoded",
    "description",
    "head",
    "identifier",
    "is_surely_in_bounds",
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
    "timed_lists",
    "unpacked",
    "until_damaged",
]
