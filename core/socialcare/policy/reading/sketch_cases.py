"""The JSON Schema of what tests pin: mentions with fields, and the world around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialcare.model import Field
from socialcare.policy.reading.shapes import Shape
from socialcare.policy.reading.sketch import Schema, Sketch


def mention_schema(sketch: Sketch) -> Schema:
    """A text, or by its form a map of fields by path or nested."""
    drawn = sketch.define("mention", lambda: sketch.map(_nested(sketch)))
    return sketch.by_form(map=drawn, other={"type": ["string", "number", "boolean"]})


def _nested(sketch: Sketch) -> dict[str, Schema]:
    """Every field by its path, and as a key of a map under the words before its points."""
    keys: dict[str, Schema] = {}
    paths = sketch.fields()
    for path, field in paths.items():
        keys[path] = _value(field, sketch)
        head, _, rest = path.partition(".")
        if rest and head not in paths:
            keys.setdefault(head, sketch.map({}))["properties"][rest] = _value(field, sketch)
    return keys


def _value(field: Field, sketch: Sketch) -> Schema:
    if field.parts:
        parts = sketch.map({part.name: _value(part, sketch) for part in field.parts})
        return sketch.by_form(map=parts, other={"enum": ["nothing"]})
    if field.kind in ("text", "number", "boolean", "duration", "time"):
        sure = sketch.map(
            {"value": {}, "confidence": {"type": "number", "minimum": 0, "maximum": 1}}, ["value"]
        )
        return sketch.by_form(map=sure, other={"type": ["string", "number", "boolean"]})
    return {}


def given_schema(sketch: Sketch, fixed: Mapping[str, Shape[Any]]) -> Schema:
    """A map of look-ups by their word, flags, counts and what is fixed."""
    return sketch.define("given", lambda: _given(sketch, fixed))


def _given(sketch: Sketch, fixed: Mapping[str, Shape[Any]]) -> Schema:
    keys = {name: shape.schema(sketch) for name, shape in fixed.items()}
    for name, lookup in sketch.vocabulary.lookups.items():
        answer = sketch.map({part.name: _value(part, sketch) for part in lookup.result.parts})
        answers: Schema = {"type": "array", "items": answer}
        keys[name] = sketch.by_form(map=answer, list=answers, other={"enum": ["nothing"]})
    drawn = sketch.map(keys)
    stored = {
        r"^counts\.": {"type": "integer", "minimum": 0},
        r"^flags\.": {"type": ["string", "number", "boolean"]},
    }
    drawn["patternProperties"] = {**drawn["patternProperties"], **stored}
    return drawn
