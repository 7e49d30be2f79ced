"""What a closure can ask of an event beyond its fields and hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from socialcare.model import FieldValue
from socialcare.policy.deciding.naive import truth
from socialcare.policy.deciding.world import World
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.statements import Comparison, Policy

_NOTHING: Mapping[str, Any] = {}


class Sight:
    """One event at a time, as it is without the policy's state; what costs more than a look is found out once."""

    __slots__ = ("_known", "_policy", "_world", "fields", "time")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[Any, Any] = {}
        self._world: World | None = None
        self.fields: Mapping[str, FieldValue] = _NOTHING
        self.time: datetime | None = None

    def turn(self, fields: Mapping[str, FieldValue], time: datetime | None) -> None:
        """Look at another event."""
        self.fields = fields
        self.time = time
        self._world = None
        if self._known:
            self._known.clear()

    @property
    def world(self) -> World:
        """The event as the naive matcher sees it; its state is empty, and never asked for."""
        if self._world is None:
            self._world = World(
                self._policy, self.fields, time=self.time, truth=truth, counts=_NOTHING, closed=frozenset(), flags=_NOTHING
            )  # fmt: skip
        return self._world

    def value(self, path: str) -> FieldValue | None:
        """What stands under any path."""
        if path not in self._known:
            self._known[path] = self.world.value(path)
        found: FieldValue | None = self._known[path]
        return found

    def told(self, compare: Callable[[Comparison, World], bool | None], test: Comparison) -> bool | None:
        """What the naive matcher says of a test."""
        return compare(test, self.world)

    def fits(self, path: str, pattern: Pattern) -> bool:
        """Whether a pattern fits a text field."""
        found = self.fields.get(path) or self.value(path)
        return found is not None and found.value is not None and pattern.fits(str(found.value))

    def once(self, check: Callable[..., bool], hits: set[int]) -> bool:
        """What a large part of a formula comes to."""
        key = id(check)
        if key not in self._known:
            self._known[key] = check(self.fields, hits, self)
        known: bool = self._known[key]
        return known
