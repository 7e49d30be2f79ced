"""What the tests of a policy reach: rules, tests of conditions both ways, values of lists, branches, guards.

A rule is reached when it fires, a guard when it holds or forbids something, a branch of `first_of` when it is said. Each
test of a condition wants to be true once and false once, and each word of a list of values of a field wants to be met
once; the words of a `has` are not asked for one by one. Sealed guards are not the policy's own and do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from socialcare.diagnostics import Place
from socialcare.model import Decision, Value
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.memory import Memory
from socialcare.policy.deciding.plan import Answer, Asking, Draft, Moment, Setting
from socialcare.policy.deciding.planner import draft
from socialcare.policy.deciding.world import World
from socialcare.policy.explaining.why_lines import spelt
from socialcare.policy.language.words import bare
from socialcare.policy.statements import Branch, Comparison, Condition, Policy, Rule, Signal
from socialcare.policy.walk import conditions_of, leaves

Kind = Literal["rules", "alternatives", "branches", "guards"]
KINDS: tuple[Kind, ...] = ("rules", "alternatives", "branches", "guards")

Leaf = Comparison | Signal


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that tests can reach, and what is said where they do not."""

    kind: Kind
    place: Place
    says: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The points of a policy: those that its tests reached, and the others in order of place."""

    reached: tuple[Point, ...]
    missed: tuple[Point, ...]

    @property
    def percent(self) -> float:
        """The share of points reached; everything where there is nothing to reach."""
        total = len(self.reached) + len(self.missed)
        return 100 * len(self.reached) / total if total else 100.0

    def of(self, kind: Kind) -> tuple[int, int]:
        """How many points of a kind are reached, of how many."""
        reached = sum(point.kind == kind for point in self.reached)
        return reached, reached + sum(point.kind == kind for point in self.missed)


class Ledger:
    """Collects what tests reach."""

    def __init__(self, policy: Policy) -> None:
        self._missed: dict[object, Point] = {}
        self._reached: list[Point] = []
        self._leaves: dict[int, Leaf] = {}
        self._live = [rule for rule in policy.rules.values() if rule.status != "off"]
        guards = [g for g in policy.guards.values() if g.status != "off" and not g.sealed]
        for rule in self._live:
            self._missed["rule", rule.id] = Point("rules", rule.place, f"rule `{rule.id}` never fires")
            for condition in conditions_of(rule):
                self._add(condition)
            for branch, number, action in _branches(rule):
                says = f"text {number} of `{action}` in `{rule.id}` is never said"
                self._missed["branch", id(branch)] = Point("branches", branch.say.place, says)
        for guard in guards:
            says = f"guard `{guard.id}` never holds or forbids anything"
            self._missed["guard", guard.id] = Point("guards", guard.place, says)
            self._add(guard.when)
        for condition in policy.signals.values():
            self._add(condition)

    @property
    def coverage(self) -> Coverage:
        """What was reached so far."""
        missed = sorted(self._missed.values(), key=lambda point: (point.place, point.says))
        return Coverage(tuple(self._reached), tuple(missed))

    def see(self, decision: Decision) -> None:
        """Take in what a decision shows: rules that fired, guards that bound."""
        for name in decision.fired:
            self._reach("rule", name)
        for record in decision.actions:
            for name in record.by:
                self._reach("guard", name)

    def look(
        self,
        moment: Moment,
        setting: Setting,
        memory: Memory,
        answers: Mapping[str, Sequence[Mapping[str, Value]]],
    ) -> None:
        """Take in how conditions came out in a moment, and which texts were chosen; plans once more, to watch."""
        world = moment.world
        for leaf in list(self._leaves.values()):
            self._evaluate(leaf, world)
        outcomes: dict[int, bool | None] = {}

        def watched(condition: Condition, seen: World) -> bool | None:
            for leaf in leaves(condition):
                if id(leaf) in self._leaves:
                    self._evaluate(leaf, seen)
            outcomes[id(condition)] = naive.truth(condition, seen)
            return outcomes[id(condition)]

        world.truth = watched
        rules = setting.policy.rules.values()
        live = [rule for rule in rules if rule.status == "live" and rule.at is None]
        plan = _planned(draft(naive.rules(live, world), moment, setting, memory), answers)
        for proposal in plan.proposals:
            for use in proposal.rule.uses:
                if use.action != proposal.action.name or use.reply is None:
                    continue
                branch = next(b for b in use.reply.branches if b.when is None or outcomes.get(id(b.when)))
                self._reach("branch", id(branch))

    def _reach(self, *key: object) -> None:
        point = self._missed.pop(key, None)
        if point is not None:
            self._reached.append(point)

    def _add(self, condition: Condition) -> None:
        for leaf in leaves(condition):
            self._leaves[id(leaf)] = leaf
            words = f"`{leaf.name}`" if isinstance(leaf, Signal) else f"`{spelt(leaf)}`"
            for wanted in (True, False):
                says = f"{words} is never {'true' if wanted else 'false'}"
                self._missed["test", id(leaf), wanted] = Point("alternatives", leaf.place, says)
            for word in _values(leaf):
                says = f"`{word}` of {words} is never met"
                self._missed["value", id(leaf), word] = Point("alternatives", leaf.place, says)

    def _evaluate(self, leaf: Leaf, world: World) -> None:
        """Take in how a test came out; one of which everything is known is not asked again."""
        self._reach("test", id(leaf), naive.truth(leaf, world))
        values = _values(leaf)
        found = world.value(leaf.path) if values and isinstance(leaf, Comparison) else None
        met = _words(found.value) if found is not None else set()
        for word in values:
            if bare(word) in met:
                self._reach("value", id(leaf), word)
        open_keys: list[tuple[object, ...]] = [("test", id(leaf), wanted) for wanted in (True, False)]
        open_keys += [("value", id(leaf), word) for word in values]
        if not any(key in self._missed for key in open_keys):
            del self._leaves[id(leaf)]


def _values(leaf: Leaf) -> tuple[str, ...]:
    """The words of a list of values of a field."""
    if isinstance(leaf, Signal) or leaf.op != "equals" or leaf.list_name is not None:
        return ()
    return leaf.written if isinstance(leaf.operand, frozenset) and len(leaf.written) > 1 else ()


def _words(value: Value) -> set[str]:
    return {bare(str(word)) for word in (value if isinstance(value, tuple) else (value,))}


def _branches(rule: Rule) -> Iterator[tuple[Branch, int, str]]:
    """The branches of a rule's `first_of`, each with its number and its action."""
    for use in rule.uses:
        if use.reply is not None and len(use.reply.branches) > 1:
            for number, branch in enumerate(use.reply.branches, start=1):
                yield branch, number, use.action


def _planned(asking: Asking, answers: Mapping[str, Sequence[Mapping[str, Value]]]) -> Draft:
    """Run a planner on the answers that a test gives."""
    answer: Answer | None = None
    try:
        while True:
            ask = next(asking) if answer is None else asking.send(answer)
            answer = Answer(answers.get(ask.lookup.name, ()))
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # what a generator returns reaches us untyped
