"""Turns conditions into functions of a world, for what is asked once the policy's state is known: made when first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from socialcare.policy.deciding.naive import compare
from socialcare.policy.deciding.world import World
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.language.words import Phrase, flat
from socialcare.policy.matching.closures import judged, known
from socialcare.policy.matching.source import Maker, Source
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Op, Signal

Told: TypeAlias = Callable[[World], bool | None]
Sought: TypeAlias = Callable[[str], bool]
"""Whether something stands in a text, or in its line."""

_DEEPEST = 8
_WIDEST = 30
_MOST = 10_000
_FEW = 8
"""Up to so many words are sought one by one."""


class Worlds:
    """Makes the functions of a condition, each once."""

    def __init__(self) -> None:
        self._maker = Maker("w")
        self._told: dict[int, tuple[Condition, Told]] = {}
        self._true: dict[int, tuple[Condition, Callable[[World], bool]]] = {}

    def truth(self, condition: Condition, world: World) -> bool | None:
        """Whether a condition holds in a world; `None` is unknown."""
        made = self._told.get(id(condition))
        return made[1](world) if made is not None else self.told(condition)(world)

    def told(self, condition: Condition) -> Told:
        """The function that says whether a condition holds in a world; `None` is unknown."""
        made = self._told.get(id(condition))
        if made is None:
            if len(self._told) >= _MOST:
                self._told.clear()
            source = Source()
            told = self._maker.make(self._in_three(condition, source, _DEEPEST), source)
            made = self._told[id(condition)] = condition, told
        return made[1]

    def true(self, condition: Condition) -> Callable[[World], bool]:
        """The function that says whether a condition is known to hold in a world."""
        made = self._true.get(id(condition))
        if made is None:
            if len(self._true) >= _MOST:
                self._true.clear()
            source = Source()
            true = self._maker.make(self._in_two(condition, source, _DEEPEST, wanted=True), source)
            made = self._true[id(condition)] = condition, true
        return made[1]

    def _in_two(self, condition: Condition, source: Source, depth: int, *, wanted: bool) -> str:
        """Whether it is true, or whether it is false."""
        if isinstance(condition, Comparison):
            predicate = _predicate(condition, source)
            if predicate is None:
                return f"({_asked(condition, source)} is {wanted})"
            return judged(predicate, _value(condition, source), condition, wanted=wanted)
        if isinstance(condition, Signal):
            return f"(w.signal({source.constant(condition.name)}) is {wanted})"
        if depth == 0:
            return f"({source.constant(self.told(condition))}(w) is {wanted})"
        each = wanted is not isinstance(condition, NoneOf)
        parts = [
            self._in_two(part, source, depth - 1, wanted=each) for part in sorted(condition.parts, key=_price)
        ]
        every = wanted is not isinstance(condition, AnyOf)
        return f"({(' and ' if every else ' or ').join(parts)})" if parts else str(every)

    def _in_three(self, condition: Condition, source: Source, depth: int) -> str:
        """Whether it is true, false or unknown; no part is asked twice."""
        if isinstance(condition, Comparison):
            predicate = _predicate(condition, source)
            if predicate is None:
                return _asked(condition, source)
            missing = source.constant(condition.if_missing)
            return f"({missing} if (v := {_value(condition, source)}) is None else {predicate})"
        if isinstance(condition, Signal):
            return f"w.signal({source.constant(condition.name)})"
        if depth == 0:
            return f"{source.constant(self.told(condition))}(w)"
        if isinstance(condition, NoneOf):
            name = f"n{depth}"
            one = self._in_three(AnyOf(condition.parts), source, depth - 1)
            return f"(None if ({name} := {one}) is None else not {name})"
        every = isinstance(condition, All)
        parts: Sequence[Condition] = sorted(condition.parts, key=_price)
        if len(parts) > _WIDEST:
            starts = range(0, len(parts), _WIDEST)
            parts = [type(condition)(tuple(parts[start : start + _WIDEST])) for start in starts]
        return _joined([self._in_three(part, source, depth - 1) for part in parts], depth, every=every)


def _joined(parts: Sequence[str], depth: int, *, every: bool) -> str:
    """Settled by the first part that settles it, else unknown if one is, else by all."""
    if len(parts) < 2:
        return parts[0] if parts else str(every)
    names = [f"p{depth}_{number}" for number in range(len(parts))]
    settled = "".join(
        f"{not every} if ({name} := {part}) is {not every} else "
        for name, part in zip(names, parts, strict=True)
    )
    unknown = " or ".join(f"{name} is None" for name in names)
    return f"({settled}None if {unknown} else {every})"


def _price(condition: Condition) -> int:
    """What to ask first: what costs least and, of a rule that was screened, what is still open."""
    if not isinstance(condition, Comparison):
        return 2
    if condition.path.startswith(("counts.", "flags.")):
        return 0
    return 3 if condition.op == "has" or condition.op in _SOUGHT else 1


def _asked(test: Comparison, source: Source) -> str:
    """What is left to the naive matcher, or to the world itself."""
    if test.op == "reaches":
        return f"w.arrives({source.constant(test.path.removeprefix('counts.'))}, {source.constant(test.operand)})"
    if test.path == "time" and test.op in {"inside", "outside"}:
        inside = f"w.policy.calendars[{source.constant(test.operand)}].is_inside(w.time)"
        told = inside if test.op == "inside" else f"not {inside}"
        return f"({source.constant(test.if_missing)} if w.time is None else {told})"
    return f"{source.constant(compare)}({source.constant(test)}, w)"


def _value(test: Comparison, source: Source) -> str:
    name = source.constant(test.path)
    return f"(w.fields.get({name}) or w.value({name}))"


def _predicate(test: Comparison, source: Source) -> str | None:
    """What a test says of a known field `v`, or nothing where the naive matcher is asked."""
    if test.path == "time" or test.of == "confidence" or test.op == "reaches":
        return None
    if test.op == "has":
        line = f"w.line({source.constant(test.path)})"
        return f"v.value is not None and {source.constant(_sought_words(test.operand))}({line})"
    if test.op in _SOUGHT:
        sought = source.constant(_SOUGHT[test.op](test.operand))
        return f"v.value is not None and {sought}({source.constant(str)}(v.value))"
    return known(test, source)


def _sought_words(phrases: Sequence[Phrase]) -> Sought:
    """One pass over a line for all single words, one each for the others."""
    words = frozenset(phrase.words[0] for phrase in phrases if _is_word(phrase))
    if len(words) <= _FEW:
        return lambda line: any(phrase.found_in(line) for phrase in phrases)
    others = [phrase for phrase in phrases if not _is_word(phrase)]
    return lambda line: not words.isdisjoint(line.split()) or any(phrase.found_in(line) for phrase in others)


def _is_word(phrase: Phrase) -> bool:
    return len(phrase.words) == 1 and not phrase.stars[0]


def _sought_patterns(patterns: Sequence[Pattern]) -> Sought:
    return lambda text: any(pattern.fits(text) for pattern in patterns)


def _sought_parts(items: Sequence[str]) -> Sought:
    parts = [flat(item) for item in items]

    def found(text: str) -> bool:
        whole = flat(text)
        return any(part in whole for part in parts)

    return found


def _sought_wholes(items: Sequence[str]) -> Sought:
    wholes = frozenset(map(flat, items))
    return lambda text: flat(text) in wholes


def _sought_starts(items: Sequence[str]) -> Sought:
    starts = tuple(map(flat, items))
    return lambda text: flat(text).startswith(starts)


def _sought_ends(items: Sequence[str]) -> Sought:
    ends = tuple(map(flat, items))
    return lambda text: flat(text).endswith(ends)


_SOUGHT: Mapping[Op, Callable[[Any], Sought]] = {  # Any: the operand of the operator
    "contains": _sought_parts,
    "exactly": _sought_wholes,
    "starts_with": _sought_starts,
    "ends_with": _sought_ends,
    "matches": _sought_patterns,
}
