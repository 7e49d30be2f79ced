"""What a condition costs where the compiled engine cannot look it up: it is then asked of every mention.

Times are microseconds of one core, measured over 6,800 real mentions of 93 characters on average; another machine may take half or
twice as long. How many mentions a test lets through is a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import NamedTuple, TypeAlias

from socialcare.policy.deciding.states import States
from socialcare.policy.matching.atoms import Atoms
from socialcare.policy.matching.cells import give_slots
from socialcare.policy.matching.closures import BOUNDS
from socialcare.policy.matching.literals import needs
from socialcare.policy.matching.nodes import Found, Joint, Node, Test, conjuncts
from socialcare.policy.matching.pivots import Pivots, Rarity
from socialcare.policy.matching.reader import Reader
from socialcare.policy.statements import Policy, Rule

PATTERN = 1.4
"""To try a pattern on a text; one with `\\b` at its ends or a long repeated class takes several times as long where it nearly fits."""
_HIT, _TEST, _CLOSE_TEST, _CALENDAR = 0.03, 0.05, 0.35, 3.0
_CALL = 0.1
"""To ask anything at all."""
_MEMORY = 1.0
"""To ask what was remembered."""
_PASS, _FIT = 0.25, 0.1

Tried: TypeAlias = tuple[str, str]
"""A field, and a pattern with nothing to look for that is tried on it."""


class Price(NamedTuple):
    """Microseconds to ask a formula once, the share of mentions of which it is true, and what such patterns take."""

    cost: float
    share: float
    patterns: Mapping[Tried, float]


class Unfound(NamedTuple):
    """A rule that cannot be looked up: microseconds a mention, and what patterns with nothing to look for take of them."""

    rule: Rule
    cost: float
    patterns: Mapping[Tried, float]


def unfound(policy: Policy, rules: Sequence[Rule]) -> Iterator[Unfound]:
    """The rules that are asked whatever stands in a mention; not those that equal values decide, or nothing at all."""
    atoms = Atoms()
    reader = Reader(policy, atoms, States(policy), state=True)
    read = [reader.read(rule.when) for rule in rules]
    give_slots([formula for formula, _ in read])
    rarity = Rarity(atoms, ())
    pivots, prices = Pivots(atoms, rarity), _Prices(rarity)
    for rule, (formula, reads_memory) in zip(rules, read, strict=True):
        if formula is False or pivots.of(formula) is not None:
            continue
        price = prices.of(formula)
        if not (price.cost or reads_memory):
            continue
        known = prod(part.share for part in map(prices.of, conjuncts(formula)) if not part.cost)
        call = _CALL * known if price.cost else 0.0
        memory = _MEMORY * price.share if reads_memory else 0.0
        yield Unfound(rule, call + price.cost + memory, price.patterns)


class _Prices:
    """The prices of formulas; one that stands in several others is worked out once."""

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self._known: dict[int, Price] = {}

    def of(self, node: Node) -> Price:
        """The price of a formula."""
        if isinstance(node, Joint):
            if id(node) not in self._known:
                self._known[id(node)] = self._of_parts(node)
            return self._known[id(node)]
        if isinstance(node, bool):
            return Price(0.0, float(node), {})
        if isinstance(node, Found):
            return _price(_HIT, min(self._rarity.share(node.hits), 1.0), wanted=node.wanted)
        if isinstance(node, Test):
            return _price(_of_test(node), _PASS, wanted=node.wanted)
        source = node.pattern.source
        tried = {} if needs(source) else {(node.path, source): PATTERN}
        return _price(PATTERN, _FIT, wanted=node.wanted, patterns=tried)

    def _of_parts(self, node: Joint) -> Price:
        """The parts are asked from the cheapest on, until one settles it."""
        cost, left = 0.0, 1.0
        patterns: dict[Tried, float] = {}
        for part in sorted(map(self.of, node.parts), key=_cost):
            cost += left * part.cost
            for tried, each in part.patterns.items():
                patterns[tried] = patterns.get(tried, 0.0) + left * each
            left *= part.share if node.every else 1 - part.share
        return Price(cost, left if node.every else 1 - left, patterns)


def _price(
    cost: float, share: float, *, wanted: bool, patterns: Mapping[Tried, float] | None = None
) -> Price:
    return Price(cost, share if wanted else 1 - share, patterns or {})


def _of_test(node: Test) -> float:
    """Equal values in a cell cost nothing, and what has to be asked of the naive matcher costs most."""
    if node.slot is not None:
        return 0.0
    if node.test.op in {"inside", "outside"}:
        return _CALENDAR
    is_plain = node.test.op in BOUNDS or node.test.op in {"equals", "in", "exists"}
    return _TEST if is_plain and node.test.of == "value" else _CLOSE_TEST


def _cost(price: Price) -> float:
    return price.cost
