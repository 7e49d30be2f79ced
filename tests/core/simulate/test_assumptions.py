from typing import Any

import pytest

from socialcare.plugins import Loaded
from socialcare.simulate.assumptions import AssumptionError, assumed


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("author.followers=100", 100.0),
        ("author.is_bot = false", False),
        ("mention.age=2h", 7200.0),
        ("intent=question", "question"),
        ("author.name=Ann = Bo", "Ann = Bo"),
    ],
)
def test_a_value_is_read_by_the_kind_of_its_field(loaded: Loaded, written: str, value: Any) -> None:
    (found,) = assumed([written], loaded.vocabulary).values()
    assert found.value == value
    assert found.provider == "assumed"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("author.folowers=1", "unknown field `author.folowers`"),
        ("author.followers", "has no value"),
        ("author.followers=many", "`author.followers` is a number"),
        ("author.is_bot=perhaps", "`author.is_bot` is `true` or `false`"),
        ("intent=quest", "`intent` is one of"),
        ("mention.age=soon", "a span of time"),
    ],
)
def test_what_cannot_be_assumed_says_what_can(loaded: Loaded, written: str, said: str) -> None:
    with pytest.raises(AssumptionError) as raised:
        assumed(["author.followers=1", written], loaded.vocabulary)
    assert said in str(raised.value)
