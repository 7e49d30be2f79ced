from datetime import UTC, datetime

import pytest

from socialcare import Field, Value
from socialcare.model import Kind
from socialcare.values import check_of


def field(kind: Kind, *, values: tuple[str, ...] = (), max_length: int | None = None) -> Field:
    return Field(name="f", kind=kind, doc="d", example="f: x", values=values, max_length=max_length)


RECORD = Field(name="r", kind="record", doc="d", example="r: x", parts=(field("number"),))
AWARE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (field("text", max_length=3), "abc"),
        (field("text"), "❤️" * 1000),
        (field("one_of", values=("a", "b")), "a"),
        (field("one_of"), "anything"),
        (field("some_of", values=("a", "b")), ("a", "b")),
        (field("some_of"), ()),
        (field("number"), 3),
        (field("number"), -0.5),
        (field("duration"), 60.0),
        (field("boolean"), False),
        (field("time"), AWARE),
        (RECORD, {"f": 1.0}),
        (RECORD, {"f": None}),
        (RECORD, {}),
    ],
)
def test_a_value_as_declared_may_stand(declared: Field, value: Value) -> None:
    assert check_of(declared)(value) is None
    assert check_of(declared)(None) is None


@pytest.mark.parametrize(
    ("declared", "value", "said"),
    [
        (field("text"), 3.0, "is no text"),
        (field("text", max_length=3), "abcd", "has 4 characters where 3 are declared"),
        (field("text"), "\ud83d", "holds half a character"),
        (field("one_of", values=("a",)), "b", "is none of the words declared"),
        (field("some_of"), "a", "is no tuple of words"),
        (field("some_of", values=("a",)), ("a", "b"), "is none of the words declared"),
        (field("number"), True, "is no number"),
        (field("number"), "3", "is no number"),
        (field("number"), float("inf"), "is no finite number"),
        (field("boolean"), 1.0, "is neither true nor false"),
        (field("time"), AWARE.replace(tzinfo=None), "is no moment with a time zone"),
        (RECORD, "x", "is no record"),
        (RECORD, {"g": 1.0}, "has a part `g` that is not declared"),
        (RECORD, {"f": "x"}, "has a part `f` that is no number"),
    ],
)
def test_another_value_is_told_what_is_wrong(declared: Field, value: Value, said: str) -> None:
    assert check_of(declared)(value) == said
