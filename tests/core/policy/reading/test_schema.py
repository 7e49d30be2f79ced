"""Every example of the rule language validates, and a misspelt key is caught wherever it stands."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.load import read_text
from socialcare.policy.reading.schema import own_paths_of, schema
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node
from socialcare.policy.yaml.reader import read_yaml

EXAMPLE = (Path(__file__).parents[1] / "example.yaml").read_text(encoding="utf-8")
TESTS = (Path(__file__).parents[1] / "example.test.yaml").read_text(encoding="utf-8")

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")


def as_an_editor_reads(node: Node) -> Any:
    """The values of YAML 1.2's core schema, as editors and validators see them."""
    if isinstance(node, ListNode):
        return [as_an_editor_reads(item) for item in node.items]
    if isinstance(node, MapNode):
        return {key.text: as_an_editor_reads(value) for key, value in node.entries}
    if node.style != "plain":
        return node.text
    if node.text in ("", "null", "~"):
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    if _NUMBER.fullmatch(node.text):
        return float(node.text) if "." in node.text else int(node.text)
    return node.text


def document(text: str) -> Any:
    node = read_yaml(text.encode(), "policy.yaml", Problems())
    assert node is not None
    return as_an_editor_reads(node)


@pytest.fixture(scope="module")
def validator(vocabulary: Vocabulary) -> Draft202012Validator:
    problems = Problems()
    policy = read_text(EXAMPLE, vocabulary, problems)
    assert policy is not None, [item.message for item in problems.items]
    drawn = json.loads(json.dumps(schema(vocabulary, own_paths_of(policy, vocabulary))))
    Draft202012Validator.check_schema(drawn)
    return Draft202012Validator(drawn)


def test_the_examples_validate(validator: Draft202012Validator) -> None:
    for text in (EXAMPLE, TESTS):
        assert [
            f"{list(error.path)}: {error.message}" for error in validator.iter_errors(document(text))
        ] == []


FREE = {
    "company",
    "people",
    "accounts",
    "lists",
    "calendars",
    "signals",
    "formulas",
    "counts",
    "rules",
    "guards",
    "simulations",
}
"""Maps whose keys the user chooses."""


def misspelt(
    value: Any, free: bool = False, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every key of ours in a document, by the way to its map."""
    if isinstance(value, dict):
        for key, below in value.items():
            if not free:
                yield path, key
            yield from misspelt(below, key in FREE or key in ("look_up", "week", "days", "shares", "fired", "steps_by") or (key == "at_most" and isinstance(below, dict)) or (key == "rules" and "everyone" in value), (*path, key))  # fmt: skip
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from misspelt(below, False, (*path, place))


@pytest.mark.parametrize("text", [EXAMPLE, TESTS], ids=["statements", "tests"])
def test_a_misspelt_key_is_caught_at_every_level(validator: Draft202012Validator, text: str) -> None:
    whole = document(text)
    missed = []
    keys = list(misspelt(whole))
    assert len(keys) > 20
    for path, key in keys:
        if path and path[-1] == "steps" and key.isdecimal():
            continue
        broken = deepcopy(whole)
        spot = broken
        for step in path:
            spot = spot[step]
        spot[f"{key}q"] = spot.pop(key)
        if validator.is_valid(broken) and not str(key).startswith(("flags.", "counts.")):
            missed.append((path, key))
    assert missed == []


def kinds_of(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from kinds_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from kinds_of(value)


def test_shapes_are_never_guessed_at(vocabulary: Vocabulary) -> None:
    assert {"anyOf", "oneOf", "allOf", "not"} & set(kinds_of(schema(vocabulary))) == set()


def test_every_reference_leads_somewhere(vocabulary: Vocabulary) -> None:
    drawn = schema(vocabulary)
    references = set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(drawn)))
    assert references <= set(drawn["$defs"])


def test_a_policy_s_own_formulas_and_answers_are_known(
    read: Callable[[str], Any], vocabulary: Vocabulary
) -> None:
    policy = read(
        "formulas: {reach: {calc: 2 * author.followers, if_missing: 0}}\n"
        "rules: {r: {look_up: {s: {nearest_store: place}}, do: {reply: Hi!}}}\n"
    )
    assert own_paths_of(policy, vocabulary)["s.km"] == "number"
