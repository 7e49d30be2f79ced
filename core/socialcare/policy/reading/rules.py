"""Reads a rule: what it is about, what it proposes, and its gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from socialcare.diagnostics import Place
from socialcare.policy.reading.actions import Do
from socialcare.policy.reading.cases import INLINE
from socialcare.policy.reading.conditions import When
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Key, Many, Map
from socialcare.policy.reading.lookups import Found, Lookups, answers_of
from socialcare.policy.reading.scalars import CLOCK, SPAN, Days, Moment
from socialcare.policy.reading.shapes import Name, Number, OneOf, Shape, Truth, Whole, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Active, Limit, Rollout, Rule, Schedule, Window
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode, map_at

PARTIES = ("author", "conversation", "account")
ID = r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)*"
ID_SHAPE = Word("an id such as `store.nearest`: words of letters, digits, `_` and `-`, joined by points", ID)

PER: Shape[tuple[str, ...]] = Many(OneOf(PARTIES, "one of author, conversation, account"))
WINDOW: Mapping[str, Key] = {
    "in": Key(SPAN, to="length", doc="how far back it counts, rolling, such as `24h`; without it, for ever"),
    "per_day": Key(Truth(), doc="count by calendar day in the policy's zone"),
}


def windowed(values: dict[str, Any]) -> dict[str, Any]:
    """Put `in` and `per_day` together as a window."""
    rest = {name: value for name, value in values.items() if name not in ("length", "per_day")}
    return {**rest, "window": Window(values.get("length"), values.get("per_day", False))}


@dataclass(frozen=True, slots=True)
class Action:
    """The word of an action."""

    groups: tuple[str, ...] = ()

    def read(self, node: Node, reading: Reading) -> str | None:
        """The word, or a word for a group of actions."""
        if isinstance(node, TextNode) and node.text in self.groups:
            return node.text
        return Name("action").read(node, reading)

    def schema(self, sketch: Sketch) -> Schema:
        """The words."""
        return {"enum": [*self.groups, *sorted(sketch.vocabulary.actions)]}


def _limit(**values: Any) -> Limit:
    return Limit(**windowed(values))


LIMIT: Map[Limit] = Map(
    "`limit`",
    _limit,
    {
        "at_most": Key(Whole(1), required=True, doc="so many times"),
        "per": Key(PER, doc="for each of these; without it, for the whole policy"),
        **WINDOW,
        "but_still": Key(Many(Action()), doc="actions that are proposed though the limit is reached"),
    },
    apart=(("in", "per_day"),),
)


def _active(**values: datetime) -> Active:
    return Active(**values)


ACTIVE: Map[Active] = Map(
    "`active`",
    _active,
    {
        "from": Key(
            Moment(), to="since", doc="from the start of this day, or this moment, in the policy's zone"
        ),
        "until": Key(Moment(), doc="until the start of this day, or this moment"),
    },
)


@dataclass(frozen=True, slots=True)
class Period:
    """`active: {from, until}`, in this order."""

    def read(self, node: Node, reading: Reading) -> Active | None:
        """The period."""
        period = ACTIVE.read(node, reading)
        if period is None:
            return None
        if period.since is None and period.until is None:
            reading.problems.error("SC207", node.place, "`active` needs `from` or `until`")
            return None
        if period.since is not None and period.until is not None and period.since >= period.until:
            reading.problems.error(
                "SC223", node.place, "`from` is not before `until`", label="it is never active"
            )
            return None
        return period

    def schema(self, sketch: Sketch) -> Schema:
        """A map."""
        return ACTIVE.schema(sketch) | {"minProperties": 1}


ROLLOUT: Map[Rollout] = Map(
    "`rollout`",
    Rollout,
    {
        "percent": Key(Number(0, 100), required=True, doc="the share of keys it is live for"),
        "by": Key(
            OneOf(PARTIES, "one of author, conversation, account"), required=True, doc="what the share is of"
        ),
    },
)


def _schedule(*, calendar: str | None = None, **values: Any) -> Schedule:
    return Schedule(calendar=calendar, **values)


SCHEDULE: Map[Schedule] = Map(
    "`at`",
    _schedule,
    {
        "every": Key(Days(), required=True, doc="day, weekday, or days of the week"),
        "time": Key(CLOCK, to="at", required=True, doc="the time of day in the zone of the calendar"),
        "calendar": Key(Name("calendar"), doc="only inside this calendar"),
        "if_missed": Key(
            OneOf(("skip", "run"), "`skip` or `run`"), doc="what to do when the time passed unseen"
        ),
    },
)

STATUS = OneOf(("live", "shadow", "off"), "one of live, shadow, off")
OWNED: Mapping[str, Key] = {
    "active": Key(Period(), doc="when it counts at all"),
    "status": Key(STATUS, doc="off, shadow (traced, never acts) or live"),
    "owner": Key(Word(), doc="who looks after it"),
    "because": Key(Word(), doc="why it is there"),
    "was": Key(Many(ID_SHAPE), doc="its earlier ids, the first one first, so that history follows"),
}

RULE: Map[dict[str, Any]] = Map(
    "a rule",
    dict,
    {
        "rank": Key(Name("rank"), doc="a word of `ranks`; the first in the list wins"),
        "wins_over": Key(Many(Name("rule")), doc="rules of the same rank that it beats"),
        "when": Key(When(), doc="when it proposes its actions"),
        "look_up": Key(Lookups(), doc="what to ask once `when` holds, each answer under an alias"),
        "only_if_found": Key(Many(Found()), doc="look-ups that must answer"),
        "do": Key(Do(), to="uses", required=True, doc="the actions it proposes"),
        "limit": Key(LIMIT, doc="how often it may act"),
        "at": Key(SCHEDULE, doc="a schedule of its own, instead of mentions"),
        "rollout": Key(ROLLOUT, doc="live for a share of keys only"),
        **OWNED,
        "tests": Key(INLINE, to="cases", doc="mentions with what is expected"),
    },
)


@dataclass(frozen=True, slots=True)
class Rules:
    """One rule by its id."""

    def read(self, key: TextNode, node: Node, reading: Reading) -> Rule | None:
        """The rule, or `None` after reporting."""
        known = ID_SHAPE.read(key, reading)
        answers = answers_of(node.get("look_up"), reading) if isinstance(node, MapNode) else {}
        values = _values(node, reading, answers)
        if values is None or known is None:
            return None
        if "cases" in values:
            values["cases"] = tuple(replace(case, rule=key.text) for case in values["cases"])
        rule = Rule(id=key.text, place=key.place, **values)
        return rule if _is_sound(rule, node, reading) else None


def _values(node: Node, reading: Reading, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a rule's keys hold; its own `when` comes before its look-ups, everything else after."""
    if not answers or not isinstance(node, MapNode):
        return RULE.values(node, reading)
    before = map_at(node, [entry for entry in node.entries if entry[0].text == "when"])
    after = map_at(node, [entry for entry in node.entries if entry[0].text != "when"])
    values = RULE.values(after, reading.with_answers(answers))
    if not before.entries:
        return values
    when = When().read(before.entries[0][1], reading.with_answers(answers, early=True))
    return None if values is None or when is None else {**values, "when": when}


def _is_sound(rule: Rule, node: Node, reading: Reading) -> bool:
    """What no single key can know: names that must stand elsewhere in the rule."""
    proposed = {use.action for use in rule.uses}
    limit = node.get("limit") if isinstance(node, MapNode) else None
    strange: dict[str, str] = {}
    for name in rule.limit.but_still if rule.limit else ():
        if name not in proposed:
            strange[name] = "which is not in `do`"
        elif reading.vocabulary.actions[name].slot is not None:
            strange[name] = "which speaks or keeps others quiet: that ends with the limit"
    for name, why in strange.items():
        place = _place_of(limit, name) or rule.place
        reading.problems.error("SC223", place, f"`but_still` names `{name}`, {why}")
    if rule.id in rule.wins_over:
        reading.problems.error("SC212", rule.place, f"the rule `{rule.id}` wins over itself")
    return not strange and rule.id not in rule.wins_over


def _place_of(node: Node | None, word: str) -> Place | None:
    """Where a word stands below a node."""
    if isinstance(node, TextNode):
        return node.place if node.text == word else None
    below: list[Node] = []
    if isinstance(node, ListNode):
        below = node.items
    elif isinstance(node, MapNode):
        below = [value for _, value in node.entries]
    return next((place for each in below if (place := _place_of(each, word)) is not None), None)
