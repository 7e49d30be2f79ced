"""What a plan is made of: the setting and the moment in which it is made, what is asked for it, what it proposes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from socialcare.model import ActionRecord, Outcome, Slot, Value, Vocabulary
from socialcare.policy.deciding.concerns import about, concerns
from socialcare.policy.deciding.engine import Engine, Naive
from socialcare.policy.deciding.outgoing import Allowed
from socialcare.policy.deciding.precedence import Precedence
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import Record, World
from socialcare.policy.reading.crosschecks import used_fields
from socialcare.policy.statements import ALWAYS, Guard, Policy, Rule, Status, Use, Window
from socialcare.ports import Action, Channel, Lookup


@dataclass(frozen=True)
class Setting:
    """Everything a plan depends on that is the same for every mention."""

    policy: Policy
    vocabulary: Vocabulary
    channels: Mapping[str, Channel]
    allowed: Mapping[str, Allowed]
    precedence: Precedence
    zone: ZoneInfo
    rollout: float | None = None
    """Overrides every rollout, in percent (`simulate --rollout 100`)."""
    matching: Callable[[Policy, Sequence[Rule]], Engine] = Naive
    """Makes the engine."""

    @cached_property
    def engine(self) -> Engine:
        """Finds the rules about mentions, live or in shadow, that match."""
        rules = self.policy.rules.values()
        return self.matching(self.policy, [r for r in rules if r.status != "off" and r.at is None])

    @cached_property
    def settles(self) -> Mapping[str, Outcome]:
        """The outcome that each action brings, of those that bring one."""
        actions = self.vocabulary.actions
        return {name: one.settles for name, one in actions.items() if one.settles is not None}

    def guards_over(
        self, action: Action, rule: Rule, statuses: tuple[Status, ...] = ("live", "shadow")
    ) -> tuple[Guard, ...]:
        """The guards with one of these statuses that are about an action when a rule takes it."""
        key = (action.name, rule.id, statuses)
        known = self._over.get(key)
        if known is None:
            about = [g for g in self.guards_about(action) if g.status in statuses]
            known = tuple(g for g in about if rule.id not in g.excepted and rule.rank not in g.excepted)
            self._over[key] = known
        return known

    def guards_about(self, action: Action) -> tuple[Guard, ...]:
        """The guards that are live or in shadow and about an action, in order."""
        if action.name not in self._guards:
            guards = self.policy.guards.values()
            self._guards[action.name] = tuple(
                g for g in guards if g.status != "off" and concerns(about(g), action)
            )
        return self._guards[action.name]

    @cached_property
    def counts_all(self) -> bool:
        """Whether every mention adds to every count."""
        return all(one.of == "mention" and one.when == ALWAYS for one in self.policy.counts.values())

    @cached_property
    def courses(self) -> dict[str, Course]:
        """The courses of rules by id, as far as they were followed."""
        return {}

    @cached_property
    def _over(self) -> dict[tuple[str, str, tuple[Status, ...]], tuple[Guard, ...]]:
        return {}

    @cached_property
    def _guards(self) -> dict[str, tuple[Guard, ...]]:
        return {}

    @cached_property
    def reads(self) -> frozenset[str]:
        """The fields that the company's own statements read; the built-in guards may read others."""
        own = {name: guard for name, guard in self.policy.guards.items() if not guard.sealed}
        return used_fields(replace(self.policy, guards=own), self.vocabulary)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The fields that a decision tells of, in order: those that the company reads, but for the text."""
        return tuple(sorted(self.reads - {"text"}))


class Moment(Struct, frozen=True):
    """One event about to be decided: the world it is seen in, whom it concerns, when, and where we would speak."""

    world: World
    subject: Subject
    now: datetime
    channel: Channel
    without: frozenset[str] = frozenset()
    """Actions that are off: handing over what was handed over."""


class Ask(Struct, frozen=True):
    """A look-up that the plan needs now."""

    lookup: Lookup
    arguments: Mapping[str, Value]


class Answer(Struct, frozen=True):
    """What a look-up said, best first; `failed` says why it could not."""

    found: Sequence[Record] = ()
    failed: str | None = None


class Chosen(Struct, frozen=True):
    """A candidate of a look-up whose answers wear out, to be marked as used if the rule acts."""

    lookup: str
    candidate: str
    window: Window


class Proposal(Struct, frozen=True):
    """One action that a rule proposes, before the guards.

    `problem` is why its text cannot go out as it is; `text_number` which of several texts was taken; `handles` whom it
    may tag.
    """

    action: Action
    rule: Rule
    slot: Slot | None = None
    text: str | None = None
    payload: Mapping[str, Any] = MappingProxyType({})  # Any: the action's own JSON
    counts_as: str | None = None
    problem: str | None = None
    text_number: int | None = None
    handles: tuple[str, ...] = ()
    record: ActionRecord | None = None
    """As it will stand in the decision, where the guards have no say in it."""
    same: str = ""
    """What it shares with others that are the same act, where that is known beforehand."""
    order: tuple[str, int, str] = ("", 0, "")
    """That of its step."""


class Step(Struct, frozen=True):
    """One use in a rule's `do:`.

    `takes` are the voices that it takes, `order` is its place among others that merge: the action, the place of the rule's rank,
    the rule; `always` is what comes of it, if that is always the same.
    """

    use: Use
    action: Action
    takes: tuple[str, ...]
    order: tuple[str, int, str]
    always: Proposal | None = None


class Course(Struct, frozen=True):
    """A rule as the planner follows it: its steps, the voices that they take, whether it has a gate, the place of its rank.

    `always` is what it proposes where that is the same every time.
    """

    rule: Rule
    steps: tuple[Step, ...]
    takes: frozenset[str]
    is_gated: bool
    rank: int
    always: tuple[Proposal, ...] | None = None


class Draft(Struct):
    """What the rules propose about one event, which rule took a voice, and what became of the rules that matched."""

    proposals: list[Proposal] = []
    taken: dict[str, str] = {}
    fired: list[str] = []
    outranked: dict[str, str] = {}
    gated: dict[str, str] = {}
    chosen: dict[str, list[Chosen]] = {}
    problems: list[str] = []


Asking: TypeAlias = Generator[Ask, Answer, Draft]
