"""Makes the shape of an action's parameters out of its pydantic model, so that a plugin declares them once."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from socialcare.model import Refers
from socialcare.policy.language.texts import Text
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import ByForm, Key, Listing, Many, Map, Table
from socialcare.policy.reading.references import INNER_REFERENCES, REFERENCES, Flags, Free
from socialcare.policy.reading.scalars import SPAN
from socialcare.policy.reading.shapes import Number, OneOf, Shape, Truth, Whole, Word
from socialcare.policy.statements import Asked, Path
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node

Data = dict[str, Any]  # Any: an action's parameters are its plugin's own


@cache
def shape_of_model(model: type[BaseModel], *, inner: bool = False, where: str = "this map") -> Map[Data]:
    """The keys of a model and the shapes of their values; `inner` for one that is itself a value of another, `where` names it."""
    keys = {
        field.alias or name: Key(
            _shape(field.annotation, field.metadata, inner=inner),
            required=field.is_required(),
            doc=field.description or "",
        )
        for name, field in model.model_fields.items()
    }
    return Map(where, dict, keys)


@cache
def flag_parameter(model: type[BaseModel]) -> str | None:
    """The parameter that takes a map of flags, if the model has one."""
    keys = shape_of_model(model).keys
    return next((name for name, key in keys.items() if isinstance(key.shape, Flags)), None)


def check(model: type[BaseModel], values: Data, node: Node, where: str, reading: Reading) -> Data | None:
    """Let the model judge the values; the parameters with its defaults, durations in seconds, or `None` after reporting."""
    plain = all(type(value) in _PLAIN for value in values.values())
    try:
        judged = model.model_validate(values if plain else _stand_ins(model, values))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            place = _find(node, fault["loc"]).place
            reading.problems.error("SC219", place, f"{where}: {_message(fault)}")
        return None
    defaults = {
        written: _as_data(default)
        for (written, _), name in zip(_fields(model).items(), model.model_fields, strict=True)
        if written not in values and (default := getattr(judged, name)) is not None
    }
    return defaults | (values if plain else {name: _as_data(value) for name, value in values.items()})


_PLAIN = frozenset({str, int, float, bool})
"""Types of values that need nothing to stand in for them."""


def _shape(
    annotation: Any, metadata: Sequence[Any], *, inner: bool
) -> Shape[Any]:  # Any: annotations are open
    if get_origin(annotation) is Annotated:
        annotated, *marks = get_args(annotation)
        more = [each for mark in marks for each in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
        return _shape(annotated, [*more, *metadata], inner=inner)
    options = [option for option in _options(annotation) if option is not type(None)]
    if len(options) > 1:
        return _either([_shape(option, metadata, inner=inner) for option in options])
    if options[0] is not annotation:
        return _shape(options[0], metadata, inner=inner)
    return _single(annotation, metadata, inner=inner)


def _options(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _either(shapes: list[Shape[Any]]) -> Shape[Any]:
    """The shapes of a union, told apart by the form of the value."""
    maps = [shape for shape in shapes if isinstance(shape, Map | Table)]
    lists = [shape for shape in shapes if isinstance(shape, Many | Listing)]
    texts = [shape for shape in shapes if shape not in maps and shape not in lists]
    if lists and texts and not maps:
        return Many(texts[0])
    return ByForm(text=next(iter(texts), None), list=next(iter(lists), None), map=next(iter(maps), None))


def _single(annotation: Any, metadata: Sequence[Any], *, inner: bool) -> Shape[Any]:
    origin = get_origin(annotation)
    arguments = get_args(annotation)
    if origin in (list, tuple, set, frozenset, Sequence):
        each = _shape(arguments[0], [mark for mark in metadata if isinstance(mark, Refers)], inner=True)
        return Listing(each, "maps") if isinstance(each, Map | Table) else Many(each)
    for mark in metadata:
        if isinstance(mark, Refers):
            return (INNER_REFERENCES if inner else REFERENCES)[mark.to]
    if origin in (dict, Mapping):
        return Table(_shape(arguments[0], (), inner=True), _shape(arguments[1], (), inner=True), "a map")
    if origin is Literal:
        return OneOf(tuple(str(word) for word in arguments), "one of its words")
    return _plain(annotation, metadata)


def _plain(annotation: Any, metadata: Sequence[Any]) -> Shape[Any]:
    if not isinstance(annotation, type):
        return Free()
    if issubclass(annotation, BaseModel):
        return shape_of_model(annotation, inner=True)
    if issubclass(annotation, Enum):
        return OneOf(tuple(str(word.value) for word in annotation), "one of its words")
    least = next((mark.ge for mark in metadata if hasattr(mark, "ge")), None)
    most = next((mark.le for mark in metadata if hasattr(mark, "le")), None)
    if annotation is bool:
        return Truth()
    if annotation is int:
        return (
            Whole(int(least))
            if least is not None and most is None
            else Number(least, most, whole=True, noun="a whole number")
        )
    if annotation is float:
        return Number(least, most)
    if annotation is timedelta:
        return SPAN
    return Word() if annotation is str else Free()


def _stand_ins(model: type[BaseModel], values: Data) -> Data:
    """The values with plain ones in the place of what is resolved later."""
    fields = _fields(model)
    return {name: _stand_in(value, fields.get(name)) for name, value in values.items()}


@cache
def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the names under which they are written."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _stand_in(value: Any, field: FieldInfo | None) -> Any:
    if isinstance(value, Path):
        takes_text = field is not None and any(option is str for option in _options(field.annotation))
        return value.name if takes_text else 0
    if isinstance(value, Asked):
        return value.otherwise or value.lookup
    if isinstance(value, Text):
        return value.source
    if isinstance(value, Mapping):
        return {name: _stand_in(each, None) for name, each in value.items()}
    return [_stand_in(each, None) for each in value] if isinstance(value, tuple) else value


def _as_data(value: Any) -> Any:
    """Plain data: durations in seconds, models as maps."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, BaseModel):
        return {name: _as_data(each) for name, each in value if each is not None}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: _as_data(each) for name, each in value.items()}
    return tuple(_as_data(each) for each in value) if isinstance(value, list | tuple) else value


def _find(node: Node, path: Sequence[int | str]) -> Node:
    """The node at the end of a path of a pydantic error, as far as it goes."""
    for step in path:
        below: Node | None = None
        if isinstance(node, MapNode):
            below = node.get(str(step))
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
            below = node.items[step]
        if below is None:
            return node
        node = below
    return node


def _message(fault: Mapping[str, Any]) -> str:
    """What pydantic says, in the house's style."""
    said = str(fault.get("ctx", {}).get("error") or fault["msg"])
    said = said.replace("Input should", "it should").replace("Value error, ", "").split("\n")[0].rstrip(".")
    return said[:1].lower() + said[1:]
