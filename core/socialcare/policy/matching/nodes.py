"""What must be so for a condition to be true, as a formula of *and* and *or* over plain yes-or-no questions.

With three truths, "is true" and "is false" are two questions, and both can be asked of every condition: `none` is true where its
parts are false. So the formula needs no *not* and no *unknown*, and what is not known yet (the policy's state) can be taken for a yes or
for a no: the first bounds the formula from above, the second from below.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from socialcare.policy.language.patterns import Pattern
from socialcare.policy.statements import Comparison


class Found:
    """Whether one of the hits was found in the event (`wanted`), or none of them."""

    __slots__ = ("hits", "wanted")

    def __init__(self, hits: frozenset[int], *, wanted: bool) -> None:
        self.hits = hits
        self.wanted = wanted


class Fits:
    """Whether a pattern fits a text field that is there (`wanted`), or it does not or there is none.

    Of each set of `signs` one must stand in the text, or the pattern is not run.
    """

    __slots__ = ("path", "pattern", "signs", "wanted")

    def __init__(
        self, path: str, pattern: Pattern, signs: tuple[frozenset[str], ...], *, wanted: bool
    ) -> None:
        self.path = path
        self.pattern = pattern
        self.signs = signs
        self.wanted = wanted


class Test:
    """Whether a comparison is true (`wanted`), or false. `slot` is its place in the answers of a cell, if it has one."""

    __slots__ = ("slot", "test", "wanted")

    def __init__(self, test: Comparison, *, wanted: bool) -> None:
        self.test = test
        self.wanted = wanted
        self.slot: int | None = None


class Joint:
    """Whether every part is so, or one of them."""

    __slots__ = ("every", "parts")

    def __init__(self, parts: tuple[Node, ...], *, every: bool) -> None:
        self.parts = parts
        self.every = every


Node: TypeAlias = Found | Fits | Test | Joint | bool


def joint(parts: Iterable[Node], *, every: bool) -> Node:
    """The parts joined, in the simplest form."""
    flat: list[Node] = []
    for part in parts:
        if part is every:
            continue
        if isinstance(part, bool):
            return part
        if isinstance(part, Joint) and part.every is every:
            flat.extend(part.parts)
        else:
            flat.append(part)
    if len(flat) > 1:
        flat = _merged(list(dict.fromkeys(flat)), every=every)
    if not flat:
        return every
    return flat[0] if len(flat) == 1 else Joint(tuple(flat), every=every)


def _merged(parts: list[Node], *, every: bool) -> list[Node]:
    """One of these or one of those is one of all; none of these and none of those is none of all."""
    alike = [part for part in parts if isinstance(part, Found) and part.wanted is not every]
    if len(alike) < 2:
        return parts
    hits = frozenset[int]().union(*[part.hits for part in alike])
    return [
        Found(hits, wanted=not every),
        *(part for part in parts if not (isinstance(part, Found) and part.wanted is not every)),
    ]


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all be so."""
    if node is True:
        return ()
    return node.parts if isinstance(node, Joint) and node.every else (node,)
