"""Shapes of an action's parameters that refer to something of the policy: people, accounts, numbers, texts, flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.lookups import asked_schema, read_asked
from socialcare.policy.reading.prose import Prose
from socialcare.policy.reading.shapes import Name, Number, Shape, Truth, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Asked, Path
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode, map_at


@dataclass(frozen=True, slots=True)
class Person:
    """A name of `people:`, or a look-up that answers with one and a name for where it does not."""

    def read(self, node: Node, reading: Reading) -> str | Asked | None:
        """The name, or the look-up."""
        if not isinstance(node, MapNode):
            return Name("person").read(node, reading)
        spare = node.get("otherwise")
        otherwise = Name("person").read(spare, reading) if spare is not None else None
        lookup = map_at(node, [entry for entry in node.entries if entry[0].text != "otherwise"])
        asked = read_asked(lookup, reading, otherwise)
        return asked if spare is None or otherwise is not None else None

    def schema(self, sketch: Sketch) -> Schema:
        """A name, or by its form a look-up."""
        asked_schema(sketch)
        drawn = sketch.definitions["lookup"]
        keys = {**drawn["properties"], "otherwise": sketch.names("person")}
        asked = sketch.map(keys) | {"minProperties": 1, "maxProperties": 2}
        return sketch.by_form(map=sketch.define("person", lambda: asked), other=sketch.names("person"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or the path of one that is resolved when the action is proposed."""

    def read(self, node: Node, reading: Reading) -> float | Path | None:
        """The number or the path."""
        text = reading.text(node, "a number or the name of one")
        if text is None:
            return None
        if text[0] in "+-.0123456789":
            return Number().read(node, reading)
        target = reading.known_target(text, node.place)
        if target is None:
            return None
        if target.sort not in ("number", "duration", "count"):
            reading.problems.error("SC206", node.place, f"`{text}` is not a number")
            return None
        return Path(text)

    def schema(self, _: Sketch) -> Schema:
        """A number or a name."""
        return {"type": ["number", "string"]}


@dataclass(frozen=True, slots=True)
class Flags:
    """A map of flags to set, such as `{flags.opted_out: true}`, by name."""

    def read(self, node: Node, reading: Reading) -> dict[str, bool | float | str] | None:
        """The flags' names without `flags.`, and their values."""
        if not isinstance(node, MapNode) or not node.entries:
            reading.wrong_form(node, "flags to set", fix="write `{flags.NAME: true}`")
            return None
        found = {key.text: self._value(key, value, reading) for key, value in node.entries}
        if any(value is None for value in found.values()):
            return None
        return {name.removeprefix("flags."): value for name, value in found.items() if value is not None}

    def _value(self, key: TextNode, node: Node, reading: Reading) -> bool | float | str | None:
        target = reading.names.target(key.text) if key.text.startswith("flags.") else None
        if target is None:
            reading.problems.error(
                "SC201", key.place, f"`{key.text}` is not a flag", fix="write `flags.NAME: true`"
            )
            return None
        shapes: Mapping[str, Shape[Any]] = {"boolean": Truth(), "number": Number()}
        value: bool | float | str | None = shapes.get(target.sort, Word()).read(node, reading)
        return value

    def schema(self, _: Sketch) -> Schema:
        """A map whose keys begin with `flags.`."""
        return {
            "type": "object", "minProperties": 1, "additionalProperties": False,
            "patternProperties": {FLAG_PATTERN: {"type": ["string", "number", "boolean"]}},
        }  # fmt: skip


FLAG_PATTERN = r"^flags\.[A-Za-z][A-Za-z0-9_]*$"


@dataclass(frozen=True, slots=True)
class Free:
    """Data of a plugin's own: texts, lists and maps as they stand, `true` and `false`, decimal numbers."""

    def read(self, node: Node, reading: Reading) -> Any:  # Any: open data
        """The data."""
        if isinstance(node, ListNode):
            return tuple(self.read(item, reading) for item in node.items)
        if isinstance(node, MapNode):
            return {key.text: self.read(value, reading) for key, value in node.entries}
        if node.style == "plain" and node.text in ("true", "false"):
            return node.text == "true"
        return _number(node) if node.style == "plain" else node.text

    def schema(self, _: Sketch) -> Schema:
        """Anything."""
        return {}


def _number(node: TextNode) -> float | str:
    digits = node.text.removeprefix("-").replace(".", "", 1)
    return float(node.text) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else node.text


To = Literal["person", "account", "number", "text", "flag"]
REFERENCES: dict[To, Shape[Any]] = {  # Any: each reference is read into its own type
    "person": Person(), "account": Name("account"), "number": Figure(), "text": Prose(), "flag": Flags(),
}  # fmt: skip
INNER_REFERENCES: dict[To, Shape[Any]] = {  # Any: as above
    **REFERENCES, "person": Name("person"), "number": Number(), "text": Word(),
}  # fmt: skip
"""Inside lists and maps of a parameter, where nothing is resolved when the action is proposed: names and values as they stand."""
