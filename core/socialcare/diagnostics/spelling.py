"""Guesses what a misspelt word was meant to be."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from difflib import get_close_matches

_SHOWN = 10


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to a misspelt one, or None; the same answer every time.

    The last part of a name, as `handle` of `author.handle` or `Berlin` of `Europe/Berlin`, is near to it.
    """
    plain: dict[str, str] = {}
    for name in _ordered(known):
        plain.setdefault(_plain(name), name)
    end = next((name for name in plain if re.split(r"[./]", name)[-1] == _plain(word)), None)
    near = get_close_matches(_plain(word), plain, n=1, cutoff=0.66) if end is None else [end]
    return plain[near[0]] if near else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean `question`? known: complaint, question``, a long list cut."""
    names = _ordered(known)
    if not names:
        return "none is known"
    guess = did_you_mean(word, names)
    cut = len(names) > _SHOWN + 2
    shown = ", ".join(names[:_SHOWN] if cut else names) + (f" and {len(names) - _SHOWN} more" if cut else "")
    return f"did you mean `{guess}`? known: {shown}" if guess else f"known: {shown}"


def _ordered(known: Iterable[str]) -> list[str]:
    """A set has no order of its own that would be the same in each run."""
    return sorted(known) if isinstance(known, AbstractSet) else list(dict.fromkeys(known))


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
