"""A YAML file as lines, with the pen that reports traps in it."""

import re

import msgspec

from socialcare.diagnostics import Place, Problems

MOST_PROBLEMS = 50
DEEPEST = 50

_LONGEST_PASTE = 160
_COMMENT = re.compile(r"[ \t]#(?: |$)")


class Piece(msgspec.Struct, frozen=True):
    """A part of a line, from the column `start` up to `stop`, both counted from 0."""

    row: int
    start: int
    stop: int


class Page:
    """The lines of one file and the traps found in them; rows and columns count from 0."""

    def __init__(self, lines: list[str], file: str, problems: Problems) -> None:
        self.lines = lines
        self.file = file
        self.problems = problems
        self.rows: set[int] = set()
        self.broken_from: int | None = None
        self.stopped = False
        self._tabbed = -1

    def report(self, code: str, piece: Piece, message: str, *, label: str = "", fix: str = "") -> None:
        """Report a trap; after the fiftieth the page is left."""
        if self.stopped:
            return
        place = Place(self.file, piece.row + 1, piece.start + 1, max(piece.stop - piece.start, 1))
        self.problems.error(code, place, message, label=label, fix=fix)
        self.rows.add(piece.row)
        self.stopped = len(self.problems) >= MOST_PROBLEMS

    def breaks(self, row: int) -> None:
        """Note that a parser will stumble at or after this row over what was reported already."""
        if self.broken_from is None or row < self.broken_from:
            self.broken_from = row

    def skip_blanks(self, row: int, column: int) -> int:
        """Return the column of the next character that is no blank, reporting a tab on the way."""
        line = self.lines[row]
        size = len(line)
        while column < size and line[column] in " \t":
            if line[column] == "\t":
                self.tab(row, column)
            column += 1
        return column

    def tab(self, row: int, column: int) -> None:
        """Report a tab, once a line."""
        if row == self._tabbed:
            return
        self._tabbed = row
        before = self.lines[row][:column].strip(" ")
        label = "a blank between words must be a space" if before else "indentation is made of spaces"
        self.report(
            "SC128",
            Piece(row, column, column + 1),
            "a tab stands where only spaces may",
            label=label,
            fix="replace the tab by spaces; in a quoted text a tab may stay, or be written as `\\t`",
        )

    def tabs_within(self, row: int, start: int, stop: int) -> None:
        """Report a tab inside a bare text."""
        found = self.lines[row].find("\t", start, stop)
        if found >= 0:
            self.tab(row, found)

    def quote_fix(self, piece: Piece) -> str:
        """Offer the quoted form of a piece to paste: with the line up to it, or alone where brackets are open."""
        line = self.lines[piece.row]
        if piece.stop > _LONGEST_PASTE:
            return "put quotes around the whole text"
        before = line[: piece.start].lstrip()
        paste = quoted(line[piece.start : piece.stop])
        return f"quote it:\n  {paste if '{' in before or '[' in before else before + paste}"

    def rest_of_line(self, row: int, start: int) -> Piece:
        """Return a line from a column on without its comment, if `#` and a space begin one."""
        line = self.lines[row]
        comment = _COMMENT.search(line, start)
        return Piece(row, start, len((line[: comment.start()] if comment else line).rstrip()))


def quoted(text: str) -> str:
    """Put a text in the quotes that need the fewest changes inside."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'
