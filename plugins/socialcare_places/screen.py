"""Tell in one pass which few texts may name a place at all."""

import re
from collections.abc import Callable, Iterable

import re2  # type: ignore[import-untyped]  # it ships no types

_GAP = r"[^a-z0-9]+"
_JOINED = r"[a-z0-9]+(?:'|’|\.)[a-z0-9]"
"""How any name may begin: nobody writes all of `St. Louis` and `O'Fallon` alike."""
_BESIDE = r"(?:[^a-z0-9]|(?:@|＠)[a-z0-9_.]+|(?:https?://|www\.)\S+)*"
_END = r"(?:[^a-z0-9]|$)"
_IN_FRONT = [2]
"""What is met by a text that only begins with a name."""

_FOREIGN_LETTER = re.compile(r"[^\W\x00-\x7f]")


def screen(
    names: Iterable[str], before: Iterable[str], between: Iterable[str], behind: Iterable[str], longest: int
) -> Callable[[str], bool]:
    """Whether a text may name one of `names` (folded) after a word of `before`, before one of `behind`, or as all it says.

    It says yes to every text that does, and to few others: it only asks for the beginning of a name, takes any letter that
    is not ASCII for a part of one, and knows no names before a word of `behind`. Words of `between` may stand before a
    name; who says nothing but a name says at most `longest` words.
    """
    begun = _beginnings(names)
    options = re2.Options()
    options.max_mem += 64 * len(
        begun
    )  # the program takes some 20 bytes a sign, the rest is for its automaton
    options.encoding = (
        re2.Options.Encoding.LATIN1
    )  # a sign that is not ASCII is some bytes that are no letters
    options.case_sensitive = False
    conditions = re2.Set.SearchSet(options)
    for condition in (
        rf"(?:^|[^a-z0-9])(?:{'|'.join(before)}){_GAP}(?:(?:{'|'.join(between)}){_GAP})*{begun}",
        rf"(?:^|[^a-z0-9])(?:{'|'.join(behind)}){_END}",
        rf"^{_BESIDE}{begun}",
    ):
        conditions.Add(condition.encode())
    conditions.Compile()

    def may_name_one(text: str) -> bool:
        met = conditions.Match(text.encode(errors="replace"))
        if met == _IN_FRONT and sum(map(str.isalpha, text.split())) > longest:
            met = None
        return met is not None or (not text.isascii() and _FOREIGN_LETTER.search(text) is not None)

    return may_name_one


def _beginnings(names: Iterable[str]) -> str:
    """An expression of the first word of each name, and of how the second begins, if it has one."""
    seconds: dict[str, set[str]] = {}
    for name in filter(str.isascii, names):
        first, second, *_ = [*filter(None, re.split("[ #]", name)), "", ""]
        seconds.setdefault(re.escape(first), set()).add(re.escape(second[:1]))
    alone = [first for first, follow in seconds.items() if "" in follow]
    followed = [
        f"{first}{_GAP}[{''.join(sorted(follow))}]" for first, follow in seconds.items() if "" not in follow
    ]
    return f"(?:(?:{'|'.join(sorted(alone))}){_END}|{'|'.join(sorted(followed))}|{_JOINED})"
