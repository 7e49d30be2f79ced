"""Makes functions of one expression. Nothing that a user wrote ever becomes source: it goes in as a constant, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Source:
    """The constants of one expression, each under a name."""

    def __init__(self) -> None:
        self.constants: list[Any] = []  # Any: numbers, words, sets, patterns, functions

    def constant(self, value: Any) -> str:  # Any: as above
        """The name of a constant."""
        self.constants.append(value)
        return f"c{len(self.constants) - 1}"


class Maker:
    """Makes functions; expressions of one shape share their code."""

    def __init__(self, arguments: str) -> None:
        self._arguments = arguments
        self._shapes: dict[str, Callable[..., Callable[..., Any]]] = {}  # Any: of the function made

    def make(self, expression: str, source: Source) -> Callable[..., Any]:  # Any: as above
        """The function that works out an expression over its constants and the arguments."""
        shape = self._shapes.get(expression)
        if shape is None:
            names = ", ".join(f"c{number}" for number in range(len(source.constants)))
            code = f"lambda {names}: lambda {self._arguments}: {expression}"
            shape = self._shapes[expression] = eval(code, {"__builtins__": {}})  # noqa: S307 - our own templates over names
        return shape(*source.constants)
