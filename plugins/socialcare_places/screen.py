"""Tell in one pass which few texts may name a place at all."""

import re
from collections.abc import Callable, Iterable

import re2  # type: ignore[import-untyped]  # it ships no types

_GAP = r"[^a-z0-9]+"
_JOINED = r"[a-z0-9]+['’.][a-z0-9][a-z0-9'’.-]*"
"""What may be any name: nobody writes all of `St. Louis` and `O'Fallon` alike."""
_BESIDE = r"(?:[^a-z0-9]|@[a-z0-9_.]+|(?:https?://|www\.)\S+)*"
_END = r"(?:[^a-z0-9]|$)"
_IN_NO_NAME = (
    r"\x{2013}\x{2014}\x{2018}\x{2019}\x{201c}\x{201d}\x{2026}"  # dashes, quotes, ellipsis
    r"\x{2600}-\x{2767}\x{2794}-\x{27bf}\x{fe0f}\x{1f300}-\x{1faff}"  # emoji
)
_IN_FRONT = 2
"""The number of the condition that a text begins with a name."""


def screen(
    names: Iterable[str], before: Iterable[str], between: Iterable[str], behind: Iterable[str], longest: int
) -> Callable[[str], bool]:
    """Whether a text may name one of `names` (folded) after a word of `before`, before one of `behind`, or as all it says.

    It says yes to every text that does, and to few others: it only asks for the beginning of a name, takes any letter that
    is not ASCII for a part of one, and knows no names before a word of `behind`. Words of `between` may stand before a
    name; who says nothing but a name says at most `longest` words.
    """
    name = _beginnings(names)
    options = re2.Options()
    options.case_sensitive = False
    conditions = re2.Set.SearchSet(options)
    conditions.Add(
        rf"(?:^|[^a-z0-9])(?:{'|'.join(before)}){_GAP}(?:(?:{'|'.join(between)}){_GAP})*{name}{_END}"
    )
    conditions.Add(rf"(?:^|[^a-z0-9])(?:{'|'.join(behind)}){_END}")
    conditions.Add(rf"^{_BESIDE}{name}{_END}")
    conditions.Add(rf"[^\x00-\x7f{_IN_NO_NAME}]")
    conditions.Compile()

    def may_name_one(text: str) -> bool:
        met = conditions.Match(text.encode(errors="replace"))
        return met is not None and (met != [_IN_FRONT] or sum(map(str.isalpha, text.split())) <= longest)

    return may_name_one


def _beginnings(names: Iterable[str]) -> str:
    """An expression of the first word of each name, and of the second, if it has one."""
    seconds: dict[str, set[str]] = {}
    for name in names:
        first, second, *_ = [*filter(None, re.split("[ #]", name)), "", ""]
        seconds.setdefault(re.escape(first), set()).add(re.escape(second))
    begun = [
        first if "" in follow else f"{first}{_GAP}(?:{'|'.join(sorted(follow))}|{_JOINED})"
        for first, follow in sorted(seconds.items())
    ]
    return f"(?:{'|'.join(begun)}|{_JOINED})"
