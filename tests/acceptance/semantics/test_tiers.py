"""A classifier that reads the outside is asked only where a rule waits for its word and could still have its way."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pytest

from socialcare import Field, FieldValue, Mention, hookimpl
from socialcare.testing import desk

POLICY = """
accounts: {main: AcmeCo}
rules:
  danger:
    rank: safety
    when: {text: {has: fire}}
    do: {reply: Please call us.}
  angry:
    rank: complaint
    when: {text: {has: broken}, mood: angry}
    do: {reply: We are sorry.}
  praise:
    rank: praise
    when: {none: [{text: {has: fire}}, {text: {has: broken}}], mood: glad}
    do: {label: glad}
"""


class Moods:
    """A classifier that says how somebody feels, and remembers of whom it was asked."""

    name, version, reads_outside = "moods", "1", True
    fields = (
        Field(
            name="mood", kind="one_of", doc="how they feel", example="mood: angry", values=("angry", "glad")
        ),
    )

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        self.asked += [one.text for one in mentions]
        return [{"mood": FieldValue("angry" if "!" in one.text else "glad")} for one in mentions]

    @hookimpl
    def register_classifiers(self) -> list["Moods"]:
        return [self]


@pytest.fixture(params=["compiled", "naive"])
def engine(request: pytest.FixtureRequest) -> Literal["compiled", "naive"]:
    return request.param  # type: ignore[no-any-return]  # one of the two above


def asked(policy: str, engine: str, *texts: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Of which texts the classifier was asked, and which rules fired for each."""
    moods = Moods()
    rehearsal = desk(policy, moods, engine=engine)
    decisions = [rehearsal.tell(text) for text in texts]
    return moods.asked, [one.fired for one in decisions]


def test_it_is_asked_where_a_rule_waits_for_its_word(engine: str) -> None:
    found = asked(POLICY, engine, "it is broken!", "broken but fine", "hello")
    assert found == (["it is broken!", "broken but fine", "hello"], [("angry",), (), ("praise",)])


def test_it_is_not_asked_where_a_rule_of_a_better_rank_surely_speaks(engine: str) -> None:
    assert asked(POLICY, engine, "fire! it is broken") == ([], [("danger",)])


def test_it_is_not_asked_where_no_rule_can_hold_whatever_it_says(engine: str) -> None:
    without_praise = POLICY[: POLICY.index("  praise:")]
    assert asked(without_praise, engine, "hello") == ([], [()])


@pytest.mark.parametrize(
    "gate",
    [
        "limit: {at_most: 1, per: author, in: 1d}",
        "rollout: {percent: 10, by: author}",
        "active: {from: 2020-01-01}",
    ],
)
def test_a_better_rule_with_a_gate_may_fall_silent_so_it_is_asked(engine: str, gate: str) -> None:
    gated = POLICY.replace(
        "    do: {reply: Please call us.}", f"    do: {{reply: Please call us.}}\n    {gate}"
    )
    texts, _ = asked(gated, engine, "fire! it is broken")
    assert texts == ["fire! it is broken"]


def test_what_adds_to_others_is_never_beaten_so_it_is_asked(engine: str) -> None:
    adding = POLICY.replace("do: {reply: We are sorry.}", "do: {reply: We are sorry., label: sorry}")
    texts, fired = asked(adding, engine, "fire! it is broken")
    assert (texts, fired) == (["fire! it is broken"], [("angry", "danger")])


def test_a_count_of_moods_asks_for_every_mention(engine: str) -> None:
    counting = (
        f"{POLICY}counts: {{angry_ones: {{of: mention, when: {{mood: angry}}, per: author, in: 1d}}}}\n"
    )
    texts, _ = asked(counting, engine, "fire! it is broken", "hello")
    assert texts == ["fire! it is broken", "hello"]


def test_a_guard_that_reads_the_mood_asks_where_its_act_may_come(engine: str) -> None:
    guarded = f"{POLICY}guards: {{calm: {{when: {{mood: angry}}, forbid: reply}}}}\n"
    texts, _ = asked(guarded, engine, "fire!", "nothing to see, broken")
    assert texts == ["fire!", "nothing to see, broken"]
