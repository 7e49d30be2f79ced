"""The weighted length of a post, as X counts it.

The rules are those of twitter-text 3.1.0 with its configuration of version 3: 280 at most; the text is counted in
NFC; Latin and its neighbours weigh 1, all else 2; a URL weighs 23 whatever its length; an emoji sequence weighs 2.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from socialcare_x.links import links, may_hold_link
from socialcare_x.tables import tables
from socialcare_x.units import to_units

LIMIT = 280
"""The longest post, in weighted characters (a long-post account may write more; the product does not)."""

URL_WEIGHT = 23
EMOJI_WEIGHT = 2

_WIDE = "[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037"
_WIDE_POINT = re.compile(f"{_WIDE}]")
# in code units a surrogate pair is two characters and weighs 2, so only single heavy units count extra
_HEAVY = re.compile(
    f"{_WIDE}\ud800-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]"
)
# every emoji sequence has one of these in it: a joiner, a style, a keycap, half a flag, a skin tone, a tag
_OF_SEQUENCE = "[\u200d\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_NEEDS_UNITS = re.compile(rf"{_OF_SEQUENCE}\ud800-\udfff]")
_INVALID = re.compile("[\ufffe\ufeff\uffff]")


def weighted_length(text: str) -> int:
    """The length of a text in X's weighted characters, of which a post may have 280."""
    text = unicodedata.normalize("NFC", text)
    if not may_hold_link(text):
        if text.isascii():
            return len(text)
        if not _NEEDS_UNITS.search(text):
            return len(text) + len(_WIDE_POINT.findall(text))
    return weight_in_units(to_units(text))


def weight_in_units(units: str) -> int:
    """The same of a text that is in NFC and in UTF-16 code units, by what it is made of."""
    weight = at = 0
    for start, end, whole in _wholes(units):
        weight += _plain(units[at:start]) + whole
        at = end
    return weight + _plain(units[at:])


def valid(text: str) -> bool:
    """Whether X accepts a text as a post: neither empty nor over 280, and without U+FFFE, U+FEFF and U+FFFF."""
    units = to_units(unicodedata.normalize("NFC", text))
    at = 0
    for start, end, _ in _wholes(units):
        if _INVALID.search(units, at, start) or _INVALID.match(units, end - 1):
            return False
        at = end
    return not _INVALID.search(units, at) and 0 < weight_in_units(units) <= LIMIT


def _wholes(units: str) -> Iterator[tuple[int, int, int]]:
    """What weighs as a whole, URLs and emoji sequences: where each starts and ends, and its weight."""
    spans = {link.start: (link.length, URL_WEIGHT) for link in links(units)}
    if not units.isascii():
        emoji = _emoji_sequence().finditer(units)
        spans = {found.start(): (len(found[0]), EMOJI_WEIGHT) for found in emoji} | spans
    at = 0
    for start in sorted(spans):
        if start >= at:
            length, weight = spans[start]
            at = start + length
            yield start, at, weight


def _plain(units: str) -> int:
    return len(units) + (0 if units.isascii() else len(_HEAVY.findall(units)))


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
