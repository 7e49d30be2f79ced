"""The weighted length of a post, as X counts it.

The rules are those of twitter-text 3.1.0 with its configuration of version 3: 280 at most; the text is counted in
NFC; Latin and its neighbours weigh 1, all else 2; a URL weighs 23 whatever its length; an emoji sequence weighs 2.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from socialcare_x.links import links
from socialcare_x.tables import tables
from socialcare_x.units import to_units

LIMIT = 280
"""The longest post, in weighted characters (a long-post account may write more; the product does not)."""

URL_WEIGHT = 23
EMOJI_WEIGHT = 2

# In code units a surrogate pair is two characters and weighs 2, so only single heavy units count extra.
_HEAVY = re.compile(
    "[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037\ud800-\udfff]"
    "|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]"
)
_INVALID = re.compile("[\ufffe\ufeff\uffff]")


def weighted_length(text: str) -> int:
    """The length of a text in X's weighted characters, of which a post may have 280."""
    if text.isascii() and "." not in text:
        return len(text)
    return sum(piece.weight for piece in _pieces(text))


def valid(text: str) -> bool:
    """Whether X accepts a text as a post: neither empty nor over 280, and without U+FFFE, U+FEFF and U+FFFF."""
    pieces = list(_pieces(text))
    return 0 < sum(piece.weight for piece in pieces) <= LIMIT and not any(piece.invalid for piece in pieces)


class _Piece(NamedTuple):
    weight: int
    invalid: bool


def _pieces(text: str) -> Iterator[_Piece]:
    """The text cut into URLs, emoji sequences and what lies between."""
    units = to_units(unicodedata.normalize("NFC", text))
    spans = {found.start(): (len(found[0]), EMOJI_WEIGHT) for found in _emoji_sequence().finditer(units)}
    spans |= {link.start: (link.length, URL_WEIGHT) for link in links(units)}
    at = 0
    for start in sorted(spans):
        if start < at:
            continue
        length, weight = spans[start]
        yield _plain(units[at:start])
        at = start + length
        yield _Piece(weight, bool(_INVALID.match(units, at - 1)))
    yield _plain(units[at:])


def _plain(units: str) -> _Piece:
    return _Piece(len(units) + len(_HEAVY.findall(units)), bool(_INVALID.search(units)))


@cache
def _emoji_sequence() -> re.Pattern[str]:
    """The emoji of more than one character that weigh 2 as a whole: those of Emoji 11.

    Later sequences weigh 2 for each emoji and joiner in them: the reference does not know them.
    """
    tone = to_units("\U0001f3fb")
    sequences = (to_units(each) for each in tables()["emoji_sequences"].split(" "))
    return re.compile(_longest_of([*_tokens(each, tone)] for each in sequences))


def _tokens(sequence: str, tone: str) -> Iterator[str]:
    """A sequence as patterns of one code unit each; the first skin tone stands for all five."""
    for at, part in enumerate(sequence.split(tone)):
        if at:
            yield "\ud83c[\udffb-\udfff]"
        yield from map(re.escape, part)


def _longest_of(words: Iterable[list[str]]) -> str:
    """A pattern that matches the longest of some words, each a list of patterns no two of which match alike."""
    branches: dict[str, list[list[str]]] = {}
    optional = ""
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            optional = "?"
    if not branches:
        return ""
    return f"(?:{'|'.join(head + _longest_of(rest) for head, rest in branches.items())}){optional}"
