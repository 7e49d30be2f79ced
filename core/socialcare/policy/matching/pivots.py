"""By which hits a rule can be found: the rarest of the clauses that must hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from socialcare.policy.matching.atoms import Atoms, Form
from socialcare.policy.matching.literals import guess
from socialcare.policy.matching.nodes import Fits, Found, Joint, Node, Test, conjuncts, joint

_MOST = 50_000


class Pivot(NamedTuple):
    """A rule can hold only where one of the hits was found; `rest` must be so as well."""

    hits: frozenset[int]
    rest: Node


class _Way(NamedTuple):
    cost: float
    hits: frozenset[int]
    says_all: bool


def _cost(way: _Way) -> float:
    return way.cost


class Rarity:
    """How often something is found: counted in a sample of past events, else guessed from its length."""

    def __init__(self, atoms: Atoms, sample: Sequence[Iterable[int]]) -> None:
        self._counts: dict[int, int] = {}
        for hits in sample:
            for hit in hits:
                self._counts[hit] = self._counts.get(hit, 0) + 1
        self._size = len(sample)
        self._guesses = {hit: _guess(form, item) for hit, form, item in atoms.named()}

    def share(self, hits: Iterable[int]) -> float:
        """The share of events that have one of the hits, at most."""
        guesses = self._guesses
        if not self._size:
            return sum([guesses.get(hit, 0.01) for hit in hits])
        counts = self._counts
        return sum([(counts.get(hit, 0) + guesses.get(hit, 0.01)) / (1 + self._size) for hit in hits])


def _guess(form: Form, item: str) -> float:
    """A word stands in fewer texts than its letters do; words beside each other in fewer still."""
    if form == "value":
        return 0.01
    return guess(item.strip()) * (0.3 if item[0] == " " else 1)


class Pivots:
    """Chooses pivots."""

    def __init__(self, atoms: Atoms, rarity: Rarity) -> None:
        self._atoms = atoms
        self._rarity = rarity
        self._closed = False
        self._ways: dict[int, tuple[Node, _Way | None]] = {}

    def close(self) -> None:
        """All that is looked for has been settled: from now on nothing new can be a pivot."""
        self._closed = True
        self._ways.clear()

    def of(self, node: Node) -> Pivot | None:
        """The cheapest pivot of a formula, or none where it may hold without any hit."""
        clauses = conjuncts(node)
        best: tuple[float, int, _Way] | None = None
        for place, clause in enumerate(clauses):
            way = self._way(clause)
            if way is not None and (best is None or way.cost < best[0]):
                best = (way.cost, place, way)
        if best is None:
            return None
        _, place, way = best
        if not way.says_all:
            return Pivot(way.hits, node)
        return Pivot(way.hits, joint([*clauses[:place], *clauses[place + 1 :]], every=True))

    def _way(self, node: Node) -> _Way | None:
        if isinstance(node, Found):
            return _Way(self._rarity.share(node.hits), node.hits, says_all=True) if node.wanted else None
        if isinstance(node, Test):
            return self._of_words(node)
        if isinstance(node, bool | Fits):
            return None
        if id(node) not in self._ways:
            if len(self._ways) >= _MOST:
                self._ways.clear()
            self._ways[id(node)] = (
                node,
                self._of_parts(node),
            )  # a signal in a signal in a signal is asked for once
        return self._ways[id(node)][1]

    def _of_parts(self, node: Joint) -> _Way | None:
        ways = [self._way(part) for part in node.parts]
        if node.every:
            found = [way for way in ways if way is not None]
            return min(found, key=_cost)._replace(says_all=False) if found else None
        hits: set[int] = set()
        for way in ways:
            if way is None:
                return None
            hits |= way.hits
        return _Way(
            sum(way.cost for way in ways if way is not None),
            frozenset(hits),
            all(way is not None and way.says_all for way in ways),
        )

    def _of_words(self, node: Test) -> _Way | None:
        """A list of words that a value must be one of, such as handles."""
        test = node.test
        if self._closed or node.slot is not None:
            return None  # what has a slot, a cell knows already
        if not (
            node.wanted
            and test.op in {"equals", "in"}
            and test.of == "value"
            and isinstance(test.operand, frozenset)
        ):
            return None
        hits = {self._atoms.number(test.path, "value", word) for word in test.operand}
        if test.if_missing is True:
            hits.add(self._atoms.unknown_of(test.path))
        return _Way(min(1.0, 0.01 * len(hits)) if len(hits) < 20 else 0.1, frozenset(hits), says_all=True)
