"""A policy comes back from its bytes as it was, and bytes of anybody else make nothing happen."""

import pickle
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from socialcare.diagnostics import Diagnostic, Place, Problems
from socialcare.opening import sealed_guards
from socialcare.policy import statements
from socialcare.policy.cache.packing import Unknown, packed, unpacked
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.load import load
from socialcare.policy.reading.hashing import policy_hash
from socialcare.policy.statements import Asked, Comparison, NamedList, Policy, Rule, Use
from socialcare.testing import loaded

ROOT = Path(__file__).parents[4]
HERE = Path(__file__).parent


def told(value: Any) -> Any:
    """Every part of a value, those too that equality leaves out."""
    if is_dataclass(value):
        return type(value), [told(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, dict):
        return {key: told(each) for key, each in value.items()}, list(value)
    if isinstance(value, tuple | list):
        return type(value), [told(each) for each in value]
    return type(value), value


@pytest.mark.parametrize(
    "folder", ["rules", "core/socialcare/starter/policy", "tests/acceptance/examples/policy"]
)
def test_a_policy_comes_back_as_it_was(folder: str, acme: Any) -> None:
    brought = loaded("actions", "intent", "places", "x", acme)
    problems = Problems()
    policy = load(ROOT / folder, brought.vocabulary, problems, sealed=sealed_guards(brought))
    assert policy is not None, problems.items
    again = unpacked(packed(policy))
    assert again == policy
    assert told(again) == told(policy)
    assert policy_hash(again) == policy.hash


def test_every_sort_of_value_comes_back() -> None:
    place = Place("a.yaml", 1, 2, 3)
    value = {
        "moments": (
            datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")),
            datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("Europe/Berlin")),
            timedelta(1, 2, 3),
        ),
        "pattern": Comparison("text", "matches", (Pattern(r"a\b"),), place, (r"a\b",)),
        "asked": Use(
            "act",
            place,
            params={
                "to": Asked("expert", place, {"of": "topic"}, {"n": 1.5}, "duty"),
                "deep": ({"a": None},),
            },
        ),
        "said": [
            Diagnostic("SC301", "warning", "never", place, "label", "fix", ((place, "here"),)),
            Diagnostic("SC102", "note", "x", None),
        ],
        "set": frozenset({"a", "b"}),
    }
    again = unpacked(packed(value))
    assert told(again) == told(value)
    assert again["moments"][1].tzinfo is value["moments"][1].tzinfo  # type: ignore[index]  # a tuple of moments
    assert again["pattern"].operand[0].search("an a") == (3, 4)


def test_what_is_shared_stays_shared() -> None:
    place = Place("a.yaml", 1, 1)
    phrase = Comparison("text", "exactly", ("x",), place)
    one, other = unpacked(packed((phrase, phrase)))
    assert one is other


@pytest.mark.parametrize("value", [object(), HERE, print, int, Problems()])
def test_what_is_no_value_of_a_policy_is_not_packed(value: object) -> None:
    with pytest.raises(Unknown):
        packed([value])


class Doing:
    """What an attacker would have us call while we read."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self.what = call, arguments

    def __reduce__(self) -> Any:
        return self.what


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (exec, ("open('{0}', 'w')",)),
        (eval, ("open('{0}', 'w')",)),
        (open, ("{0}", "w")),
        (Path.touch, (Path("{0}"),)),
        (getattr, (Rule, "__init__")),
        (setattr, (Rule, "status", "off")),
        (load, (Path(), None, None)),
    ],
    ids=["exec", "eval", "open", "touch", "getattr", "setattr", "ours"],
)
def test_hostile_bytes_execute_nothing(call: Any, arguments: tuple[Any, ...], tmp_path: Path) -> None:
    file = tmp_path / "made by the attacker"
    said = [
        type(each)(str(each).format(file)) if isinstance(each, str | Path) else each for each in arguments
    ]
    with pytest.raises(Unknown):
        unpacked(pickle.dumps(Doing(call, *said)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["Rule", "Comparison", "Policy", "_hidden", "Literal", "dataclass", "annotations"]
)
def test_hostile_bytes_change_no_class_of_ours(name: str) -> None:
    """`BUILD` sets attributes of what lies on the stack: it must never be a class or a function of a module."""
    before = {key: value for key, value in vars(statements).items() if key != "__builtins__"}
    attributes = {kind: dict(vars(kind)) for kind in (Rule, Comparison, Policy)}
    for state in (b"}", b"N}\x8c\x06status\x8c\x03offs\x86", b"N}\x8c\x08__call__Ns\x86"):
        data = b"\x80\x04c" + f"{statements.__name__}\n{name}\n".encode() + state + b"b."
        with suppress(Unknown):
            unpacked(data)
    assert {key: value for key, value in vars(statements).items() if key != "__builtins__"} == before
    assert {kind: dict(vars(kind)) for kind in (Rule, Comparison, Policy)} == attributes


def test_damaged_bytes_are_unknown() -> None:
    data = packed((NamedList(name="a", words=("x",), place=Place("a", 1, 1)), Pattern("a")))
    for end in range(len(data)):
        with pytest.raises(Unknown):
            unpacked(data[:end])
    with pytest.raises(Unknown):
        unpacked(b"")
