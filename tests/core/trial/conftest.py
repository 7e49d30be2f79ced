"""A policy and its tests as one text, run over a small vocabulary: our actions and X, and a classifier that knows four words."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from textwrap import dedent

import pytest

import socialcare_actions
import socialcare_archive
import socialcare_x
from socialcare import (
    ABSENT,
    Choice,
    Field,
    FieldValue,
    Lookup,
    Mention,
    Parameter,
    Question,
    Settings,
    Value,
    hookimpl,
)
from socialcare.desk import Desk
from socialcare.diagnostics import Problems, render_text
from socialcare.opening import open_desk, sealed_guards
from socialcare.plugins import Loaded
from socialcare.policy.load import read_text
from socialcare.store.memory import MemoryStore
from socialcare.testing import loaded
from socialcare.trial.results import Report
from socialcare.trial.run import cases_of, run

_INTENTS = {"?": "question", "awful": "complaint", "love": "praise"}


class Words:
    """Tells the intent by one word, and the place by what follows `in`."""

    name = "words"
    version = "1"
    reads_outside = False
    fields = (
        Field(
            name="intent",
            kind="one_of",
            doc="what they want",
            example="intent: question",
            values=("question", "complaint", "praise", "other"),
        ),
        Field(
            name="topic",
            kind="some_of",
            doc="about what",
            example="topic: returns",
            values=("returns", "billing"),
        ),
        Field(name="place", kind="text", doc="where", example="place: {exists: true}", max_length=40),
    )

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        return [self._of(mention.text) for mention in mentions]

    def _of(self, text: str) -> Mapping[str, FieldValue]:
        word = next((word for word in _INTENTS if word in text), None)
        _, _, place = text.partition(" in ")
        return {
            "intent": FieldValue(_INTENTS[word], 0.75, (word,)) if word else FieldValue("other", 0.9),
            "topic": ABSENT,
            "place": FieldValue(place.rstrip("?") or None),
        }


class NearestStore:
    """Never to be asked: tests say what it answers."""

    name = "nearest_store"
    doc = "the store that is nearest to a place"
    example = "nearest_store: {to: place}"
    parameters: Sequence[Parameter] = (Parameter(name="to", kind="text", takes="field"),)
    result = Field(
        name="store",
        kind="record",
        doc="a store",
        example="store: {exists: true}",
        parts=(
            Field(name="city", kind="text", doc="where", example="store.city: {exists: true}", max_length=20),
            Field(name="km", kind="number", doc="how far", example="store.km: {at_most: 25}"),
        ),
    )
    choice: Choice | None = None
    tags: str | None = None
    reads_outside = True

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        raise AssertionError("a test asked the look-up itself")


class Shop:
    @hookimpl
    def register_classifiers(self, settings: Settings) -> Sequence[Words]:
        return [Words()]

    @hookimpl
    def register_lookups(self, settings: Settings) -> Sequence[Lookup]:
        return [NearestStore()]


@pytest.fixture(scope="session")
def shop() -> Loaded:
    return loaded(Shop(), socialcare_actions, socialcare_archive, socialcare_x)


OpenText = Callable[..., Desk]
Try = Callable[..., Report]


@pytest.fixture(scope="session")
def desk_for(shop: Loaded) -> OpenText:
    """A desk for a policy that is one text."""

    def open_text(text: str, accounts: str = "accounts: {main: AcmeCo, help: AcmeHelp}") -> Desk:
        text = f"socialcare: 1\n{accounts}\n{dedent(text)}"
        problems = Problems()
        policy = read_text(text, shop.vocabulary, problems, sealed=sealed_guards(shop))
        assert policy is not None, render_text(problems, lambda _: text, color=False)
        return open_desk(policy, shop, MemoryStore())

    return open_text


@pytest.fixture
def attempt(desk_for: OpenText) -> Try:
    """The report on the tests of a policy that is one text."""

    def check(text: str, rule: str | None = None, **more: str) -> Report:
        desk = desk_for(text, **more)
        return asyncio.run(run(cases_of(desk.setting.policy, rule), desk))

    return check
