"""The parameters of an action take the shape its model declares."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from socialcare.diagnostics import Problems
from socialcare.model import Refers, Vocabulary
from socialcare.policy.load import read_text
from socialcare.policy.statements import Path, Policy
from socialcare.ports import Action


class Colour(Enum):
    RED = "red"


class Item(BaseModel):
    name: str
    count: int = Field(default=1, ge=1, le=9)


class Everything(BaseModel):
    word: str = ""
    many: list[str] = []
    people: list[Annotated[str, Refers("person")]] = []
    whole: int | None = None
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    sure: bool = False
    mode: Literal["fast", "slow"] = "fast"
    colour: Colour = Colour.RED
    wait: timedelta | None = None
    either: str | Item | None = None
    items: list[Item] = []
    by: Annotated[float | str | None, Refers("number")] = None
    table: dict[str, int] = {}
    free: Any = None


Do = Callable[[str], Any]


@pytest.fixture
def do(vocabulary: Vocabulary) -> Do:
    """The parameters of one action, or the messages where they are wrong."""
    action = Action(name="act", doc="act", example="act: {}", params=Everything)
    words = replace(vocabulary, actions={**vocabulary.actions, "act": action})

    def read(params: str) -> Any:
        problems = Problems()
        text = f"socialcare: 1\npeople: {{duty: d@acme.example}}\nrules: {{r: {{do: {{act: {params}}}}}}}\n"
        policy: Policy | None = read_text(text, words, problems)
        return (
            [item.message for item in problems.items] if policy is None else policy.rules["r"].uses[0].params
        )

    return read


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("{word: no}", "word", "no"),
        ("{many: [a, b]}", "many", ("a", "b")),
        ("{many: a}", "many", ("a",)),
        ("{people: [duty]}", "people", ("duty",)),
        ("{whole: 3}", "whole", 3),
        ("{share: .25}", "share", 0.25),
        ("{sure: true}", "sure", True),
        ("{mode: slow}", "mode", "slow"),
        ("{colour: red}", "colour", "red"),
        ("{wait: 2h}", "wait", 7200.0),
        ("{either: text}", "either", "text"),
        ("{either: {name: x}}", "either", {"name": "x"}),
        ("{items: [{name: x}, {name: x, count: 2}]}", "items", ({"name": "x"}, {"name": "x", "count": 2})),
        ("{by: sentiment}", "by", Path("sentiment")),
        ("{by: 3}", "by", 3.0),
        ("{table: {a: 1}}", "table", {"a": 1}),
        ("{free: {a: [1, no, true]}}", "free", {"a": (1.0, "no", True)}),
    ],
)
def test_each_type_reads_the_text_its_own_way(do: Do, written: str, name: str, value: object) -> None:
    assert do(written)[name] == value


def test_defaults_of_the_model_are_filled_in(do: Do) -> None:
    assert do("{word: x}")["share"] == 0.5


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{share: 2}", "`2` is out of bounds"),
        ("{mode: quick}", "`quick` is not one of its words"),
        ("{people: [dutty]}", "unknown person `dutty`"),
        ("{people: [{expert_for: topic}]}", "expected the name of a person, found a map"),
        ("{items: [{name: x, count: 10}]}", "`10` is out of bounds"),
        ("{items: [{count: 2}]}", "this map needs `name`"),
        ("{table: {a: b}}", "`b` is not a whole number"),
        ("{whole: 1.5}", "`1.5` is not a whole number"),
    ],
)
def test_what_the_model_does_not_allow_is_refused(do: Do, written: str, message: str) -> None:
    assert do(written) == [message]
