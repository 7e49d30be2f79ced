"""Finds in a batch of events all that is looked for: one pass of an Aho-Corasick automaton over each form of each field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from ahocorasick_rs import BytesAhoCorasick, Implementation

from socialcare.model import FieldValue
from socialcare.policy.language.words import EDGE, bare, flat, row, row_and_rest
from socialcare.policy.matching.atoms import END, Atoms, Form

Fields: TypeAlias = Mapping[str, FieldValue]
Column: TypeAlias = "list[FieldValue | None]"
Resolve: TypeAlias = "Callable[[str, Sequence[Fields]], Column]"
Find: TypeAlias = "Callable[..., list[tuple[int, int, int]]]"
Haystack: TypeAlias = Callable[[str], bytes]

_MOST_OF_TABLE = 3_000
"""Up to so many patterns the larger and faster automaton fits into the caches; measured."""


class Scanner:
    """Scans for the things that have a number in `atoms`; of whole values only for those that are `wanted`."""

    def __init__(self, atoms: Atoms, wanted: Collection[int], resolve: Resolve) -> None:
        self._resolve = resolve
        self._unknown = list(atoms.unknown.items())
        self._texts = {path: _seekers(path, atoms) for path in dict.fromkeys(path for path, _ in atoms.rows)}
        self._values: list[tuple[str, dict[str, int]]] = []
        for (path, form), items in atoms.rows.items():
            if form == "value" and (values := {word: hit for word, hit in items.items() if hit in wanted}):
                self._values.append((path, values))

    def hits(self, events: Sequence[Fields]) -> list[set[int]]:
        """What was found in each event."""
        found: list[set[int]] = []
        columns: dict[str, Column] = {}
        for path, seekers in self._texts.items():
            if not seekers:
                continue
            columns[path] = self._resolve(path, events)
            texts = [
                None
                if held is None or (value := held.value) is None
                else value
                if type(value) is str
                else str(value)
                for held in columns[path]
            ]
            for haystack, find, numbers in seekers:
                forms = [b"" if text is None else haystack(text) for text in texts]
                if numbers is None:
                    found = [{hit for hit, _, _ in find(form, overlapping=True)} for form in forms]
                    continue
                found = found or [set() for _ in events]
                for hits, form in zip(found, forms, strict=True):
                    for hit, _, _ in find(form, overlapping=True):
                        hits.add(numbers[hit])
        found = found or [set() for _ in events]
        for path, values in self._values:
            _add_values(found, self._resolve(path, events), values)
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


def _seekers(path: str, atoms: Atoms) -> list[tuple[Haystack, Find, Sequence[int] | None]]:
    """What makes the forms of a field, what seeks in them, and the hits of what it finds, `None` where its own numbers are the hits."""
    found: list[tuple[Haystack, Find, Sequence[int] | None]] = []
    for (of, form), items in atoms.rows.items():
        if of != path or form == "value" or not items:
            continue
        patterns = [_encoded(item) for item in items]
        hits = list(items.values())
        haystack = _HAYSTACKS[form]
        if form == "row":
            patterns = [pattern.replace(b" ", EDGE) for pattern in patterns]
            haystack = row_and_rest if any(item[0] != " " for item in items) else row
        found.append((haystack, _automaton(patterns), None if hits[-1] == len(hits) - 1 else hits))
    return found


def _automaton(patterns: Sequence[bytes]) -> Find:
    kind = Implementation.DFA if len(patterns) < _MOST_OF_TABLE else Implementation.ContiguousNFA
    return BytesAhoCorasick(patterns, implementation=kind).find_matches_as_indexes


def _folded(text: str) -> bytes:
    return _encoded(text.casefold())


def _flat(text: str) -> bytes:
    return _encoded(f"{END}{flat(text)}{END}")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_HAYSTACKS: Mapping[Form, Haystack] = {"row": row, "folded": _folded, "flat": _flat}
