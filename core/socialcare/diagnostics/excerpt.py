"""Cuts the line of a file that a caret is to point into, cell by cell as a terminal shows it."""

import re

_WIDTH = 100
_BEFORE = 40
_TAB = "    "
# Controls, line separators and lone surrogates, and the marks that turn the direction of a line round.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str, keep: str = "") -> str:
    r"""Write characters that would act on a terminal, or hide in it, as escapes such as `\x1b`."""

    def escape(found: re.Match[str]) -> str:
        character = found[0]
        if character in keep:
            return character
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return _HIDDEN.sub(escape, text)


def excerpt(line: str, column: int, length: int) -> tuple[str, str, str]:
    """Return the shown part of a line, the blanks before the carets, and the carets.

    `column` counts from 1 and may stand one past the end; `column` and `length` are in code points.
    """
    from rich.cells import cell_len  # noqa: PLC0415 - takes 20 ms, and most runs have no problem to show

    start = max(min(column - 1, len(line)), 0)
    stop = max(min(start + max(length, 1), len(line)), start)
    first, last = _window(len(line), start)
    before = _cells(line[first:start])
    marked = _cells(line[start : min(stop, last)])
    after = _cells(line[min(stop, last) : last])
    ellipsis = "…" if first else ""
    shown = ellipsis + before + marked + after + ("…" if last < len(line) else "")
    return shown, " " * cell_len(ellipsis + before), "^" * max(cell_len(marked), 1)


def _window(size: int, start: int) -> tuple[int, int]:
    """The part of a long line that keeps the caret in sight."""
    if size <= _WIDTH + _BEFORE:
        return 0, size
    first = max(0, min(start - _BEFORE, size - _WIDTH))
    return first, first + _WIDTH


def _cells(text: str) -> str:
    return visible(text.replace("\t", _TAB))
