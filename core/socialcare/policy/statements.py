"""What a policy says, as values: conditions, rules, guards, counts, data. Made by the reader, never by hand.

Everything keeps the place where it was written. Conditions are three-valued (Kleene): true, false, unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal, TypeAlias

from socialcare.diagnostics import Place
from socialcare.model import Kind, Value
from socialcare.policy.cases import Case, Simulation
from socialcare.policy.language.formulas import Formula as Calc
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.language.texts import Text
from socialcare.policy.language.times import Calendar
from socialcare.policy.language.words import Phrase

Op = Literal[
    "equals", "in", "exists",
    "has", "has_all", "contains", "exactly", "starts_with", "ends_with", "matches",
    "at_least", "at_most", "above", "below", "reaches",
    "inside", "outside", "within",
]  # fmt: skip

Operand: TypeAlias = (
    "float | bool | str | Pattern | frozenset[str] | tuple[Phrase, ...] | tuple[str, ...] | datetime"
)
"""What a test compares with, by operator.

`has`, `has_all`: tuple of `Phrase` · `contains`, `exactly`, `starts_with`, `ends_with`: tuple of strings (any of), each in
the words module's normal form · `matches`: tuple of `Pattern` (any of) · `equals`, `in` on words: frozenset of strings, folded by
`words.bare` (any of) · `equals` on numbers: float · `equals` on booleans and `exists`: bool · `at_least`, `at_most`, `above`,
`below`, `reaches`: float (durations in seconds) · `inside`, `outside`: the calendar's name · `within`: seconds before now.
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One operator on one field: `text: {has: [open, close]}`.

    `path` names what is tested: a field (`author.followers`), `time`, a count (`counts.talks`), a flag (`flags.opted_out`),
    a formula (`reach`) or a part of a look-up's answer (`store.km`). `of` tests the provider's confidence instead
    of the value. `if_missing` is the answer where the field is unknown. `written` are the values as the user wrote them, for reading back.
    `list_name` is set where the operand is a named list.
    """

    path: str
    op: Op
    operand: Any  # Any: an Operand; which one follows from `op`, and the reader guarantees it
    place: Place = field(compare=False)
    written: tuple[str, ...] = field(default=(), compare=False)
    list_name: str | None = None
    if_missing: bool | None = None
    of: Literal["value", "confidence"] = "value"


@dataclass(frozen=True, slots=True)
class Signal:
    """A named condition, used by its name."""

    name: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is true; true when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True when every part is false; unknown when one is unknown and none is true."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Signal | All | AnyOf | NoneOf

ALWAYS = All(())
"""The condition of a statement without `when`."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far back something counts: `in: 7d` (rolling), `per_day: true` (calendar day), or neither (for ever)."""

    length: timedelta | None = None
    per_day: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many, per key and window.

    `per` names the parts of the key: author, conversation, account; empty is the whole policy. `of` (guards only) are the actions
    that count, an action's word or `public`, `private`; `but_still` (rules only) those proposed though it is reached.
    """

    at_most: int
    per: tuple[str, ...] = ()
    window: Window = Window()
    of: tuple[str, ...] = ()
    but_still: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """Shares of kinds among acts: at most 10 % of `of` acts may be `counts_as: promotion`; `shares` by kind, 0 to 1."""

    of: tuple[str, ...]
    per: tuple[str, ...]
    window: Window
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Active:
    """When a statement counts at all: from the start of a day or moment to another, aware; `None` is open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rollout:
    """The share of keys a rule is live for, in percent; `by` is author, conversation or account."""

    percent: float
    by: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """`at:` of a rule: the days, the time of day in the calendar's zone, only inside it, and what to do if missed."""

    every: frozenset[int]
    """Days of the week, Monday 0."""
    at: time
    calendar: str | None
    if_missed: Literal["skip", "run"] = "skip"


@dataclass(frozen=True, slots=True)
class Asked:
    """A look-up with its arguments.

    `fields` maps a parameter to the path that fills it, `literals` to a value (durations in seconds). `otherwise` (only inside an
    action's parameter) is the name used where it answers nothing.
    """

    lookup: str
    place: Place = field(compare=False)
    fields: Mapping[str, str] = field(default_factory=dict)
    literals: Mapping[str, Value] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """One of several texts; which one is chosen by what the author has not seen for longest."""

    texts: tuple[Text, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of `first_of`; without `when` it always applies."""

    when: Condition | None
    say: Say


@dataclass(frozen=True, slots=True)
class Reply:
    """The text of a speaking action: branches, tried in order, and what is said where the text is too long."""

    branches: tuple[Branch, ...]
    if_too_long: Text | None = None
    media: str | None = None
    """A path to the media's address, e.g. `tip.image`, or a literal."""
    counts_as: str | None = None
    """The kind of content for budgets."""


@dataclass(frozen=True, slots=True)
class Use:
    """One action in a rule's `do:`.

    `params` holds literals, `Asked` (a person to be looked up), `Path` (a number to be resolved) and `Text` (prose with placeholders).
    """

    action: str
    place: Place = field(compare=False)
    when: Condition | None = None
    reply: Reply | None = None
    params: Mapping[str, Any] = field(
        default_factory=dict
    )  # Any: the action's own JSON, with the three values named above


@dataclass(frozen=True, slots=True)
class Path:
    """A name to be resolved when the action is proposed."""

    name: str


Status = Literal["live", "shadow", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A statement that proposes."""

    id: str
    place: Place = field(compare=False)
    rank: str = "normal"
    wins_over: tuple[str, ...] = ()
    when: Condition = ALWAYS
    look_up: Mapping[str, Asked] = field(default_factory=dict)
    only_if_found: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    limit: Limit | None = None
    active: Active = Active()
    at: Schedule | None = None
    status: Status = "live"
    rollout: Rollout | None = None
    owner: str | None = None
    because: str | None = None
    was: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()

    @property
    def first_id(self) -> str:
        """The id that history follows through renames."""
        return self.was[0] if self.was else self.id


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep acts back until a calendar opens (`until`), at most `expires` long; without `until` a person releases them."""

    until: str | None = None
    expires: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """People who must agree, how long they have, and whom to tell when nobody did."""

    by: tuple[str, ...]
    within: timedelta | None = None
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A statement that keeps actions back: it forbids, holds, limits, budgets or asks for approval.

    `acts` are the actions it is about (a word, or `public`, `private`, `everything`); exactly one of `forbid`, `hold`, `approval`, `limit`,
    `budget` is set. `otherwise` is what happens to an act over the limit: `to_inbox`, or a pause of the account.
    """

    id: str
    place: Place = field(compare=False)
    when: Condition = ALWAYS
    acts: tuple[str, ...] = ()
    forbid: bool = False
    hold: Hold | None = None
    approval: Approval | None = None
    limit: Limit | None = None
    budget: Budget | None = None
    pause_account: timedelta | None = None
    notify: tuple[str, ...] = ()
    excepted: frozenset[str] = frozenset()
    """Rule ids and ranks it does not bind."""
    active: Active = Active()
    status: Status = "live"
    sealed: bool = False
    owner: str | None = None
    because: str | None = None
    was: tuple[str, ...] = ()

    @property
    def first_id(self) -> str:
        """The id that history follows through renames."""
        return self.was[0] if self.was else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A memory: how many mentions, interactions or posts of ours, per key and window, for which `when` was true."""

    name: str
    place: Place = field(compare=False)
    of: Literal["mention", "interaction", "our_post"] = "mention"
    when: Condition = ALWAYS
    per: tuple[str, ...] = ("author",)
    window: Window = Window()


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A named number."""

    name: str
    place: Place = field(compare=False)
    calc: Calc
    if_missing: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList:
    """Words of a list, in the order written; `file` where they were read from."""

    name: str
    words: tuple[str, ...]
    file: str | None = None
    place: Place = field(compare=False)


DEFAULT_RANKS = (
    "safety", "legal", "crisis", "complaint", "question", "opinion", "praise", "normal", "scheduled", "fallback",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything a company says, resolved and free of errors.

    `hash` is of the resolved statements and lists, so that equal policies are equal whatever their files; `uses` are the fields that any
    statement reads. Rules and guards are in order of id, never of files.
    """

    company: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Name → handle without `@`."""
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    signals: Mapping[str, Condition] = field(default_factory=dict)
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    counts: Mapping[str, Count] = field(default_factory=dict)
    ranks: tuple[str, ...] = DEFAULT_RANKS
    order: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    conversations: tuple[Case, ...] = ()
    simulations: Mapping[str, Simulation] = field(default_factory=dict)
    zone: str = "UTC"
    uses: frozenset[str] = frozenset()
    folder: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    """File → its text, for excerpts."""
    hash: str = ""


__all__ = [
    "ALWAYS",
    "DEFAULT_RANKS",
    "Active",
    "All",
    "AnyOf",
    "Approval",
    "Asked",

    "Branch",
    "Budget",

    "Comparison",
    "Condition",
    "Count",

    "Formula",

    "Guard",
    "Hold",
    "Kind",
    "Limit",
    "NamedList",
    "NoneOf",
    "Op",
    "Path",
    "Policy",
    "Reply",
    "Rollout",
    "Rule",
    "Say",
    "Schedule",
    "Signal",

    "Status",

    "Use",
    "Window",
]  # fmt: skip
