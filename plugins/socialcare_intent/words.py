"""Cut a text into words that remember where they stand."""

import re
from typing import NamedTuple

LONGEST_READ = 4096
"""Characters that are read of a text; a post on any platform is shorter, so the bound costs nothing."""

URL, HANDLE, NUMBER, MASK, BREAK = "URL", "HANDLE", "NUMBER", "MASK", "."

_PIECE = re.compile(
    r"""(?!https?://|www\.|pic\.twitter\.com/)[^\W\d_][^\W_]*(?:'[^\W_]+)*
      |(?P<HANDLE>@\w+)
      |(?P<asks>!*[?？¿][!?？¿！]*)
      |(?P<exclaims>[!！¡]+)
      |(?P<URL>https?://\S*|www\.\S+|pic\.twitter\.com/\S+)
      |(?P<MASK>__[a-z]+__)
      |(?P<and>&amp;)
      |(?P<NUMBER>[$£€]?\d+(?:[.,:]\d+)*%?)
      |\#\w+
      |[:;=>][-'o]?[()\[\]/\\|dp3<](?!\w)|<3
      |(?P<pause>[.,;:…\n。、]+|-{2,}|\s[-–—]\s|&\#?\w{1,8};)
      |[\u2600-\u27bf\u2b50\U0001f300-\U0001faff]
      |[/+&"*]""",
    re.VERBOSE,
)
_FORMS = {
    "HANDLE": HANDLE,
    "URL": URL,
    "MASK": MASK,
    "NUMBER": NUMBER,
    "pause": BREAK,
    "asks": "?",
    "exclaims": "!",
    "and": "&",
}
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


class Words(NamedTuple):
    """A text and its words: `forms` is what each is compared as, `found` says where it stands.

    Words are in lower case with a straight apostrophe and without stretched letters; `!`, `?`, emoji and hashtags are
    words too, and the sentinels above stand for links, names, numbers, masks and pauses.
    """

    text: str
    forms: list[str]
    found: list[re.Match[str]]

    def between(self, first: int, after: int) -> str:
        """The text from the word `first` to the one before `after`, as it stands there."""
        return self.text[self.found[first].start() : self.found[after - 1].end()]


def words(text: str) -> Words:
    """Cut `text`, as far as it is read, into words."""
    found = list(_PIECE.finditer(lowered(text[:LONGEST_READ])))
    forms = [_FORMS.get(piece.lastgroup or "") or piece[0] for piece in found]
    if _STRETCHED.search(text, 0, LONGEST_READ):
        forms = [_STRETCHED.sub(r"\1", form) for form in forms]
    return Words(text, forms, found)


def lowered(text: str) -> str:
    """`text` in lower case with straight apostrophes, every character in its old place."""
    low = text.replace("’", "'").lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.replace("’", "'"))
