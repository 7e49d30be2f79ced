"""Stops asking a platform that fails again and again, account by account, and tries it with one request after a while."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TypeAlias

_FAILURES, _WITHIN = 5, 60.0
_OPEN_FOR = 60.0

Line: TypeAlias = tuple[str, str]
"""A platform and an account."""


class Breaker:
    """Opens after five failures within a minute of steady time; a minute later one request may try."""

    def __init__(self) -> None:
        self._failed: defaultdict[Line, deque[float]] = defaultdict(lambda: deque(maxlen=_FAILURES))
        self._opened: dict[Line, float] = {}
        self._trying: set[Line] = set()

    def shut(self, steady: float) -> set[Line]:
        """Where no request may be made now."""
        return {line for line, at in self._opened.items() if steady < at + _OPEN_FOR or line in self._trying}

    def begin(self, line: Line) -> None:
        """A request is about to be made; where the line was open it is the one that tries."""
        if line in self._opened:
            self._trying.add(line)

    def end(self, line: Line, *, failed: bool, steady: float) -> None:
        """What became of it."""
        tried = line in self._trying
        self._trying.discard(line)
        if not failed:
            self._opened.pop(line, None)
            self._failed.pop(line, None)
            return
        self._failed[line].append(steady)
        last = self._failed[line]
        if tried or (len(last) == _FAILURES and last[0] > steady - _WITHIN):
            self._opened[line] = steady
