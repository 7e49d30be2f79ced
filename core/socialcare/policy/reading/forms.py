"""Shapes made of other shapes: one or several, lists, maps with known keys, tables, and a choice by form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.shapes import Shape
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Many(Generic[T]):
    """One or a list of a shape, read as a tuple without repeats; never an empty one."""

    each: Shape[T]

    def read(self, node: Node, reading: Reading) -> tuple[T, ...] | None:
        """The values in the order written."""
        if not isinstance(node, ListNode):
            only = self.each.read(node, reading)
            return None if only is None else (only,)
        if not node.items:
            reading.problems.error("SC222", node.place, "the list is empty")
            return None
        values = [self.each.read(item, reading) for item in node.items]
        kept = dict.fromkeys(value for value in values if value is not None)
        return None if any(value is None for value in values) else tuple(kept)

    def schema(self, sketch: Sketch) -> Schema:
        """A list, or by its form a single one."""
        each = self.each.schema(sketch)
        return sketch.by_form(list={"type": "array", "minItems": 1, "items": each}, other=each)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list of a shape in the order written, repeats and all; never an empty one."""

    each: Shape[T]
    what: str

    def read(self, node: Node, reading: Reading) -> tuple[T, ...] | None:
        """The values."""
        if not isinstance(node, ListNode):
            reading.wrong_form(node, f"a list of {self.what}", fix="put `- ` before each")
            return None
        if not node.items:
            reading.problems.error("SC222", node.place, f"the list of {self.what} is empty")
            return None
        values = [self.each.read(item, reading) for item in node.items]
        whole = tuple(value for value in values if value is not None)
        return whole if len(whole) == len(values) else None

    def schema(self, sketch: Sketch) -> Schema:
        """A list."""
        return {"type": "array", "minItems": 1, "items": self.each.schema(sketch)}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a map: the shape of its value, the argument it fills where that has another name, one line of help."""

    shape: Shape[Any]  # Any: keys of one map hold different types
    to: str | None = None
    required: bool = False
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Map(Generic[T]):
    """A map with known keys, made into a value; `where` names it in problems."""

    where: str
    make: Callable[..., T]
    keys: Mapping[str, Key]
    apart: Sequence[tuple[str, str]] = field(default=())
    """Pairs of keys that exclude each other."""

    def read(self, node: Node, reading: Reading) -> T | None:
        """The value made of what the keys hold."""
        values = self.values(node, reading)
        return None if values is None else self.make(**values)

    def values(self, node: Node, reading: Reading) -> dict[str, Any] | None:
        """What the keys hold, by argument; keys that are not written are left out."""
        if not isinstance(node, MapNode):
            is_bare = isinstance(node, TextNode) and not node.text
            fix = "indent the lines that belong to it deeper than its name" if is_bare else ""
            reading.wrong_form(node, f"a map with {_listing(self.keys)}", fix=fix)
            return None
        values: dict[str, Any] = {}
        whole = True
        for key, value in node.entries:
            known = self.keys.get(key.text)
            if known is None:
                if not key.text.startswith("x-"):
                    reading.unknown_key(key, self.keys, self.where)
                    whole = False
                continue
            read = known.shape.read(value, reading)
            whole = whole and read is not None
            values[known.to or key.text] = read
        complete = self._is_complete(node, reading)
        return values if complete and whole else None

    def _is_complete(self, node: MapNode, reading: Reading) -> bool:
        written = set(node.keys())
        missing = [name for name, key in self.keys.items() if key.required and name not in written]
        if missing and any(name not in self.keys and not name.startswith("x-") for name in written):
            missing = []  # one of them may be misspelt
        for name in missing:
            reading.problems.error("SC207", node.place, f"{self.where} needs `{name}`")
        clashes = [(one, other) for one, other in self.apart if one in written and other in written]
        for one, other in clashes:
            reading.problems.error("SC223", node.place, f"`{one}` and `{other}` exclude each other")
        return not missing and not clashes

    def schema(self, sketch: Sketch) -> Schema:
        """An object with these keys and no others but `x-…`."""
        properties = {
            name: key.shape.schema(sketch) | ({"description": key.doc} if key.doc else {})
            for name, key in self.keys.items()
        }
        return sketch.map(properties, [name for name, key in self.keys.items() if key.required])


@dataclass(frozen=True, slots=True)
class Table(Generic[K, T]):
    """A map from names that the user chooses to values of one shape; `name` reads the keys."""

    name: Shape[K]
    each: Shape[T]
    where: str

    def read(self, node: Node, reading: Reading) -> dict[K, T] | None:
        """The values by name."""
        if not isinstance(node, MapNode):
            reading.wrong_form(node, f"a map ({self.where})")
            return None
        if not node.entries:
            reading.problems.error("SC222", node.place, f"the map is empty ({self.where})")
            return None
        values: dict[K, T] = {}
        whole = True
        for key, value in node.entries:
            name, read = self.name.read(key, reading), self.each.read(value, reading)
            if name is None or read is None:
                whole = False
            else:
                values[name] = read
        return values if whole else None

    def schema(self, sketch: Sketch) -> Schema:
        """An object with these values; its keys are closed where plugins declare the names."""
        return sketch.table(self.name.schema(sketch), self.each.schema(sketch))


@dataclass(frozen=True, slots=True)
class ByForm(Generic[T]):
    """A shape for a text, another for a list, another for a map."""

    text: Shape[T] | None = None
    list: Shape[T] | None = None
    map: Shape[T] | None = None

    def read(self, node: Node, reading: Reading) -> T | None:
        """What the shape for this form reads."""
        if isinstance(node, TextNode):
            shape = self.text
        else:
            shape = self.map if isinstance(node, MapNode) else self.list
        if shape is None:
            forms = {"a text": self.text, "a list": self.list, "a map": self.map}
            reading.wrong_form(node, " or ".join(name for name, known in forms.items() if known))
            return None
        return shape.read(node, reading)

    def schema(self, sketch: Sketch) -> Schema:
        """The same, picked by the JSON type."""
        forms = {"list": self.list, "map": self.map, "other": self.text}
        return sketch.by_form(**{name: shape.schema(sketch) for name, shape in forms.items() if shape})


def _listing(keys: Mapping[str, Key]) -> str:
    required = [name for name, key in keys.items() if key.required] or list(keys)
    shown = ", ".join(f"`{name}`" for name in required[:6])
    return shown if len(required) <= 6 else f"{shown}, …"
