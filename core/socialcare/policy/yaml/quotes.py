"""Steps over quoted texts, naming what is wrong inside."""

import re

from socialcare.policy.yaml.page import Page, Piece, quoted

_CLOSING = {"'": re.compile(r"(?:[^']|'')*?'(?!')"), '"': re.compile(r'(?:[^"\\]|\\.)*?"')}
# What may follow a backslash without surprise; the other escapes of YAML make invisible characters.
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_LONGEST_PASTE = 120
_HARMLESS = '"\\/nrt '


def skip_quotes(page: Page, row: int, column: int, above: int) -> tuple[int, int]:
    """Return the place behind the closing quote, or the next row to look at and -1 where there is none.

    A further line of the text must stand right of `above`, or the quote counts as never closed.
    """
    quote = page.lines[row][column]
    at, start = row, column + 1
    while True:
        line = page.lines[at]
        found = _CLOSING[quote].match(line, start)
        stop = found.end() if found else len(line)
        if quote == '"':
            _check_escapes(page, Piece(at, start, stop), opened=(row, column))
        if found:
            return at, stop
        at += 1
        while at < len(page.lines) and not page.lines[at].strip(" \t"):
            at += 1
        if at >= len(page.lines) or _indent(page.lines[at]) <= above:
            _unclosed(page, row, column)
            return row + 1, -1
        start = 0


def _check_escapes(page: Page, piece: Piece, opened: tuple[int, int]) -> None:
    line = page.lines[piece.row]
    if line.find("\\", piece.start, piece.stop) < 0:
        return
    for found in _ESCAPE.finditer(line, piece.start, piece.stop):
        code = found[1] or found[2] or found[3]
        if not (_is_seen(int(code, 16)) if code else found[4] in _HARMLESS):
            _report_escape(page, Piece(piece.row, found.start(), found.end()), opened)
            return  # one fix mends them all


def _is_seen(code: int) -> bool:
    """Whether a character may be written by its number: no control, no half of a pair, no number beyond Unicode."""
    if code in (0x09, 0x0A, 0x0D):
        return True
    return 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code < 0x110000


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _unclosed(page: Page, row: int, column: int) -> None:
    piece = page.rest_of_line(row, column)
    sign = page.lines[row][column]
    inner = page.lines[row][column + 1 : piece.stop]
    fix = f"close it:\n  {quoted(inner)}"
    if sign == "'":
        fix += f"\nor, if it is an apostrophe, quote the whole text:\n  {quoted(sign + inner)}"
    page.report(
        "SC130",
        piece,
        f"the quote {sign} is never closed",
        fix=fix if len(inner) < _LONGEST_PASTE else f"write {sign} at the end of the text",
    )
    page.breaks(row)


def trailing(page: Page, row: int, column: int, opened: tuple[int, int]) -> None:
    """Report text behind the closing quote or bracket of what was opened at a row and column."""
    sign = page.lines[opened[0]][opened[1]]
    rest = page.rest_of_line(row, column)
    page.breaks(row)
    if sign in "{[":
        whole = Piece(row, opened[1], rest.stop)
        fix = (
            page.quote_fix(whole)
            if opened[0] == row
            else "quote the text, or remove what follows the bracket"
        )
        page.report("SC133", rest, "text follows the closing bracket", fix=fix)
        return
    before = page.lines[opened[0]][: opened[1]]
    fix = "put the whole text in one pair of quotes: in single quotes if it holds double ones, and the other way round"
    if opened[0] == row and rest.stop < _LONGEST_PASTE and "{" not in before and "[" not in before:
        whole_text = page.lines[row][opened[1] : rest.stop]
        inner = whole_text[1:-1] if whole_text.endswith(sign) else whole_text
        fix = f"put the whole text in one pair of quotes:\n  {quoted(inner)}"
    page.report("SC131", rest, "text follows the closing quote", fix=fix)


_ESCAPES = {
    "b": "a backspace, not the edge of a word",
    "a": "a bell",
    "v": "a vertical tab",
    "f": "a form feed",
    "e": "an escape character",
    "0": "a NUL character",
    "N": "a line break that cannot be seen",
    "_": "a space that does not break",
    "L": "a line break that cannot be seen",
    "P": "a line break that cannot be seen",
}


def _report_escape(page: Page, piece: Piece, opened: tuple[int, int]) -> None:
    line = page.lines[piece.row]
    what = line[piece.start : piece.stop]
    meaning = _ESCAPES.get(what[1:2], "a character that cannot be seen" if what[1:2] in "xuU" else "")
    message = (
        f"`{what}` in double quotes is {meaning}" if meaning else f"`{what}` in double quotes means nothing"
    )
    closing = line.find('"', piece.stop)
    fix = "put the text in single quotes, where a backslash is a backslash"
    if opened[0] == piece.row and 0 < closing - opened[1] < _LONGEST_PASTE:
        inner = line[opened[1] + 1 : closing].replace("'", "''")
        fix += f":\n  '{inner}'"
    page.report("SC127", piece, message, fix=fix)
    page.breaks(piece.row)
