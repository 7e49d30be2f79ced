"""Which pieces of state deciding about an event can touch, known before it is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial

from socialcare.policy.deciding import cases, state
from socialcare.policy.deciding.engine import Screened
from socialcare.policy.deciding.plan import Setting
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import WROTE_FIRST
from socialcare.policy.statements import Guard, Rule
from socialcare.policy.walk import paths_read
from socialcare.ports import Key

Name = Callable[[Subject], Key]
"""Names a piece of state once it is known whom the event is about."""


class Touched:
    """The keys that an event can touch; `rules` are those that the engine numbers."""

    def __init__(self, setting: Setting, rules: Sequence[Rule]) -> None:
        self._setting = setting
        self._rules = rules
        self._known: dict[str, tuple[Name, ...]] = {}
        self._numbered: dict[int, tuple[Name, ...]] = {}

    def by(self, screened: Screened, subject: Subject) -> list[Key]:
        """The keys of a mention of which some rules may hold."""
        keys = [name(subject) for name in self._always]
        known = self._numbered
        for numbers in screened:
            for number in numbers:
                names = known.get(number)
                if names is None:
                    names = known[number] = self._names(self._rules[number])
                if names:
                    keys += [name(subject) for name in names]
        return keys

    def _names(self, rule: Rule) -> tuple[Name, ...]:
        """What a rule and the guards about its actions read and write."""
        names = self._known.get(rule.id)
        if names is None:
            names = self._known[rule.id] = _each_once(_of_rule(rule, self._setting))
        return names

    def by_any(self, subject: Subject) -> set[Key]:
        """The keys of anything that can happen to a subject."""
        return {name(subject) for name in self._all}

    def by_rule(self, rule: str, subject: Subject) -> list[Key]:
        """The keys of putting an action of a rule before the guards once more."""
        found = self._setting.policy.rules.get(rule)
        names = () if found is None else self._names(found)
        return [name(subject) for name in (*self._of_anybody, *names)]

    @cached_property
    def reads_flags(self) -> bool:
        """Whether any statement reads what we remember of an author."""
        return any(path.startswith("flags.") for path in paths_read(self._setting.policy))

    @cached_property
    def reads_wrote_first(self) -> bool:
        """Whether any statement reads who wrote to us first."""
        return WROTE_FIRST in self._setting.policy.uses

    @cached_property
    def _always(self) -> tuple[Name, ...]:
        found = [*_counts(self._setting)]
        if self.reads_flags:
            found.append(state.flags)
        if self.reads_wrote_first:
            found.append(state.wrote)
        return tuple(found)

    @cached_property
    def _of_anybody(self) -> tuple[Name, ...]:
        """What is remembered of anybody, whatever the rules."""
        clocks = (partial(state.once, name) for name in cases.clocked(self._setting))
        return (*_counts(self._setting), state.flags, state.wrote, _paused, *clocks)

    @cached_property
    def _all(self) -> tuple[Name, ...]:
        rules = self._setting.policy.rules.values()
        every = [name for rule in rules for name in _of_rule(rule, self._setting)]
        return _each_once([*self._of_anybody, *every])


def _each_once(names: Iterable[Name]) -> tuple[Name, ...]:
    """Names without those that say the same again: of one function with the same words."""
    return tuple({(n.func, n.args) if isinstance(n, partial) else n: n for n in names}.values())


def _paused(subject: Subject) -> Key:
    return state.paused(subject.account)


def _used(lookup: str, _subject: Subject) -> Key:
    return state.used(lookup)


def _counts(setting: Setting) -> Iterator[Name]:
    for counter in setting.policy.counts.values():
        yield partial(state.count, counter.name, counter.per)
        if counter.of == "interaction":
            yield partial(state.talk, counter.name, counter.per)


def _of_rule(rule: Rule, setting: Setting) -> Iterator[Name]:
    if rule.limit is not None:
        yield partial(state.limit, state.kind_of("limit", rule.status), rule.first_id, rule.limit.per)
    for asked in rule.look_up.values():
        if setting.vocabulary.lookups[asked.lookup].choice is not None:
            yield partial(_used, asked.lookup)
    for use in rule.uses:
        action = setting.vocabulary.actions[use.action]
        if use.reply is not None and any(len(branch.say.texts) > 1 for branch in use.reply.branches):
            yield partial(state.said, rule.first_id, use.action)
        if action.merge == "one":
            yield partial(state.once, action.name)
        if action.parameters_to("flag"):
            yield state.flags
        if action.effect != "internal":
            yield _paused
        yield from _of_guards(setting.guards_about(action))


def _of_guards(guards: Iterable[Guard]) -> Iterator[Name]:
    for guard in guards:
        if guard.pause_account is not None:
            yield _paused
        if guard.limit is not None:
            kind = state.kind_of("guard", guard.status)
            yield partial(state.limit, kind, guard.first_id, guard.limit.per)
        if guard.budget is not None:
            kind = state.kind_of("budget", guard.status)
            yield partial(state.limit, kind, guard.first_id, guard.budget.per)
