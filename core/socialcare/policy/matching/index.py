"""Where each rule is posted: under the hits of its pivot, or loose where a cell has to find out how it can be found."""

from __future__ import annotations

from collections.abc import Sequence

from socialcare.policy.matching.closures import Check, Closures
from socialcare.policy.matching.literals import SHORTEST
from socialcare.policy.matching.nodes import Fits, Found, Joint, Node, Test, conjuncts, joint
from socialcare.policy.matching.pivots import Pivots

Answers = tuple[bool | None, ...]
"""What each test of the cells' fields says, by slot."""


Candidate = tuple[int, Check | None]
"""A rule and what must be so besides its pivot; `None` where that is all."""


class Cell(dict[int, tuple[Candidate, ...]]):
    """Hit → the rules that it makes candidates here. `always` are candidates without any hit."""

    __slots__ = ("_index", "_own", "_shut", "always")

    def __init__(self, index: Index, shut: Sequence[bool]) -> None:
        super().__init__()
        self._index = index
        self._shut = shut
        self._own: dict[int, list[int]] = {}
        self.always: list[Candidate] = []

    def post(self, number: int, hits: frozenset[int]) -> None:
        """Let a rule that is loose elsewhere be found by hits here."""
        for hit in hits:
            self._own.setdefault(hit, []).append(number)

    def __missing__(self, hit: int) -> tuple[Candidate, ...]:
        index, shut = self._index, self._shut
        numbers = [n for clause in index.postings.get(hit, ()) for n in clause if not shut[index.gate_of[n]]]
        numbers += self._own.get(hit, ())
        found = self[hit] = tuple((number, index.check(number)) for number in numbers)
        return found


class Index:
    """The rules by number, as formulas."""

    def __init__(self, formulas: Sequence[Node], pivots: Pivots, closures: Closures) -> None:
        self._pivots = pivots
        self._closures = closures
        self._gates: list[tuple[Node, ...]] = []
        self._loose: list[int] = []
        self._rests: list[Node] = []
        self.gate_of: list[int] = []
        self.postings: dict[int, list[list[int]]] = {}
        self.hits: set[int] = set()
        """All hits of pivots."""
        clauses: dict[frozenset[int], list[int]] = {}
        gates: dict[frozenset[int], int] = {}
        decided: dict[int, bool] = {}
        for number, formula in enumerate(formulas):
            parts = conjuncts(formula)
            gate = tuple(part for part in parts if _is_decided(part, decided))
            key = frozenset(map(id, gate))
            if key not in gates:
                gates[key] = len(self._gates)
                self._gates.append(gate)
            self.gate_of.append(gates[key])
            rest = (
                joint([part for part in parts if not _is_decided(part, decided)], every=True)
                if gate
                else formula
            )
            pivot = pivots.of(rest)
            if pivot is None:
                self._loose.append(number)
            elif pivot.hits in clauses:
                clauses[pivot.hits].append(number)
            else:
                clauses[pivot.hits] = [number]
            left = rest if pivot is None else pivot.rest
            self._rests.append(left)
        for hits, numbers in clauses.items():
            self.hits |= hits
            for hit in hits:
                self.postings.setdefault(hit, []).append(numbers)
        pivots.close()

    def cell(self, answers: Answers) -> Cell:
        """What is left of the rules where the tests of the cells' fields have these answers."""
        known: dict[int, Node] = {}
        shut = [not all(_settled(part, answers, known) is True for part in gate) for gate in self._gates]
        cell = Cell(self, shut)
        for number in self._loose:
            if shut[self.gate_of[number]]:
                continue
            left = _settled(self._rests[number], answers, known)
            pivot = self._pivots.of(left) if left is not False else None
            if pivot is not None:
                cell.post(number, pivot.hits)
            elif left is not False:
                cell.always.append((number, None if left is True else self._closures.of(left)))
        return cell

    def unindexed(self) -> dict[int, str]:
        """The rules that every mention is held against, and why; those for few values of a field are not among them."""
        return {
            number: reason
            for number in self._loose
            if not any(map(_narrows, self._gates[self.gate_of[number]]))
            and (reason := _reason(self._rests[number])) is not None
        }

    def check(self, number: int) -> Check | None:
        """What must be so besides the pivot of a rule."""
        rest = self._rests[number]
        return None if rest is True else self._closures.of(rest)


def _is_decided(node: Node, known: dict[int, bool]) -> bool:
    """Whether a cell says all about a formula."""
    if not isinstance(node, Joint):
        return isinstance(node, Test) and node.slot is not None
    if id(node) not in known:
        known[id(node)] = all(_is_decided(part, known) for part in node.parts)
    return known[id(node)]


def _narrows(gate: Node) -> bool:
    """Whether a formula keeps a rule to some values of a field that has many."""
    if isinstance(gate, Joint):
        return gate.every is False and all(map(_narrows, gate.parts))
    return isinstance(gate, Test) and gate.wanted and isinstance(gate.test.operand, frozenset)


def _reason(rest: Node) -> str | None:
    """Why there is nothing in a formula to look for; nothing where it asks nothing."""
    asked = _questions(rest)
    if not asked:
        return None
    wanted = [type(one) for one in asked if one.wanted]
    if Found in wanted:
        return "one of its alternatives has no words to look for"
    if Fits in wanted:
        return f"its pattern has no {SHORTEST} letters or digits in a row that every fit needs"
    if any(isinstance(one, Found | Fits) for one in asked):
        return "of words it only says which must not be there"
    return "it tests no words"


def _questions(node: Node) -> list[Found | Fits | Test]:
    """All that a formula asks, once."""
    found: list[Found | Fits | Test] = []
    met: set[int] = set()
    left = [node]
    while left:
        one = left.pop()
        if isinstance(one, bool) or id(one) in met:
            continue
        met.add(id(one))
        if isinstance(one, Joint):
            left.extend(one.parts)
        else:
            found.append(one)
    return found


def _settled(node: Node, answers: Answers, known: dict[int, Node]) -> Node:
    """A formula with the answers of a cell put in."""
    if isinstance(node, Test):
        return node if node.slot is None else answers[node.slot] is node.wanted
    if not isinstance(node, Joint):
        return node
    if id(node) not in known:
        known[id(node)] = joint([_settled(part, answers, known) for part in node.parts], every=node.every)
    return known[id(node)]
