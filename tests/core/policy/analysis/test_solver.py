"""What the solver proves is held against the naive matcher, over all worlds of a small vocabulary."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.diagnostics import Place
from socialcare.model import ABSENT, Field, FieldValue, Vocabulary
from socialcare.policy.analysis.logic import Node
from socialcare.policy.analysis.solver import Solver
from socialcare.policy.analysis.subjects import Subjects
from socialcare.policy.analysis.worlds import NOW, world_of
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.world import World
from socialcare.policy.language.formulas import Formula as Calc
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.language.times import Calendar
from socialcare.policy.language.words import bare, needle, phrase
from socialcare.policy.statements import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Count,
    Formula,
    NoneOf,
    Policy,
    Signal,
)

PLACE = Place("policy.yaml", 1, 1)
NIGHT = Calendar.read("UTC", {"every day": "22:00-07:00"}, {})


def compared(
    path: str, op: str, operand: object, missing: bool | None = None, of: str = "value"
) -> Comparison:
    return Comparison(path, op, operand, PLACE, if_missing=missing, of=of)  # type: ignore[arg-type]  # words of the tables below


def field(name: str, kind: str, **more: object) -> Field:
    return Field(name=name, kind=kind, doc=name, example=name, **more)  # type: ignore[arg-type]  # as above


VOCABULARY = Vocabulary(
    fields={
        one.name: one
        for one in (
            field("text", "text"),
            field("intent", "one_of", values=("question", "complaint", "praise")),
            field("language", "one_of", may_be_missing=True),
            field("tags", "some_of", values=("red", "green")),
            field("mood", "number", may_be_missing=True),
            field("vip", "boolean", may_be_missing=True),
            field("since", "time", may_be_missing=True),
            field("product", "record", may_be_missing=True, parts=(field("name", "text"), field("price", "number", may_be_missing=True))),
        )
    }
)  # fmt: skip
SIGNALS: dict[str, Condition] = {
    "asks": compared("intent", "equals", frozenset({"question"})),
    "cross": AnyOf((compared("intent", "equals", frozenset({"complaint"})), compared("mood", "below", 0.0))),
}
POLICY = Policy(
    signals=SIGNALS,
    calendars={"night": NIGHT},
    formulas={"heat": Formula(name="heat", place=PLACE, calc=Calc.read("2 * mood"))},
    counts={
        "talks": Count(name="talks", place=PLACE),
        "questions": Count(name="questions", place=PLACE, when=Signal("asks", PLACE)),
    },
)


def solver() -> Solver:
    return Solver(Subjects(POLICY, VOCABULARY))


missing = st.sampled_from([None, None, True, False])
phrases = st.lists(
    st.sampled_from(["open", "open*", "opening hours", "hours", "today"]), min_size=1, max_size=2
)
pieces = st.lists(st.sampled_from(["open", "op", "hours today", "today", "not"]), min_size=1, max_size=2)
bounds = st.sampled_from(["at_least", "at_most", "above", "below", "equals"])
numbers = st.sampled_from([-1.0, 0.0, 0.5, 1.0])
exact_tests = st.one_of(
    st.builds(lambda words, m: compared("intent", "equals", words, m), st.frozensets(st.sampled_from(["question", "complaint", "praise"]), min_size=1), missing),
    st.builds(lambda words, m: compared("language", "equals", words, m), st.frozensets(st.sampled_from(["en", "es"]), min_size=1), missing),
    st.builds(lambda words: compared("tags", "equals", words), st.frozensets(st.sampled_from(["red", "green"]), min_size=1)),
    st.builds(lambda op, number, m: compared("mood", op, number, m), bounds, numbers, missing),
    st.builds(lambda op, number: compared("intent", op, number, of="confidence"), st.sampled_from(["at_least", "below"]), st.sampled_from([0.0, 0.5, 1.0])),
    st.builds(lambda truth, m: compared("vip", "equals", truth, m), st.booleans(), missing),
    st.builds(lambda path, there, m: compared(path, "exists", there, m), st.sampled_from(["text", "language", "mood", "product", "product.price"]), st.booleans(), missing),
    st.builds(lambda op, number, m: compared("product.price", op, number, m), bounds, numbers, missing),
    st.builds(lambda op, number: compared("counts.talks", op, number), bounds, st.sampled_from([0.0, 1.0, 2.0])),
    st.builds(lambda truth: compared("flags.known", "equals", truth), st.booleans()),
)  # fmt: skip
tests = st.one_of(
    exact_tests,
    st.builds(lambda op, items, m: compared("text", op, tuple(map(phrase, items)), m), st.sampled_from(["has", "has_all"]), phrases, missing),
    st.builds(lambda op, items: compared("text", op, tuple(map(needle, items))), st.sampled_from(["contains", "exactly", "starts_with", "ends_with"]), pieces),
    st.builds(lambda names: compared("text", "in", frozenset(map(bare, names))), st.lists(st.sampled_from(["open", "today"]), min_size=1)),
    st.builds(lambda source: compared("text", "matches", (Pattern(source),)), st.sampled_from(["ope?n", "today"])),
    st.builds(lambda name, number: compared(f"counts.{name}", "reaches", number), st.sampled_from(["talks", "questions"]), st.sampled_from([1.0, 2.0])),
    st.builds(lambda span, m: compared("since", "within", span, m), st.sampled_from([60.0, 3600.0]), missing),
    st.builds(lambda op, m: compared("time", op, "night", m), st.sampled_from(["inside", "outside"]), missing),
    st.builds(lambda op, number, m: compared("heat", op, number, m), bounds, numbers, missing),
)  # fmt: skip


def of(leaves: st.SearchStrategy[Comparison]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        leaves | st.sampled_from([Signal("asks", PLACE), Signal("cross", PLACE)]),
        lambda inner: st.builds(
            lambda kind, parts: kind(tuple(parts)),
            st.sampled_from([All, All, AnyOf, NoneOf]),
            st.lists(inner, min_size=1, max_size=4),
        ),
        max_leaves=8,
    )


known = [FieldValue(text) for text in ("open", "opening hours", "open hours today", "not", "Today")]
worlds = st.builds(
    lambda text, intent, language, tags, mood, vip, since, product, time, talks, questions, flag: World(
        POLICY,
        {
            name: value
            for name, value in (
                ("text", text), ("intent", intent), ("language", language), ("tags", tags), ("mood", mood),
                ("vip", vip), ("since", since), ("product", product),
            )
            if value is not None
        },
        time=time,
        counts={"talks": talks, "questions": questions},
        flags={"known": flag},
        truth=naive.truth,
        closed=frozenset(),
    ),
    st.sampled_from(known),
    st.sampled_from([FieldValue("question", 0.9), FieldValue("complaint", 0.4), FieldValue("praise", 0.0), ABSENT]),
    st.sampled_from([None, ABSENT, FieldValue("en"), FieldValue("es"), FieldValue("fr")]),
    st.sampled_from([ABSENT, FieldValue(()), FieldValue(("red",)), FieldValue(("red", "green"))]),
    st.sampled_from([None, ABSENT, *(FieldValue(number) for number in (-1.0, 0.0, 0.25, 0.5, 1.0, 7.0))]),
    st.sampled_from([None, ABSENT, FieldValue(True), FieldValue(False)]),
    st.sampled_from([None, ABSENT, *(FieldValue(NOW - timedelta(seconds=age)) for age in (-5, 0, 60, 61, 9999))]),
    st.sampled_from([None, ABSENT, FieldValue({"name": "x"}), FieldValue({"name": "x", "price": 0.5}), FieldValue({"name": "x", "price": None})]),
    st.sampled_from([None, NOW, datetime(2026, 3, 4, 23, tzinfo=UTC)]),
    st.integers(0, 3), st.integers(0, 3), st.booleans(),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(of(tests), st.lists(worlds, min_size=20, max_size=20))
def test_what_is_proved_impossible_happens_in_no_world(condition: Condition, seen: list[World]) -> None:
    one = solver()
    cases: list[tuple[Callable[[Condition], Node], set[bool | None]]] = [
        (one.atoms.true, {True}), (one.atoms.false, {False}), (one.atoms.not_true, {False, None}), (one.atoms.not_false, {True, None}),
    ]  # fmt: skip
    for formula, members in cases:
        if one.find(formula(condition)).verdict == "no":
            assert not [world for world in seen if naive.truth(condition, world) in members]


@settings(max_examples=200, deadline=None)
@given(of(exact_tests))
def test_without_texts_and_clocks_the_answer_is_exact(condition: Condition) -> None:
    one = solver()
    for formula, members in ((one.atoms.true, {True}), (one.atoms.not_true, {False, None})):
        found = one.find(formula(condition))
        assert found.verdict != "undecided"
        if found.verdict == "yes":
            assert naive.truth(condition, world_of(found.picks, POLICY)) in members


@settings(max_examples=150, deadline=None)
@given(of(tests))
def test_a_world_that_was_accepted_makes_the_condition_true(condition: Condition) -> None:
    one = solver()
    found = one.find(
        one.atoms.true(condition),
        accept=lambda picks: naive.truth(condition, world_of(picks, POLICY)) is True,
    )
    if found.verdict == "yes":
        assert naive.truth(condition, world_of(found.picks, POLICY)) is True


HAS = {word: compared("text", "has", (phrase(word),)) for word in ("open", "open*", "opening hours", "hours")}
IMPOSSIBLE: list[tuple[Condition, ...]] = [
    (compared("intent", "equals", frozenset({"question"})), compared("intent", "equals", frozenset({"praise"}))),
    (compared("mood", "below", 0.0), compared("mood", "above", 0.0)),
    (HAS["opening hours"], NoneOf((HAS["hours"],))),
    (HAS["open"], HAS["hours"], NoneOf((compared("text", "has_all", (phrase("open"), phrase("hours"))),))),
    (compared("text", "exactly", ("open",)), compared("text", "starts_with", ("hours",))),
    (compared("text", "ends_with", ("?",)), compared("text", "ends_with", ("!",))),
    (compared("counts.talks", "below", 1.0), compared("counts.talks", "reaches", 2.0)),
    (compared("counts.talks", "below", 0.0),),
    (compared("counts.questions", "reaches", 2.0), compared("intent", "equals", frozenset({"praise"}))),
    (compared("counts.talks", "above", 1.0), compared("counts.talks", "below", 2.0)),
    (compared("product", "exists", False), compared("product.price", "above", 0.0)),
    (compared("time", "inside", "night"), compared("time", "outside", "night")),
    (compared("flags.known", "equals", True), compared("flags.known", "equals", False)),
    (compared("intent", "at_least", 0.9, of="confidence"), compared("intent", "below", 0.5, of="confidence")),
    (compared("tags", "equals", frozenset({"red"})), NoneOf((compared("tags", "equals", frozenset({"red", "green"})),))),
]  # fmt: skip


@pytest.mark.parametrize("parts", IMPOSSIBLE)
def test_what_the_eye_can_see_is_proved(parts: tuple[Condition, ...]) -> None:
    one = solver()
    assert one.find(one.atoms.true(All(parts))).verdict == "no"


@pytest.mark.parametrize("parts", [parts for parts in IMPOSSIBLE if len(parts) > 1])
def test_each_part_alone_is_possible(parts: tuple[Condition, ...]) -> None:
    one = solver()
    for left in itertools.combinations(parts, len(parts) - 1):
        assert one.find(one.atoms.true(All(left))).verdict == "yes"
