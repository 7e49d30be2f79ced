"""The closed list of filters of a reply text; each means what it means in Liquid."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

Value = str | float | bool | None
Argument = str | float
LengthOf = Callable[[str], int]

_NUMBER = re.compile(r"\s*-?\d{1,15}(?:\.\d{1,15})?\s*", re.ASCII)
_LONGEST_RESULT = 100_000


@dataclass(frozen=True, slots=True)
class Filter:
    """One step between a value and what the reader of the reply sees."""

    name: str
    arguments: tuple[Argument, ...]

    def apply(self, value: Value) -> Value:
        """The value after this step; a missing value stays missing for all but `default`."""
        return (
            None
            if value is None and self.name != "default"
            else FILTERS[self.name].apply(value, *self.arguments)
        )

    def bound(self, longest: int | None, length_of: LengthOf) -> int | None:
        """An upper bound of the length after this step, given one before it; None where none can be proved."""
        if self.name == "truncate":
            return _bound_of_truncate(length_of, int(self.arguments[0]), *map(str, self.arguments[1:]))
        if longest is None or self.name == "replace":
            return None
        if self.name == "default":
            return max(longest, length_of(str(shown(self.arguments[0]))))
        # Unicode's SpecialCasing.txt: a change of case makes three characters of one at most
        return longest * 3 if self.name in {"upcase", "downcase", "capitalize"} else longest


def known(value: Value) -> Value:
    """The value, or None for a number that cannot be written out."""
    return None if isinstance(value, (int, float)) and not abs(value) < 1e300 else value


def shown(value: Value) -> str | None:
    """A value as it stands in a text: whole numbers plain, others without an exponent and trailing zeros."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if value == 0:
        return "0"  # no minus sign
    if isinstance(value, float):
        digits = format(Decimal(repr(value)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return None if value is None else str(value)


def _default(value: Value, fallback: Argument) -> Value:
    return fallback if value is None or value == "" else value


def _text(change: Callable[[str], str]) -> Callable[[Value], Value]:
    return lambda value: change(str(shown(value)))


def _truncate(value: Value, count: int, end: str = "...") -> Value:
    text = str(shown(value))
    return text if len(text) <= count else text[: max(count - len(end), 0)] + end


def _replace(value: Value, old: str, new: str) -> Value:
    text = str(shown(value))
    if len(text) + text.count(old) * len(new) > _LONGEST_RESULT:
        return None
    return text.replace(old, new)


def _round(value: Value, digits: int = 0) -> Value:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return None
        value = float(value) if "." in value else int(value)
    return None if value is None else round(value, digits or None)


def _bound_of_truncate(length_of: LengthOf, count: int, end: str = "...") -> int:
    # so many characters are at their longest as wide letters, or as the shortest links with something between
    links = count // 5 + 1
    return max(map(length_of, ("漢" * count, "a.de " * links, "a.de漢" * links))) + length_of(end)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a filter is written, what its arguments are (the first `fewest` must be there) and what it does."""

    example: str
    apply: Callable[..., Value]
    arguments: tuple[str, ...] = ()
    fewest: int = 0


FILTERS = {
    "default": Shape('default: "there"', _default, ("value",), 1),
    "upcase": Shape("upcase", _text(str.upper)),
    "downcase": Shape("downcase", _text(str.lower)),
    "capitalize": Shape("capitalize", _text(str.capitalize)),
    "strip": Shape("strip", _text(str.strip)),
    "truncate": Shape('truncate: 20` or `truncate: 20, "…"', _truncate, ("count", "text"), 1),
    "replace": Shape('replace: "old", "new"', _replace, ("some text", "text"), 2),
    "round": Shape("round` or `round: 1", _round, ("count",)),
}
