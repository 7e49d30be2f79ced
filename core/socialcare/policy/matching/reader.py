"""Turns the conditions of a policy into formulas over hits and tests."""

from __future__ import annotations

from dataclasses import replace

from socialcare.policy.deciding.states import States
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.matching.atoms import Atoms, edged
from socialcare.policy.matching.literals import Hints, hints, is_of_letters
from socialcare.policy.matching.nodes import Fits, Found, Node, Test, joint
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Policy

_EDGED = frozenset({"contains", "exactly", "starts_with", "ends_with"})


class Reader:
    """Reads conditions; what needs the state is taken for so (`state`) or not so. `met_state` says whether any did."""

    def __init__(self, policy: Policy, atoms: Atoms, states: States, *, state: bool) -> None:
        self._policy = policy
        self._atoms = atoms
        self._states = states
        self._state = state
        self._signals: dict[tuple[str, bool], tuple[Node, bool]] = {}
        self._lists: dict[tuple[str, str, str], frozenset[int]] = {}
        self._tests: dict[tuple[object, ...], Test] = {}
        self._hints: dict[str, Hints] = {}
        self.met_state = False

    def read(self, condition: Condition) -> tuple[Node, bool]:
        """When the condition is true, and whether the state has a say in it."""
        self.met_state = False
        node = self._node(condition, wanted=True)
        return node, self.met_state

    def _node(self, condition: Condition, *, wanted: bool) -> Node:
        if isinstance(condition, Comparison):
            return self._test(condition, wanted=wanted)
        if isinstance(condition, All):
            return joint([self._node(part, wanted=wanted) for part in condition.parts], every=wanted)
        if isinstance(condition, AnyOf):
            return joint([self._node(part, wanted=wanted) for part in condition.parts], every=not wanted)
        if isinstance(condition, NoneOf):
            return joint([self._node(part, wanted=not wanted) for part in condition.parts], every=wanted)
        return self._signal(condition.name, wanted=wanted)

    def _signal(self, name: str, *, wanted: bool) -> Node:
        known = self._signals.get((name, wanted))
        if known is None:
            outside, self.met_state = self.met_state, False
            node = self._node(self._policy.signals[name], wanted=wanted)
            known = self._signals[name, wanted] = node, self.met_state
            self.met_state = outside
        self.met_state = self.met_state or known[1]
        return known[0]

    def _test(self, test: Comparison, *, wanted: bool) -> Node:
        if self._states.reads(test):
            self.met_state = True
            return self._state
        if test.of == "value":
            if test.op == "has":
                return self._has(test, wanted=wanted)
            if test.op == "has_all":
                each = [
                    self._has(replace(test, op="has", operand=(one,)), wanted=wanted) for one in test.operand
                ]
                return joint(each, every=wanted)
            if test.op in _EDGED:
                return self._found(test, self._edges(test), wanted=wanted)
            if test.op == "matches":
                return self._matches(test, wanted=wanted)
        return self._plain(test, wanted=wanted)

    def _plain(self, test: Comparison, *, wanted: bool) -> Test:
        """One node for all tests that are alike, so that what is known of one is known of all."""
        key: tuple[object, ...] = (test.path, test.op, test.of, test.if_missing, test.list_name, wanted)
        if isinstance(test.operand, str | bool | float | int):
            key = (*key, type(test.operand), test.operand)
        elif isinstance(test.operand, frozenset) and len(test.operand) < 100:
            key = (*key, test.operand)
        elif test.list_name is None or not isinstance(test.operand, frozenset):
            return Test(test, wanted=wanted)
        return self._tests.setdefault(key, Test(test, wanted=wanted))

    def _has(self, test: Comparison, *, wanted: bool) -> Node:
        hits = self._hits(test)
        if all(len(phrase.literals) == 1 for phrase in test.operand):
            return self._found(test, hits, wanted=wanted)
        if not wanted:
            return Test(test, wanted=False)
        return joint([self._found(test, hits, wanted=True), Test(test, wanted=True)], every=True)

    def _hits(self, test: Comparison) -> frozenset[int]:
        """The hits of the first literal of each phrase, without which it does not stand there."""
        if test.list_name is not None and test.op == "has" and len(test.operand) > 1:
            key = (test.path, test.op, test.list_name)
            if key not in self._lists:
                self._lists[key] = self._words(test)
            return self._lists[key]
        return self._words(test)

    def _words(self, test: Comparison) -> frozenset[int]:
        number = self._atoms.number
        return frozenset([number(test.path, "row", phrase.literals[0]) for phrase in test.operand])

    def _edges(self, test: Comparison) -> frozenset[int]:
        number = self._atoms.number
        return frozenset([number(test.path, "flat", edged(test.op, item)) for item in test.operand])

    def _found(self, test: Comparison, hits: frozenset[int], *, wanted: bool) -> Node:
        """Hits say all, once that of not knowing the field is among them where it decides."""
        if test.if_missing is True if wanted else test.if_missing is not False:
            hits |= {self._atoms.unknown_of(test.path)}
        return Found(hits, wanted=wanted) if hits else not wanted

    def _matches(self, test: Comparison, *, wanted: bool) -> Node:
        each = [self._fits(test.path, pattern, wanted=wanted) for pattern in test.operand]
        return joint([self._found(test, frozenset(), wanted=wanted), *each], every=not wanted)

    def _fits(self, path: str, pattern: Pattern, *, wanted: bool) -> Node:
        """A pattern is run only where the literals that it needs were found."""
        known = self._hints.get(pattern.source)
        if known is None:
            known = self._hints[pattern.source] = hints(pattern.source)
        found: list[Node] = [Fits(path, pattern, known.signs, wanted=wanted)]
        for literals in known.literals:
            hits = [
                self._atoms.number(path, "row" if is_of_letters(one) else "folded", one) for one in literals
            ]
            found.append(Found(frozenset(hits), wanted=wanted))
        return joint(found, every=wanted)
