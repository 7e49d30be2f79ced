"""Reads dry runs that are kept in the repository, with what their figures must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from socialcare.policy.cases import Bounds, Simulation
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Key, Many, Map, Table
from socialcare.policy.reading.scalars import SHARE
from socialcare.policy.reading.shapes import Name, Number, OneOf, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.yaml.nodes import Node, TextNode

RULE_FIGURES = ("fires", "wins", "outranked", "forbidden", "held", "limited", "too_long", "unresolved")
"""What is counted for each rule."""

RUN_FIGURES = (
    "mentions", "answered", "held", "handed_over", "acknowledged", "ignored", "inbox", "unanswered", "too_long",
    "unresolved", "over_limit", "replies_per_author_per_day", "dead_rules",
)  # fmt: skip
"""What is counted for the whole run."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or a share such as `5%`."""

    def read(self, node: Node, reading: Reading) -> float | None:
        """The number; a share is 0 to 1."""
        if isinstance(node, TextNode) and node.text.rstrip().endswith("%"):
            return SHARE.read(node, reading)
        return Number(noun="a number or a share such as `5%`").read(node, reading)

    def schema(self, _: Sketch) -> Schema:
        """A number, or a string with a percent sign."""
        return {"type": ["number", "string"], "pattern": SHARE.pattern}


BOUNDS: Map[Bounds] = Map(
    "a figure",
    Bounds,
    {
        "at_least": Key(Figure(), doc="this number or more, or a share such as `5%`"),
        "at_most": Key(Figure(), doc="this number or less, or a share such as `5%`"),
        "equals": Key(Figure(), doc="exactly this"),
    },
)


def _figures(names: tuple[str, ...]) -> Table[str, Bounds]:
    return Table(OneOf(names, "a figure of a dry run"), BOUNDS, "figures and their bounds")


EXPECT: Map[dict[str, Any]] = Map(
    "`expect` of a simulation",
    dict,
    {
        "rules": Key(
            Table(Name("rule"), _figures(RULE_FIGURES), "rules and their figures"), doc="figures by rule"
        ),
        "everyone": Key(_figures(RUN_FIGURES), doc="figures of the whole run"),
    },
)


def _simulation(*, over: tuple[str, ...], expect: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"over": over, **(expect or {})}


SIMULATION: Map[dict[str, Any]] = Map(
    "a simulation",
    _simulation,
    {
        "over": Key(Many(Word("a file of past mentions")), required=True, doc="files of past mentions"),
        "expect": Key(EXPECT, doc="what its figures must be"),
    },
)


def read_simulation(key: TextNode, node: Node, reading: Reading) -> Simulation | None:
    """Read one simulation by its name."""
    values = SIMULATION.read(node, reading)
    return None if values is None else Simulation(name=key.text, place=key.place, **values)
