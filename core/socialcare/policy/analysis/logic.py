"""Conditions as formulas over single tests, each of which is true, false or unknown.

That a condition is true, or that it is not, becomes a formula of *and* and *or* over statements of the form "this test is
one of these three": unknown needs no rules of its own then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from socialcare.policy.analysis.subjects import Subject, Subjects
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf

TRUE, FALSE, UNKNOWN = 1, 2, 4
"""What a test can be; sets of them are sums."""

ANYTHING = TRUE | FALSE | UNKNOWN


@dataclass(frozen=True, slots=True)
class Claim:
    """A test, by its number, is one of the members of a set."""

    test: int
    members: int


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts always."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """One part holds; without parts never."""

    parts: tuple[Node, ...] = ()


Node: TypeAlias = Claim | And | Or

ALWAYS, NEVER = And(), Or()


def both(*parts: Node) -> Node:
    """All of some formulas."""
    return parts[0] if len(parts) == 1 else And(parts)


class Atoms:
    """The tests of one analysis, each with a number, its subject and what it can be."""

    def __init__(self, subjects: Subjects) -> None:
        self.subjects = subjects
        self.all: list[Comparison] = []
        self.about: list[Subject] = []
        self.possible: list[int] = []
        self._numbers: dict[Comparison, int] = {}
        self._met: dict[int, tuple[Comparison, int]] = {}
        self._nodes: dict[tuple[int, int], tuple[Condition, Node]] = {}

    def number(self, test: Comparison) -> int:
        """The number of a test; equal ones share it."""
        met = self._met.get(id(test))
        if met is None:
            if test not in self._numbers:
                self._numbers[test] = len(self.all)
                self.all.append(test)
                self.about.append(self.subjects.of(test.path))
                self.possible.append(_possible(test, self.about[-1]))
            met = self._met[id(test)] = (test, self._numbers[test])  # kept, so that its id stays its own
        return met[1]

    def true(self, condition: Condition) -> Node:
        """That a condition is true."""
        return self.is_one_of(condition, TRUE)

    def false(self, condition: Condition) -> Node:
        """That a condition is false."""
        return self.is_one_of(condition, FALSE)

    def not_true(self, condition: Condition) -> Node:
        """That a condition is false or unknown."""
        return self.is_one_of(condition, FALSE | UNKNOWN)

    def not_false(self, condition: Condition) -> Node:
        """That a condition is true or unknown."""
        return self.is_one_of(condition, TRUE | UNKNOWN)

    def is_one_of(self, condition: Condition, members: int) -> Node:
        """That a condition is true, or that it is false, or that it is not one of the two."""
        key = (id(condition), members)
        if key not in self._nodes:
            self._nodes[key] = (condition, self._formula(condition, members))
        return self._nodes[key][1]

    def _formula(self, condition: Condition, members: int) -> Node:
        if isinstance(condition, Comparison):
            return self._test(condition, members)
        if isinstance(condition, All):
            parts = tuple(self.is_one_of(part, members) for part in condition.parts)
            return And(parts) if members & TRUE else Or(parts)
        if isinstance(condition, AnyOf):
            parts = tuple(self.is_one_of(part, members) for part in condition.parts)
            return Or(parts) if members & TRUE else And(parts)
        if isinstance(condition, NoneOf):
            parts = tuple(self.is_one_of(part, _OPPOSITE[members]) for part in condition.parts)
            return And(parts) if members & TRUE else Or(parts)
        return self.is_one_of(self.subjects.policy.signals[condition.name], members)

    def _test(self, test: Comparison, members: int) -> Node:
        number = self.number(test)
        kept = members & self.possible[number]
        if kept in (0, self.possible[number]):
            return ALWAYS if kept else NEVER
        literal = Claim(number, kept)
        if test.op != "reaches" or members != TRUE:
            return literal
        count = self.subjects.policy.counts[test.path.removeprefix("counts.")]
        return And((literal, self.true(count.when)))  # it arrives only with a mention that counts


_OPPOSITE = {
    TRUE: FALSE, FALSE: TRUE, TRUE | UNKNOWN: FALSE | UNKNOWN, FALSE | UNKNOWN: TRUE | UNKNOWN,
}  # fmt: skip


def _possible(test: Comparison, subject: Subject) -> int:
    """What a test can be: unknown only where its subject, or the moment that it needs, may be, and nothing is said of that."""
    needs_moment = test.op == "within"
    if test.if_missing is not None or test.op == "reaches" or not (subject.may_be_unknown or needs_moment):
        return TRUE | FALSE
    return ANYTHING
