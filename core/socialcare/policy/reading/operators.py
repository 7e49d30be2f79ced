"""The operators of conditions: what each means, which fields it is for, what it compares with. The one table of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from socialcare.policy.reading.names import Sort
from socialcare.policy.statements import Op

Takes = Literal["phrases", "strings", "patterns", "words", "number", "truth", "calendar", "span", "list"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; `many` says that a list of values may stand under it, `example` is one condition in YAML."""

    word: Op
    doc: str
    takes: Takes
    sorts: frozenset[Sort]
    example: str

    @property
    def many(self) -> bool:
        """Whether it takes several values."""
        return self.takes in ("phrases", "strings", "patterns", "words")


_TEXT: frozenset[Sort] = frozenset({"text"})
_WORDS: frozenset[Sort] = frozenset({"one_of", "some_of"})
_NUMBERS: frozenset[Sort] = frozenset({"number", "duration", "count"})
_COUNT: frozenset[Sort] = frozenset({"count"})
_NOW: frozenset[Sort] = frozenset({"moment"})
_TIME: frozenset[Sort] = frozenset({"time"})
_ANY: frozenset[Sort] = frozenset(
    {"text", "one_of", "some_of", "number", "duration", "boolean", "time", "moment", "record"}
)

OPERATORS: dict[str, Operator] = {
    operator.word: operator
    for operator in (
        Operator("has", "any of these words or runs of words; `ship*` begins with", "phrases", _TEXT, "text: {has: [open, opening hours, ship*]}"),
        Operator("has_all", "all of these words or runs of words", "phrases", _TEXT, "text: {has_all: [refund, late]}"),
        Operator("contains", "any of these pieces of text, inside words too", "strings", _TEXT, "text: {contains: 予約}"),
        Operator("exactly", "is one of these texts, nothing more", "strings", _TEXT, "text: {exactly: thanks}"),
        Operator("starts_with", "begins with one of these", "strings", _TEXT, "text: {starts_with: hello}"),
        Operator("ends_with", "ends with one of these", "strings", _TEXT, 'text: {ends_with: "?"}'),
        Operator("matches", "a regular expression (RE2) is found in it", "patterns", _TEXT, r"text: {matches: 'order \d{6}'}"),
        Operator("equals", "is one of these; a bare value means the same", "words", _WORDS, "intent: {equals: question, confidence: {at_least: 0.8}}"),
        Operator("in", "is in a list of the policy, by the list's name", "list", _TEXT | _WORDS, "author.handle: {in: staff}"),
        Operator("at_least", "the number or more", "number", _NUMBERS, "author.followers: {at_least: 1000}"),
        Operator("at_most", "the number or less", "number", _NUMBERS, "author.followers: {at_most: 50}"),
        Operator("above", "more than the number", "number", _NUMBERS, "author.followers: {above: 50000}"),
        Operator("below", "less than the number", "number", _NUMBERS, "sentiment: {below: -0.4}"),
        Operator("reaches", "true when a count arrives at the number, and only then", "number", _COUNT, "counts.talks: {reaches: 4}"),
        Operator("inside", "the moment is inside a calendar of the policy", "calendar", _NOW, "time: {inside: night}"),
        Operator("outside", "the moment is outside a calendar of the policy", "calendar", _NOW, "time: {outside: open_hours}"),
        Operator("within", "not longer ago than this", "span", _TIME, "author.created_at: {within: 30d}"),
        Operator("exists", "whether there is one at all", "truth", _ANY, "product: {exists: true}"),
    )
}  # fmt: skip

SIGNS: dict[str, Op] = {">": "above", ">=": "at_least", "<": "below", "<=": "at_most", "=": "equals"}
"""What is written here for the signs of arithmetic."""

EQUALS: dict[Sort, Takes] = {
    "one_of": "words", "some_of": "words", "number": "number", "duration": "number", "count": "number", "boolean": "truth",
}  # fmt: skip
"""What `equals` compares with, by the field's type; it is the one operator whose operand depends on it."""

MODIFIERS = ("if_missing", "confidence")
"""Keys that stand beside operators: the answer where the field is unknown, and a bound on the provider's confidence."""

BOUNDS = ("at_least", "at_most", "above", "below")
"""What may stand under `confidence`."""


@cache
def operators_for(sort: Sort) -> tuple[str, ...]:
    """The operators for a type of field, in the order of the table."""
    return tuple(
        word
        for word, operator in OPERATORS.items()
        if sort in operator.sorts or (word == "equals" and sort in EQUALS)
    )


def takes(word: str, sort: Sort) -> Takes:
    """What an operator compares a field of that type with; a number of a duration is written as a span."""
    found = EQUALS[sort] if word == "equals" else OPERATORS[word].takes
    return "span" if found == "number" and sort == "duration" else found
