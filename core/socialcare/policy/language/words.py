"""What a text means to `has`, `contains` and the other text conditions.

Two forms of a text exist for matching, the original is never touched: the *normal* form (compatibility forms
folded, case folded, invisible characters and apostrophes gone), and the *line*, its words in a row. Links and
@handles are not in the line; a hashtag is in it without its sign; an emoji is a word of its own, and its skin
tone does not count.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from socialcare.policy.language.flaws import Flaw

_APOSTROPHES = "'`\u00b4\u2018\u2019\u201b\u02bb\u02bc\uff07"
# Unicode 15, DerivedCoreProperties.txt, Default_Ignorable_Code_Point
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_DROPPED = re.compile(f"[{_APOSTROPHES}{_INVISIBLE}]+")
# both begin with a set of characters, which the scanner finds twice as fast as a choice or a look behind
_LINK = re.compile(r'[hHwW](?i:ttps?://|ww\.)[^\s<>"]+')
_HANDLE = re.compile(r"[@\uff20](?<![A-Za-z0-9_].)[A-Za-z0-9_]+(?:[.@][A-Za-z0-9_-]+)*")
_PLAIN_LINK = re.compile(rb"[hw](?:ttps?://|ww\.)[^\t-\r\x1c-\x20<>\"]+")
_PLAIN_HANDLE = re.compile(rb"(@(?<![a-z0-9_].)[a-z0-9_]+(?:[.@][a-z0-9_-]+)*)")
_COLON, _DOT, _AT = b":.@"
_SIGIL = "@\uff20#\uff03"

_KEYCAP = "\ufe0f?\u20e3"
_MAYBE_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001faff]" + f"|[0-9#*]{_KEYCAP}"
)
_VARIATION = re.compile("[\ufe0e\ufe0f]")
_VARIATION_OR_TONE = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_STAR = re.compile(rf"\*(?!{_KEYCAP})")

_ASCII_WORDS = bytes(ord(chr(c).lower()) if chr(c).isalnum() or c == ord("_") else 32 for c in range(128))
_ASCII_WORDS += bytes(range(128, 256))
_ASCII_APOSTROPHES = b"'`"
# What reaches beyond ASCII's separators: the sign of a keycap, and what only an apostrophe keeps apart
_AT_ONCE = re.compile("\u20e3|[^\x00-\x7f]['`]+[^\x00-\x7f]")
_MARKED = b"\xfe"
"""Stands for a piece that begins with a mark, which may belong to the sign before it; never part of UTF-8."""

EDGE = b"\xff"
"""Stands between the words of a row; never part of UTF-8."""


class _Separators(dict[int, str]):
    """Every character of a word to itself, every other one to a space; remembers a bounded number of answers."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        of_word = char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M"
        answer = char if of_word else " "
        if len(self) < 20_000:
            self[code] = answer
        return answer


_SEPARATORS = _Separators()


def normal(text: str) -> str:
    """The form in which texts are compared: NFKC, case folded, without invisible characters and apostrophes."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    text = unicodedata.normalize("NFKC", _DROPPED.sub("", text)).casefold()
    return unicodedata.normalize("NFKC", _DROPPED.sub("", text))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order: runs of letters, digits, marks and `_` of the normal form, and emoji."""
    return tuple(line(text).split())


def line(text: str) -> str:
    """The words of a text with one space before, between and after them, so that a run of words is a substring."""
    return row(text).replace(EDGE, b" ").decode("utf-8", "surrogatepass")


def row(text: str) -> bytes:
    """The words of a text in UTF-8 with one `EDGE` before, between and after them: what millions of texts are searched in."""
    if text.isascii():
        lower = text.encode().lower()
        return _plain_row(_PLAIN_LINK.sub(b" ", lower) if _may_have_link(lower) else lower)
    if ":" in text or "." in text:
        text = _LINK.sub(" ", text)
    if "@" in text or "\uff20" in text:
        text = _HANDLE.sub(" ", text)
    if not ("'" in text or "`" in text or "\u20e3" in text) or not _AT_ONCE.search(text):
        pieces = text.encode("utf-8", "surrogatepass").translate(_ASCII_WORDS, _ASCII_APOSTROPHES).split()
        found = b" ".join([piece if piece.isascii() else _REMEMBERED[piece] for piece in pieces])
        if _MARKED not in found:
            return b"\xff%b\xff" % EDGE.join(found.split())
    slowly = [word.encode("utf-8", "surrogatepass") for word in _foreign(text)]
    return b"\xff%b\xff" % EDGE.join(slowly)


def row_and_rest(text: str) -> bytes:
    """The row of a text and behind it what is not in it: every run of ASCII letters, digits and `_` of the text stands there, folded."""
    if not text.isascii():
        return row(text) + text.casefold().encode("utf-8", "surrogatepass")
    lower = text.encode().lower()
    if _may_have_link(lower):
        return _plain_row(_PLAIN_LINK.sub(b" ", lower)) + lower
    if _AT not in lower:
        return b"\xff%b\xff" % EDGE.join(lower.translate(_ASCII_WORDS, _ASCII_APOSTROPHES).split())
    pieces = _PLAIN_HANDLE.split(lower)
    kept = b" ".join(pieces[::2]).translate(_ASCII_WORDS, _ASCII_APOSTROPHES)
    return b"\xff%b\xff%b" % (EDGE.join(kept.split()), b" ".join(pieces[1::2]))


def _plain_row(text: bytes) -> bytes:
    """The row of lower-case ASCII without links."""
    if _AT in text:
        text = _PLAIN_HANDLE.sub(b" ", text)
    return b"\xff%b\xff" % EDGE.join(text.translate(_ASCII_WORDS, _ASCII_APOSTROPHES).split())


def _may_have_link(lower: bytes) -> bool:
    """Whether it is worth looking for links; asking for a sign first is cheaper."""
    return (_COLON in lower and b"://" in lower) or (_DOT in lower and b"ww." in lower)


def _foreign(text: str) -> list[str]:
    """The words of a text of any script without links and handles."""
    return [word for piece in _pieces(text) for word in piece]


class _Remembered(dict[bytes, bytes]):
    """The words of what stands between ASCII's separators; remembers a bounded number of answers."""

    def __missing__(self, piece: bytes) -> bytes:
        text = piece.decode("utf-8", "surrogatepass")
        first = normal(text)[:1]
        if first and unicodedata.category(first)[0] == "M":
            answer = _MARKED
        else:
            answer = " ".join(_foreign(text)).encode("utf-8", "surrogatepass")
        if len(self) < 20_000 and len(piece) < 100:
            self[piece] = answer
        return answer


_REMEMBERED = _Remembered()


def _pieces(text: str) -> Iterator[list[str]]:
    """The words between emoji, and each emoji, in order."""
    done = 0
    for hit in _MAYBE_EMOJI.finditer(text):
        start = hit.start()
        if start < done or not (length := _emoji_length(text, start)):
            continue
        yield _runs(text[done:start])
        done = start + length
        yield [_emoji_word(text[start:done])]
    yield _runs(text[done:])


def _runs(text: str) -> list[str]:
    return normal(text).translate(_SEPARATORS).split()


@cache
def _emoji() -> tuple[frozenset[str], int]:
    """All emoji sequences, and the length of the longest."""
    from emoji import EMOJI_DATA  # noqa: PLC0415 - the table takes its time to load

    return frozenset(EMOJI_DATA), max(map(len, EMOJI_DATA))


def _emoji_length(text: str, start: int) -> int:
    known, longest = _emoji()
    for end in range(min(start + longest, len(text)), start, -1):
        if text[start:end] in known:
            return end - start
    return 0


def _emoji_word(sequence: str) -> str:
    """The sequence without variation selectors and, where that still is an emoji, without skin tones."""
    toneless = _VARIATION_OR_TONE.sub("", sequence)
    return toneless if toneless in _emoji()[0] else _VARIATION.sub("", sequence)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One item of `has`: a run of words; a word that ends in a star stands for all that begin with it."""

    words: tuple[str, ...]
    stars: tuple[bool, ...]
    literals: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Substrings that every line with this phrase has, in order; without an inner star the first says all."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "literals", self._literals())

    def _literals(self) -> tuple[str, ...]:
        if True not in self.stars:
            return (f" {' '.join(self.words)} ",)
        parts = [" "]
        for word, star in zip(self.words, self.stars, strict=True):
            parts[-1] += word
            if star:
                parts.append(" ")
            else:
                parts[-1] += " "
        return tuple(part for part in parts if part != " ")

    def found_in(self, line: str) -> bool:
        """Whether the phrase stands in a line made by `line`."""
        if len(self.literals) == 1 or self.literals[0] not in line:
            return self.literals[0] in line
        text = line.split()
        return any(self._begins(text[start:]) for start in range(len(text) - len(self.words) + 1))

    def _begins(self, text: list[str]) -> bool:
        pairs = zip(self.words, self.stars, text[: len(self.words)], strict=True)
        return all(there.startswith(word) if star else there == word for word, star, there in pairs)


_EVERYDAY = re.compile(r"[a-z0-9_]++(?: [a-z0-9_]++)*+")
"""Items in which each word already is what it is compared as: most of a policy's."""


def phrase(value: str) -> Phrase:
    """Read one item of `has`; a leading `@` or `#` of a word counts for nothing.

    Raises `Flaw` for an item without a word, with a link, or with a star that is not at the end of a word.
    """
    if _EVERYDAY.fullmatch(value):
        plain = tuple(value.split(" "))
        return Phrase(plain, (False,) * len(plain))
    if link := _LINK.search(value):
        raise Flaw(
            f"`has` does not look into links: use `contains` for `{link[0]}`",
            offset=link.start(),
            length=len(link[0]),
        )
    found: list[tuple[str, bool]] = []
    for piece in re.finditer(r"\S+", value):
        text = piece[0].replace("@", " ").replace("\uff20", " ")
        stars = [star.start() for star in _STAR.finditer(text)]
        starred = stars == [len(text) - 1]
        if stars and not (starred and _runs(_DROPPED.sub("", text[:-1])[-1:])):
            raise Flaw(
                f"a star may only follow the last letter of a word, as in `ship*`, not as in `{piece[0]}`",
                offset=piece.start() + stars[0],
            )
        spoken = words(text[:-1] if starred else text)
        found += [(word, False) for word in spoken[:-1]]
        found += [(word, starred) for word in spoken[-1:]]
    if not found:
        raise Flaw(f"`{value}` has no word to look for: use `contains` for signs", length=max(len(value), 1))
    return Phrase(tuple(word for word, _ in found), tuple(star for _, star in found))


def flat(text: str) -> str:
    """The normal form with runs of white space made one space and none at the ends."""
    text = normal(text)
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text  # nothing to be made one: most texts
    return " ".join(text.split())


def needle(value: str) -> str:
    """The flat form of what `contains`, `exactly`, `starts_with` or `ends_with` look for.

    Raises `Flaw` when nothing would be left, because nothing is found in every text.
    """
    if not (found := flat(value)):
        raise Flaw(f"`{value}` has no character to look for", length=max(len(value), 1))
    return found


def contains(text: str, value: str) -> bool:
    """Whether the value stands anywhere in the text, inside words and links too."""
    return flat(value) in flat(text)


def exactly(text: str, value: str) -> bool:
    """Whether the value is the whole text."""
    return flat(value) == flat(text)


def starts_with(text: str, value: str) -> bool:
    """Whether the text begins with the value, inside a word too."""
    return flat(text).startswith(flat(value))


def ends_with(text: str, value: str) -> bool:
    """Whether the text ends with the value, inside a word too."""
    return flat(text).endswith(flat(value))


def bare(value: str) -> str:
    """A handle, hashtag or name for comparison: case folded, without a leading `@` or `#`."""
    return value.strip().lstrip(_SIGIL).casefold()
