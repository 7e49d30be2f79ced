"""Reads formulas, which are named numbers, and counts, which are memories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.formulas import Formula as Calc
from socialcare.policy.reading.conditions import When
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Key, Map
from socialcare.policy.reading.rules import PER, WINDOW, windowed
from socialcare.policy.reading.shapes import Number, OneOf
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Count, Formula
from socialcare.policy.yaml.nodes import Node, TextNode

NAME = r"[A-Za-z][A-Za-z0-9_]*"


@dataclass(frozen=True, slots=True)
class Calculation:
    """A calculation over numbers, such as `0.2 * author.followers`."""

    def read(self, node: Node, reading: Reading) -> Calc | None:
        """The calculation; everything it names must be a number."""
        text = reading.text(node, "a calculation")
        if text is None or not isinstance(node, TextNode):
            return None
        try:
            calc = Calc.read(node.text)
        except Flaw as flaw:
            reading.flaw("SC218", node, flaw)
            return None
        known = [self._is_number(path, offset, node, reading) for path, offset in calc.paths.items()]
        return calc if all(known) else None

    def _is_number(self, path: str, offset: int, node: TextNode, reading: Reading) -> bool:
        place = reading.inside(node, Flaw("", offset=offset, length=len(path)))
        target = reading.known_target(path, place)
        if target is not None and target.sort not in ("number", "duration", "count"):
            reading.problems.error("SC206", place, f"`{path}` is not a number")
            return False
        return target is not None

    def schema(self, _: Sketch) -> Schema:
        """A string, or a single number."""
        return {"type": ["string", "number"]}


FORMULA: Map[dict[str, Any]] = Map(
    "a formula",
    dict,
    {
        "calc": Key(Calculation(), required=True, doc="numbers and fields with + - * / and brackets"),
        "if_missing": Key(Number(), doc="its value where a field is unknown"),
    },
)


def read_formula(key: TextNode, node: Node, reading: Reading) -> Formula | None:
    """Read one formula by its name."""
    values = FORMULA.values(node, reading)
    return None if values is None else Formula(name=key.text, place=key.place, **values)


COUNT: Map[dict[str, Any]] = Map(
    "a count",
    dict,
    {
        "of": Key(
            OneOf(("mention", "interaction", "our_post"), "one of mention, interaction, our_post"),
            required=True,
            doc="what is counted: mentions, conversations with an author, or posts of ours",
        ),
        "when": Key(When(), doc="only those for which this was true"),
        "per": Key(PER, doc="a count for each of these"),
        **WINDOW,
    },
    apart=(("in", "per_day"),),
)


def read_count(key: TextNode, node: Node, reading: Reading) -> Count | None:
    """Read one count by its name."""
    values = COUNT.values(node, reading)
    return None if values is None else Count(name=key.text, place=key.place, **windowed(values))
