"""What is looked for in texts and values, each thing once and with a number: a *hit* where it is found.

A text field has up to three forms, made only where something is looked for in them: `row` (its words, between edges, and behind them all
other runs of letters), `flat` (the normal form between two ends), `folded` (the text as it is, folded). `value` is for whole words, as in
lists of handles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from socialcare.policy.language.words import flat

Form = Literal["row", "flat", "folded", "value"]

END = "\n"
"""Stands at both ends of a flat form, in which no other line ends."""


_MAIN: tuple[str, Form] = ("text", "row")
"""The form that most is looked for in: its hits count from nought, as the automaton's own numbers do."""
_OTHERS = 1 << 24


class Atoms:
    """Numbers for what is looked for."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Form], dict[str, int]] = {_MAIN: {}}
        """Path and form → what is looked for there, each with its hit."""
        self.unknown: dict[str, int] = {}
        """Path → the hit that says that nothing is known of the field."""
        self._others = 0

    def number(self, path: str, form: Form, item: str) -> int:
        """The hit of something in a form of a field."""
        row = self.rows.setdefault((path, form), {})
        if item not in row:
            row[item] = len(row) if (path, form) == _MAIN else self._next()
        return row[item]

    def unknown_of(self, path: str) -> int:
        """The hit of not knowing a field."""
        if path not in self.unknown:
            self.unknown[path] = self._next()
        return self.unknown[path]

    def named(self) -> Iterator[tuple[int, Form, str]]:
        """Every hit of a form, with what it stands for."""
        for (_, form), row in self.rows.items():
            for item, hit in row.items():
                yield hit, form, item

    def _next(self) -> int:
        self._others += 1
        return _OTHERS + self._others


def edged(op: str, item: str) -> str:
    """What `contains`, `exactly`, `starts_with` and `ends_with` look for in a flat form between its ends."""
    wanted = flat(item)
    before = END if op in {"exactly", "starts_with"} else ""
    after = END if op in {"exactly", "ends_with"} else ""
    return f"{before}{wanted}{after}" or END  # nothing is found in every text
