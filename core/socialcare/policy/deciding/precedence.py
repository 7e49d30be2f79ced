"""Who wins a slot: rank, then `wins_over`, then the more specific rule, then `order:`, then the id."""

from collections.abc import Sequence

from socialcare.policy.deciding.implies import more_specific
from socialcare.policy.deciding.outlines import Outline, may_imply, outline
from socialcare.policy.statements import Policy, Rule

_MOST_PROOFS = 50_000
"""Pairs of rules that are remembered: of thousands of rules there are millions."""


class Precedence:
    """The order among rules of a policy; independent of the order in which they were written."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._ranks = {rank: place for place, rank in enumerate(policy.ranks)}
        self._order = {name: place for place, name in enumerate(policy.order)}
        self._beaten = {name: _closure(name, policy) for name, rule in policy.rules.items() if rule.wins_over}
        self._specific: dict[tuple[str, str], bool] = {}
        self._outlines: dict[str, Outline] = {}

    def first(self, rules: Sequence[Rule]) -> Rule:
        """The rule that comes first among some that compete for the same slot."""
        best = min(self._ranks[rule.rank] for rule in rules)
        left = [rule for rule in rules if self._ranks[rule.rank] == best]
        left = [rule for rule in left if not any(rule.id in self._beaten.get(other.id, ()) for other in left)]
        left = [rule for rule in left if not any(self._more_specific(other, rule) for other in left)]
        return min(left, key=lambda rule: (self._order.get(rule.id, len(self._order)), rule.id))

    def rank(self, rule: Rule) -> int:
        """The place of the rule's rank, 0 the first."""
        return self._ranks[rule.rank]

    def is_ordered(self, one: Rule, other: Rule) -> bool:
        """Whether the policy says in so many words which of two rules of one rank comes first: `wins_over` or `order:`."""
        beats = other.id in self._beaten.get(one.id, ()) or one.id in self._beaten.get(other.id, ())
        return beats or self._order.get(one.id) != self._order.get(other.id)

    def _more_specific(self, a: Rule, b: Rule) -> bool:
        if a is b or not may_imply(self._outline(a), self._outline(b)):
            return False
        pair = (a.id, b.id)
        known = self._specific.get(pair)
        if known is None:
            if len(self._specific) >= _MOST_PROOFS:
                self._specific.clear()
            known = self._specific[pair] = more_specific(a.when, b.when, self._policy.signals)
        return known

    def _outline(self, rule: Rule) -> Outline:
        known = self._outlines.get(rule.id)
        if known is None:
            known = self._outlines[rule.id] = outline(rule.when, self._policy.signals)
        return known


def _closure(name: str, policy: Policy) -> frozenset[str]:
    """Every rule that a rule wins over, directly or through others; the reader refused cycles."""
    found: set[str] = set()
    open_names = list(policy.rules[name].wins_over)
    while open_names:
        other = open_names.pop()
        if other not in found and other in policy.rules:
            found.add(other)
            open_names.extend(policy.rules[other].wins_over)
    return frozenset(found)
