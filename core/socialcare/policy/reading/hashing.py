"""The content hash of a policy: the same for equal statements and lists, wherever and in whatever order they stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import msgspec

from socialcare.policy.language.patterns import Pattern
from socialcare.policy.language.texts import Text
from socialcare.policy.statements import NamedList, Policy, Rule

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
    return hashlib.sha256(msgspec.json.encode(_canonical(policy), order="sorted")).hexdigest()


def _canonical(value: Any) -> Any:  # Any: every value a statement can hold
    """A value as plain data that is the same for equal values."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Pattern | Text):
        return value.source
    if isinstance(value, Mapping):
        return {str(key): _canonical(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted((_canonical(each) for each in value), key=str)
    if isinstance(value, tuple | list):
        return [_canonical(each) for each in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    kind: type = type(value)
    parts = {name: getattr(value, name) for name in _names(kind)}
    parts = {name: [*part.items()] if (kind, name) == _IN_ORDER else part for name, part in parts.items()}
    return [
        kind.__name__,
        {name: _canonical(part) for name, part in parts.items() if part is not None and part != ()},
    ]


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(_of_type(kind))


def _of_type(kind: type) -> Iterator[str]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no canonical form")
    for field in fields(kind):
        if field.compare and field.name not in _LEFT_OUT.get(kind, ()):
            yield field.name
