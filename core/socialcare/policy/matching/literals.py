"""Which literals every text that fits a pattern has in it: what a pattern can be found by without running it.

RE2 folds a letter to the letters of its own simple folding, and `str.casefold` takes all of these to one, so that a
literal whose letters fold *plainly* stands in the folded text wherever the pattern fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import Match
from typing import NamedTuple

from socialcare.policy.language.patterns import TOKEN

Literals = frozenset[str]
"""One of them stands, folded, in every text that fits."""

SHORTEST = 2
"""A single character is found too often to be worth looking for."""
_MOST_GROUPS = 100
"""Brackets may stand in brackets; a pattern with more of them is not looked into."""
_MOST_SETS = 3
_LETTERS = re.compile("[a-z0-9_]+")
_SIGNS = re.compile("[^a-zA-Z\x80-\U0010ffff]+")


class Hints(NamedTuple):
    """What a pattern needs: literals to be looked for in all texts, and signs and digits to be looked for before it is run."""

    literals: tuple[Literals, ...]
    signs: tuple[Literals, ...]


def hints(source: str) -> Hints:
    """What is worth looking for: runs of ASCII letters and digits before all, since they are found with the words."""
    sets = needed(source)
    long = [literals for literals in sets if _worth(literals) >= SHORTEST]
    runs = list(dict.fromkeys(frozenset(map(_letters, literals)) for literals in long))
    easy = [literals for literals in runs if all(map(_LETTERS.fullmatch, literals))]
    chosen = sorted(easy or runs, key=share)[:_MOST_SETS]
    signs = [literals for literals in sets if len(literals) < 5 and all(map(_SIGNS.fullmatch, literals))]
    return Hints(
        tuple(literals for place, literals in enumerate(chosen) if not place or share(literals) < 0.1),
        tuple(dict.fromkeys(signs))[:_MOST_SETS],
    )


def needs(source: str) -> tuple[Literals, ...]:
    """The literals by which a pattern can be found; none where it must be run on every text."""
    return hints(source).literals


def needed(source: str) -> list[Literals]:
    """All sets of literals that a pattern needs; none where it may fit without any."""
    parts = list(TOKEN.finditer(source))
    if sum(part.lastgroup == "group" for part in parts) > _MOST_GROUPS:
        return []
    return _choice(parts, 0)[0]


def _letters(literal: str) -> str:
    """The longest run of ASCII letters, digits and `_` in a literal, or all of it where that is too short."""
    longest = max(_LETTERS.findall(literal), key=len, default="")
    return longest if len(longest) >= SHORTEST else literal


def is_of_letters(literal: str) -> bool:
    """Whether a literal is one such run."""
    return _LETTERS.fullmatch(literal) is not None


def share(literals: Literals) -> float:
    """The share of texts that have one of some literals, roughly and at most."""
    return sum(map(guess, literals))


def guess(literal: str) -> float:
    """The share of texts that have a literal in them, roughly: 10 % for four letters of English, less for digits and signs."""
    return min(1.0, 1.2 * 0.55 ** (len(literal) + sum(not char.isalpha() for char in literal)))


def _choice(parts: Sequence[Match[str]], at: int) -> tuple[list[Literals], int]:
    """What an alternation needs, and where it ends: at the bracket that closes it, or behind the last token."""
    ways = []
    while True:
        way, at = _sequence(parts, at)
        ways.append(way)
        if at == len(parts) or parts[at][0] == ")":
            break
        at += 1
    if len(ways) == 1:
        return ways[0], at
    best = [max(way, key=_worth, default=frozenset()) for way in ways]
    return ([frozenset[str]().union(*best)] if all(best) else []), at


def _worth(literals: Literals) -> int:
    return min(map(len, literals))


def _sequence(parts: Sequence[Match[str]], at: int) -> tuple[list[Literals], int]:
    """What the pieces up to the next `|` or `)` need."""
    found: list[Literals] = []
    run = ""
    while at < len(parts) and parts[at].lastgroup != "join":
        inner: list[Literals] = []
        if parts[at].lastgroup == "group":
            inner, at = _choice(parts, at + 1)
        char = _char(parts[at])
        at += 1
        least, at = _least(parts, at)
        if least == 1 and char:
            run += char
            continue
        found += [frozenset([run + char * bool(least)]), *(inner if least else ())]
        run = ""
    found.append(frozenset([run]))
    return [literals for literals in found if _worth(literals)], at


def _least(parts: Sequence[Match[str]], at: int) -> tuple[int, int]:
    """How often at least the piece before comes: 0, 1 for exactly once, 2 for once or more; and what follows."""
    if at == len(parts) or parts[at].lastgroup != "repeat":
        return 1, at
    text = parts[at][0]
    may_be_none = text in {"*", "?"} or (text[0] == "{" and int(text[1:-1].split(",")[0]) == 0)
    while at < len(parts) and parts[at].lastgroup == "repeat":
        at += 1  # the second one only says that it is not greedy
    return 0 if may_be_none else 2, at


def _char(part: Match[str]) -> str:
    """The folded character that a token stands for, or nothing where it stands for several."""
    text = part[0]
    if part.lastgroup == "escape":
        text = text[1:]
        return text if len(text) == 1 and text.isascii() and not text.isalnum() else ""
    return text.casefold() if part.lastgroup == "char" and _is_plain(text) else ""


def _is_plain(char: str) -> bool:
    """Whether all that RE2 takes for this character whatever the case folds to one and the same."""
    lower, upper = char.lower(), char.upper()
    return len(lower) == len(upper) == 1 and lower.casefold() == upper.casefold() == char.casefold()
