"""Worlds that are made up: what the matcher sees when some values are picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from socialcare.model import FieldValue, Value
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import Condition, Policy

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""The moment of a world for which none is picked: noon on a Wednesday."""

Picks: TypeAlias = Mapping[str, FieldValue | None]
"""What stands under each path, `None` where it is unknown; a count is that with the mention in it."""

Truth = Callable[[Condition, World], bool | None]


def world_of(picks: Picks, policy: Policy) -> World:
    """A whole world, in which a count is what was picked: it is 0 only where the mention cannot add to it."""
    totals = _totals(picks)
    closed = frozenset(
        name for name, count in policy.counts.items() if count.of == "our_post" or totals.get(name) == 0
    )
    trial = _world(picks, policy, {}, closed, naive.truth)
    before = {name: total - trial.this_counts(name) for name, total in totals.items()}
    return _world(picks, policy, before, closed, naive.truth)


def world_for_one(picks: Picks, policy: Policy, *, adds: bool = False) -> World:
    """A world for tests of single subjects; `adds` says that the mention adds to the counts."""
    before = {name: total - adds for name, total in _totals(picks).items()}
    return _world(picks, policy, before, frozenset() if adds else frozenset(before), lambda *_: adds)


def _totals(picks: Picks) -> dict[str, int]:
    return {
        path.removeprefix("counts."): int(held.value)
        for path, held in picks.items()
        if path.startswith("counts.") and held is not None and isinstance(held.value, int | float)
    }


def _world(
    picks: Picks, policy: Policy, counts: Mapping[str, int], closed: frozenset[str], truth: Truth
) -> World:
    time = picks["time"] if "time" in picks else FieldValue(NOW)
    flags: dict[str, Value] = {
        path.removeprefix("flags."): held.value
        for path, held in picks.items()
        if held and path.startswith("flags.")
    }
    fields = {
        path: held
        for path, held in picks.items()
        if held is not None and path.partition(".")[0] not in _APART
    }
    return World(
        policy,
        fields,
        time=time.value if time is not None and isinstance(time.value, datetime) else None,
        truth=truth,
        counts=counts,
        closed=closed,
        flags=flags,
    )


_APART = frozenset({"time", "counts", "flags"})
