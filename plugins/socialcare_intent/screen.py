"""Tell in one pass over a text which of several costly expressions may match it at all."""

import re
from collections.abc import Sequence

import re2  # type: ignore[import-untyped]  # it ships no types

_MEMORY = 1 << 22
"""Bytes that the automaton of a screen may grow to; it begins anew when it is full."""

_OTHERS = r"\x{80}-\x{10ffff}"
_WIDENED = {r"\d": "0-9" + _OTHERS, r"\w": "0-9A-Za-z_" + _OTHERS, r"\s": r" \t-\r\x1c-\x1f" + _OTHERS}


class Screen:
    """Necessary conditions of expressions, tried all at once (RE2 runs in time linear in the text, however many).

    Each is written for RE2 so that it matches wherever its expression does, and seldom elsewhere. It may not look around;
    its classes stand in brackets, and each holds every sign that is not ASCII, so that no table of Unicode matters.
    """

    def __init__(self, needed: Sequence[str]) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        tried = re2.Set.SearchSet(options)
        for condition in needed:
            tried.Add(re.sub(r"\\[dsw]", lambda named: _WIDENED[named[0]], condition))
        tried.Compile()
        self._match = tried.Match

    def passed(self, text: str) -> Sequence[int]:
        """The numbers of the conditions that `text` meets."""
        return self._match(text.encode(errors="replace")) or ()
