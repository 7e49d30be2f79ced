"""The kit notices each way in which a plugin can break its word."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from socialcare import (
    Action,
    Author,
    Choice,
    Entity,
    Field,
    FieldValue,
    Mention,
    Parameter,
    Question,
    ReadOptions,
    Reject,
    Value,
)
from socialcare.testing import (
    check_action,
    check_channel,
    check_classifier,
    check_lookup,
    check_source,
    mention,
)


class Length:
    """A classifier that is sound; tests break it."""

    name = "length"
    version = "1"
    reads_outside = False
    fields: Sequence[Field] = (
        Field(name="length", kind="number", doc="so long", example="length: {above: 3}"),
    )

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        return [{"length": self.value(one.text, len(mentions))} for one in mentions]

    def value(self, text: str, batch: int) -> FieldValue:
        return FieldValue(float(len(text)))


def test_a_sound_classifier_passes_pure_or_not() -> None:
    class Outside(Length):
        reads_outside = True

        async def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:  # type: ignore[override]  # what reads the outside is awaited
            return [{} for _ in mentions]

    check_classifier(Length())
    check_classifier(Outside())


def test_a_classifier_that_looks_at_its_batch_is_caught() -> None:
    class Batch(Length):
        def value(self, text: str, batch: int) -> FieldValue:
            return FieldValue(float(batch))

    with pytest.raises(AssertionError, match="alone and in a batch it says different things"):
        check_classifier(Batch())


def test_a_value_that_was_not_declared_is_caught() -> None:
    class Wrong(Length):
        def value(self, text: str, batch: int) -> FieldValue:
            return FieldValue(text)

    with pytest.raises(AssertionError, match="`length` is no number, for"):
        check_classifier(Wrong())


def test_a_bad_declaration_is_caught() -> None:
    class Nameless(Length):
        name = ""

    with pytest.raises(AssertionError, match="is no name"):
        check_classifier(Nameless())


class Shop:
    name = "shop"
    doc = "a shop"
    example = "shop: {shop: {to: place}}"
    parameters: Sequence[Parameter] = (Parameter(name="to", kind="text", takes="field"),)
    result = Field(
        name="shop",
        kind="record",
        doc="a shop",
        example="shop: {exists: true}",
        parts=(Field(name="city", kind="text", doc="its city", example="shop.city: x", max_length=8),),
    )
    choice: Choice | None = None
    tags: str | None = None
    reads_outside = False

    def __init__(self, *answers: Mapping[str, Value]) -> None:
        self.answers = answers

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        return self.answers if question.arguments["to"] == "Ur" else ()


def test_a_sound_look_up_passes() -> None:
    check_lookup(Shop({"city": "Ur"}), {"to": "Ur"}, {"to": "nowhere"})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"city": "Llanfairpwll"}, "12 characters where 8 are declared"),
        ({"town": "Ur"}, "`town` that is not declared"),
    ],
)
def test_a_look_up_that_answers_otherwise_than_declared_is_caught(
    answer: Mapping[str, Value], said: str
) -> None:
    with pytest.raises(AssertionError, match=said):
        check_lookup(Shop(answer), {"to": "Ur"})


def test_a_look_up_that_finds_nothing_where_it_should_is_caught() -> None:
    with pytest.raises(AssertionError, match="it answers nothing to"):
        check_lookup(Shop(), {"to": "Ur"})
    with pytest.raises(AssertionError, match="it answers something to"):
        check_lookup(Shop({"city": "Ur"}), {"to": "Ur"}, {"to": "Ur"})


class Level(BaseModel):
    level: int


def test_an_action_whose_example_its_own_parameters_refuse_is_caught() -> None:
    check_action(Action(name="raise", doc="up", example="raise: 3", params=Level, shorthand="level"))
    with pytest.raises(ValueError, match="level"):
        check_action(Action(name="raise", doc="up", example="raise: high", params=Level, shorthand="level"))


class Rows:
    """A source of a format of its own: one JSON list a line."""

    name = "rows"
    doc = "rows"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:
        return head.startswith(b"[")

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            try:
                yield self.row(json.loads(line))
            except ValueError as error:
                yield Reject(file=path.name, row=number, reason=str(error), raw=line)

    def row(self, row: list[Any]) -> Mention:  # Any: whatever the file holds
        return mention(row[1], id=row[0])


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text('["1", "hello"]\n["2", "again"]\nbroken\n')
    return file


def test_a_sound_source_passes(rows: Path) -> None:
    check_source(Rows(), rows)


def test_a_source_without_zones_is_caught(rows: Path) -> None:
    class Naive(Rows):
        def row(self, row: list[Any]) -> Mention:  # Any: as above
            return mention(row[1], at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake

    with pytest.raises(AssertionError, match="a time without a zone"):
        check_source(Naive(), rows)


def test_a_source_that_takes_everything_is_caught(rows: Path) -> None:
    class Greedy(Rows):
        def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:
            return True

    with pytest.raises(AssertionError, match="it recognises a file that begins with b''"):
        check_source(Greedy(), rows)


class Plain:
    """A channel without links, handles or a limit."""

    name = "plain"
    doc = "plain"
    limit: int | None = None
    handle_length = 20
    actions = frozenset({"reply"})
    guards = ""

    def weighted_length(self, text: str) -> int:
        return len(text)

    def entities(self, text: str) -> Sequence[Entity]:
        return []

    def price(self, action: str, text: str, *, summoned: bool) -> float:
        return 0.0


def test_a_channel_whose_entities_stand_elsewhere_is_caught() -> None:
    class Shifted(Plain):
        def entities(self, text: str) -> Sequence[Entity]:
            at = text.find("@")
            return [Entity("handle", at + 1, at + 3, "@A")] if at >= 0 else []

    check_channel(Plain())
    with pytest.raises(AssertionError, match="is not what stands there"):
        check_channel(Shifted())


def test_a_mention_is_the_same_whenever_it_is_made() -> None:
    one = mention("hi @AcmeCo and @jo", author="jo")
    assert one == mention("hi @AcmeCo and @jo", author="jo")
    assert one.mentioned == ("AcmeCo", "jo")
    assert one.id != mention("hi", author="jo").id
    assert mention("hi", author=Author(id="7"), id="9").author.handle is None
