"""Turns formulas into functions of an event that is being screened: made when first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from socialcare.model import FieldValue, Value
from socialcare.policy.deciding.naive import compare
from socialcare.policy.language.words import bare
from socialcare.policy.matching.nodes import Fits, Found, Joint, Node, Test
from socialcare.policy.matching.sight import Sight
from socialcare.policy.matching.source import Maker, Source
from socialcare.policy.statements import Comparison, Policy

Check: TypeAlias = Callable[[Mapping[str, FieldValue], set[int], datetime | None, Sight], bool]
"""Fields, hits, time and sight of an event → whether a formula holds."""

NUMBERS = (int, float)
BOUNDS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
EXACT = float(1 << 53)
"""Below it a whole number and its float are the same."""

_DEEPEST = 12
_LARGEST = 150
_MOST = 50_000


class Closures:
    """Makes the function of a formula, once."""

    def __init__(self, policy: Policy) -> None:
        self._maker = Maker("f, h, t, s")
        self._made: dict[int, tuple[Node, Check]] = {}
        self._formulas = policy.formulas

    def of(self, node: Node) -> Check:
        """The function of a formula."""
        known = self._made.get(id(node))
        if known is None:
            if len(self._made) >= _MOST:
                self._made.clear()
            source = Source()
            expression = self._written(node, source, _DEEPEST)
            known = self._made[id(node)] = node, self._maker.make(expression, source)
        return known[1]

    def _written(self, node: Node, source: Source, depth: int) -> str:
        if isinstance(node, bool):
            return str(node)
        if isinstance(node, Found):
            return _found(node, source)
        if isinstance(node, Fits):
            fits = f"s.fits({source.constant(node.path)}, {source.constant(node.pattern)}, {source.constant(node.signs)}, f)"
            return fits if node.wanted else f"(not {fits})"
        if isinstance(node, Test):
            return self._test(node, source)
        if depth == 0 or len(source.constants) > _LARGEST:
            return f"s.once({source.constant(self.of(node))}, f, h, t)"
        parts = [self._written(part, source, depth - 1) for part in sorted(node.parts, key=_price)]
        return f"({(' and ' if node.every else ' or ').join(parts)})"

    def _test(self, node: Test, source: Source) -> str:
        test = node.test
        fast = test.op != "within" and test.path != "time"
        predicate = known(test, source) if fast else None
        if predicate is None:
            told = f"s.told({source.constant(compare)}, {source.constant(test)}, f, t)"
            return f"({told} is {node.wanted})"
        return judged(predicate, self._value(test.path, source), test, wanted=node.wanted)

    def _value(self, path: str, source: Source) -> str:
        """What stands under a path; a field is asked for first, as in a world."""
        name = source.constant(path)
        if path in self._formulas:
            return f"s.value({name}, f)"
        if "." not in path:
            return f"f.get({name})"
        head = path.partition(".")[0]
        sought = f"s.value({name}, f)"
        if head != "company":
            sought = f"({sought} if {source.constant(head)} in f else None)"
        return f"(f.get({name}) or {sought})"


def judged(predicate: str, value: str, test: Comparison, *, wanted: bool) -> str:
    """The predicate over a value `v` that may be unknown."""
    predicate = f"({predicate})" if wanted else f"not ({predicate})"
    if test.if_missing is wanted:
        return f"((v := {value}) is None or {predicate})"
    return f"((v := {value}) is not None and {predicate})"


def known(test: Comparison, source: Source) -> str | None:
    """What a test says of a known field `v`, or nothing where the naive matcher is asked."""
    if test.of == "confidence":
        return None
    if test.op in BOUNDS:
        number = "x" if abs(test.operand) < EXACT else f"{source.constant(float)}(x)"
        is_number = f"{source.constant(isinstance)}(x := v.value, {source.constant(NUMBERS)})"
        return f"{is_number} and {number} {BOUNDS[test.op]} {source.constant(test.operand)}"
    if test.op in {"equals", "in"}:
        operand = source.constant(test.operand)
        if isinstance(test.operand, bool | float):
            return f"v.value == {operand}"
        return f"{source.constant(is_one_of)}(v.value, {operand})"
    if test.op == "exists":
        return f"(v.value is not None) is {source.constant(test.operand)}"
    return None


def is_one_of(value: Value, words: frozenset[str]) -> bool:
    """Whether a value, or one of several, is among folded words."""
    if value is None:
        return False
    if isinstance(value, tuple):
        return any(bare(word) in words for word in value)
    return bare(str(value)) in words


def _found(node: Found, source: Source) -> str:
    if len(node.hits) == 1:
        return f"{source.constant(*node.hits)} {'in' if node.wanted else 'not in'} h"
    disjoint = f"h.isdisjoint({source.constant(node.hits)})"
    return f"(not {disjoint})" if node.wanted else disjoint


_PRICES = {Found: 1, Fits: 20, Joint: 5}


def _price(node: Node) -> int:
    """What to ask first: what costs least."""
    if isinstance(node, Test):
        return 2 if node.test.op in BOUNDS or isinstance(node.test.operand, bool) else 6
    return _PRICES.get(type(node), 0)
