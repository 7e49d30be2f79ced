"""Cells: what is left of the rules where the fields tested most often by equality hold given values.

Of each such test a cell has the answer. So rules that ask for another intent or language are not candidates in it, and nobody
compares these again. Cells are made when first met, and within them the postings of a hit when it is first found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from socialcare.policy.matching.closures import is_one_of
from socialcare.policy.matching.index import Answers, Cell, Index
from socialcare.policy.matching.nodes import Joint, Node, Test, conjuncts
from socialcare.policy.matching.scanning import Fields, Resolve
from socialcare.policy.statements import Comparison

MOST_FIELDS = 8
MOST_WORDS = 100
"""A field that is compared with more words than these has too many values for cells."""
MOST_CELLS = 512
MOST_VALUES = 4_096

_UNKNOWN = object()


class Sorter:
    """Sorts the values of one field by what its tests say of them; a kind is a number."""

    def __init__(self, path: str, tests: Sequence[Comparison]) -> None:
        self.path = path
        self.kinds: dict[Any, int] = {}  # Any: a field's values, and `_UNKNOWN`
        self.answers: list[Answers] = []
        """What the tests say of each kind."""
        self._tests = tests
        self._of_truths = any(isinstance(test.operand, bool) and test.op != "exists" for test in tests)

    def kind(self, value: Any) -> int:  # Any: as above
        """The kind of a value; remembered where equal values read the same: `1` equals `True`, and is not the same word."""
        answers = tuple(_answer(test, value) for test in self._tests)
        if answers not in self.answers:
            self.answers.append(answers)
        kind = self.answers.index(answers)
        if self._is_told_apart(value):
            if len(self.kinds) >= MOST_VALUES:
                self.kinds.clear()
            self.kinds[value] = kind
        return kind

    def _is_told_apart(self, value: Any) -> bool:  # Any: as above
        if isinstance(value, tuple):
            return all(type(word) is str for word in value)
        return value is None or value is _UNKNOWN or type(value) is (bool if self._of_truths else str)


def _answer(test: Comparison, value: Any) -> bool | None:  # Any: as above
    """What a test of equality says of a value."""
    if value is _UNKNOWN:
        return test.if_missing
    if test.op == "exists":
        return (value is not None) is test.operand
    if isinstance(test.operand, bool):
        return bool(value == test.operand)
    return is_one_of(value, test.operand)


class Cells:
    """All cells met, by the kinds of values in their fields."""

    def __init__(self, tests: Sequence[Comparison], index: Index, resolve: Resolve) -> None:
        self._resolve = resolve
        self._index = index
        by_path: dict[str, list[Comparison]] = {}
        for test in tests:
            by_path.setdefault(test.path, []).append(test)
        self._sorters = [Sorter(path, some) for path, some in by_path.items()]
        self._known = [(sorter.path, sorter.kinds.get) for sorter in self._sorters]
        self._cells: dict[tuple[int, ...], Cell] = {}

    def of(self, events: Sequence[Fields]) -> list[Cell]:
        """The cell of each event."""
        if not self._sorters:
            return [self._cell(())] * len(events)
        try:
            columns = [
                [known(held.value if held is not None else _UNKNOWN) for held in self._resolve(path, events)]
                for path, known in self._known
            ]
        except TypeError:  # a value that has no hash
            return [self._met(event) for event in events]
        cells: Mapping[Any, Cell] = self._cells  # Any: a kind is missing where a value is met first
        return [
            cell if (cell := cells.get(key)) is not None else self._met(event)
            for key, event in zip(zip(*columns, strict=True), events, strict=True)
        ]

    def _met(self, event: Fields) -> Cell:
        """The cell of an event with a value, or values together, not met before."""
        kinds = []
        for sorter in self._sorters:
            (held,) = self._resolve(sorter.path, [event])
            kinds.append(sorter.kind(_UNKNOWN if held is None else held.value))
        return self._cell(tuple(kinds))

    def _cell(self, kinds: tuple[int, ...]) -> Cell:
        if kinds not in self._cells:
            if len(self._cells) >= MOST_CELLS:
                self._cells.clear()
            answers = [sorter.answers[kind] for sorter, kind in zip(self._sorters, kinds, strict=True)]
            self._cells[kinds] = self._index.cell(tuple(chain.from_iterable(answers)))
        return self._cells[kinds]


def give_slots(formulas: Iterable[Node]) -> list[Comparison]:
    """Choose the fields of the cells, give a slot to each test of them, and return these tests in order."""
    tests: dict[str, list[Test]] = {}
    weights: Counter[str] = Counter()
    inside: dict[int, frozenset[str]] = {}
    number = 0
    for formula in formulas:
        number += 1
        paths = {path for part in conjuncts(formula) for path in _compared(part, tests, inside)}
        weights.update(paths)
    found: list[Comparison] = []
    best = [
        path for path, weight in weights.most_common() if weight >= number / 100 and _are_few(tests[path])
    ]
    for path in best[:MOST_FIELDS]:
        slots: dict[tuple[Any, ...], int] = {}  # Any: an operand
        for node in tests[path]:
            key = (node.test.op, node.test.operand, node.test.if_missing)
            if key not in slots:
                slots[key] = len(found)
                found.append(node.test)
            node.slot = slots[key]
    return found


def _are_few(tests: Sequence[Test]) -> bool:
    """Whether a field is compared with truths only, or with a few words; one that is only sought in lists may be a handle."""
    operands = [node.test.operand for node in tests if node.test.op != "exists"]
    if all(isinstance(operand, bool) for operand in operands):
        return bool(operands)
    if not all(isinstance(operand, frozenset) for operand in operands):
        return False
    is_closed = any(node.test.op == "equals" for node in tests)
    return is_closed and len(frozenset().union(*operands)) <= MOST_WORDS


def _compared(node: Node, tests: dict[str, list[Test]], inside: dict[int, frozenset[str]]) -> frozenset[str]:
    """The fields that a formula compares by equality; its tests of them are noted in `tests`."""
    if isinstance(node, Joint):
        if id(node) not in inside:
            parts = [_compared(part, tests, inside) for part in node.parts]
            inside[id(node)] = frozenset().union(*parts)
        return inside[id(node)]
    if (
        not isinstance(node, Test)
        or node.test.of != "value"
        or node.test.op not in {"equals", "in", "exists"}
    ):
        return frozenset()
    if id(node) not in inside:
        tests.setdefault(node.test.path, []).append(node)
        inside[id(node)] = frozenset([node.test.path])
    return inside[id(node)]
