"""Named numbers: `0.2 * author.followers + 80 * mention.retweets`, read without executing anything.

Numbers, names, `+ - * /`, brackets, `min(…)` and `max(…)`; what is not known makes the whole unknown.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from socialcare.policy.language.flaws import Flaw

LONGEST = 1_000
DEEPEST = 50

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![\w.]))|(?P<name>{_NAME}(?:\.{_NAME})*)"
    r"|(?P<sign>[-+*/(),])|(?P<end>\Z))"
)
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}
_CHOICES: Mapping[str, Callable[..., float]] = {"min": min, "max": max}
_OPERATIONS: Mapping[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "negative": operator.neg,
    **_CHOICES,
}

# A number, a name to look up, or an operation over so many of the numbers before it
Step = float | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been read; `paths` are the names in it, each with the offset of its first place."""

    source: str
    paths: Mapping[str, int] = field(compare=False)
    steps: tuple[Step, ...] = field(compare=False, repr=False)

    @classmethod
    def read(cls, source: str) -> "Formula":
        """Read a formula; raises `Flaw` with the offset of what is wrong."""
        if len(source) > LONGEST:
            raise Flaw(f"a formula may have {LONGEST:,} characters, this one has {len(source):,}")
        reader = _Reader(source)
        reader.sum_of_terms(1, 0)
        if reader.kind != "end":
            raise reader.unexpected("an operator such as `+`")
        return cls(source, reader.paths, tuple(reader.steps))

    def value(self, resolve: Callable[[str], float | None]) -> float | None:
        """The number, or None when a name has none, when something is divided by zero, and beyond all bounds."""
        numbers: list[float] = []
        try:
            for step in self.steps:
                if isinstance(step, tuple):
                    operation, count = step
                    numbers[-count:] = [_OPERATIONS[operation](*numbers[-count:])]
                    continue
                number = resolve(step) if isinstance(step, str) else step
                if number is None:
                    return None
                numbers.append(float(number))
        except (ZeroDivisionError, OverflowError):
            return None
        return numbers[0] if math.isfinite(numbers[0]) else None


class _Reader:
    """Goes over the source once, a token ahead, and writes the steps in the order of their working out."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.steps: list[Step] = []
        self.paths: dict[str, int] = {}
        self.kind = self.text = ""
        self.offset = self._next = 0
        self.advance()

    def advance(self) -> None:
        """Go to the next token."""
        hit = _TOKEN.match(self.source, self._next)
        if hit is None:
            rest = self.source[self._next :]
            self.offset = self._next + len(rest) - len(rest.lstrip())
            self.text = re.split(r"[\s+*/()-]", rest.lstrip(), maxsplit=1)[0] or rest.lstrip()[0]
            raise self.unexpected("numbers, names and + - * / ( )")
        self.kind = str(hit.lastgroup)
        self.text = hit[self.kind]
        self.offset, self._next = hit.start(self.kind), hit.end()

    def unexpected(self, wanted: str) -> Flaw:
        """The flaw of finding this token where something else must be."""
        found = f"`{self.text}`" if self.text else "nothing more"
        return Flaw(f"expected {wanted}, found {found}", offset=self.offset, length=max(len(self.text), 1))

    def sum_of_terms(self, lowest: int, depth: int) -> None:
        """Operands joined by operators that bind at least so tightly, those of one kind from left to right."""
        self._operand(depth)
        while (binding := _PRECEDENCE.get(self.text, 0)) >= lowest:
            sign = self.text
            self.advance()
            self.sum_of_terms(binding + 1, depth)
            self.steps.append((sign, 2))

    def _operand(self, depth: int) -> None:
        if depth > DEEPEST:
            raise Flaw(f"a formula may have brackets in {DEEPEST} brackets", offset=self.offset)
        kind, text, offset = self.kind, self.text, self.offset
        if kind == "end" or (kind == "sign" and text not in "(-"):
            raise self.unexpected("a number or a name")
        self.advance()
        if text == "-":
            self._operand(depth + 1)
            self.steps.append(("negative", 1))
        elif text == "(":
            self.sum_of_terms(1, depth + 1)
            self._close()
        elif kind == "number":
            self.steps.append(float(text))
        elif self.text == "(":
            self._choice(text, offset, depth)
        else:
            self.paths.setdefault(text, offset)
            self.steps.append(text)

    def _choice(self, name: str, offset: int, depth: int) -> None:
        if name not in _CHOICES:
            raise Flaw(f"`{name}(` is not known", offset=offset, length=len(name), known=tuple(_CHOICES))
        count = 0
        while not count or self.text == ",":
            self.advance()
            self.sum_of_terms(1, depth + 1)
            count += 1
        self._close()
        if count < 2:
            raise Flaw(
                f"`{name}` chooses between two or more, as in `{name}(a, b)`", offset=offset, length=len(name)
            )
        self.steps.append((name, count))

    def _close(self) -> None:
        if self.text != ")":
            raise self.unexpected("`)`")
        self.advance()
