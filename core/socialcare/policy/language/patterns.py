r"""Patterns of `matches`: RE2 on the raw text, whatever the case, with Unicode's idea of a word.

RE2 takes time linear in the text, which is why look-around and back-references are not to be had. Its own `\w`,
`\d`, `\s` and `\b` know only ASCII; here `\w` is a letter, mark, digit or `_` of any script, `\d` a decimal digit
and `\s` a white space of any script. `\b` is the edge of a run of `\w` and may stand at the ends of a pattern.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Self

import re2  # type: ignore[import-untyped]  # it ships no types

from socialcare.policy.language.flaws import Flaw

LONGEST = 1_000
_MOST_MEMORY = 2 << 20  # bytes, for the program and its cache: about 50 times `\w`

_CLASSES = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}", "s": r"\t-\r\x1c-\x20\x{85}\pZ"}
_IN_ASCII = {"w": "0-9A-Za-z_", "d": "0-9", "s": r"\t-\r\x1c-\x20"}
"""What of those classes is ASCII."""
_LIGHT = {"w": r"\pZ_", "d": r"\pZ", "s": r"\t-\r\x1c-\x20\x{85}\pZ"}
"""Classes that may stand wherever those may, and take a tenth of the time to build."""
_LIGHT_ENOUGH = 15_000
"""Of so many instructions RE2 surely builds a program in the memory that it is given."""
TOKEN = re.compile(
    r"""(?P<escape>\\(?:[pP]\{\^?\w+\}|[pP]\w|x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|.))
    |(?P<set>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])
    |(?P<group>\((?:\?(?::|<?[=!]|P?<|[^)]?))?)
    |(?P<repeat>[*+?]|\{\d+(?:,\d*)?\}|\{,\d+\})
    |(?P<join>[|)])
    |(?P<edge>[\^$])
    |(?P<any>\.)
    |(?P<char>.)""",
    re.DOTALL | re.VERBOSE,
)
"""A piece of a pattern, its sort being the group's name."""
# What stands at every edge of a word of a marked text: the last code point, which is no character
_MARK = "\U0010ffff"
_MARK_MAYBE = r"\x{10FFFF}?"
_RUN = re.compile(r"\w+", re.ASCII)

_REFUSED = {
    "b": r"`\b` may stand at the two ends of a pattern only",
    "B": r"`\B` is not known: say what may stand there, as in `\w`",
    "C": r"`\C` would cut a letter into bytes: use `.`",
    "Q": r"`\Q` is not known: put `\` before each sign that is meant as it is",
    "E": r"`\E` is not known: put `\` before each sign that is meant as it is",
}
_REASONS = {
    "missing )": "a `(` is never closed",
    "missing ]": "a `[` is never closed",
    "unexpected )": "a `)` closes nothing",
    "bad repetition operator": "one repetition follows another",
    "no argument for repetition operator": "there is nothing to repeat here",
    "invalid repetition size": "the repetition is too large, or upside down",
    "invalid character class range": "no such set or range of characters",
    "invalid escape sequence": r"`\` has no meaning before this letter",
    "pattern too large - compile failed": "the pattern is too large: repeat less",
}


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MOST_MEMORY
    return options


_OPTIONS = _options()
_RUN_OF_ANY_SCRIPT = re2.compile(f"[{_CLASSES['w']}]+", _OPTIONS)


class Pattern:
    """A pattern; raises `Flaw` with the offset and the reason where RE2 or this dialect has no such thing.

    RE2's programs for it are built at the first search: of a thousand patterns a run may need ten. Patterns of one source are equal.
    """

    __slots__ = ("_edged", "_in_ascii", "_plain", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        pieces = _Pieces(source)
        try:
            light = _compiled(source, pieces.rewritten(_LIGHT))
        except Flaw:
            self._build()  # says what is wrong in terms of the pattern itself
            return
        pieces.refuse_unclear_word_edge(may_be_empty=bool(light.fullmatch("")))
        if pieces.weight() > _LIGHT_ENOUGH:
            self._build()

    @classmethod
    def known(cls, source: str) -> Self:
        """The pattern of a source that was read before."""
        pattern = cls.__new__(cls)
        pattern.source = source
        return pattern

    def __getattr__(self, name: str) -> Any:  # Any: a program of RE2, which ships no types
        """What is not there yet is built."""
        if name not in Pattern.__slots__:
            raise AttributeError(name)
        if name == "_in_ascii":
            self._build_in_ascii()
        else:
            self._build()
        return getattr(self, name)

    def _build(self) -> None:
        pieces = _Pieces(self.source)
        self._plain = _compiled(self.source, pieces.rewritten())
        self._edged = _compiled(self.source, pieces.marked()) if pieces.first or pieces.last else None

    def _build_in_ascii(self) -> None:
        self._in_ascii = _compiled(self.source, _Pieces(self.source).in_ascii())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.source == other.source

    def __hash__(self) -> int:
        return hash(self.source)

    def fits(self, text: str) -> bool:
        """Whether there is such a place; cheaper than to say where it is."""
        if text.isascii():
            return bool(self._in_ascii.search(text.encode()))
        if not self._plain.search(text.encode()):
            return False
        return self._edged is None or bool(self._edged.search(_marked(text).encode()))

    def search(self, text: str) -> tuple[int, int] | None:
        """Start and end of the first place in the text that fits, or None."""
        hit, row = self._plain.search(text), text
        if hit and self._edged:
            row = _marked(text)  # not before it must be: it costs ten times a search
            hit = self._edged.search(row)
        if not hit:
            return None
        start, end = hit.span()
        return (
            (start - row.count(_MARK, 0, start), end - row.count(_MARK, 0, end))
            if self._edged
            else (start, end)
        )


def _marked(text: str) -> str:
    r"""The text with a mark at each edge of a run of `\w`, so that `\b` is a character like any other."""
    if text.isascii():
        return _RUN.sub(rf"{_MARK}\g<0>{_MARK}", text)
    # a callable, because this library garbles a template that is not ASCII
    marked: str = _RUN_OF_ANY_SCRIPT.sub(lambda run: f"{_MARK}{run[0]}{_MARK}", text.replace(_MARK, "\ufffd"))
    return marked


def _tokens(source: str) -> Iterator[re.Match[str]]:
    """The pieces of a pattern, each with its sort as `lastgroup`; raises `Flaw` for what this dialect has not."""
    if not source:
        raise Flaw("an empty pattern fits everything")
    if len(source) > LONGEST:
        raise Flaw(f"a pattern may have {LONGEST:,} characters, this one has {len(source):,}")
    for offset, char in enumerate(source):
        if char == "\b":
            raise Flaw(r"in double quotes `\b` is a backspace: use single quotes", offset=offset)
        if ord(char) < 32 or "\ud800" <= char <= "\udfff":
            raise Flaw(f"a pattern cannot have the character U+{ord(char):04X}", offset=offset)
    if last_code := re.search(rf"\\x\{{0*10FFFF\}}|{_MARK}", source, re.IGNORECASE):
        raise Flaw(r"U+10FFFF is no character: end a range with `\x{10FFFD}`", offset=last_code.start())
    for token in TOKEN.finditer(source):
        _refuse_foreign(token, source)
        yield token


def _refuse_foreign(token: re.Match[str], source: str) -> None:
    """Refuse what other dialects have and this one has not; the rest is left to RE2."""
    text, offset = token[0], token.start()
    refuse: str | None = None
    match token.lastgroup:
        case "escape" if text[1] in "123456789":
            refuse = f"`{text}`: a pattern cannot refer back to what a group found"
        case "escape" if text[1] != "b" or 0 < offset < len(source) - 2:
            refuse = _REFUSED.get(text[1])
        case "set" if negative := next(filter(_is_negative, re.finditer(r"\\p\{\^|\\.|\[:\^", text)), None):
            offset += negative.start()
            refuse = f"`{negative[0]}` cannot stand in a set: begin the set with `[^`"
        case "group" if text in {"(?=", "(?!", "(?<=", "(?<!"}:
            refuse = (
                f"`{text}`: a pattern cannot look around: match what stands there, or use a second condition"
            )
        case "group" if text not in {"(", "(?:"}:
            refuse = f"`{text}` is not known: write `(…)` or `(?:…)`; case never counts"
        case "char" if text == "\\":
            refuse = r"`\` at the end escapes nothing"
        case "repeat" if text.startswith("{,"):
            refuse = f"write `{{0{text[1:]}`"
    if refuse:
        raise Flaw(refuse, offset=offset, length=max(len(text) - (offset - token.start()), 1))


def _is_negative(part: re.Match[str]) -> bool:
    return part[0] in {r"\W", r"\D", r"\S", r"\P", r"\p{^", "[:^"}


def _is_word_edge(token: re.Match[str]) -> bool:
    return token[0] == r"\b"


class _Pieces:
    """The pieces of a pattern between the edges of words at its ends."""

    def __init__(self, source: str) -> None:
        pieces = list(_tokens(source))
        self.first, self.last = _is_word_edge(pieces[0]), len(pieces) > 1 and _is_word_edge(pieces[-1])
        self.core = pieces[self.first : len(pieces) - self.last]

    def rewritten(self, classes: Mapping[str, str] = _CLASSES) -> str:
        """For RE2, on the text as it is."""
        return "".join(_rewritten(token, classes, marks=False) for token in self.core)

    def marked(self) -> str:
        """For RE2, on a text with marks."""
        marked = "".join(_rewritten(token, _CLASSES, marks=True) for token in self.core)
        return _MARK * self.first + marked + _MARK * self.last

    def in_ascii(self) -> str:
        r"""For RE2, on a text of ASCII: there its own `\b` is the right one, and classes are small."""
        core = "".join(_rewritten(token, _IN_ASCII, marks=False) for token in self.core)
        return r"\b" * self.first + core + r"\b" * self.last

    def weight(self) -> int:
        """No less than the number of instructions of the programs."""
        weight = sum(_weight(token) for token in self.core)
        for token in self.core:
            if token[0][0] == "{" and token.lastgroup == "repeat":
                weight *= 1 + max(map(int, re.findall(r"\d+", token[0])))
        return weight

    def refuse_unclear_word_edge(self, *, may_be_empty: bool) -> None:
        r"""A mark can be read once only: not by two `\b`, nor by one and an end of the text."""
        if not (self.first or self.last):
            return
        if not self.core or (self.first and self.last and may_be_empty):
            raise Flaw(r"beside `\b` must stand something")
        for token in self.core:
            if (self.first and token[0] in {"^", r"\A"}) or (self.last and token[0] in {"$", r"\z"}):
                raise Flaw(rf"`\b` and `{token[0]}` say the same here: leave one out", offset=token.start())


def _weight(token: re.Match[str]) -> int:
    """How many instructions a piece takes at most, its mark included; measured, and rounded up."""
    text = token[0]
    if token.lastgroup == "set" or text[:2] in {r"\w", r"\W", r"\p", r"\P"}:
        return 500 + 4 * len(text)
    return 64 if text[:2] in {r"\d", r"\D", r"\s", r"\S"} else 16


def _rewritten(token: re.Match[str], classes: Mapping[str, str], *, marks: bool) -> str:
    """The token for RE2; with marks, one may stand before whatever takes a character."""
    text = token[0]
    match token.lastgroup:
        case "escape" if text[1] in "wds":
            text = f"[{classes[text[1]]}]"
        case "escape" if text[1] in "WDS":
            text = f"[^{classes[text[1].lower()]}{_MARK * marks}]"
        case "escape" if text[1] == "P" and marks:
            text = rf"[^\p{text[2:]}{_MARK}]"
        case "escape" if text == r"\A":
            return text
        case "set":
            text = re.sub(r"\\([wds])|\\.", lambda part: classes[part[1]] if part[1] else part[0], text)
            text = f"{text[:-1]}{_MARK}]" if marks and text.startswith("[^") else text
        case "any":
            text = f"[^\n{_MARK}]" if marks else text
        case "group" | "repeat" | "join":
            return text
        case "edge" if text == "^":
            return text
    return f"(?:{_MARK_MAYBE}{text})" if marks else text


def _compiled(source: str, rewritten: str) -> "re2._Regexp":
    try:
        return re2.compile(rewritten, _OPTIONS)
    except re2.error as error:
        reason, _, part = error.args[0].decode().partition(": ")
        offset = max(source.find(part), 0)
        raise Flaw(_REASONS.get(reason, reason), offset=offset, length=max(len(part), 1)) from None
