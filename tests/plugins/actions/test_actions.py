from typing import Any

import pytest
from pydantic import ValidationError

import socialcare_actions
from socialcare import Action, Refers
from socialcare.testing import check_action, vocabulary
from socialcare_actions.records import level

ACTIONS = vocabulary(socialcare_actions).actions


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_every_action_keeps_the_contract(action: Action) -> None:
    check_action(action)


def test_the_words_are_those_of_the_rule_language() -> None:
    speaking = "reply quote repost post dm"
    others = "handover open_case notify label note urgency remember ignore acknowledge to_inbox"
    assert list(ACTIONS) == [*speaking.split(), *others.split()]


@pytest.mark.parametrize(
    ("slot", "names"),
    [
        ("public", {"reply", "quote", "repost", "post"}),
        ("private", {"dm"}),
        ("both", {"handover", "ignore", "acknowledge", "to_inbox"}),
    ],
)
def test_each_voice_has_its_words(slot: str, names: set[str]) -> None:
    assert {one.name for one in ACTIONS.values() if one.slot == slot} == names


def test_what_settles_a_mention_is_what_somebody_sees_or_takes_over() -> None:
    assert {one.name: one.settles for one in ACTIONS.values() if one.settles} == {
        "reply": "answered",
        "quote": "answered",
        "dm": "answered",
        "handover": "handed_over",
        "open_case": "handed_over",
        "ignore": "ignored",
        "acknowledge": "acknowledged",
        "to_inbox": "inbox",
    }


def test_a_repost_says_nothing_of_its_own() -> None:
    assert not ACTIONS["repost"].speaks
    assert ACTIONS["repost"].effect == "public"


def params(name: str, **written: Any) -> dict[str, Any]:  # Any: an action's own JSON
    model = ACTIONS[name].params
    assert model is not None
    return model.model_validate(written).model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("urgency", {}),
        ("urgency", {"level": 0}),
        ("urgency", {"level": 2, "by": "reach", "steps": {0: 1}}),
        ("urgency", {"by": "reach"}),
        ("urgency", {"steps": {0: 1}}),
        ("open_case", {}),
        ("open_case", {"to": "x", "on_breach": {"tell": "x"}}),
        ("label", {"word": ""}),
        ("ignore", {"reason": ""}),
        ("note", {"txt": "x"}),
    ],
)
def test_parameters_that_cannot_be_are_refused(name: str, written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        params(name, **written)


def test_people_accounts_numbers_and_texts_are_marked_as_references() -> None:
    marked = {
        f"{action.name}.{name}": mark.to
        for action in ACTIONS.values()
        if action.params is not None
        for name, field in action.params.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Refers)
    }
    assert marked == {
        "handover.to": "account",
        "open_case.to": "person",
        "notify.to": "person",
        "notify.about": "text",
        "note.text": "text",
        "urgency.by": "number",
        "remember.flags": "flag",
    }


@pytest.mark.parametrize(
    ("number", "expected"),
    [(None, None), (-1, None), (0, 1), (999, 1), (1000, 2), (1200.0, 2), (10_000, 3), (1e9, 3)],
)
def test_urgency_is_that_of_the_highest_step_reached(number: float | None, expected: int | None) -> None:
    """Example 2.7: 6,000 followers are a reach of 1,200, which is the second step."""
    found = level({"by": number, "steps": {0: 1, 10_000: 3, 1000: 2}})
    assert found == (None if expected is None else {"level": expected})


def test_a_level_that_is_given_is_the_level() -> None:
    assert level({"level": 4, "steps": {}}) == {"level": 4}
