"""Prints what came of tests for a person: a mark for each, then what failed and why, then what was not reached."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from socialcare.diagnostics import Place
from socialcare.diagnostics.excerpt import excerpt, visible
from socialcare.trial.coverage import KINDS, Coverage
from socialcare.trial.results import Failure, Report, Result, Verdict

_MARKS: dict[Verdict, str] = {"passed": ".", "failed": "F", "known gap": "g", "closed gap": "G"}
_SHOWN_POINTS = 20
_NAME = 70
_RED, _GREEN, _BOLD, _PLAIN = "\x1b[1;31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"
_LINE_END = re.compile(r"\r\n|\n|\r")

SourceOf = Callable[[str], str | None]


def render_text(
    report: Report, source_of: SourceOf, *, color: bool = False, every: bool = False, coverage: bool = True
) -> str:
    """The whole report; `every` prints every point that was not reached, `coverage` any at all."""

    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if color else text

    lines = [*_marks(report.results)]
    for result in report.results:
        if not result.is_fine:
            lines += ["", *_result(result, source_of, paint)]
    for failure in report.plugin_failures:
        times = f" ({failure.count} times)" if failure.count > 1 else ""
        lines += ["", visible(f"plugin `{failure.plugin}`, {failure.what}: {failure.reason}{times}")]
    if coverage:
        lines += ["", *_coverage(report.coverage, every=every)]
    style = _GREEN if report.is_fine else _RED
    lines += ["", paint(style, summary(report.results))]
    return "\n".join(lines).lstrip("\n") + "\n"


def summary(results: tuple[Result, ...]) -> str:
    """How many tests came to what, in words."""
    if not results:
        return "no tests: write some under `tests:` of a rule, or into a file `NAME.test.yaml`"
    counts = {verdict: sum(result.verdict == verdict for result in results) for verdict in _MARKS}
    words = [
        f"{number} {verdict if number == 1 or not verdict.endswith('gap') else verdict + 's'}"
        for verdict, number in counts.items()
        if number or verdict == "passed"
    ]
    return ", ".join(words)


def _marks(results: tuple[Result, ...]) -> Iterator[str]:
    for file, group in groupby(results, key=lambda result: result.place.file):
        yield f"{visible(file)} {''.join(_MARKS[result.verdict] for result in group)}"


def _result(result: Result, source_of: SourceOf, paint: Callable[[str, str], str]) -> Iterator[str]:
    name = " ".join(visible(result.name).split())
    name = name if len(name) <= _NAME else f"{name[:_NAME]}…"
    of = f"{result.rule}: " if result.rule is not None else ""
    yield f"{paint(_RED, 'FAILED')} {visible(_where(result.place))} {paint(_BOLD, f'{of}{name}')}"
    if result.verdict == "closed gap":
        yield from _excerpt(result.place, source_of)
        yield "  expected  that it fails: it is a known gap"
        yield "  happened  it passes now: take `known_gap` away"
    shown: Place | None = None
    for failure in result.failures:
        if failure.place != shown:
            yield from _excerpt(failure.place, source_of)
        shown = failure.place
        yield from _failure(failure)


def _failure(failure: Failure) -> Iterator[str]:
    yield f"  expected  {_inert(failure.expected)}"
    yield f"  happened  {_inert(failure.happened)}"
    for number, line in enumerate(failure.why):
        yield f"  {'why' if number == 0 else '   '}       {_inert(line)}"


def _excerpt(place: Place, source_of: SourceOf) -> Iterator[str]:
    lines = _LINE_END.split(source_of(place.file) or "")
    if 0 < place.line <= len(lines):
        shown, blanks, carets = excerpt(lines[place.line - 1], place.column, place.length)
        yield f"  {place.line:>5} | {shown}".rstrip()
        yield f"        | {blanks}{carets}"


def _coverage(coverage: Coverage, *, every: bool) -> Iterator[str]:
    parts = [f"{kind} {reached}/{total}" for kind in KINDS for reached, total in [coverage.of(kind)] if total]
    yield f"coverage {coverage.percent:.0f} %" + (f": {', '.join(parts)}" if parts else "")
    shown = coverage.missed if every else coverage.missed[:_SHOWN_POINTS]
    if shown:
        yield "not reached by any test:"
    for point in shown:
        yield visible(f"  {point.place.file}:{point.place.line} {point.says}")
    if len(shown) < len(coverage.missed):
        yield f"  and {len(coverage.missed) - len(shown)} more; `-v` prints them all"


def _where(place: Place) -> str:
    return f"{place.file}:{place.line}:{place.column}"


def _inert(text: str) -> str:
    return visible(text).replace("\\x0a", "⏎")
