"""Texts: whether tests of one can all come out as wanted, as far as that can be proved, and texts to try.

To prove that they cannot, every alternative of every test that must hold is taken in turn. It falls if it proves a test that must
not hold, or if it contradicts another: a text is not two texts, and begins and ends in one way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from math import prod

from socialcare.policy.deciding.implies import implies
from socialcare.policy.language.words import Phrase
from socialcare.policy.statements import Comparison

_MOST_PROVED = 500
_MOST_TRIED = 40

_JOINED = (" ", " and ", ". Or ", "")
_NEUTRAL = ("hello", "somebody", "Hm", "?!", "👋", "0", "x", "")


class Texts:
    """The theory of texts; which alternative proves which other test is found out once."""

    def __init__(self) -> None:
        self._alternatives: dict[int, tuple[Comparison, list[Comparison]]] = {}
        self._proved: dict[tuple[int, int], tuple[Comparison, Comparison, frozenset[int]]] = {}

    def may_be(self, true: Sequence[Comparison], false: Sequence[Comparison]) -> bool:
        """Whether it is not proved that no text passes all of `true` and none of `false`."""
        ways = [self._ways(test, false) for test in true]
        if not all(ways):
            return False
        if not _can_clash(true, false) or prod(map(len, ways)) > _MOST_PROVED:
            return True
        return any(not _clash(chosen, false) for chosen in product(*ways))

    def candidates(
        self, true: Sequence[Comparison], false: Sequence[Comparison], hints: Sequence[str]
    ) -> Iterator[str]:
        """Texts that may pass, each once; the hints first."""
        met: set[str] = set()
        for text in self._candidates(true, false, hints):
            if text not in met:
                met.add(text)
                yield text

    def _candidates(
        self, true: Sequence[Comparison], false: Sequence[Comparison], hints: Sequence[str]
    ) -> Iterator[str]:
        yield from hints
        if not true:
            yield from _NEUTRAL
        ways = [self._ways(test, false) for test in true]
        for chosen in islice(product(*ways), _MOST_TRIED):
            for ending in ("", "s"):
                yield from _put_together([piece for test in chosen for piece in _pieces(test, ending)])

    def _ways(self, test: Comparison, false: Sequence[Comparison]) -> list[Comparison]:
        """The alternatives of a test that must hold, each a test of its own, less those that prove what must not."""
        if id(test) not in self._alternatives:
            self._alternatives[id(test)] = (test, _alternatives(test))
        ways = self._alternatives[id(test)][1]
        lost = {place for other in false for place in self._proving(test, ways, other)}
        return [way for place, way in enumerate(ways) if place not in lost]

    def _proving(self, test: Comparison, ways: Sequence[Comparison], other: Comparison) -> frozenset[int]:
        """Which alternatives of a test prove another one."""
        key = (id(test), id(other))
        if key not in self._proved:
            plain = replace(other, if_missing=None) if other.if_missing is not None else other
            places = frozenset(place for place, way in enumerate(ways) if implies(way, plain, {}))
            self._proved[key] = (test, other, places)  # the tests are kept, so that their ids stay their own
        return self._proved[key][2]


def _put_together(pieces: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Texts that have all of some pieces, each with the operator that asks for it."""
    first = max((piece for op, piece in pieces if op == "starts_with"), key=len, default="")
    last = max((piece for op, piece in pieces if op == "ends_with"), key=len, default="")
    inside = list(dict.fromkeys(piece for op, piece in pieces if op in ("contains", "has")))
    yield from (piece for op, piece in pieces if op in ("exactly", "in"))
    for joint in _JOINED:
        yield joint.join(piece for piece in (first, *inside, last) if piece)
        yield joint.join(piece for piece in (first, *inside) if piece) + last


def _pieces(test: Comparison, ending: str) -> Iterator[tuple[str, str]]:
    """What a text needs to pass one alternative, by operator; a pattern is left to the hints."""
    if test.op in ("has", "has_all"):
        yield from (("has", _written(phrase, ending)) for phrase in test.operand)
    elif test.op != "matches":
        yield from ((test.op, piece) for piece in sorted(test.operand))


def _written(phrase: Phrase, ending: str) -> str:
    return " ".join(word + ending * star for word, star in zip(phrase.words, phrase.stars, strict=True))


def _alternatives(test: Comparison) -> list[Comparison]:
    plain = replace(test, if_missing=None)
    if plain.op == "has_all":
        return [plain]
    return [replace(plain, operand=type(plain.operand)([item])) for item in plain.operand]


def _can_clash(true: Sequence[Comparison], false: Sequence[Comparison]) -> bool:
    """Whether alternatives can contradict each other, or only together prove what must not be."""
    whole = [test for test in true if test.op in ("exactly", "in", "starts_with", "ends_with")]
    return bool(whole) or any(test.op == "has_all" for test in false)


def _clash(chosen: Sequence[Comparison], false: Sequence[Comparison]) -> bool:
    strings = [(test.op, piece) for test in chosen if test.op in _STRINGS for piece in test.operand]
    if any(_contradict(one, other) for one in strings for other in strings):
        return True
    words = {word for test in chosen if test.op == "in" for word in test.operand}
    if len(words) > 1:
        return True
    phrases = tuple(phrase for test in chosen if test.op in ("has", "has_all") for phrase in test.operand)
    if not phrases:
        return False
    first = next(test for test in chosen if test.op in ("has", "has_all"))
    joint = replace(first, op="has_all", operand=phrases, if_missing=None)
    return any(implies(joint, replace(test, if_missing=None), {}) for test in false)


_STRINGS = ("exactly", "starts_with", "ends_with", "contains")


def _contradict(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether no text passes both of two tests on pieces of it; `one` says more of the text."""
    (op, piece), (kind, wanted) = one, other
    if op == "exactly":
        fits = {
            "exactly": piece == wanted,
            "starts_with": piece.startswith(wanted),
            "ends_with": piece.endswith(wanted),
            "contains": wanted in piece,
        }
        return not fits[kind]
    if op == kind == "starts_with":
        return not (piece.startswith(wanted) or wanted.startswith(piece))
    if op == kind == "ends_with":
        return not (piece.endswith(wanted) or wanted.endswith(piece))
    return False
