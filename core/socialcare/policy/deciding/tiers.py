"""When a classifier that reads the outside is asked: some rule waits for its word, and could still have its way.

The same for both engines: it is found out with nothing but the conditions, what is known of the mention, and the ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import product

from socialcare.policy.deciding import naive
from socialcare.policy.deciding.courses import course
from socialcare.policy.deciding.engine import Seen
from socialcare.policy.deciding.plan import Course, Setting
from socialcare.policy.deciding.states import States
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import All, Comparison, Condition, NoneOf, Rule, Signal
from socialcare.policy.walk import conditions_of, leaves, paths_of

Truths = frozenset[bool | None]

_OPEN: Truths = frozenset([True, False, None])


class Tier:
    """The classifiers that read the outside, by the `fields` that they fill: whether a mention needs them."""

    def __init__(self, setting: Setting, fields: Collection[str]) -> None:
        self._setting = setting
        self._policy = setting.policy
        self._fields = frozenset(fields)
        self._states = States(setting.policy)
        rules = setting.engine.rules
        self._waiting = [rule for rule in rules if self._reads_rule(rule)]
        self._others = [rule for rule in rules if rule.status == "live" and not self._reads_rule(rule)]
        self._counted = any(self._reads(counter.when) for counter in self._policy.counts.values())

    def is_needed(self, event: Seen) -> bool:
        """Whether what the classifiers say of a mention can change anything that is done or remembered."""
        if self._counted:
            return True
        fields, time = event
        world = World(
            self._policy,
            fields,
            time=time,
            truth=naive.truth,
            counts={},
            closed=frozenset(),
            flags={},
        )
        able = [rule for rule in self._waiting if True in self._truths(rule.when, world)]
        if not able:
            return False
        taken = self._taken(world)
        return any(not self._is_beaten(course(rule, self._setting), taken) for rule in able)

    def _taken(self, world: World) -> dict[str, int]:
        """The best rank that surely takes each voice, whatever the classifiers and the state say."""
        taken: dict[str, int] = {}
        for rule in self._others:
            followed = course(rule, self._setting)
            surely = [voice for voice in followed.takes if _takes_surely(followed, voice)]
            if surely and self._truths(rule.when, world) == {True}:
                for voice in surely:
                    taken[voice] = min(followed.rank, taken.get(voice, followed.rank))
        return taken

    def _is_beaten(self, followed: Course, taken: dict[str, int]) -> bool:
        """Whether every step of a rule takes a voice that a rule of a better rank has."""
        if followed.rule.status != "live":
            return False
        lost = {voice for voice, rank in taken.items() if rank < followed.rank}
        return all(not lost.isdisjoint(step.takes) for step in followed.steps)

    def _truths(self, condition: Condition, world: World) -> Truths:
        """What a condition may come to, as far as that is open."""
        if isinstance(condition, Comparison):
            return _OPEN if self._is_open(condition) else frozenset([naive.compare(condition, world)])
        if isinstance(condition, Signal):
            return self._truths(self._policy.signals[condition.name], world)
        parts = [self._truths(part, world) for part in condition.parts]
        if isinstance(condition, All):
            return _joined(parts, naive.every)
        some = _joined(parts, naive.some)
        return frozenset(map(naive.opposite, some)) if isinstance(condition, NoneOf) else some

    def _is_open(self, test: Comparison) -> bool:
        return self._states.reads(test) or self._is_filled(test.path)

    def _is_filled(self, path: str) -> bool:
        """Whether a path reads what the classifiers fill."""
        if path in self._fields or any(path.startswith(f"{name}.") for name in self._fields):
            return True
        formula = self._policy.formulas.get(path)
        return formula is not None and any(map(self._is_filled, formula.calc.paths))

    def _reads_rule(self, rule: Rule) -> bool:
        """Whether a rule, or a guard over what it does, reads a field of the classifiers."""
        actions = [self._setting.vocabulary.actions[use.action] for use in rule.uses]
        guards = [guard for action in actions for guard in self._setting.guards_over(action, rule)]
        conditions = [*conditions_of(rule), *(guard.when for guard in guards)]
        return any(map(self._reads, conditions)) or any(map(self._is_filled, paths_of(rule)))

    def _reads(self, condition: Condition) -> bool:
        return any(map(self._is_filled, self._paths(condition)))

    def _paths(self, condition: Condition) -> Iterator[str]:
        for leaf in leaves(condition):
            if isinstance(leaf, Comparison):
                yield leaf.path
            else:
                yield from self._paths(self._policy.signals[leaf.name])


def _takes_surely(followed: Course, voice: str) -> bool:
    """Whether a rule that holds takes a voice, whatever else is so."""
    rule = followed.rule
    if followed.is_gated or rule.look_up:
        return False
    for step in followed.steps:
        reply = step.use.reply
        speaks = reply is not None and any(branch.when is None for branch in reply.branches)
        if voice in step.takes and len(step.takes) == 1 and speaks and step.use.when is None:
            return True
    return False


def _joined(parts: Iterable[Truths], join: Callable[[Iterable[bool | None]], bool | None]) -> Truths:
    """Every value that parts can make together, each of them free."""
    together: Truths = frozenset([join(())])
    for part in parts:
        together = frozenset(join(pair) for pair in product(together, part))
    return together
