"""Prints diagnostics for people, for programs and for GitHub."""

import json
import re
from collections.abc import Callable, Iterable

from socialcare.diagnostics.excerpt import excerpt, visible
from socialcare.diagnostics.problems import Diagnostic, Place, Problems, style_fault

_PAINT = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m", "bold": "\x1b[1m"}
_PLAIN = "\x1b[0m"


def render_text(
    problems: Problems | Iterable[Diagnostic],
    source_of: Callable[[str], str | None],
    *,
    color: bool,
    strict: bool = False,
) -> str:
    """Print diagnostics with an excerpt and a caret each, and a count at the end.

    `source_of` gives the text of a file, or None where it is not to be had. `strict` is for tests: it raises
    AssertionError for a message that breaks the house's style.
    """
    items = _sorted(problems)
    if strict and (faults := [fault for item in items if (fault := style_fault(item))]):
        raise AssertionError(faults)
    lines_of: dict[str, list[str]] = {}

    def line_at(place: Place) -> str | None:
        if place.file not in lines_of:
            lines_of[place.file] = _LINE_END.split(source_of(place.file) or "")
        lines = lines_of[place.file]
        return lines[place.line - 1] if 0 < place.line <= len(lines) else None

    blocks = [_block(item, line_at, color=color) for item in items]
    return "".join(f"{block}\n" for block in [*blocks, _count(items)] if block)


_LINE_END = re.compile(r"\r\n|\n|\r")


def _sorted(problems: Problems | Iterable[Diagnostic]) -> list[Diagnostic]:
    if not isinstance(problems, Problems):
        gathered = Problems()
        gathered.extend(problems)
        problems = gathered
    return problems.items


def _block(item: Diagnostic, line_at: Callable[[Place], str | None], *, color: bool) -> str:
    def paint(style: str, text: str) -> str:
        return f"{_PAINT[style]}{text}{_PLAIN}" if color else text

    head = [paint(item.severity, f"{item.severity} {item.code}"), paint("bold", visible(item.message))]
    if item.place:
        head.insert(0, visible(_where(item.place)))
    lines = [" ".join(head)]
    lines += _excerpt_lines(item.place, item.label, line_at, lambda text: paint(item.severity, text))
    for place, label in item.also:
        lines.append(f"   = also {visible(_where(place))}")
        lines += _excerpt_lines(place, label, line_at, lambda text: paint("note", text))
    first, *rest = item.fix.splitlines() or [""]
    if item.fix:
        lines.append(f"   = {paint('bold', 'fix:')} {visible(first)}")
    lines += [f"     {visible(line)}".rstrip() for line in rest]
    return "\n".join(lines)


def _excerpt_lines(
    place: Place | None,
    label: str,
    line_at: Callable[[Place], str | None],
    paint: Callable[[str], str],
) -> list[str]:
    label = visible(label)
    line = line_at(place) if place else None
    if place is None or line is None:
        return [f"   | {label}"] if label else []
    shown, blanks, carets = excerpt(line, place.column, place.length)
    return [f"   | {shown}".rstrip(), f"   | {blanks}{paint(f'{carets} {label}'.rstrip())}"]


def _where(place: Place) -> str:
    return f"{place.file}:{place.line}:{place.column}"


def _count(items: list[Diagnostic]) -> str:
    parts = []
    for severity in ("error", "warning", "note"):
        number = sum(item.severity == severity for item in items)
        if number:
            parts.append(f"{number} {severity}{'s' if number > 1 else ''}")
    return ", ".join(parts)


def render_json(problems: Problems | Iterable[Diagnostic]) -> str:
    """Print diagnostics as a JSON list of objects whose keys never change."""
    return json.dumps([_as_object(item) for item in _sorted(problems)], indent=2) + "\n"


def _as_object(item: Diagnostic) -> dict[str, object]:
    return {
        "code": item.code,
        "severity": item.severity,
        "message": item.message,
        **_place_object(item.place),
        "label": item.label,
        "fix": item.fix,
        "also": [{**_place_object(place), "label": label} for place, label in item.also],
    }


def _place_object(place: Place | None) -> dict[str, object]:
    if place is None:
        return {"file": None, "line": None, "column": None, "length": None}
    return {"file": place.file, "line": place.line, "column": place.column, "length": place.length}


def render_github(problems: Problems | Iterable[Diagnostic]) -> str:
    """Print diagnostics as workflow commands of GitHub Actions, escaped as its toolkit does.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return "".join(f"{_as_command(item)}\n" for item in _sorted(problems))


def _as_command(item: Diagnostic) -> str:
    command = "notice" if item.severity == "note" else item.severity
    properties: dict[str, object] = {}
    if item.place:
        place = item.place
        properties = {"file": place.file, "line": place.line, "col": place.column}
        properties["endColumn"] = place.column + max(place.length, 1) - 1
    properties["title"] = item.code
    listed = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTY)}" for name, value in properties.items())
    message = "\n".join(part for part in (item.message, item.label, item.fix) if part)
    return f"::{command} {listed}::{_escaped(message, _IN_MESSAGE)}"


_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def _escaped(text: str, escapes: dict[str, str]) -> str:
    kept = visible(text, keep="\r\n")
    return "".join(escapes.get(character, character) for character in kept)
