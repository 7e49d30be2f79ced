"""What the tests of the settled semantics play with: real plugins, a few declared fields, and a look-up that counts its calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from socialcare import Choice, Field, Lookup, Parameter, Question, Settings, Value, hookimpl
from socialcare.testing import Rehearsal, desk

FIELDS = (
    Field(
        name="intent",
        kind="one_of",
        doc="what they want",
        example="intent: question",
        values=("question", "complaint", "praise"),
    ),
    Field(name="topics", kind="some_of", doc="about what", example="topics: billing"),
    Field(
        name="place",
        kind="text",
        doc="a city",
        example="place: {exists: true}",
        max_length=30,
        may_be_missing=True,
    ),
    Field(name="score", kind="number", doc="a number", example="score: {above: 1}", may_be_missing=True),
    Field(
        name="vip",
        kind="boolean",
        doc="known to us",
        example="vip: {equals: true, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="bought",
        kind="time",
        doc="when they bought",
        example="bought: {within: 30d, if_missing: false}",
        may_be_missing=True,
    ),
)

HEAD = """
socialcare: 1
zone: America/New_York
people: {boss: boss@acme.example, lawyer: law@acme.example}
accounts: {main: AcmeCo, help: AcmeHelp}
calendars:
  open_hours: {zone: America/New_York, week: {mon-fri: 09:00-18:00}}
  night: {zone: America/New_York, week: {every day: 22:00-07:00}}
"""


ENTRY = Field(
    name="entry",
    kind="record",
    doc="an entry",
    example="entry: {exists: true}",
    parts=(
        Field(name="name", kind="text", doc="its name", example="entry.name: {exists: true}", max_length=300),
        Field(name="km", kind="number", doc="how far", example="entry.km: {below: 5}"),
        Field(
            name="handle",
            kind="text",
            doc="who agreed to be named",
            example="entry.handle: {exists: true}",
            max_length=15,
        ),
    ),
)


@dataclass(eq=False)
class Book:
    """The look-up `book`: answers what it is told to, and remembers what it was asked."""

    answers: Sequence[Mapping[str, Value]] = ()
    fails: bool = False
    asked: list[Mapping[str, Value]] = field(default_factory=list)
    name: str = "book"
    doc: str = "an entry of the book"
    example: str = "entry: {book: {of: place}}"
    parameters: Sequence[Parameter] = (
        Parameter(name="of", kind="text", takes="field"),
        Parameter(name="at_most", kind="number", takes="literal", required=False),
        Parameter(name="in", kind="duration", takes="literal", required=False),
    )
    result: Field = ENTRY
    choice: Choice | None = None
    tags: str | None = "handle"
    reads_outside: bool = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """What it was told to answer."""
        self.asked.append(dict(question.arguments))
        if self.fails:
            raise RuntimeError("the book is shut")
        return list(self.answers)

    @hookimpl
    def register_lookups(self, settings: Settings) -> Sequence[Lookup]:
        """Itself: it is its own plugin."""
        return [self]


@pytest.fixture
def book() -> Book:
    return Book(answers=[{"name": "Peachtree", "km": 4.0}])


@pytest.fixture
def new_book() -> Callable[..., Book]:
    return Book


@pytest.fixture
def play() -> Callable[..., Rehearsal]:
    """Put rules and guards to work on X, enterprise tier, with the data above."""

    def put(policy: str, *plugins: object, **opened: Any) -> Rehearsal:
        settings = {"x": {"tier": "enterprise"}}
        policy = policy.replace("guards: {}", "")  # an empty map is refused
        return desk(HEAD + policy, "x", *plugins, fields=FIELDS, settings=settings, **opened)

    return put


@pytest.fixture
def at() -> Callable[[str], datetime]:
    """A moment of November 2026 in UTC: `at("20 15:00")`. The 20th is a Friday; New York is five hours behind."""

    def moment(text: str) -> datetime:
        return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)

    return moment
