"""Finds in a batch of events all that is looked for: one pass of an Aho-Corasick automaton over each form of each field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from ahocorasick_rs import BytesAhoCorasick, Implementation

from socialcare.model import FieldValue
from socialcare.policy.language.words import bare, flat
from socialcare.policy.language.words import row as line_of
from socialcare.policy.matching.atoms import END, Atoms, Form, Row

Fields: TypeAlias = Mapping[str, FieldValue]
Column: TypeAlias = "list[FieldValue | None]"
Resolve: TypeAlias = "Callable[[str, Sequence[Fields]], Column]"
Find: TypeAlias = "Callable[..., list[tuple[int, int, int]]]"

_MOST_OF_TABLE = 3_000
"""Up to so many patterns the larger and faster automaton fits into the caches; measured."""


class Scanner:
    """Scans for the things that have a number in `atoms`; of whole values only for those that are `wanted`."""

    def __init__(self, atoms: Atoms, wanted: Collection[int], resolve: Resolve) -> None:
        self._resolve = resolve
        self._unknown = list(atoms.unknown.items())
        self._texts: dict[str, list[tuple[Form, int, Find]]] = {}
        self._values: list[tuple[str, dict[str, int]]] = []
        for row in atoms.rows.values():
            if row.form != "value":
                if row.items:
                    self._texts.setdefault(row.path, []).append((row.form, row.base, _automaton(row)))
                continue
            values = {
                word: row.base + place for word, place in row.items.items() if row.base + place in wanted
            }
            if values:
                self._values.append((row.path, values))

    def hits(self, events: Sequence[Fields]) -> list[set[int]]:
        """What was found in each event."""
        found: list[set[int]] = []
        columns: dict[str, Column] = {}
        for path, forms in self._texts.items():
            columns[path] = self._resolve(path, events)
            texts = [
                None
                if held is None or (value := held.value) is None
                else value
                if type(value) is str
                else str(value)
                for held in columns[path]
            ]
            for form, base, find in forms:
                rows = _FORMS[form](texts)
                if base == 0:
                    found = [{hit for hit, _, _ in find(row, overlapping=True)} for row in rows]
                    continue
                found = found or [set() for _ in events]
                for hits, row in zip(found, rows, strict=True):
                    for hit, _, _ in find(row, overlapping=True):
                        hits.add(base + hit)
        found = found or [set() for _ in events]
        for path, numbers in self._values:
            _add_values(found, self._resolve(path, events), numbers)
        for path, hit in self._unknown:
            for place, held in enumerate(columns.get(path) or self._resolve(path, events)):
                if held is None:
                    found[place].add(hit)
        return found


def _add_values(found: list[set[int]], column: Column, numbers: Mapping[str, int]) -> None:
    for hits, held in zip(found, column, strict=True):
        if held is not None and held.value is not None:
            words = held.value if isinstance(held.value, tuple) else (str(held.value),)
            hits.update([numbers[word] for word in map(bare, words) if word in numbers])


def _automaton(row: Row) -> Find:
    kind = Implementation.DFA if len(row.items) < _MOST_OF_TABLE else Implementation.ContiguousNFA
    patterns = [item.encode("utf-8", "surrogatepass") for item in row.items]
    return BytesAhoCorasick(patterns, implementation=kind).find_matches_as_indexes


def _lines(texts: Sequence[str | None]) -> list[bytes]:
    return [b"" if text is None else line_of(text) for text in texts]


def _flats(texts: Sequence[str | None]) -> list[bytes]:
    return [
        b"" if text is None else f"{END}{flat(text)}{END}".encode("utf-8", "surrogatepass") for text in texts
    ]


def _folded(texts: Sequence[str | None]) -> list[bytes]:
    return [b"" if text is None else text.casefold().encode("utf-8", "surrogatepass") for text in texts]


_FORMS: Mapping[Form, Callable[[Sequence[str | None]], list[bytes]]] = {
    "line": _lines,
    "flat": _flats,
    "folded": _folded,
}
