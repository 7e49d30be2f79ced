"""What a condition surely needs, at a glance: most conditions cannot imply each other, and that is seen without a proof."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from socialcare.policy.deciding.implies import Signals
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, Signal

Wanted = tuple[frozenset[str], ...]
"""Of one test for phrases the words of each; a test with a star in it asks for nothing."""


class Outline(Struct, frozen=True):
    """What a condition that is to imply others must speak of, and what one that is to be implied asks for.

    `paths` and `words` are those of all comparisons that can make it true, `must` the paths of those that have to be true, and `wanted`
    the words of their phrases.
    """

    paths: frozenset[str]
    words: frozenset[str]
    must: frozenset[str]
    wanted: tuple[Wanted, ...]


def outline(condition: Condition, signals: Signals) -> Outline:
    """The outline of a condition."""
    can = list(_can(condition, signals))
    must = list(_must(condition, signals))
    phrases = [phrase for test in can if test.op in _PHRASES for phrase in test.operand]
    plain = [t for t in must if t.op in _PHRASES and not any(any(phrase.stars) for phrase in t.operand)]
    return Outline(
        paths=frozenset(test.path for test in can),
        words=frozenset(word for phrase in phrases for word in phrase.words),
        must=frozenset(test.path for test in must),
        wanted=tuple(tuple(frozenset(phrase.words) for phrase in test.operand) for test in plain),
    )


def may_imply(a: Outline, b: Outline) -> bool:
    """Whether it is worth trying to prove that a condition implies another; where not, there is no proof."""
    if not b.must <= a.paths:
        return False
    return all(any(words <= a.words for words in phrases) for phrases in b.wanted)


_PHRASES = frozenset(["has", "has_all"])


def _can(condition: Condition, signals: Signals) -> Iterator[Comparison]:
    """The comparisons from which a proof can start: what must be false proves no comparison true."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Signal):
        yield from _can(signals[condition.name], signals)
    elif isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from _can(part, signals)


def _must(condition: Condition, signals: Signals) -> Iterator[Comparison]:
    """The comparisons each of which has to be proved."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Signal):
        yield from _must(signals[condition.name], signals)
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from _must(part, signals)
