import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.diagnostics import Place
from socialcare.model import ABSENT, FieldValue
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.implies import implies, more_specific
from socialcare.policy.deciding.outlines import may_imply, outline
from socialcare.policy.deciding.world import World
from socialcare.policy.language.words import bare, needle, phrase
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Policy, Signal

PLACE = Place("policy.yaml", 1, 1)
SIGNALS: dict[str, Condition] = {
    "asks": Comparison("intent", "equals", frozenset({"question"}), PLACE),
    "cross": AnyOf((Comparison("intent", "equals", frozenset({"complaint"}), PLACE), Comparison("mood", "below", 0.0, PLACE))),
}  # fmt: skip
POLICY = Policy(signals=SIGNALS)
TEXTS = ("open", "opening hours", "open hours today", "not open", "today")
WORLDS = [
    World(
        POLICY,
        {
            name: value
            for name, value in (("text", text), ("intent", intent), ("mood", mood))
            if value is not None
        },
        time=datetime(2026, 1, 1, tzinfo=UTC),
        counts={},
        flags={"known": flag},
        truth=naive.truth,
        closed=frozenset(),
    )
    for text, intent, mood, flag in itertools.product(
        [None, ABSENT, *(FieldValue(text) for text in TEXTS)],
        [None, ABSENT, FieldValue("question", 0.9), FieldValue("complaint", 0.4), FieldValue("praise")],
        [None, FieldValue(-1.0), FieldValue(0.0), FieldValue(1.0)],
        [True, False],
    )
]


def compared(
    path: str, op: str, operand: object, missing: bool | None = None, of: str = "value"
) -> Comparison:
    return Comparison(path, op, operand, PLACE, if_missing=missing, of=of)  # type: ignore[arg-type]  # words of the tables below


missing = st.sampled_from([None, None, True, False])
phrases = st.lists(
    st.sampled_from(["open", "open*", "opening hours", "hours", "hours today", "today"]),
    min_size=1,
    max_size=2,
)
pieces = st.lists(
    st.sampled_from(["open", "op", "opening", "hours today", "today", "not open"]), min_size=1, max_size=2
)
intents = st.frozensets(st.sampled_from(["question", "complaint", "praise"]), min_size=1)
numbers = st.sampled_from([-1.0, 0.0, 0.5, 1.0])
bounds = st.sampled_from(["at_least", "at_most", "above", "below", "equals"])
comparisons = st.one_of(
    st.builds(lambda op, items, m: compared("text", op, tuple(map(phrase, items)), m), st.sampled_from(["has", "has_all"]), phrases, missing),
    st.builds(
        lambda op, items, m: compared("text", op, tuple(map(needle, items)), m),
        st.sampled_from(["contains", "exactly", "starts_with", "ends_with"]), pieces, missing,
    ),
    st.builds(lambda op, words, m: compared("intent", op, frozenset(map(bare, words)), m), st.sampled_from(["equals", "in"]), intents, missing),
    st.builds(lambda op, number, m: compared("mood", op, number, m), bounds, numbers, missing),
    st.builds(lambda op, number, m: compared("intent", op, number, m, "confidence"), st.sampled_from(["at_least", "below"]), numbers, missing),
    st.builds(lambda path, there, m: compared(path, "exists", there, m), st.sampled_from(["text", "intent", "mood"]), st.booleans(), missing),
    st.builds(lambda value: compared("flags.known", "equals", value), st.booleans()),
)  # fmt: skip
conditions: st.SearchStrategy[Condition] = st.recursive(
    comparisons | st.sampled_from([Signal("asks", PLACE), Signal("cross", PLACE)]),
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)), st.sampled_from([All, AnyOf, NoneOf]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip


def holds_everywhere(a: Condition, b: Condition) -> bool:
    return all(naive.truth(b, world) is True for world in WORLDS if naive.truth(a, world) is True)


@settings(max_examples=500, deadline=None)
@given(conditions, conditions)
def test_what_is_proved_holds_in_every_world(a: Condition, b: Condition) -> None:
    if implies(a, b, SIGNALS):
        assert holds_everywhere(a, b)


@settings(max_examples=150, deadline=None)
@given(conditions, conditions)
def test_what_is_proved_could_be_seen_at_a_glance(a: Condition, b: Condition) -> None:
    assert may_imply(outline(a, SIGNALS), outline(b, SIGNALS)) or not implies(a, b, SIGNALS)
    both = All((a, b))
    assert may_imply(outline(both, SIGNALS), outline(b, SIGNALS)) or not implies(both, b, SIGNALS)


def test_what_cannot_be_proved_is_mostly_seen_at_a_glance() -> None:
    late = outline(compared("text", "has", (phrase("late"),)), SIGNALS)
    flight = outline(compared("text", "has", (phrase("my flight"), phrase("delay*"))), SIGNALS)
    both = outline(compared("text", "has", (phrase("late today"),)), SIGNALS)
    assert not may_imply(flight, late)
    assert may_imply(both, late)


@given(conditions, st.lists(conditions, min_size=1, max_size=2))
def test_more_conditions_are_more_specific_and_more_choices_are_less(
    a: Condition, others: list[Condition]
) -> None:
    assert implies(All((a, *others)), a, SIGNALS)
    assert implies(a, AnyOf((*others, a)), SIGNALS)
    assert implies(a, a, SIGNALS)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (compared("text", "has", (phrase("opening hours"),)), compared("text", "has", (phrase("open*"), phrase("closed")))),
        (compared("text", "has_all", (phrase("a"), phrase("b c"))), compared("text", "has_all", (phrase("c"), phrase("a")))),
        (compared("intent", "equals", frozenset({"question"})), compared("intent", "in", frozenset({"question", "praise"}))),
        (compared("mood", "above", 0.5), compared("mood", "at_least", 0.5)),
        (compared("mood", "equals", 1.0), compared("mood", "above", 0.5)),
        (compared("mood", "below", 0.0), compared("mood", "exists", True)),
        (compared("counts.talks", "reaches", 4.0), compared("counts.talks", "at_least", 3.0)),
        (Signal("asks", PLACE), compared("intent", "exists", True)),
        (compared("mood", "below", -0.5), Signal("cross", PLACE)),
        (compared("mood", "above", 0.5), NoneOf((compared("mood", "below", 0.0),))),
        (NoneOf((Signal("cross", PLACE),)), NoneOf((compared("mood", "below", -0.5),))),
        (NoneOf((compared("text", "has", (phrase("open*"),)),)), NoneOf((compared("text", "has", (phrase("opening hours"),)),))),
        (compared("flags.known", "equals", True), NoneOf((compared("flags.known", "equals", False),))),
    ],
)  # fmt: skip
def test_what_the_eye_can_see_is_proved(a: Condition, b: Condition) -> None:
    assert more_specific(a, b, SIGNALS)
    assert not more_specific(b, a, SIGNALS)


def test_equal_conditions_are_not_more_specific() -> None:
    a = All((SIGNALS["asks"], SIGNALS["cross"]))
    b = All((SIGNALS["cross"], SIGNALS["asks"]))
    assert implies(a, b, SIGNALS)
    assert implies(b, a, SIGNALS)
    assert not more_specific(a, b, SIGNALS)


def test_a_rule_without_a_condition_is_the_least_specific() -> None:
    assert more_specific(SIGNALS["asks"], All(()), SIGNALS)
