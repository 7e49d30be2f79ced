"""Reply texts with placeholders in Liquid's spelling: `Hi {{ author.first_name | default: "there" }}`.

A text is data, not a program: placeholders, a closed list of filters and nothing else. A placeholder without a
value is reported and left visible, never silently nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from socialcare.policy.language.filters import FILTERS, Argument, Filter, LengthOf, Value, known, shown
from socialcare.policy.language.flaws import Flaw

LONGEST_SOURCE = 10_000
MOST_PLACEHOLDERS = 100

_EXAMPLE = '`{{ author.first_name | default: "there" }}`'
_OPENING = re.compile(r"\{\{|\{%")
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<name>{_NAME}(?:\.{_NAME})*)|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?)|(?P<sign>[|:,]))"
)
# what stands beside a value and neither makes a link with it nor breaks a link in it; behind `@` or `#` comes a
# name, never a link
_LOOSE = r"""\s,;!?()"'“”‘’«»…|"""
_LOOSE_BEFORE = re.compile(rf"(?:^|[{_LOOSE}—–•@#])\Z")
_LOOSE_AFTER = re.compile(rf"[.:]*(?:[{_LOOSE}—–•%]|\Z)")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place for the value of `path`; `offset` is where the path stands in the text's source."""

    path: str
    filters: tuple[Filter, ...]
    source: str
    offset: int

    @property
    def has_default(self) -> bool:
        """Whether something is said where the value is missing."""
        return any(step.name == "default" for step in self.filters)

    def show(self, value: Value) -> str | None:
        """The text that stands in this place, or None when it would be nothing though no `default` says so."""
        value = known(value)
        defaulted = False
        for step in self.filters:
            if step.name == "default" and value is not None and value != "":
                continue
            defaulted |= step.name == "default"
            value = step.apply(value)
        text = shown(value)
        return text if defaulted or (text and text.strip()) else None

    def longest(self, length_of: LengthOf, longest: int | None) -> int | None:
        """An upper bound of the length of `show`, given one of the value's; None where none can be proved."""
        for step in self.filters:
            longest = step.bound(longest, length_of)
        return longest


class Rendered(Struct, frozen=True, gc=False):
    """A text with its values; the `unresolved` paths had none and stand in it as they were written."""

    text: str
    unresolved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A reply text that has been read: literal parts and placeholders, in order."""

    source: str
    parts: tuple[str | Placeholder, ...]

    @classmethod
    def read(cls, source: str) -> "Text":
        """Read a text; raises `Flaw` with the offset of what is wrong."""
        if len(source) > LONGEST_SOURCE:
            raise Flaw(f"a text may have {LONGEST_SOURCE:,} characters, this one has {len(source):,}")
        parts = tuple(part for part in _parts(source) if part != "")
        if sum(isinstance(part, Placeholder) for part in parts) > MOST_PLACEHOLDERS:
            raise Flaw(f"a text may have {MOST_PLACEHOLDERS} placeholders")
        return cls(source, parts)

    @property
    def paths(self) -> tuple[Placeholder, ...]:
        """The placeholders: each with its path, offset and whether it has a default."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @property
    def literal(self) -> tuple[str, ...]:
        """What is said whatever the values are."""
        return tuple(part for part in self.parts if isinstance(part, str))

    def render(self, values: Callable[[str], Value]) -> Rendered:
        """Put the values in; a value is inserted as it is and never read as a text itself."""
        said: list[str] = []
        unresolved: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
            elif (text := part.show(values(part.path))) is not None:
                said.append(text)
            else:
                said.append(part.source)
                unresolved.append(part.path)
        return Rendered("".join(said), tuple(dict.fromkeys(unresolved)) if unresolved else ())

    def longest(self, length_of: LengthOf, longest_of: Callable[[str], int | None]) -> int | None:
        """An upper bound of the rendered length, or None where none can be proved.

        `length_of` measures a text as the platform does (a link may count more or less than its characters),
        `longest_of` gives the greatest such length of a path's value. A value that touches letters or another
        value could make a link with them, or spoil one, so nothing is proved about it.
        """
        total = sum(map(length_of, self.literal))
        beside = ["x" if isinstance(part, Placeholder) else part for part in self.parts]
        for place, part in enumerate(self.parts):
            if isinstance(part, Placeholder):
                before, after = "".join(beside[:place]), "".join(beside[place + 1 :])
                bound = part.longest(length_of, longest_of(part.path))
                if bound is None or not (_LOOSE_BEFORE.search(before) and _LOOSE_AFTER.match(after)):
                    return None
                total += bound
        return total


def _parts(source: str) -> Iterator[str | Placeholder]:
    done = 0
    trim = False
    while opening := _OPENING.search(source, done):
        start = opening.start()
        if opening[0] == "{%":
            raise Flaw(
                "a text has no tags such as `{% if %}`: choose between texts with `first_of`",
                offset=start,
                length=2,
            )
        end = source.find("}}", start)
        if end < 0:
            raise Flaw(f"`{{{{` is never closed: write {_EXAMPLE}", offset=start, length=2)
        literal = source[done:start].lstrip() if trim else source[done:start]
        inner = source[start + 2 : end]
        yield literal.rstrip() if inner.startswith("-") else literal
        inner_start = start + 2 + inner.startswith("-")
        trim = len(inner) > 1 and inner.endswith("-")
        yield _placeholder(source, inner_start, end - trim, source[start : end + 2])
        done = end + 2
    yield source[done:].lstrip() if trim else source[done:]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int


def _tokens(source: str, start: int, end: int) -> list[_Token]:
    found: list[_Token] = []
    inner = source[:end].rstrip()
    while start < len(inner):
        hit = _TOKEN.match(inner, start)
        if hit is None:
            bad = start + len(inner[start:]) - len(inner[start:].lstrip())
            if inner[bad] in "\"'":
                raise Flaw(f"the quoted text is never closed with `{inner[bad]}`", offset=bad)
            raise Flaw(f"`{inner[bad]}` has no meaning in a placeholder: write {_EXAMPLE}", offset=bad)
        kind = str(hit.lastgroup)
        found.append(_Token(kind, hit[kind], hit.start(kind)))
        start = hit.end()
    return found


def _placeholder(source: str, start: int, end: int, whole: str) -> Placeholder:
    tokens = _tokens(source, start, end)
    if not tokens or tokens[0].kind != "name":
        raise Flaw(
            f"a placeholder begins with the name of a value, as in {_EXAMPLE}",
            offset=tokens[0].offset if tokens else start,
            length=len(tokens[0].text) if tokens else 1,
        )
    steps: list[list[_Token]] = []
    for token in tokens[1:]:
        if token.text == "|" and token.kind == "sign":
            steps.append([token])
        elif steps:
            steps[-1].append(token)
        else:
            raise Flaw(
                f"`{token.text}` cannot follow a name: a filter comes behind `|`, as in {_EXAMPLE}",
                offset=token.offset,
                length=len(token.text),
            )
    return Placeholder(tokens[0].text, tuple(_filter(step) for step in steps), whole, tokens[0].offset)


def _filter(step: list[_Token]) -> Filter:
    """Read `| name: argument, argument`."""
    if len(step) == 1 or step[1].kind != "name":
        raise Flaw("`|` is followed by no filter", offset=step[0].offset, known=tuple(FILTERS))
    name = step[1]
    if name.text not in FILTERS:
        raise Flaw(
            f"unknown filter `{name.text}`", offset=name.offset, length=len(name.text), known=tuple(FILTERS)
        )
    signs = [token.text for token in step[2::2]]
    given = step[3::2]
    takes = FILTERS[name.text]
    fits = takes.fewest <= len(given) <= len(takes.arguments)
    well_formed = len(signs) == len(given) and signs == [":", ",", ","][: len(signs)]
    if (
        not fits
        or not well_formed
        or not all(_suits(*pair) for pair in zip(takes.arguments, given, strict=False))
    ):
        raise Flaw(f"write `{takes.example}`", offset=name.offset, length=len(name.text))
    return Filter(name.text, tuple(_argument(token) for token in given))


def _suits(kind: str, token: _Token) -> bool:
    if kind == "count":
        return token.kind == "number" and token.text.isdecimal() and len(token.text) <= 5
    if kind == "some text":
        return token.kind == "text" and len(token.text) > 2
    return token.kind == "text" or (token.kind == "number" and kind == "value")


def _argument(token: _Token) -> Argument:
    if token.kind == "text":
        return token.text[1:-1]
    return float(token.text) if "." in token.text else int(token.text)
