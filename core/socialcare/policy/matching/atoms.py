"""What is looked for in texts and values, each thing once and with a number: a *hit* where it is found.

A text field has up to three forms, made only where something is looked for in them: `line` (the words in a row), `flat` (the normal
form between two ends), `folded` (the text as it is, folded). `value` is for whole words, as in lists of handles.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from socialcare.policy.language.words import flat

Form = Literal["line", "flat", "folded", "value"]

END = "\n"
"""Stands at both ends of a flat form, in which no other line ends."""

_MOST = 1 << 24
"""Hits of a form."""


class Row(NamedTuple):
    """All that is looked for in one form of one field: each thing's number is `base` and its place."""

    path: str
    form: Form
    base: int
    items: dict[str, int]


class Atoms:
    """Numbers for what is looked for."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Form], Row] = {}
        self.unknown: dict[str, int] = {}
        """Path → the hit that says that nothing is known of the field."""
        self.row("text", "line")  # the first row's numbers need no sum

    def row(self, path: str, form: Form) -> Row:
        """The row of a form."""
        key = (path, form)
        if key not in self.rows:
            self.rows[key] = Row(path, form, len(self.rows) * _MOST, {})
        return self.rows[key]

    def number(self, path: str, form: Form, item: str) -> int:
        """The hit of something in a form of a field."""
        row = self.row(path, form)
        return row.base + row.items.setdefault(item, len(row.items))

    def unknown_of(self, path: str) -> int:
        """The hit of not knowing a field."""
        return self.unknown.setdefault(path, -1 - len(self.unknown))

    def row_of(self, hit: int) -> Row:
        """The row that a hit of a form belongs to."""
        return list(self.rows.values())[hit // _MOST]

    def names(self) -> dict[int, tuple[Form, str]]:
        """What each hit stands for."""
        return {
            row.base + place: (row.form, item)
            for row in self.rows.values()
            for item, place in row.items.items()
        }


def edged(op: str, item: str) -> str:
    """What `contains`, `exactly`, `starts_with` and `ends_with` look for in a flat form between its ends."""
    wanted = flat(item)
    before = END if op in {"exactly", "starts_with"} else ""
    after = END if op in {"exactly", "ends_with"} else ""
    return f"{before}{wanted}{after}" or END  # nothing is found in every text
