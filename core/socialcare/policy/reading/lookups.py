"""Reads look-ups: `{nearest_store: {to: place}}`, and the aliases under which a rule sees their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from socialcare.diagnostics import suggestion
from socialcare.model import Field, Kind, Parameter, Value
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Many
from socialcare.policy.reading.scalars import SPAN, plain
from socialcare.policy.reading.shapes import Number, Shape, Truth, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Asked
from socialcare.policy.yaml.nodes import MapNode, Node, TextNode, word_at
from socialcare.ports import Lookup

ALIAS = Word("an alias such as `store`: letters, digits and `_`", r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Lookups:
    """The `look_up:` of a rule: alias to look-up, in the order asked; a later one may use an earlier answer."""

    def read(self, node: Node, reading: Reading) -> dict[str, Asked] | None:
        """The look-ups by alias."""
        if not isinstance(node, MapNode) or not node.entries:
            reading.wrong_form(
                node, "a map of look-ups", fix="write `look_up: {store: {nearest_store: {to: place}}}`"
            )
            return None
        answers = answers_of(node, reading)
        earlier: dict[str, Field] = {}
        found: dict[str, Asked] = {}
        whole = True
        for key, value in node.entries:
            alias = ALIAS.read(key, reading)
            if alias is not None and reading.names.target(alias) is not None:
                reading.problems.error(
                    "SC225", key.place, f"`{alias}` is a field already", fix="choose another alias"
                )
                alias = None
            asked = read_asked(value, reading.with_answers(earlier))
            if alias is None or asked is None:
                whole = False
                continue
            found[alias] = asked
            earlier = {**earlier, alias: answers[alias]}
        return found if whole else None

    def schema(self, sketch: Sketch) -> Schema:
        """A map of aliases to one look-up each."""
        return sketch.table(ALIAS.schema(sketch), asked_schema(sketch))


def answers_of(node: Node | None, reading: Reading) -> dict[str, Field]:
    """What each alias of a `look_up:` answers with, as far as its look-up is known; reports nothing."""
    answers: dict[str, Field] = {}
    if isinstance(node, MapNode):
        for key, value in node.entries:
            words = value.keys() if isinstance(value, MapNode) else []
            lookup = reading.vocabulary.lookups.get(words[0]) if len(words) == 1 else None
            if lookup is not None:
                answers[key.text] = lookup.result
    return answers


def read_asked(node: Node, reading: Reading, otherwise: str | None = None) -> Asked | None:
    """Read one look-up with its arguments: a map with the look-up's word as its only key."""
    if not isinstance(node, MapNode) or len(node.entries) != 1:
        reading.wrong_form(node, "one look-up and its arguments", fix="write `{nearest_store: {to: place}}`")
        return None
    key, value = node.entries[0]
    name = reading.known_name(key, "look-up")
    return (
        None if name is None else _arguments(key, value, reading.vocabulary.lookups[name], reading, otherwise)
    )


def _arguments(
    key: TextNode, node: Node, lookup: Lookup, reading: Reading, otherwise: str | None
) -> Asked | None:
    parameters = {parameter.name: parameter for parameter in lookup.parameters}
    required = [parameter for parameter in lookup.parameters if parameter.required]
    entries = node.entries if isinstance(node, MapNode) else []
    if not isinstance(node, MapNode):
        first = (required or list(lookup.parameters))[:1]
        if not first:
            reading.problems.error(
                "SC201", node.place, f"the look-up `{lookup.name}` takes no arguments", fix="write `{}`"
            )
            return None
        entries = [(word_at(node, first[0].name), node)]
    fields: dict[str, str] = {}
    literals: dict[str, Value] = {}
    whole = True
    for word, value in entries:
        parameter = parameters.get(word.text)
        if parameter is None:
            reading.unknown_key(word, parameters, f"the look-up `{lookup.name}`")
            whole = False
            continue
        read = (
            _path(parameter, value, reading)
            if parameter.takes == "field"
            else _literal(parameter.kind).read(value, reading)
        )
        if read is None:
            whole = False
        elif parameter.takes == "field":
            fields[word.text] = str(read)
        else:
            literals[word.text] = plain(read)
    written = {word.text for word, _ in entries}
    if not written <= parameters.keys():
        return None
    missing = [
        parameter.name
        for parameter in required
        if parameter.name not in written and parameter.default is None
    ]
    for name in missing:
        reading.problems.error(
            "SC207", key.place, f"the look-up `{lookup.name}` needs `{name}`", fix=lookup.example
        )
    return Asked(lookup.name, key.place, fields, literals, otherwise) if whole and not missing else None


def _path(parameter: Parameter, node: Node, reading: Reading) -> str | None:
    """A field that fills a parameter; its type must fit."""
    path = reading.text(node, "the name of a field")
    target = reading.known_target(path, node.place) if path is not None else None
    if target is None or path is None:
        return None
    given: str = "number" if target.sort == "count" else target.sort
    if _family(given) != _family(parameter.kind):
        reading.problems.error(
            "SC206",
            node.place,
            f"`{path}` holds {_KINDS[_family(given)]}, and `{parameter.name}` takes {_KINDS[_family(parameter.kind)]}",
        )
        return None
    return path


def _family(kind: str) -> str:
    """Types that stand in for each other: words for texts, the moment for times."""
    return {"one_of": "text", "some_of": "text", "moment": "time"}.get(kind, kind)


_KINDS = {
    "text": "a text", "number": "a number", "boolean": "true or false", "time": "a time", "duration": "a span of time",
    "record": "several parts",
}  # fmt: skip


def _literal(kind: Kind) -> Shape[Any]:  # Any: the value's type follows from the kind
    shapes: Mapping[str, Shape[Any]] = {
        "number": Number(), "duration": SPAN, "boolean": Truth(), "some_of": Many(Word()),
    }  # fmt: skip
    return shapes.get(kind, Word())


@dataclass(frozen=True, slots=True)
class Found:
    """The names of a rule's own look-ups, as `only_if_found` lists them."""

    def read(self, node: Node, reading: Reading) -> str | None:
        """An alias of the rule."""
        alias = reading.text(node, "the alias of a look-up")
        if alias is None or alias in reading.answers:
            return alias
        reading.problems.error(
            "SC204", node.place, f"the rule looks up no `{alias}`", label=suggestion(alias, reading.answers)
        )
        return None

    def schema(self, sketch: Sketch) -> Schema:
        """A word."""
        return Word().schema(sketch)


def asked_schema(sketch: Sketch) -> Schema:
    """A map with one look-up, picked by its word."""
    return sketch.define("lookup", lambda: _asked_schema(sketch))


def _asked_schema(sketch: Sketch) -> Schema:
    words = {name: _arguments_schema(lookup, sketch) for name, lookup in sketch.vocabulary.lookups.items()}
    return sketch.map(words) | {"minProperties": 1, "maxProperties": 1}


def _arguments_schema(lookup: Lookup, sketch: Sketch) -> Schema:
    shapes = {p.name: Word() if p.takes == "field" else _literal(p.kind) for p in lookup.parameters}
    required = [p.name for p in lookup.parameters if p.required and p.default is None]
    keys = {name: shape.schema(sketch) for name, shape in shapes.items()}
    schema = sketch.by_form(map=sketch.map(keys, required), other={"type": ["string", "number", "boolean"]})
    return schema | {"description": lookup.doc}
