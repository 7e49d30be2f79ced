"""Random policies of the whole language, and random worlds to decide in; the same seed gives the same case."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from socialcare import (
    Author,
    Choice,
    Decision,
    Field,
    FieldValue,
    Lookup,
    Mention,
    Parameter,
    Question,
    Settings,
    Value,
    hookimpl,
)  # fmt: skip
from socialcare.desk import Desk
from socialcare.diagnostics import Problems
from socialcare.opening import open_desk
from socialcare.pipeline import decide
from socialcare.plugins import Loaded
from socialcare.policy.load import read_text
from socialcare.policy.statements import Policy
from socialcare.ports import Change, Key
from socialcare.store.memory import MemoryStore
from socialcare.testing import loaded
from socialcare.testing.standins import Counting, Declared

NOW = datetime(2026, 11, 4, 15, 0, tzinfo=UTC)
INTENTS = ("question", "complaint", "praise")
TEXTS = ("store", "open", "late", "thanks", "broken heater", "near me", "why", "refund")
RANKS = ("complaint", "question", "normal")

OWN_FIELDS = (
    Field(name="intent", kind="one_of", doc="intent", example="intent: question", values=INTENTS),
    Field(
        name="vip",
        kind="boolean",
        doc="vip",
        example="vip: {equals: true, if_missing: false}",
        may_be_missing=True,
    ),
    Field(name="tags", kind="some_of", doc="tags", example="tags: red", values=("red", "green", "blue")),
    Field(name="score", kind="number", doc="score", example="score: {above: 1}", may_be_missing=True),
)

RESULT = Field(
    name="lucky",
    kind="record",
    doc="the draw",
    example="lucky: {exists: true}",
    parts=(Field(name="name", kind="text", doc="name", example="name: ann", max_length=20),),
)
CHOICE = Choice(key="name", at_most="at_most")


@dataclass
class Lucky:
    """A look-up that answers from its argument and wears out."""

    name: str = "lucky"
    doc: str = "draws"
    example: str = "lucky: {of: intent}"
    parameters: Sequence[Parameter] = (
        Parameter(name="of", kind="text", takes="field"),
        Parameter(name="at_most", kind="number", takes="literal", required=False),
    )
    result: Field = RESULT
    choice: Choice | None = CHOICE
    tags: str | None = None
    reads_outside: bool = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """Two names, but none for praise."""
        return [] if question.arguments["of"] == "praise" else [{"name": "ann"}, {"name": "bob"}]


class Luck:
    """The plugin of that look-up."""

    @hookimpl
    def register_lookups(self, settings: Settings) -> Sequence[Lookup]:
        """It."""
        return [Lucky()]


def atom(random: Random, *, guard: bool = False) -> dict[str, Any]:
    """One condition on one field."""
    missing: dict[str, Any] = {"if_missing": random.random() < 0.5} if guard or random.random() < 0.2 else {}
    options: list[dict[str, Any]] = [
        {"intent": random.sample(INTENTS, random.randint(1, 2))},
        {"text": {"has": random.sample(TEXTS, 3)}},
        {"text": {"contains": random.choice(["e", "st", "zz"])}},
        {"tags": random.sample(["red", "green", "blue"], random.randint(1, 2))},
        {"vip": {"equals": random.random() < 0.5, **missing}},
        {"score": {random.choice(["at_least", "below", "above"]): random.randint(0, 4), **missing}},
        {"counts.talks": {random.choice(["at_least", "reaches", "below"]): random.randint(1, 4)}},
        {"flags.known": random.random() < 0.5},
        {"heat": {"above": random.randint(0, 6)}} if not guard else {"intent": "praise"},
        {"author.is_us": False},
    ]
    return random.choice(options)


def condition(random: Random, depth: int = 2, *, guard: bool = False) -> dict[str, Any]:
    """A condition of all shapes, shallow enough to come true now and then."""
    kind = random.random()
    if depth == 0 or kind < 0.45:
        return atom(random, guard=guard)
    group = random.choice(["any", "any", "all", "none"])
    parts: list[Any] = [condition(random, depth - 1, guard=guard) for _ in range(random.randint(1, 3))]
    if not guard and random.random() < 0.3:
        parts.append("warm")
    return {group: parts}


def rule(random: Random, name: str, others: list[str]) -> dict[str, Any]:
    """A rule with some of everything that a rule may have."""
    acts: list[dict[str, Any]] = [
        {"reply": {"say": random.choice(["Hello.", "Hi {{ tags }}.", ["One.", "Two."], "x" * 300])}},
        {"reply": f"From {name}.", "label": name},
        {"reply": {"first_of": [{"when": atom(random), "say": "A."}, {"say": "B."}]}},
        {"dm": f"Privately, {name}.", "label": "private"},
        {"ignore": "noise"},
        {"to_inbox": "a person", "urgency": random.randint(1, 4)},
        {"label": [name, "both"], "remember": {"flags.known": True}},
        {"quote": {"say": "Look.", "when": atom(random)}, "open_case": "boss"},
        {"handover": {"to": "help"}},
    ]
    act = random.choice(acts)
    made: dict[str, Any] = {"when": condition(random), "do": act}
    if random.random() < 0.7:
        made["rank"] = random.choice(RANKS)
    if random.random() < 0.25:
        made["limit"] = {
            "at_most": random.randint(1, 2),
            "per": random.choice(["author", "account"]),
            "in": "2d",
        }
        if "label" in act and random.random() < 0.5:
            made["limit"]["but_still"] = ["label"]
    if random.random() < 0.2:
        made["status"] = "shadow"
    if random.random() < 0.15:
        made["rollout"] = {"percent": random.randint(20, 100), "by": "author"}
    if random.random() < 0.2 and others:
        made["wins_over"] = [random.choice(others)]
    if random.random() < 0.2:
        made["look_up"] = {"luck": {"lucky": {"of": "intent", "at_most": random.randint(1, 2)}}}
        made["only_if_found"] = ["luck"]
        if "reply" in act:
            act["reply"] = "For {{ luck.name }}."
    if random.random() < 0.1:
        made["active"] = {"from": "2026-11-01", "until": random.choice(["2026-11-03", "2026-11-30"])}
    return made


def guard(random: Random, rules: list[str]) -> dict[str, Any]:
    """A guard of any kind."""
    acts = random.choice([["reply"], ["public"], ["dm", "quote"], ["everything"], ["label"]])
    made: dict[str, Any] = {"when": condition(random, 1, guard=True)}
    kinds: list[dict[str, Any]] = [
        {"forbid": acts},
        {"hold": acts, "until": "open_hours", "expires": "3d"},
        {"need_approval": acts, "by": "boss"},
        {
            "limit": {"at_most": 1, "of": acts, "per": "author", "in": "1d"},
            "otherwise": "to_inbox",
        },
    ]
    made |= random.choice(kinds)
    if random.random() < 0.3:
        made["except"] = [random.choice([*rules, *RANKS])]
    if random.random() < 0.1:
        made["status"] = "shadow"
    return made


@dataclass(frozen=True)
class Case:
    """A policy as data, a mention with its fields, and the state that stood before."""

    policy: dict[str, Any]
    mention: Mention
    pins: Mapping[str, FieldValue]
    state: Mapping[Key, Any] = field(default_factory=dict)


def case(seed: int) -> Case:
    """The case of a seed."""
    random = Random(seed)
    names = [f"r{number}" for number in range(random.randint(1, 7))]
    rules = {name: rule(random, name, names[:place]) for place, name in enumerate(names)}
    guards = {f"g{number}": guard(random, names) for number in range(random.randint(1, 3))}
    policy = {
        "socialcare": 1,
        "people": {"boss": "boss@example.com"},
        "accounts": {"main": "AcmeCo", "help": "AcmeHelp"},
        "calendars": {"open_hours": {"zone": "UTC", "week": {"every day": "09:00-12:00"}}},
        "signals": {"warm": {"any": [{"intent": "praise"}, {"vip": True}]}},
        "formulas": {
            "heat": {"calc": "2 * score + 1", **({"if_missing": 3} if random.random() < 0.5 else {})}
        },
        "counts": {"talks": {"of": random.choice(["mention", "interaction"]), "per": "author"}},
        "ranks": list(RANKS),
        "rules": {
            **rules,
            "never": {"when": {"text": {"has": "zzz"}}, "do": {"remember": {"flags.known": True}}},
        },
        "guards": guards,
    }
    pins: dict[str, FieldValue] = {"intent": FieldValue(random.choice(INTENTS))}
    pins["tags"] = FieldValue(tuple(random.sample(["red", "green", "blue"], random.randint(1, 2))))
    if random.random() < 0.7:
        pins["vip"] = FieldValue(random.random() < 0.5)
    if random.random() < 0.7:
        pins["score"] = FieldValue(float(random.randint(0, 4)))
    text = "@AcmeCo " + " ".join(random.sample(TEXTS, random.randint(1, 4)))
    mention = Mention(
        id=str(seed % 10**9),
        text=text,
        author=Author(id="7", handle="jo"),
        at=NOW,
        mentioned=("AcmeCo",),
        conversation="c",
    )
    state: dict[Key, Any] = {}
    if random.random() < 0.3:
        state["flags", "x:7"] = {"known": True}
    if random.random() < 0.6:
        state["count", "talks", "author=x:7"] = random.randint(1, 3)
    earlier = (NOW - timedelta(hours=3)).timestamp()
    for name, one in rules.items():
        if "limit" in one and random.random() < 0.5:
            per = "author=x:7" if one["limit"]["per"] == "author" else "account=main"
            ledger = "shadow-limit" if one.get("status") == "shadow" else "limit"
            state[ledger, name, per] = [earlier, earlier]
    for name, one in guards.items():
        if "limit" in one and random.random() < 0.4:
            state["shadow-guard" if one.get("status") == "shadow" else "guard", name, "author=x:7"] = [
                earlier
            ]
    return Case(policy, mention, pins, state)


@dataclass
class Bench:
    """Loads policies and decides cases."""

    brought: Loaded = field(repr=False)

    def policy(self, data: Mapping[str, Any]) -> Policy:
        """The policy of some data, which must be free of errors."""
        problems = Problems()
        policy = read_text(json.dumps(data, indent=1), self.brought.vocabulary, problems)
        assert policy is not None, [item.message for item in problems.items]
        return policy

    async def desk(self, case: Case, policy: Policy) -> Desk:
        """A desk with the case's state."""
        store = MemoryStore()
        await store.commit({key: Change(data) for key, data in case.state.items()}, {})
        return replace(open_desk(policy, self.brought, store), pins={case.mention.id: case.pins})

    async def decide(self, case: Case, changed: Mapping[str, Any] | None = None) -> Decision:
        """The decision of a case, under its own policy or a changed one."""
        desk = await self.desk(case, self.policy(changed if changed is not None else case.policy))
        (decision,) = await decide([case.mention], desk)
        return decision


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench(loaded("actions", Counting(), Declared(OWN_FIELDS), Luck()))


@pytest.fixture(scope="session")
def make_case() -> Callable[[int], Case]:
    return case
