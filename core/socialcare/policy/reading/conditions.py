"""Reads conditions: the lines of a map are *and*, a list of values is *any of*, `none` is *not*."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from socialcare.diagnostics import Place, did_you_mean
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.names import Read, Target
from socialcare.policy.reading.operands import examples_for, read_operand
from socialcare.policy.reading.operators import BOUNDS, MODIFIERS, OPERATORS, SIGNS, operators_for
from socialcare.policy.reading.shapes import Number, Truth
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.reading.sketch_conditions import condition_schema
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Op, Signal
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode

Junction: TypeAlias = type[All] | type[AnyOf] | type[NoneOf]
JUNCTIONS: dict[str, Junction] = {"all": All, "any": AnyOf, "none": NoneOf}


@dataclass(frozen=True, slots=True)
class When:
    """A condition: a map of tests, or the name of a signal."""

    def read(self, node: Node, reading: Reading) -> Condition | None:
        """The condition, or `None` after reporting."""
        return read_condition(node, reading)

    def schema(self, sketch: Sketch) -> Schema:
        """A reference to the one definition of conditions."""
        return condition_schema(sketch)


def read_condition(node: Node, reading: Reading) -> Condition | None:
    """Read a condition; one that holds nothing is refused, since it would hold always."""
    if isinstance(node, MapNode) and node.entries:
        return _lines(node, reading)
    if isinstance(node, ListNode):
        reading.problems.error(
            "SC210", node.place, "a list of conditions does not say whether all or any must hold",
            fix="write `all: [...]`, `any: [...]` or `none: [...]` before it",
        )  # fmt: skip
        return None
    if isinstance(node, TextNode) and node.text.strip():
        name = reading.known_name(node, "signal")
        return None if name is None else Signal(name, node.place)
    reading.problems.error(
        "SC222", node.place, "the condition is empty", fix="test a field, or leave the key out"
    )
    return None


def _lines(node: MapNode, reading: Reading) -> Condition | None:
    """What all lines of a map say together."""
    lines = [line for key, value in node.entries if (line := _line(key, value, reading)) is not None]
    if len(lines) < len(node.entries):
        return None
    found = lines[0] if len(lines) == 1 else [condition for line in lines for condition in line]
    return found[0] if len(found) == 1 else All(tuple(found))


def _line(key: TextNode, value: Node, reading: Reading) -> Sequence[Condition] | None:
    junction = JUNCTIONS.get(key.text)
    if junction is not None:
        return _junction(key, value, junction, reading)
    target = reading.target(key.text) or reading.known_target(key.text, key.place)
    return None if target is None else _tests(target, key, value, reading)


def _junction(key: TextNode, node: Node, junction: Junction, reading: Reading) -> Sequence[Condition] | None:
    if not isinstance(node, ListNode):
        fix = (
            f"write `{key.text}: [{node.text}]`"
            if isinstance(node, TextNode) and node.text
            else "put `- ` before each condition"
        )
        reading.wrong_form(node, f"a list of conditions under `{key.text}`", fix=fix)
        return None
    if not node.items:
        reading.problems.error("SC222", node.place, f"the list under `{key.text}` is empty")
        return None
    parts = [part for item in node.items if (part := read_condition(item, reading)) is not None]
    if len(parts) < len(node.items):
        return None
    return parts if junction is All else [junction(tuple(parts))]


def _tests(target: Target, name: TextNode, node: Node, reading: Reading) -> Sequence[Comparison] | None:
    """The tests of one field; several operators under it must all hold."""
    if not isinstance(node, MapNode):
        test = _bare(target, name, node, reading)
        return None if test is None else [test]
    if not node.entries:
        reading.problems.error(
            "SC222", node.place, f"no operator stands under `{target.path}`", fix=_operators(target)
        )
        return None
    if len(node.entries) > 1:
        return _several(target, node, reading)
    key, value = node.entries[0]
    if key.text != "if_missing":
        return _test(target, key, value, reading)
    reading.problems.error(
        "SC207", node.place, "`if_missing` needs an operator beside it", fix=_operators(target)
    )
    return None


def _several(target: Target, node: MapNode, reading: Reading) -> list[Comparison] | None:
    """Several operators, and `if_missing` for all of them."""
    tests: list[Comparison] = []
    whole = True
    written = node.get("if_missing")
    if_missing = None if written is None else Truth().read(written, reading)
    for key, value in node.entries:
        found = if_missing if key.text == "if_missing" else _test(target, key, value, reading)
        whole = whole and found is not None
        if isinstance(found, list):
            tests.extend(replace(test, if_missing=if_missing) for test in found)
    return tests if whole else None


def _test(target: Target, key: TextNode, node: Node, reading: Reading) -> list[Comparison] | None:
    if key.text == "confidence":
        return _confidence(target, key, node, reading)
    if key.text not in operators_for(target.sort):
        _refuse_operator(target, key, reading)
        return None
    read = read_operand(key.text, node, target, reading)
    return None if read is None else [_comparison(target, OPERATORS[key.text].word, read, key.place)]


def _confidence(target: Target, key: TextNode, node: Node, reading: Reading) -> list[Comparison] | None:
    if target.noun != "field":
        reading.problems.error(
            "SC209", key.place, f"`{target.path}` has no confidence", label="only fields have one"
        )
        return None
    if not isinstance(node, MapNode) or not node.entries:
        reading.wrong_form(node, "bounds under `confidence`", fix="write `confidence: {at_least: 0.8}`")
        return None
    tests: list[Comparison] = []
    for word, value in node.entries:
        if word.text not in BOUNDS:
            reading.unknown_key(word, BOUNDS, "`confidence`")
            continue
        number = Number(0, 1).read(value, reading)
        if number is not None and isinstance(value, TextNode):
            test = _comparison(target, OPERATORS[word.text].word, Read(number, (value.text,)), word.place)
            tests.append(replace(test, of="confidence"))
    return tests if len(tests) == len(node.entries) else None


def _comparison(target: Target, op: Op, read: Read, place: Place) -> Comparison:
    return Comparison(target.path, op, read.operand, place, read.written, read.list_name)


def _bare(target: Target, name: TextNode, node: TextNode | ListNode, reading: Reading) -> Comparison | None:
    """A value without an operator: equals; a list: any of; refused where it could mean several things."""
    if target.sort in ("text", "one_of", "some_of"):
        op: Op = "exactly" if target.sort == "text" else "equals"
        read = read_operand(op, node, target, reading)
    elif target.sort == "boolean":
        op, read = "equals", read_operand("equals", node, target, reading)
    else:
        is_number = isinstance(node, TextNode) and any(sign.isdigit() for sign in node.text)
        written = node.text if isinstance(node, TextNode) and is_number else "…"
        reading.problems.error(
            "SC208", node.place, f"`{target.path}` needs an operator", label="which of them is meant?",
            fix=_choices(target, written),
        )  # fmt: skip
        return None
    return None if read is None else _comparison(target, op, read, name.place)


def _choices(target: Target, written: str) -> str:
    if target.sort == "record":
        return f"write `{target.path}: {{exists: true}}`, or test one of its parts"
    if target.sort == "moment":
        return "write `time: {inside: CALENDAR}` or `time: {outside: CALENDAR}`"
    sign = re.match(r"(>=|<=|[<>=]) *(.+)", written)
    if sign:
        return f"write `{target.path}: {{{SIGNS[sign[1]]}: {sign[2]}}}`"
    return f"write one of {examples_for(target, written)}"


def _operators(target: Target) -> str:
    return f"`{target.path}` takes {', '.join(f'`{word}`' for word in operators_for(target.sort))}"


def _refuse_operator(target: Target, key: TextNode, reading: Reading) -> None:
    known = [*operators_for(target.sort), *MODIFIERS]
    guess = SIGNS.get(key.text) or did_you_mean(key.text, known)
    parts = target.field.parts if target.field else ()
    if any(part.name == key.text for part in parts):
        guess_text = f"write `{target.path}.{key.text}: …` as a line of its own"
    else:
        guess_text = f"did you mean `{guess}`?" if guess in known else ""
    reading.problems.error(
        "SC209",
        key.place,
        f"`{target.path}` has no operator `{key.text}`",
        label=guess_text,
        fix=_operators(target),
    )
