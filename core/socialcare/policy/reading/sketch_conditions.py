"""The JSON Schema of conditions: each field a key of its own, with the operators of its type."""

from __future__ import annotations

from socialcare.policy.reading.names import Sort
from socialcare.policy.reading.operators import BOUNDS, OPERATORS, operators_for, takes
from socialcare.policy.reading.scalars import SPAN_PATTERN
from socialcare.policy.reading.sketch import Schema, Sketch

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_NAME: Schema = {"type": "string"}


def condition_schema(sketch: Sketch) -> Schema:
    """The name of a signal, or by its form a map of tests."""
    return sketch.define("condition", lambda: _condition(sketch))


def _condition(sketch: Sketch) -> Schema:
    own = {"$ref": "#/$defs/condition"}
    parts: Schema = {"type": "array", "minItems": 1, "items": own}
    keys: dict[str, Schema] = {
        "all": parts | {"description": "every one of these holds"},
        "any": parts | {"description": "one of these holds"},
        "none": parts | {"description": "none of these holds"},
    }
    for path, field in sketch.fields().items():
        keys[path] = _tests(field.kind, field.values, sketch) | {"description": field.doc}
    keys.setdefault("time", _tests("moment", (), sketch) | {"description": "the moment of the decision"})
    for path, sort in sketch.own_paths.items():
        keys.setdefault(path, _tests(sort, (), sketch))
    drawn = sketch.map(keys) | {"minProperties": 1}
    stored = {r"^counts\.": _tests("count", (), sketch), r"^flags\.": {}}
    drawn["patternProperties"] = {**drawn["patternProperties"], **stored}
    return sketch.by_form(map=drawn, other=_NAME)


def _tests(sort: Sort, values: tuple[str, ...], sketch: Sketch) -> Schema:
    """What may stand under a field: operators, and where it can be misread by nobody a bare value."""
    if values:
        return _tests_of(sort, values, sketch)
    return sketch.define(f"tests of {sort}", lambda: _tests_of(sort, (), sketch)).copy()


def _tests_of(sort: Sort, values: tuple[str, ...], sketch: Sketch) -> Schema:
    keys = {
        word: _operand(word, sort, values, sketch) | {"description": OPERATORS[word].doc}
        for word in operators_for(sort)
    }
    bounds = {word: {"type": "number", "minimum": 0, "maximum": 1} for word in BOUNDS}
    keys["confidence"] = sketch.map(bounds) | {"description": "how sure the provider is"}
    keys["if_missing"] = {"type": "boolean", "description": "the answer where the field is unknown"}
    tests = sketch.map(keys) | {"minProperties": 1}
    if sort in ("text", "one_of", "some_of"):
        word: Schema = {"enum": list(values)} if values else _SCALAR
        return sketch.by_form(map=tests, list={"type": "array", "minItems": 1, "items": word}, other=word)
    return sketch.by_form(map=tests, other={"type": "boolean"}) if sort == "boolean" else tests


def _operand(word: str, sort: Sort, values: tuple[str, ...], sketch: Sketch) -> Schema:
    kind = takes(word, sort)
    if kind == "number":
        return {"type": "number"}
    if kind == "truth":
        return {"type": "boolean"}
    if kind == "span":
        return {"type": "string", "pattern": SPAN_PATTERN}
    if kind in ("calendar", "list"):
        return sketch.names(kind).copy()
    each: Schema = {"enum": list(values)} if values else _SCALAR
    several: Schema = {"type": "array", "minItems": 1, "items": each}
    return sketch.by_form(map=sketch.map({"in": sketch.names("list")}, ["in"]), list=several, other=each)
