"""Cut a text into words that remember how they stand in it."""

import re
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_letters
from typing import NamedTuple

from socialcare_intent.screen import Screen

LONGEST_READ = 4096
"""Characters that are read of a text; a post on any platform is shorter, so the bound costs nothing."""

URL, HANDLE, NUMBER, MASK, BREAK = "URL", "HANDLE", "NUMBER", "MASK", "."

_PIECE = re.compile(
    r"""([ ]?)                                  # with a space before it, or each space would be tried as a piece
      ([a-zA-Z]++(?![\w'’:.])                 # most words, told from the next ones by what follows them
      |(?!(?i:https?://|www\.|pic\.twitter\.com/))[^\W\d_][^\W_]*(?:['’][^\W_]+)*
      |@\w+
      |!*[?？¿][!?？¿！]*
      |[!！¡]+
      |(?i:https?://\S*|www\.\S+|pic\.twitter\.com/\S+)
      |__[a-zA-Z\u212a]+__                     # the sign of kelvin is a k
      |(?i:&amp;)
      |[$£€]?\d+(?:[.,:]\d+)*%?
      |\#\w+
      |[:;=>][-'’oO]?[()\[\]/\\|dDpP3<](?!\w)|<3
      |[.,;:…\n。、]+|-{2,}|\s[-–—]\s|&\#?\w{1,8};
      |[\u2600-\u27bf\u2b50\U0001f300-\U0001faff]
      |[/+&"*])""",
    re.VERBOSE,
)
_SENTINELS = {"@": HANDLE, "_": MASK, "?": "?", ".": BREAK, ",": BREAK} | dict.fromkeys("0123456789", NUMBER)
"""By the first sign of a piece, where that alone tells."""
_SENTINEL_OF = re.compile(
    r"""(?P<asks>!*[?？¿])
      |(?P<exclaims>[!！¡])
      |(?P<URL>https?://|www\.|pic\.twitter\.com/)
      |(?P<and>&amp;)
      |(?P<NUMBER>[$£€]?\d)
      |(?P<pause>[.,;:…\n。、]+\Z|-|\s|&.)""",
    re.VERBOSE,
)
_OF_KIND = {"asks": "?", "exclaims": "!", "URL": URL, "and": "&", "NUMBER": NUMBER, "pause": BREAK}
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SCREEN = Screen((
    "|".join(3 * letter for letter in ascii_letters) + r"|[\x{80}-\x{10ffff}]{3}",  # stretched letters
    r"[“\"][\s]?@|[RM]T[\s]+@",  # quotes of others
))  # fmt: skip
_MAY_BE_STRETCHED, _MAY_QUOTE = 0, 1


class Words(NamedTuple):
    """A text and its words: `forms` is what each is compared as, `parts` what the text is made of.

    Words are in lower case with a straight apostrophe and without stretched letters; `!`, `?`, emoji and hashtags are
    words too, and the sentinels above stand for links, names, numbers, masks and pauses. Every third part is a word,
    the two before it are what stands between it and the word before.
    """

    text: str
    forms: list[str]
    parts: list[str]
    may_quote: bool

    def spelled(self, places: Iterable[int]) -> tuple[str, ...]:
        """Words as they stand in the text."""
        parts = self.parts
        return tuple([parts[3 * place + 2] for place in places])

    def phrases(self, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
        """The text of each span, from its first word to the one before its second, as it stands there; each once."""
        parts = self.parts
        return tuple(dict.fromkeys(["".join(parts[3 * first + 2 : 3 * after]) for first, after in spans]))


def words(text: str) -> Words:
    """Cut `text`, as far as it is read, into words."""
    read = text[:LONGEST_READ]
    parts = _PIECE.split(read)
    forms = [
        piece.lower() if piece.isalpha() else _SENTINELS.get(piece[0]) or _form(piece)
        for piece in parts[2::3]
    ]
    if "İ" in read:  # the one letter that is longer in lower case
        forms = [_form(piece) for piece in parts[2::3]]
    may = _SCREEN.passed(read)
    if _MAY_BE_STRETCHED in may and _STRETCHED.search(read):
        forms = [_STRETCHED.sub(r"\1", form) for form in forms]
    return Words(text, forms, parts, _MAY_QUOTE in may)


@lru_cache(maxsize=2048)
def _form(piece: str) -> str:
    """What a piece of a text is compared as."""
    if piece[0] in _SENTINELS:
        return _SENTINELS[piece[0]]
    form = lowered(piece)
    kind = _SENTINEL_OF.match(form)
    return _OF_KIND[kind.lastgroup or ""] if kind else form


def lowered(text: str) -> str:
    """`text` in lower case with straight apostrophes, every character in its old place."""
    low = text.replace("’", "'").lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.replace("’", "'"))
