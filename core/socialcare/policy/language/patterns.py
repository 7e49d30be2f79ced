r"""Patterns of `matches`: RE2 on the raw text, whatever the case, with Unicode's idea of a word.

RE2 takes time linear in the text, which is why look-around and back-references are not to be had. Its own `\w`,
`\d`, `\s` and `\b` know only ASCII; here `\w` is a letter, mark, digit or `_` of any script, `\d` a decimal digit
and `\s` a white space of any script. `\b` is the edge of a run of `\w` and may stand at the ends of a pattern.
"""

import re
from collections.abc import Iterator

import re2  # type: ignore[import-untyped]  # it ships no types

from socialcare.policy.language.flaws import Flaw

LONGEST = 1_000
_MOST_MEMORY = 2 << 20  # bytes, for the program and its cache: about 50 times `\w`

_CLASSES = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}", "s": r"\t-\r\x1c-\x20\x{85}\pZ"}
_TOKEN = re.compile(
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
    """A compiled pattern; raises `Flaw` with the offset and the reason where RE2 or this dialect has no such thing."""

    __slots__ = ("_edged", "_plain", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        parts = list(tokens(source))
        first, last = _is_word_edge(parts[0]), len(parts) > 1 and _is_word_edge(parts[-1])
        core = parts[first : len(parts) - last]
        self._plain = _compiled(source, "".join(_rewritten(token, marks=False) for token in core))
        self._edged = None
        if first or last:
            may_be_empty = bool(self._plain.fullmatch(""))
            _refuse_unclear_word_edge(core, first=first, last=last, may_be_empty=may_be_empty)
            marked = "".join(_rewritten(token, marks=True) for token in core)
            self._edged = _compiled(source, _MARK * first + marked + _MARK * last)

    def fits(self, text: str) -> bool:
        """Whether there is such a place; cheaper than to say where it is."""
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


def tokens(source: str) -> Iterator[re.Match[str]]:
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
    for token in _TOKEN.finditer(source):
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


def _refuse_unclear_word_edge(
    core: list[re.Match[str]], *, first: bool, last: bool, may_be_empty: bool
) -> None:
    r"""A mark can be read once only: not by two `\b`, nor by one and an end of the text."""
    if not core or (first and last and may_be_empty):
        raise Flaw(r"beside `\b` must stand something")
    for token in core:
        if (first and token[0] in {"^", r"\A"}) or (last and token[0] in {"$", r"\z"}):
            raise Flaw(rf"`\b` and `{token[0]}` say the same here: leave one out", offset=token.start())


def _rewritten(token: re.Match[str], *, marks: bool) -> str:
    """The token for RE2; with marks, one may stand before whatever takes a character."""
    text = token[0]
    match token.lastgroup:
        case "escape" if text[1] in "wds":
            text = f"[{_CLASSES[text[1]]}]"
        case "escape" if text[1] in "WDS":
            text = f"[^{_CLASSES[text[1].lower()]}{_MARK * marks}]"
        case "escape" if text[1] == "P" and marks:
            text = rf"[^\p{text[2:]}{_MARK}]"
        case "escape" if text == r"\A":
            return text
        case "set":
            text = re.sub(r"\\([wds])|\\.", lambda part: _CLASSES[part[1]] if part[1] else part[0], text)
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
