"""Cells: what is left of the rules where the fields tested most often by equality hold given values.

Of each such test a cell has the answer. So rules that ask for another intent or language are not candidates in it, and nobody
compares these again. Cells are made when first met, and within them the postings of a hit when it is first found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from socialcare.model import FieldValue
from socialcare.policy.deciding.naive import compare, truth
from socialcare.policy.deciding.world import World
from socialcare.policy.matching.index import Answers, Cell, Index
from socialcare.policy.matching.nodes import Joint, Node, Test, conjuncts
from socialcare.policy.matching.scanning import Fields, Resolve
from socialcare.policy.statements import Comparison, Policy

MOST_FIELDS = 6
MOST_WORDS = 100
"""A field that is compared with more words than these has too many values for cells."""
MOST_CELLS = 512
MOST_KEYS = 8_192

_UNKNOWN = object()


class Cells:
    """All cells met, by the values of their fields."""

    def __init__(self, policy: Policy, tests: Sequence[Comparison], index: Index, resolve: Resolve) -> None:
        self._policy = policy
        self._resolve = resolve
        self._tests = tests
        self._index = index
        self._paths = tuple(dict.fromkeys(test.path for test in tests))
        self._types = {test.path: type(test.operand) for test in tests if test.op != "exists"}
        self._by_values: dict[tuple[Any, ...], Cell] = {}  # Any: values of fields, and `_UNKNOWN`
        self._by_answers: dict[Answers, Cell] = {}

    def of(self, events: Sequence[Fields]) -> list[Cell]:
        """The cell of each event."""
        if not self._paths:
            return [self._answered(())] * len(events)
        values = [
            [_UNKNOWN if held is None else held.value for held in self._resolve(path, events)]
            for path in self._paths
        ]
        known = self._by_values.get
        try:
            return [
                cell if (cell := known(key)) is not None else self._met(key)
                for key in zip(*values, strict=True)
            ]
        except TypeError:  # a value that has no hash
            return [self._answered(key) for key in zip(*values, strict=True)]

    def _met(self, values: tuple[Any, ...]) -> Cell:  # Any: as above
        cell = self._answered(values)
        if all(map(self._is_told_apart, self._paths, values)):
            if len(self._by_values) >= MOST_KEYS:
                self._by_values.clear()
            self._by_values[values] = cell
        return cell

    def _is_told_apart(self, path: str, value: Any) -> bool:  # Any: as above
        """Whether equal values read the same: `1` and `True` are equal, and not the same word."""
        if isinstance(value, tuple):
            return all(type(word) is str for word in value)
        if value is None or value is _UNKNOWN:
            return True
        return type(value) is (bool if self._types[path] is bool else str)

    def _answered(self, values: tuple[Any, ...]) -> Cell:  # Any: as above
        held = dict(zip(self._paths, values, strict=True))
        answers = tuple(self._answer(test, held[test.path]) for test in self._tests)
        cell = self._by_answers.get(answers)
        if cell is None:
            if len(self._by_answers) >= MOST_CELLS:
                self._by_answers.clear()
                self._by_values.clear()
            cell = self._by_answers[answers] = self._index.cell(answers)
        return cell

    def _answer(self, test: Comparison, value: Any) -> bool | None:  # Any: as above
        fields = {} if value is _UNKNOWN else {test.path: FieldValue(value)}
        world = World(
            self._policy, fields, time=None, truth=truth, counts={}, closed=frozenset(), flags={}
        )  # fmt: skip
        return compare(test, world)


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
    for path, weight in weights.most_common(MOST_FIELDS):
        if weight < max(1, number // 100) or not _are_few(tests[path]):
            continue
        slots: dict[tuple[Any, ...], int] = {}  # Any: an operand
        for node in tests[path]:
            key = (node.test.op, node.test.operand, node.test.if_missing)
            if key not in slots:
                slots[key] = len(found)
                found.append(node.test)
            node.slot = slots[key]
    return found


def _are_few(tests: Sequence[Test]) -> bool:
    """Whether a field is compared with truths only, or with a few words."""
    operands = [node.test.operand for node in tests if node.test.op != "exists"]
    if all(isinstance(operand, bool) for operand in operands):
        return bool(operands)
    if not all(isinstance(operand, frozenset) for operand in operands):
        return False
    return len(frozenset().union(*operands)) <= MOST_WORDS


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
