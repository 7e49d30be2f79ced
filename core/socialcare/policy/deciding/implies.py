"""Whether one condition proves another: sound always, complete never.

`implies(a, b)` says: in every world in which `a` is true, `b` is true. Where nothing can be proved the answer is no.
To prove that something is false, the opposite direction is needed: `b` false proves `a` false only where both are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

from socialcare.policy.language.words import Phrase
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Signal

Signals = Mapping[str, Condition]

DEEPEST = 12
"""How many steps a proof may go down; deeper conditions are not compared."""


def more_specific(a: Condition, b: Condition, signals: Signals) -> bool:
    """Whether `a` is provably true in fewer worlds than `b`: it implies `b`, and `b` is not known to imply it."""
    return implies(a, b, signals) and not implies(b, a, signals)


def implies(a: Condition, b: Condition, signals: Signals) -> bool:
    """Whether `b` is true wherever `a` is true."""
    return _Proof(signals).holds(a, b, DEEPEST)


class _Proof:
    """One proof over the signals of a policy; bounded in depth, so that it ends soon on any condition."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._steps = 20_000

    def holds(self, a: Condition, b: Condition, depth: int) -> bool:
        """Whether `a` true proves `b` true."""
        self._steps -= 1
        if depth == 0 or self._steps < 0:
            return False
        if a == b:
            return True
        if isinstance(b, All):
            return all(self.holds(a, part, depth - 1) for part in b.parts)
        if isinstance(a, AnyOf):
            return bool(a.parts) and all(self.holds(part, b, depth - 1) for part in a.parts)
        return self._by_cases(a, b, depth)

    def _by_cases(self, a: Condition, b: Condition, depth: int) -> bool:
        if isinstance(a, All) and any(self.holds(part, b, depth - 1) for part in a.parts):
            return True
        if isinstance(a, Signal) and self.holds(self._signals[a.name], b, depth - 1):
            return True
        if isinstance(b, Signal):
            return self.holds(a, self._signals[b.name], depth - 1)
        if isinstance(b, AnyOf):
            return any(self.holds(a, part, depth - 1) for part in b.parts)
        if isinstance(b, NoneOf):
            return all(self.refutes(a, part, depth - 1) for part in b.parts)
        return isinstance(a, Comparison) and isinstance(b, Comparison) and _implied(a, b)

    def refutes(self, a: Condition, b: Condition, depth: int) -> bool:
        """Whether `a` true proves `b` false."""
        self._steps -= 1
        if depth == 0 or self._steps < 0:
            return False
        if isinstance(b, AnyOf):
            return all(self.refutes(a, part, depth - 1) for part in b.parts)
        if isinstance(a, AnyOf):
            return bool(a.parts) and all(self.refutes(part, b, depth - 1) for part in a.parts)
        return self._refutes_by_cases(a, b, depth)

    def _refutes_by_cases(self, a: Condition, b: Condition, depth: int) -> bool:
        if isinstance(b, All) and any(self.refutes(a, part, depth - 1) for part in b.parts):
            return True
        if isinstance(b, NoneOf) and any(self.holds(a, part, depth - 1) for part in b.parts):
            return True
        if isinstance(a, All) and any(self.refutes(part, b, depth - 1) for part in a.parts):
            return True
        if isinstance(a, NoneOf) and any(self.follows(b, part, depth - 1) for part in a.parts):
            return True
        if isinstance(a, Signal) and self.refutes(self._signals[a.name], b, depth - 1):
            return True
        if isinstance(b, Signal):
            return self.refutes(a, self._signals[b.name], depth - 1)
        return isinstance(a, Comparison) and isinstance(b, Comparison) and _excluded(a, b)

    def follows(self, b: Condition, a: Condition, depth: int) -> bool:
        """Whether `a` false proves `b` false: `b` is equal to `a`, or has it among the parts that must hold."""
        self._steps -= 1
        if depth == 0 or self._steps < 0:
            return False
        if a == b:
            return True
        if isinstance(b, All) and any(self.follows(part, a, depth - 1) for part in b.parts):
            return True
        if isinstance(b, AnyOf) and b.parts and all(self.follows(part, a, depth - 1) for part in b.parts):
            return True
        if isinstance(a, AnyOf) and any(self.follows(b, part, depth - 1) for part in a.parts):
            return True
        if isinstance(b, Signal) and self.follows(self._signals[b.name], a, depth - 1):
            return True
        if isinstance(a, Signal):
            return self.follows(b, self._signals[a.name], depth - 1)
        return isinstance(a, Comparison) and isinstance(b, Comparison) and _falls_with(a, b)


def _same_subject(a: Comparison, b: Comparison) -> bool:
    return a.path == b.path and a.of == b.of


def _implied(a: Comparison, b: Comparison) -> bool:
    """Whether the comparison `a` true proves `b` true.

    Where the field is unknown, `a` is true only if it says so, and then `b` must say so too.
    """
    if not _same_subject(a, b) or (a.if_missing is True and b.if_missing is not True):
        return False
    return _value_implies(a, b)


def _falls_with(a: Comparison, b: Comparison) -> bool:
    """Whether the comparison `a` false proves `b` false; where `a` is false for want of the field, `b` must be so too."""
    if not _same_subject(a, b) or (a.if_missing is False and b.if_missing is not False):
        return False
    return _value_implies(b, a)


def _excluded(a: Comparison, b: Comparison) -> bool:
    """Whether `a` true proves `b` false: no number is in both, or no word."""
    if not _same_subject(a, b) or (a.if_missing is True and b.if_missing is not False):
        return False
    if a.op == "exists" or b.op == "exists":
        return _excluded_by_existence(a, b)
    mine, other = _interval(a), _interval(b)
    if mine is not None and other is not None:
        return _is_empty(max(mine[0], other[0]), min(mine[1], other[1]))
    if a.path == "time":
        return a.operand == b.operand and {a.op, b.op} == {"inside", "outside"}
    if isinstance(a.operand, bool) and isinstance(b.operand, bool):
        return a.op == b.op == "equals" and a.operand != b.operand
    return False


def _excluded_by_existence(a: Comparison, b: Comparison) -> bool:
    if a.op == b.op:
        return bool(a.operand) is not bool(b.operand)
    absent = a if a.op == "exists" else b
    return absent.operand is False and a.of == "value"


def _value_implies(a: Comparison, b: Comparison) -> bool:
    """Whether a known value that passes `a` passes `b`."""
    if a.op == b.op and a.operand == b.operand:
        return True
    if b.op == "exists":
        return b.operand is True and a.op != "exists" and a.of == "value" and not _counts(a.path)
    mine, other = _interval(a), _interval(b)
    if mine is not None and other is not None and b.op != "reaches":
        return mine[0] >= other[0] and mine[1] <= other[1]
    if a.op == "within" and b.op == "within":
        return bool(a.operand <= b.operand)
    return _words_imply(a, b)


def _counts(path: str) -> bool:
    return path == "time" or path.startswith(("counts.", "flags."))


Edge = tuple[float, int]
"""A bound and where it lies: -1 just below the number, 0 on it, 1 just above."""


def _interval(test: Comparison) -> tuple[Edge, Edge] | None:
    """The numbers that pass a comparison, from the lowest to the highest; `reaches` needs more than its number."""
    if isinstance(test.operand, bool) or not isinstance(test.operand, int | float) or test.op == "within":
        return None
    number, low, high = float(test.operand), (-math.inf, 0), (math.inf, 0)
    intervals: dict[str, tuple[Edge, Edge]] = {
        "at_least": ((number, 0), high),
        "above": ((number, 1), high),
        "at_most": (low, (number, 0)),
        "below": (low, (number, -1)),
        "equals": ((number, 0), (number, 0)),
        "reaches": ((number, 0), (number, 0)),
    }
    return intervals.get(test.op)


def _is_empty(low: Edge, high: Edge) -> bool:
    return low > high


def _words_imply(a: Comparison, b: Comparison) -> bool:
    """Words and phrases: fewer alternatives imply more, a longer phrase its parts."""
    if isinstance(a.operand, frozenset) and isinstance(b.operand, frozenset):
        return bool(a.operand) and a.operand <= b.operand
    if a.op in ("has", "has_all") and b.op in ("has", "has_all"):
        return _phrases_imply(a, b)
    if a.op == "matches" and b.op == "matches":
        return {one.source for one in a.operand} <= {other.source for other in b.operand}
    return _strings_imply(a, b)


def _phrases_imply(a: Comparison, b: Comparison) -> bool:
    """`has` any of some, `has_all` of them."""
    if a.op == "has" and b.op == "has":
        return all(any(_contains_phrase(mine, other) for other in b.operand) for mine in a.operand)
    if a.op == "has" and b.op == "has_all":
        return all(_contains_phrase(mine, other) for mine in a.operand for other in b.operand)
    if a.op == "has_all" and b.op == "has":
        return any(_contains_phrase(mine, other) for mine in a.operand for other in b.operand)
    return all(any(_contains_phrase(mine, other) for mine in a.operand) for other in b.operand)


@cache
def _contains_phrase(mine: Phrase, other: Phrase) -> bool:
    """Whether a text with one phrase has the other: a run of words in it, each at least as narrow."""
    length = len(other.words)
    return any(
        all(_narrower(mine, start + place, other, place) for place in range(length))
        for start in range(len(mine.words) - length + 1)
    )


def _narrower(mine: Phrase, at: int, other: Phrase, place: int) -> bool:
    if other.stars[place]:
        return mine.words[at].startswith(other.words[place])
    return not mine.stars[at] and mine.words[at] == other.words[place]


_PIECES = {
    "exactly": ("exactly", "contains", "starts_with", "ends_with"),
    "starts_with": ("starts_with", "contains"),
    "ends_with": ("ends_with", "contains"),
    "contains": ("contains",),
}
"""What each operator on pieces of text can prove."""


_FITS: Mapping[str, Callable[[str, str], bool]] = {
    "exactly": lambda mine, other: mine == other,
    "starts_with": lambda mine, other: mine.startswith(other),
    "ends_with": lambda mine, other: mine.endswith(other),
    "contains": lambda mine, other: other in mine,
}


def _strings_imply(a: Comparison, b: Comparison) -> bool:
    if b.op not in _PIECES.get(a.op, ()):
        return False
    fits = _FITS[b.op]
    return all(any(fits(mine, other) for other in b.operand) for mine in a.operand)
