"""Domain names inside running text, found in time proportional to the text.

A regular expression for this tries every start against every end. Here the labels between dots are judged once, from
the right: whether a domain can go on from a label depends only on what stands to the right of it.
"""

import re
from collections.abc import Callable
from functools import cache

from socialcare_x.tables import tables

Label = tuple[int, int]
"""Where a label starts and ends (the index of its dot)."""

_PUNYCODE = re.compile(r"[xX][nN]--[-0-9A-Za-z]+")
_GOES_ON = re.compile(r"[0-9A-Za-z@+-]")


def labels(units: str, start: int, end: int) -> list[Label]:
    """The stretches between dots of `units[start:end]`, empty ones too."""
    found = []
    while (dot := units.find(".", start, end)) >= 0:
        found.append((start, dot))
        start = dot + 1
    return [*found, (start, end)]


class Chain:
    """The domains that may start in the labels of one stretch of text.

    `inner` says whether a whole label may stand before further labels, `last` whether it may stand right before the
    top-level domain.
    """

    def __init__(
        self,
        units: str,
        spans: list[Label],
        inner: Callable[[int, int], bool],
        last: Callable[[int, int], bool],
    ) -> None:
        self._inner, self._last = inner, last
        self._short = [None if end == start else top_level_end(units, start) for start, end in spans[1:]]
        self._long: list[int | None] = [None] * len(spans)
        for at in range(len(spans) - 2, -1, -1):
            self._long[at] = self.end(at, *spans[at])

    def goes_on(self, at: int) -> bool:
        """Whether a domain may go on after label `at` with a whole label."""
        return self._long[at + 1] is not None

    def whole(self, at: int) -> int | None:
        """Where the domain ends whose first label is the whole of label `at`."""
        return self._long[at]

    def end(self, at: int, start: int, end: int) -> int | None:
        """Where the domain ends whose first label is `units[start:end]`, the tail of label `at`: as late as it can."""
        further = self._long[at + 1]
        if further is not None and self._inner(start, end):
            return further
        return self._short[at] if self._last(start, end) else None


def top_level_end(units: str, start: int) -> int | None:
    """Where the top-level domain that starts at `start` ends, `None` if there is none; the longest one counts.

    A listed one must not go on with an ASCII letter or digit, `@`, `+` or `-`; letters count in either case.
    """
    known, longest = _top_level_domains()
    folded = "".join(map(_folded, units[start : start + longest]))
    for length in range(len(folded), 1, -1):
        if folded[:length] in known and not _GOES_ON.match(units, start + length):
            return start + length
    encoded = _PUNYCODE.match(units, start)
    return encoded.end() if encoded else None


@cache
def _top_level_domains() -> tuple[frozenset[str], int]:
    known = frozenset("".join(map(_folded, name)) for name in tables()["top_level_domains"].split())
    return known, max(map(len, known))


@cache
def _folded(character: str) -> str:
    """A character as ECMAScript compares it regardless of case: no other script ever equals ASCII."""
    upper = character.upper()
    return upper if len(upper) == 1 and (character.isascii() or not upper.isascii()) else character
