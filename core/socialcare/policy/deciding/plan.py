"""What a plan is made of: the setting and the moment in which it is made, what is asked for it, what it proposes."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from socialcare.model import Slot, Value, Vocabulary
from socialcare.policy.deciding.outgoing import Allowed
from socialcare.policy.deciding.precedence import Precedence
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import Record, World
from socialcare.policy.statements import Policy, Rule, Window
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


@dataclass(frozen=True, slots=True)
class Moment:
    """One event about to be decided: the world it is seen in, whom it concerns, when, and where we would speak."""

    world: World
    subject: Subject
    now: datetime
    channel: Channel
    without: frozenset[str] = frozenset()
    """Actions that are off: handing over what was handed over."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A look-up that the plan needs now."""

    lookup: Lookup
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look-up said, best first; `failed` says why it could not."""

    found: Sequence[Record] = ()
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate of a look-up whose answers wear out, to be marked as used if the rule acts."""

    lookup: str
    candidate: str
    window: Window


@dataclass(frozen=True, slots=True)
class Proposal:
    """One action that a rule proposes, before the guards.

    `problem` is why its text cannot go out as it is; `text_number` which of several texts was taken; `handles` whom it
    may tag.
    """

    action: Action
    rule: Rule
    slot: Slot | None = None
    text: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)  # Any: the action's own JSON
    counts_as: str | None = None
    problem: str | None = None
    text_number: int | None = None
    handles: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """What the rules propose about one event, and what became of the rules that matched."""

    proposals: list[Proposal] = field(default_factory=list)
    fired: list[str] = field(default_factory=list)
    outranked: dict[str, str] = field(default_factory=dict)
    gated: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, list[Chosen]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


Asking: TypeAlias = Generator[Ask, Answer, Draft]
