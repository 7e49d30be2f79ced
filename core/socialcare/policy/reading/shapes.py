"""The shapes that single values can have; the reader and the schema for editors both come from shapes.

Each shape reads a node into a value, `None` after it reported what is wrong, and sketches itself as JSON Schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol, TypeVar

from socialcare.diagnostics import suggestion
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.names import Noun
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.yaml.nodes import Node

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
