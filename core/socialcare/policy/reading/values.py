"""Reads values of fields as tests pin them and expect them: the field's type decides what a text is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from socialcare.diagnostics import suggestion
from socialcare.model import Field, FieldValue, Value
from socialcare.policy.language.words import bare
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Key, Many, Map
from socialcare.policy.reading.names import Target
from socialcare.policy.reading.scalars import SPAN, Moment, plain
from socialcare.policy.reading.shapes import Number, Shape, Truth, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.yaml.nodes import MapNode, Node, TextNode

NOTHING = "nothing"
"""What a test writes where there is known to be nothing."""


@dataclass(frozen=True, slots=True)
class Of:
    """A value of a field's type; a closed list of words is checked."""

    target: Target

    def read(self, node: Node, reading: Reading) -> Value:
        """The value, `None` after reporting."""
        if self.target.sort == "record":
            return _record(node, self.target.field, reading)
        value: Value = plain(_SHAPES.get(self.target.sort, Word()).read(node, reading))
        if value is None or not self.target.values:
            return value
        known = {bare(word): word for word in self.target.values}
        words = value if isinstance(value, tuple) else (value,)
        strange = [word for word in words if bare(str(word)) not in known]
        for word in strange:
            label = suggestion(str(word), self.target.values)
            reading.problems.error("SC203", node.place, f"unknown {self.target.path} `{word}`", label=label)
        return None if strange else value

    def schema(self, _: Sketch) -> Schema:
        """The values, or any of the type."""
        if self.target.values and self.target.sort == "one_of":
            return {"enum": [*self.target.values, NOTHING]}
        return {}


_SHAPES: Mapping[str, Shape[Any]] = {  # Any: the kind of field decides the type
    "number": Number(), "count": Number(), "duration": SPAN, "boolean": Truth(), "time": Moment(), "moment": Moment(),
    "some_of": Many(Word()),
}  # fmt: skip


def _record(node: Node, field: Field | None, reading: Reading) -> Mapping[str, Value] | None:
    """Parts of a record by name; those that are not written are not there."""
    parts = {part.name: part for part in field.parts} if field else {}
    if not isinstance(node, MapNode):
        reading.wrong_form(node, "a map of its parts, or `nothing`")
        return None
    values: dict[str, Value] = {}
    whole = True
    for key, value in node.entries:
        part = parts.get(key.text)
        if part is None:
            reading.unknown_key(key, parts, f"`{field.name}`" if field else "it")
            whole = False
            continue
        read = Of(Target(part.name, part.kind, "field", part.values, field=part)).read(value, reading)
        whole = whole and read is not None
        values[key.text] = read
    return values if whole else None


def read_record(node: Node, field: Field, reading: Reading) -> Mapping[str, Value] | None:
    """Read what a look-up answers with in a test."""
    return _record(node, field, reading)


def is_nothing(node: Node) -> bool:
    """Whether a test says that there is nothing."""
    return isinstance(node, TextNode) and node.text == NOTHING and node.style == "plain"


def pinned(node: MapNode, reading: Reading, prefix: str = "") -> Iterator[tuple[str, FieldValue | None]]:
    """The fields that a map pins, by path: `author: {followers: 3}` is `author.followers: 3`; `None` after reporting."""
    for key, value in node.entries:
        path = prefix + key.text
        target = reading.names.target(path)
        if target is not None and target.noun in ("field", "moment"):
            yield path, _pinned(target, value, reading)
        elif isinstance(value, MapNode) and reading.names.paths(f"{path}."):
            yield from pinned(value, reading, f"{path}.")
        else:
            known = [name for name in reading.names.paths() if not name.startswith(("counts.", "flags."))]
            reading.problems.error(
                "SC202", key.place, f"unknown field `{path}`", label=suggestion(path, known)
            )
            yield path, None


_SURE: Map[dict[str, Any]] = Map(
    "a pinned field",
    dict,
    {"value": Key(Word(), required=True), "confidence": Key(Number(0, 1))},
)


def _pinned(target: Target, node: Node, reading: Reading) -> FieldValue | None:
    if is_nothing(node):
        return FieldValue(None, provider="test")
    confidence = 1.0
    if isinstance(node, MapNode) and target.sort != "record":
        sure = _SURE.values(node, reading)
        written = node.get("value")
        if sure is None or written is None:
            return None
        confidence, node = sure.get("confidence", 1.0), written
    value = Of(target).read(node, reading)
    return None if value is None else FieldValue(value, confidence, provider="test")
