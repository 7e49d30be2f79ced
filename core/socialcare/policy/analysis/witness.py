"""A mention that is made up to show something, tried with the matcher before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from socialcare.model import FieldValue, Value
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.logic import Node
from socialcare.policy.analysis.theory import Verdict
from socialcare.policy.analysis.worlds import Picks, world_of
from socialcare.policy.deciding.naive import truth
from socialcare.policy.language.filters import shown
from socialcare.policy.statements import Condition, Policy

_SCALES = (0.0, 1.0, 10.0, 1_000.0, 100_000.0, 10_000_000.0)
"""Values for the fields of a formula that nothing else is asked of."""


def witness(conditions: Sequence[Condition], ground: Ground, hints: Sequence[str]) -> tuple[Verdict, Picks]:
    """Whether some conditions can be true of one mention, and what such a mention is like.

    A "yes" was tried: all conditions are true in the world that the values make. `hints` are texts to try first.
    """
    met: list[Picks] = []

    def accept(picks: Picks) -> bool:
        for full in _with_formulas(picks, ground.policy):
            world = world_of(full, ground.policy)
            if all(truth(condition, world) is True for condition in conditions):
                met.append(full)
                return True
        return False

    goal: list[Node] = [ground.solver.atoms.true(condition) for condition in conditions]
    found = ground.solver.find(*goal, accept=accept, hints=hints)
    return found.verdict, met[-1] if found.verdict == "yes" else {}


def _with_formulas(picks: Picks, policy: Policy) -> Iterator[Picks]:
    """The values without those of formulas, which follow from their fields; for each field that is free, a few are tried."""
    formulas = [path for path in picks if path in policy.formulas]
    plain = {path: value for path, value in picks.items() if path not in policy.formulas}
    free = {path for name in formulas for path in policy.formulas[name].calc.paths} - plain.keys()
    for scale in _SCALES if free else (0.0,):
        yield {**plain, **{path: FieldValue(scale) for path in sorted(free)}}


def written(picks: Picks, ground: Ground) -> list[str]:
    """The witness as the lines of a test: `mention:`, and `given:` where memory or a moment is part of it."""
    known = {path: held for path, held in sorted(picks.items()) if held is not None}
    fields = {path: held for path, held in known.items() if path.partition(".")[0] not in _GIVEN}
    pinned = {"text": FieldValue("hello"), **fields}
    lines = [f"mention: {{{', '.join(f'{path}: {_field(held)}' for path, held in pinned.items())}}}"]
    given = [f"{path}: {_value(held.value)}" for path, held in known.items() if path.startswith("flags.")]
    given += [f"{path}: {before}" for path, before in _counts(picks, ground)]
    time = picks.get("time")
    if time is not None and isinstance(time.value, datetime):
        given.append(f"at: {time.value.astimezone(ZoneInfo(ground.policy.zone)):%Y-%m-%d %H:%M}")
    return [*lines, f"given: {{{', '.join(given)}}}"] if given else lines


_GIVEN = frozenset({"time", "flags", "counts"})


def _counts(picks: Picks, ground: Ground) -> Iterator[tuple[str, int]]:
    world = world_of(picks, ground.policy)
    for path in sorted(picks):
        if path.startswith("counts.") and (before := world.counts[path.removeprefix("counts.")]):
            yield path, before


def _field(held: FieldValue) -> str:
    value = "nothing" if held.value is None else _value(held.value)
    return value if held.confidence == 1 else f"{{value: {value}, confidence: {held.confidence:g}}}"


def _value(value: Value) -> str:
    """A value as it is written between brackets."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return (
            value
            if value.replace("_", "").isalpha() and value.isascii() and value not in _OTHER
            else _quoted(value)
        )
    if isinstance(value, bool | int | float):
        return str(shown(value))
    parts = value.items() if value is not None else ()
    return f"{{{', '.join(f'{name}: {_value(each)}' for name, each in parts if each is not None)}}}"


_OTHER = frozenset({"true", "false", "nothing", "null", "yes", "no", "on", "off"})


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
