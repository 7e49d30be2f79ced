"""The content hash of a policy: the same for equal statements and lists, wherever and in whatever order they stand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from socialcare.policy.language.patterns import Pattern
from socialcare.policy.language.texts import Text
from socialcare.policy.language.words import Phrase
from socialcare.policy.statements import Active, NamedList, Policy, Rule

_LEFT_OUT: Mapping[type, frozenset[str]] = {
    Policy: frozenset({"conversations", "simulations", "uses", "folder", "sources", "hash"}),
    Rule: frozenset({"cases"}),
    NamedList: frozenset({"file"}),
}
"""What changes no decision: tests, and where things were written."""


_IN_ORDER = (Policy, "accounts")
"""The one map whose order says something: the first account speaks where nobody was spoken to."""


def policy_hash(policy: Policy) -> str:
    """The SHA-256 of the resolved statements and lists, as 64 hexadecimal digits."""
    return hashlib.sha256(msgspec.json.encode(_canonical(policy))).hexdigest()


def _canonical(value: Any) -> Any:  # Any: every value a statement can hold
    """A value as plain data that is the same for equal values; maps are in the order of their keys."""
    kind: type = type(value)
    return value if kind in _PLAIN else _form(kind)(value)


_PLAIN = frozenset({type(None), str, int, float, bool})

Form = Callable[[Any], Any]  # Any: as above


@cache
def _form(kind: type) -> Form:
    """How values of a type become plain data."""
    for bases, form in _FORMS:
        if issubclass(kind, bases):
            return form
    form = _of_statement(kind)
    return lru_cache(_REMEMBERED)(form) if kind in _SHARED else form


_SHARED = (Phrase, Active)
"""Statements that are the same in many others."""

_REMEMBERED = 16_384


def _of_map(value: Mapping[Any, Any]) -> Any:
    return {name: _canonical(each) for name, each in sorted(_named(value), key=itemgetter(0))}


def _named(value: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    return ((str(key), each) for key, each in value.items())


def _of_set(value: frozenset[Any]) -> Any:
    return sorted(map(_canonical, value), key=str)


def _of_list(value: Sequence[Any]) -> Any:
    return [each if type(each) in _PLAIN else _canonical(each) for each in value]


_FORMS: Sequence[tuple[Any, Form]] = (
    ((str, int, float), lambda value: value),
    ((Pattern, Text), attrgetter("source")),
    (Mapping, _of_map),
    (frozenset, _of_set),
    ((tuple, list), _of_list),
    ((datetime, date, time), lambda value: value.isoformat()),
    (timedelta, timedelta.total_seconds),
)


def _of_statement(kind: type) -> Form:
    """Its name and its parts, without those that say nothing."""
    names = tuple(sorted(_parts(kind)))
    title = kind.__name__
    in_order = _IN_ORDER[1] if kind is _IN_ORDER[0] else None

    def form(value: Any) -> Any:
        parts: dict[str, Any] = {}
        for name in names:
            part = getattr(value, name)
            of_kind: type = type(part)
            if of_kind in _PLAIN:
                if part is not None:
                    parts[name] = part
            elif part or of_kind is not tuple:
                parts[name] = _of_list([*part.items()]) if name == in_order else _form(of_kind)(part)
        return [title, parts]

    return form


def _parts(kind: type) -> Iterator[str]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no canonical form")
    for field in fields(kind):
        if field.compare and field.name not in _LEFT_OUT.get(kind, ()):
            yield field.name
