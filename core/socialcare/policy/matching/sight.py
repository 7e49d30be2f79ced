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
    """The event that is asked about, without the policy's state; what costs more than a look is found out once for each event."""

    __slots__ = ("_fields", "_known", "_policy", "_world")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._fields: Mapping[str, FieldValue] | None = None
        self._known: dict[Any, Any] = {}
        self._world: World | None = None

    def world(self, fields: Mapping[str, FieldValue], time: datetime | None) -> World:
        """The event as the naive matcher sees it; its state is empty, and never asked for."""
        self._turn(fields)
        if self._world is None or self._world.time != time:
            self._world = World(
                self._policy, fields, time=time, truth=truth, counts=_NOTHING, closed=frozenset(), flags=_NOTHING
            )  # fmt: skip
        return self._world

    def value(self, path: str, fields: Mapping[str, FieldValue]) -> FieldValue | None:
        """What stands under any path."""
        self._turn(fields)
        if path not in self._known:
            self._known[path] = self.world(fields, None).value(path)
        found: FieldValue | None = self._known[path]
        return found

    def told(
        self,
        compare: Callable[[Comparison, World], bool | None],
        test: Comparison,
        fields: Mapping[str, FieldValue],
        time: datetime | None,
    ) -> bool | None:
        """What the naive matcher says of a test."""
        return compare(test, self.world(fields, time))

    def fits(
        self, path: str, pattern: Pattern, signs: tuple[frozenset[str], ...], fields: Mapping[str, FieldValue]
    ) -> bool:
        """Whether a pattern fits a text field; it is run only if of each set of signs one stands there."""
        found = fields.get(path) or self.value(path, fields)
        if found is None or found.value is None:
            return False
        text = str(found.value)
        for some in signs:
            for sign in some:
                if sign in text:
                    break
            else:
                return False
        return pattern.fits(text)

    def once(
        self,
        check: Callable[..., bool],
        fields: Mapping[str, FieldValue],
        hits: set[int],
        time: datetime | None,
    ) -> bool:
        """What a large part of a formula comes to."""
        self._turn(fields)
        key = id(check)
        if key not in self._known:
            self._known[key] = check(fields, hits, time, self)
        known: bool = self._known[key]
        return known

    def _turn(self, fields: Mapping[str, FieldValue]) -> None:
        """Forget what was found out about another event."""
        if fields is not self._fields:
            self._fields = fields
            self._world = None
            self._known.clear()
