"""The shapes a value in a policy can have; the reader and the schema for editors both come from them.

Each shape reads a node into a value, `None` after it reported what is wrong, and sketches itself as JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from socialcare.diagnostics import suggestion
from socialcare.policy.names import Noun
from socialcare.policy.nodes import ListNode, MapNode, Node, TextNode
from socialcare.policy.reading import Reading
from socialcare.policy.sketch import Schema, Sketch

T = TypeVar("T")
K = TypeVar("K")
T_co = TypeVar("T_co", covariant=True)

SCALAR = ["string", "number", "boolean"]
"""What an editor takes a plain text for; we read its source."""


class Shape(Protocol[T_co]):
    """A form of value."""

    def read(self, node: Node, reading: Reading) -> T_co | None:
        """The value of a node, or `None` after reporting why it has none."""
        ...

    def schema(self, sketch: Sketch, /) -> Schema:
        """The same form as JSON Schema."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """Any text that is not empty; `pattern` narrows it."""

    noun: str = "a text"
    pattern: str | None = None

    def read(self, node: Node, reading: Reading) -> str | None:
        """The text without blanks around it."""
        text = reading.text(node, self.noun)
        if text is not None and self.pattern and not re.fullmatch(self.pattern, text):
            reading.problems.error("SC206", node.place, f"`{text}` is not {self.noun}")
            return None
        return text

    def schema(self, _: Sketch) -> Schema:
        """Any scalar, or a string of the pattern."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"} if self.pattern else {"type": SCALAR}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words of ours."""

    words: tuple[str, ...]
    noun: str

    def read(self, node: Node, reading: Reading) -> str | None:
        """The word."""
        text = reading.text(node, self.noun)
        if text is None or text in self.words:
            return text
        reading.problems.error(
            "SC206", node.place, f"`{text}` is not {self.noun}", label=suggestion(text, self.words)
        )
        return None

    def schema(self, _: Sketch) -> Schema:
        """The words."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`, no other spelling."""

    def read(self, node: Node, reading: Reading) -> bool | None:
        """The truth."""
        text = reading.text(node, "`true` or `false`")
        if text in ("true", "false"):
            return text == "true"
        if text is not None:
            reading.problems.error("SC206", node.place, f"`{text}` is neither `true` nor `false`")
        return None

    def schema(self, _: Sketch) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


_DECIMAL = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number, written out."""

    least: float | None = None
    most: float | None = None
    whole: bool = False
    noun: str = "a number"

    def read(self, node: Node, reading: Reading) -> float | None:
        """The number."""
        text = reading.text(node, self.noun)
        if text is None:
            return None
        if not _DECIMAL.fullmatch(text) or len(text) > 30 or (self.whole and "." in text):
            fix = "write it out, with a point before the decimals and nothing between the thousands"
            reading.problems.error("SC206", node.place, f"`{text}` is not {self.noun}", fix=fix)
            return None
        value = float(text)
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            bounds = [f"at least {self.least:g}"] if self.least is not None else []
            bounds += [f"at most {self.most:g}"] if self.most is not None else []
            reading.problems.error(
                "SC206", node.place, f"`{text}` is out of bounds", label=f"must be {' and '.join(bounds)}"
            )
            return None
        return int(value) if self.whole else value

    def schema(self, _: Sketch) -> Schema:
        """A number with its bounds."""
        schema: Schema = {"type": "integer" if self.whole else "number"}
        if self.least is not None:
            schema["minimum"] = self.least
        if self.most is not None:
            schema["maximum"] = self.most
        return schema


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    least: int = 0
    noun: str = "a whole number"

    def read(self, node: Node, reading: Reading) -> int | None:
        """The number."""
        value = Number(self.least, None, whole=True, noun=self.noun).read(node, reading)
        return None if value is None else int(value)

    def schema(self, _: Sketch) -> Schema:
        """An integer with its bound."""
        return {"type": "integer", "minimum": self.least}


@dataclass(frozen=True, slots=True)
class Name:
    """The name of something declared."""

    noun: Noun

    def read(self, node: Node, reading: Reading) -> str | None:
        """The name, if it is declared."""
        return reading.known_name(node, self.noun)

    def schema(self, sketch: Sketch) -> Schema:
        """One of the names that plugins declare, or any text where the policy itself does."""
        return sketch.names(self.noun)


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
            reading.wrong_form(node, f"a map with {_listing(self.keys)}")
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
        misspelt = any(name not in self.keys and not name.startswith("x-") for name in written)
        missing = [
            name for name, key in self.keys.items() if key.required and name not in written and not misspelt
        ]
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


Statement: TypeAlias = Shape[Any]  # Any: each kind of statement is read into its own class


def _listing(keys: Mapping[str, Key]) -> str:
    required = [name for name, key in keys.items() if key.required] or list(keys)
    shown = ", ".join(f"`{name}`" for name in required[:6])
    return shown if len(required) <= 6 else f"{shown}, …"
