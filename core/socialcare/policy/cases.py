"""A policy's own tests and dry runs, as values: what happens, in which world, and what is expected. Made by the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from socialcare.diagnostics import Place
from socialcare.model import FieldValue, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The world of a test: what look-ups answer, best first (empty: nothing), flags, counts, when a rule last fired (ago), and the moment."""

    lookups: Mapping[str, tuple[Mapping[str, Value], ...]] = field(default_factory=dict)
    flags: Mapping[str, Value] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    fired: Mapping[str, timedelta] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a step of a test expects; every part that is set must hold.

    `actions` maps an action's word to what is asked of it: `True` (is allowed), a plain value (equals its shorthand), or a map
    (`contains`, `equals` or `matches` for the text, else parameters of the payload, `state`, `joined`). `fields` maps a field or formula to its value.
    """

    fires: bool | None = None
    outcome: str | None = None
    actions: Mapping[str, Any] = field(default_factory=dict)  # Any: expectations about an action's own JSON
    fields: Mapping[str, Value] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    forbidden_by: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    account: str | None = None
    then: Expected | None = None
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens in a test: a mention, or time passing, and what is expected.

    `fields` pins fields by path; `after` is the time since the step before; `mention` `None` only lets time pass.
    """

    mention: str | None
    place: Place = field(compare=False)
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    given: Given = Given()
    after: timedelta = timedelta()
    expect: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test: the steps, its name, the rule it belongs to (in-line tests), and whether it must currently fail."""

    name: str
    place: Place = field(compare=False)
    rule: str | None = None
    steps: tuple[Step, ...]
    known_gap: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a figure must be; shares are 0 to 1."""

    at_least: float | None = None
    at_most: float | None = None
    equals: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A dry run kept in the repository: over which files, and what its figures must be.

    `rules` maps a rule to a figure (`fires`, `wins`, `outranked`, `too_long`, …) to its bounds; `everyone` maps figures of the whole run.
    """

    name: str
    place: Place = field(compare=False)
    over: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Bounds]] = field(default_factory=dict)
    everyone: Mapping[str, Bounds] = field(default_factory=dict)
