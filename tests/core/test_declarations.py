from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from socialcare import Action, Choice, Classifier, Field, Lookup, Parameter
from socialcare.declarations import problems_of


class Level(BaseModel):
    level: int


class Words:
    """A look-up or a classifier, by what it is given."""

    def __init__(self, **members: Any) -> None:  # Any: whatever a plugin may declare
        vars(self).update(members)

    def classify(self, mentions: object) -> object:
        return []

    async def find(self, question: object) -> object:
        return []


FIELD = Field(name="mood", kind="text", doc="a mood", example="mood: good", max_length=9)
RECORD = Field(
    name="shop", kind="record", doc="a shop", example="shop: x", parts=(replace(FIELD, name="city"),)
)
TO = Parameter(name="to", kind="text", takes="field")
ACTION = Action(name="raise_hand", doc="be noticed", example="raise_hand: 3", params=Level, shorthand="level")


def changed(thing: Field | Parameter, **other: Any) -> Any:  # Any: as above
    """A declaration with members of any type, as a plugin without a type checker may have it."""
    return replace(thing, **other)


def lookup(**other: Any) -> Words:  # Any: as above
    sound = {
        "name": "shop_at",
        "doc": "a shop",
        "example": "shop: {shop_at: {to: place}}",
        "parameters": (TO,),
    }
    more = {"result": RECORD, "choice": None, "tags": None, "reads_outside": False}
    return Words(**{**sound, **more, **other})


def classifier(*fields: Any, **other: Any) -> Words:  # Any: as above
    return Words(
        **{"name": "moods", "version": "1", "fields": fields or (FIELD,), "reads_outside": False, **other}
    )


def problems(thing: object, port: type) -> Sequence[str]:
    return list(problems_of(thing, port))


def test_what_is_sound_has_no_problems() -> None:
    assert not problems(ACTION, Action)
    assert not problems(lookup(), Lookup)
    assert not problems(classifier(), Classifier)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Raise-Hand"}, "`Raise-Hand` is no name"),
        ({"name": "x" * 61}, "is no name"),
        ({"doc": " "}, "it has no `doc`"),
        ({"example": "raise_hand: ["}, "its `example` is no YAML with a map"),
        ({"example": "lower_hand: 3"}, "its `example` does not use `raise_hand`"),
        ({"slot": "public square"}, "`slot` is none of public, private, both"),
        ({"merge": "lowest"}, "`merge` is none of all, highest, one"),
        ({"effect": "loud"}, "`effect` is none of"),
        ({"settles": "done"}, "`settles` is none of answered"),
        ({"params": dict, "shorthand": None}, "`params` is no pydantic model"),
        ({"speaks": True}, "it speaks and takes no `slot`"),
        ({"shorthand": "height"}, "its `shorthand` `height` is no parameter of it"),
        ({"merge": "highest", "shorthand": None}, "`merge` `highest` compares the `shorthand`"),
    ],
)
def test_an_action_that_cannot_be_is_told_why(change: dict[str, Any], said: str) -> None:
    (problem, *_) = problems(replace(ACTION, **change), Action)
    assert said in problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"result": FIELD}, "its `result` is no record"),
        ({"result": replace(RECORD, parts=())}, "it is a record without parts"),
        (
            {"result": replace(RECORD, parts=(replace(FIELD, max_length=None),))},
            "part `mood`: a text needs a `max_length`",
        ),
        ({"result": replace(RECORD, parts=(FIELD, FIELD))}, "it has two parts `mood`"),
        ({"parameters": (TO, TO)}, "it has two parameters `to`"),
        ({"parameters": (changed(TO, kind="word"),)}, "parameter `to` has a kind that is none of"),
        ({"parameters": (changed(TO, takes="both"),)}, "takes neither a field nor a literal"),
        ({"tags": "handle"}, "`tags` names `handle`, which is no part of its result"),
        ({"choice": Choice(key="handle")}, "the `key` of its choice, `handle`, is no part"),
        ({"choice": Choice(key="city", within="in")}, "its choice names `in`, which is no parameter"),
    ],
)
def test_a_look_up_that_cannot_be_is_told_why(change: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in problems(lookup(**change), Lookup))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (replace(FIELD, name="Mood"), "`Mood` is no name: small letters, digits and `_`, dots between words"),
        (replace(FIELD, name="flags.mood", example="flags.mood: x"), "the language itself uses `flags`"),
        (replace(FIELD, name="any", example="any: x"), "the language itself uses `any`"),
        (changed(FIELD, kind="word"), "its kind is none of text"),
        (replace(FIELD, values=("a",)), "it lists values, and its kind is `text`"),
        (replace(FIELD, kind="one_of", values=("a", "a")), "it lists `a` twice"),
        (changed(FIELD, kind="one_of", values=["a"]), "its `values` are no tuple of words"),
        (replace(FIELD, parts=(FIELD,)), "it has parts, and its kind is `text`"),
        (replace(FIELD, max_length=0), "its `max_length` is below 1"),
        (replace(FIELD, example="mod: x"), "its `example` does not use `mood`"),
    ],
)
def test_a_field_that_cannot_be_is_told_why(field: Field, said: str) -> None:
    assert any(said in problem for problem in problems(classifier(field), Classifier))


def test_a_classifier_declares_each_field_once_and_at_least_one() -> None:
    assert "it declares `mood` twice" in problems(classifier(FIELD, FIELD), Classifier)
    assert "it declares no field" in problems(classifier(fields=()), Classifier)
    assert "its `version` is no text" in problems(classifier(version=2), Classifier)


def test_what_lacks_members_is_told_which() -> None:
    (problem,) = problems(object(), Classifier)
    assert problem == "lacks `classify`, `fields`, `name`, `reads_outside`, `version`, which a classifier has"
    assert problems("reply", Action) == ["is a `str` and no `Action`"]
