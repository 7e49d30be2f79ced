"""Few values that stand for all: between two neighbouring bounds, every number passes the same tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, pairwise
from math import ceil, floor, inf, isfinite, nextafter
from typing import Any

from socialcare.model import Value
from socialcare.policy.analysis.subjects import Subject
from socialcare.policy.analysis.worlds import NOW
from socialcare.policy.language.words import bare
from socialcare.policy.statements import Comparison

_LONGEST_AGO = 36_500 * 86_400.0


def candidates(subject: Subject, tests: Sequence[Comparison], names: Sequence[str]) -> Iterable[Value]:
    """Values of a subject without a theory of its own, so many that no other passes other tests; `names` first."""
    operands = [test.operand for test in tests]
    if subject.sort == "boolean":
        return (True, False)
    if subject.sort in ("number", "duration"):
        return numbers(operands)
    if subject.sort == "flag":
        return chain((False,), _of_flag(operands))
    words = list(dict.fromkeys(word for operand in operands for word in sorted(operand)))
    if subject.sort == "some_of":
        return _several(subject, operands, words)
    if subject.values:
        return subject.values
    return (*names, *words, _fresh(words))


def numbers(bounds: Iterable[float]) -> list[float]:
    """Each bound, its neighbours, and one number of every stretch between; round ones first."""
    ends = sorted(set(map(float, bounds)))
    if not ends:
        return [0.0]
    found = [0.0, *ends, floor(ends[0]) - 1.0, ceil(ends[-1]) + 1.0]
    found += [one + (other - one) / 2 for one, other in pairwise(ends)]
    near = [nextafter(end, way) for end in ends for way in (-inf, inf)]
    found = sorted(set(found), key=lambda number: (not number.is_integer(), abs(number)))
    return [number for number in (*found, *near) if isfinite(number)]


def shares(bounds: Iterable[float]) -> list[float]:
    """Numbers from 0 to 1, the surest first."""
    ends = list(bounds)
    found = numbers([0.0, 1.0, *ends]) if ends else [1.0]
    return sorted(
        (share for share in found if 0 <= share <= 1), key=lambda share: (len(f"{share}") > 5, -share)
    )


def totals(bounds: Iterable[float]) -> list[int]:
    """Whole numbers from 0."""
    near = (
        number + step for bound in bounds for number in (floor(bound), ceil(bound)) for step in (-1, 0, 1)
    )
    return sorted({0, *(number for number in near if number >= 0)})


def ages(bounds: Iterable[float]) -> list[float]:
    """How long ago, in seconds; less than nothing lies ahead."""
    return [age for age in numbers([0.0, *bounds]) if -2 <= age <= _LONGEST_AGO]


def moments(days: Iterable[date]) -> Iterator[datetime]:
    """Moments to try calendars with: two weeks by the quarter of an hour, and some days of their own."""
    for quarter in range(14 * 96):
        yield NOW + timedelta(minutes=15 * quarter)
    for day in sorted(set(days)):
        midnight = datetime.combine(day, time(), tzinfo=NOW.tzinfo)
        yield from (midnight + timedelta(minutes=15 * quarter) for quarter in range(-56, 152))


def _of_flag(operands: Sequence[Any]) -> Iterator[Value]:  # Any: Operands of statements.py
    """A flag holds what some rule sets: its operands tell of which type that is."""
    if all(isinstance(operand, bool) for operand in operands):
        yield True
    elif all(isinstance(operand, int | float) for operand in operands):
        yield from numbers(operands)
    else:
        words = sorted({word for operand in operands for word in operand})
        yield from (*words, _fresh(words))


def _several(
    subject: Subject, operands: Sequence[frozenset[str]], words: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """Sets of words: those that words can make different are few, since a word either is in an operand or not."""
    kinds: dict[tuple[bool, ...], str] = {}
    for word in subject.values or (*words, _fresh(words)):
        kinds.setdefault(tuple(bare(word) in operand for operand in operands), word)
    met: set[tuple[bool, ...]] = set()
    waiting: list[tuple[tuple[bool, ...], tuple[str, ...]]] = [((False,) * len(operands), ())]
    for passed, held in waiting:
        if passed in met:
            continue
        met.add(passed)
        yield held
        waiting += [
            (tuple(a or b for a, b in zip(passed, kind, strict=True)), (*held, word))
            for kind, word in kinds.items()
        ]


def _fresh(words: Iterable[str]) -> str:
    """A word that is none of some."""
    taken = set(words)
    return next(word for number in range(len(taken) + 1) if (word := f"other{number or ''}") not in taken)
