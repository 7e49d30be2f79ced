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
from socialcare.policy.statements import AnyOf, Comparison, Condition, NoneOf, Op, Signal

Told: TypeAlias = Callable[[World], bool | None]
Sought: TypeAlias = Callable[[str], bool]
"""Whether something stands in a text, or in its line."""

_DEEPEST = 12
_MOST = 10_000
_FEW = 8
"""Up to so many words are sought one by one."""


class Worlds:
    """Makes the function of a condition, once."""

    def __init__(self) -> None:
        self._maker = Maker("w")
        self._made: dict[int, tuple[Condition, Told]] = {}

    def of(self, condition: Condition) -> Told:
        """The function that says whether a condition holds in a world; `None` is unknown."""
        made = self._made.get(id(condition))
        if made is None:
            if len(self._made) >= _MOST:
                self._made.clear()
            source = Source()
            true = self._written(condition, source, wanted=True, depth=_DEEPEST)
            false = self._written(condition, source, wanted=False, depth=_DEEPEST)
            told = self._maker.make(f"True if {true} else False if {false} else None", source)
            made = self._made[id(condition)] = condition, told
        return made[1]

    def _written(self, condition: Condition, source: Source, *, wanted: bool, depth: int) -> str:
        if isinstance(condition, Comparison):
            return _compared(condition, source, wanted=wanted)
        if isinstance(condition, Signal):
            return f"(w.signal({source.constant(condition.name)}) is {wanted})"
        if depth == 0:
            return f"({source.constant(self.of(condition))}(w) is {wanted})"
        each = wanted is not isinstance(condition, NoneOf)
        parts = [
            self._written(part, source, wanted=each, depth=depth - 1)
            for part in sorted(condition.parts, key=_price)
        ]
        every = wanted is not isinstance(condition, AnyOf)
        if not parts:
            return str(every)
        return f"({(' and ' if every else ' or ').join(parts)})"


def _price(condition: Condition) -> int:
    """What to ask first: what costs least and, of a rule that was screened, what is still open."""
    if not isinstance(condition, Comparison):
        return 2
    if condition.path.startswith(("counts.", "flags.")):
        return 0
    return 3 if condition.op == "has" or condition.op in _SOUGHT else 1


def _compared(test: Comparison, source: Source, *, wanted: bool) -> str:
    predicate = _predicate(test, source)
    if predicate is None:
        return f"({source.constant(compare)}({source.constant(test)}, w) is {wanted})"
    return judged(predicate, f"w.value({source.constant(test.path)})", test, wanted=wanted)


def _predicate(test: Comparison, source: Source) -> str | None:
    """What a test says of a known field `v`, or nothing where the naive matcher is asked."""
    if test.path == "time" or test.of == "confidence":
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
    single = [phrase for phrase in phrases if len(phrase.words) == 1 and not phrase.stars[0]]
    if len(single) <= _FEW:
        return lambda line: any(phrase.found_in(line) for phrase in phrases)
    words = frozenset(phrase.words[0] for phrase in single)
    others = [phrase for phrase in phrases if phrase.words[0] not in words or len(phrase.words) > 1]
    return lambda line: not words.isdisjoint(line.split()) or any(phrase.found_in(line) for phrase in others)


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
