"""Names the known traps of YAML in all lines of a file at once, since a parser stops at its first error.

A lexer of lines, no parser: it follows keys, list items, block texts, quotes and brackets just closely enough to
know what each piece is, and says nothing about a file that is fine.
"""

import re

from socialcare.policy.yaml import hints
from socialcare.policy.yaml.brackets import skip_brackets
from socialcare.policy.yaml.harmless import HARMLESS
from socialcare.policy.yaml.page import Page, Piece
from socialcare.policy.yaml.quotes import skip_quotes, trailing

_SPACES = re.compile(" *")
_KEY_END = re.compile(r":(?=[ \t]|$)|[ \t]#")
_COLON_NEXT = re.compile(r"[ \t]*:(?=[ \t]|$)")
_MARKER = re.compile(r"(?:---|\.\.\.)(?=[ \t]|$)")
_BLOCK_HEAD = re.compile(r"[|>](?:[+-]?([1-9])?|([1-9])[+-])[ \t]*(?: #.*)?$")
_COLON = re.compile(r":(?=[ \t]|$)")
_DASH = ("-", "- ")
_HASH = re.compile(r"[ \t]#")


def find_traps(page: Page, harmless: re.Pattern[str] = HARMLESS) -> None:
    """Report every trap of a page; lines that `harmless` knows are not looked at closely, which changes nothing."""
    _Lines(page, harmless).walk()


class _Lines:
    """A walk down the lines.

    `above` is always the column of the key or the dash that a value belongs to: what continues it stands
    further right.
    """

    def __init__(self, page: Page, harmless: re.Pattern[str]) -> None:
        self._page = page
        self._harmless = harmless
        self._lines = page.lines
        self._text_above: int | None = None  # a bare text may go on below, right of this column
        self._waiting: int | None = None  # a key or dash in this column still has no value
        self._broken: int | None = None  # what stands right of this column belongs to a value that is broken
        self._begun = False  # the first line alone may hold a bare text without a key above it

    def walk(self) -> None:
        """Look at each line once, and closely only where a glance is not enough."""
        row = 0
        while row < len(self._lines) and not self._page.stopped:
            glance = self._harmless.match(self._lines[row]) if self._broken is None else None
            if glance is not None and self._passes(glance):
                row += 1
            else:
                row = self._line(row)

    def _passes(self, line: re.Match[str]) -> bool:
        """Go past a harmless line, unless it goes on with the bare text above it or leaves its value to the lines below."""
        if self._text_above is not None and line.end("indent") > self._text_above:
            return False
        ends_with = line.lastgroup
        if ends_with == "closed":
            self._text_above = self._waiting = None
        elif ends_with == "dashes":
            return False
        else:
            key = line.start("key") if line.start("key") >= 0 else line.start("key_of_item")
            above = key if key >= 0 else line.string.rindex("-", 0, line.end("dashes"))
            self._text_above, self._waiting = (above, None) if ends_with == "text" else (None, above)
        self._begun = True
        return True

    def _line(self, row: int) -> int:
        """Look at what begins in a line; return the next row to look at."""
        line = self._lines[row]
        indent = len(line) - len(line.lstrip(" "))
        first = line[indent : indent + 1]
        if not first or (self._broken is not None and indent > self._broken):
            return row + 1
        self._broken = None
        if first == "\t":
            self._page.tab(row, indent)
            return row + 1
        below = self._text_above
        if first == "#":
            if below is not None and indent > below:
                hints.check_lost_line(self._page, row, indent)
            self._text_above = None
            return row + 1
        if indent == 0 and self._document(row):
            if line.startswith("---"):
                return self._entry(row, 3, -1)
            self._page.skip_blanks(row, 3)
            return row + 1
        if below is not None and indent > below:
            self._continued(row, indent)
            return row + 1
        self._text_above = None
        awaited = self._waiting is not None and self._waiting < indent
        above = self._waiting if awaited and self._waiting is not None else indent - 1
        if not awaited and self._begun and hints.check_key_or_item(self._page, row, indent):
            return row + 1
        self._waiting, self._begun = None, True
        return self._entry(row, indent, above)

    def _document(self, row: int) -> bool:
        """Whether the line is a directive or parts documents."""
        line = self._lines[row]
        if line[0] == "%":
            hints.directive(self._page, row)
        elif not _MARKER.match(line):
            return False
        self._text_above = self._waiting = None
        self._begun = False
        return True

    def _entry(self, row: int, column: int, above: int) -> int:
        """Follow dashes and keys to the value of a line; return the next row to look at."""
        line = self._lines[row]
        key = -1  # where the key of this line begins
        dashed = False
        while True:
            column = self._page.skip_blanks(row, column)
            first = line[column : column + 1]
            if not first or first == "#":
                if first and not self._has_value_below(row, above):
                    hints.check_lost(self._page, row, column)
                self._waiting = above
                return row + 1
            if first in "-?" and line[column + 1 : column + 2] in ("", " ", "\t"):
                if first == "?" or key >= 0:
                    hints.misplaced_mark(self._page, row, column)
                    return row + 1
                above, column, dashed = column, column + 1, True
                continue
            if first in "\"'{[":
                skip = skip_quotes if first in "\"'" else skip_brackets
                end_row, end = skip(self._page, row, column, above)
                colon = _COLON_NEXT.match(self._lines[row], end) if end_row == row and end >= 0 else None
                if colon is None or key >= 0:
                    return self._behind(end_row, end, (row, column), above)
                above, key, column = column, column, colon.end()
                continue
            if first in "|>":
                return self._block_text(row, column, above)
            found = _KEY_END.search(line, column) if key < 0 else None
            if found is None or found[0] != ":":
                self._text(row, column, above, is_value=key >= 0, is_item=dashed)
                return row + 1
            hints.check_key(self._page, row, column, found.start())
            above, key, column = column, column, found.end()

    def _behind(self, row: int, column: int, start: tuple[int, int], above: int) -> int:
        """Look at what follows a closing quote or bracket; a column of -1 says it was never closed."""
        if column < 0:
            self._broken = above
            return row
        rest = self._page.skip_blanks(row, column)
        if rest < len(self._lines[row]) and (self._lines[row][rest] != "#" or rest == column):
            trailing(self._page, row, rest, start)
        return row + 1

    def _text(self, row: int, column: int, above: int, *, is_value: bool, is_item: bool) -> None:
        """Look at a bare text that begins in this line."""
        line = self._lines[row]
        if hints.check_start(self._page, row, column):
            self._broken = above
            return
        if not (is_value or is_item) and hints.check_spaces(self._page, row, column):
            return
        hash_ = _HASH.search(line, column)
        stop = hash_.start() if hash_ else len(line)
        colon = _COLON.search(line, column, stop)
        if colon and is_value:
            hints.colon(self._page, row, column, colon.start())
            self._broken = above
            return
        if hash_ and hints.check_comment(self._page, row, hash_.end() - 1, column):
            return
        hints.check_curly_quotes(self._page, Piece(row, column, stop))
        self._page.tabs_within(row, column, stop)
        self._text_above = None if hash_ else above

    def _continued(self, row: int, column: int) -> None:
        """Look at a line that goes on with the bare text above it."""
        line = self._lines[row]
        hash_ = _HASH.search(line, column)
        stop = hash_.start() if hash_ else len(line)
        colon = _COLON.search(line, column, stop)
        if line[column] == "-" and line[column + 1 : column + 2] in ("", " "):
            hints.swallowed_item(self._page, row, column)
        elif colon:
            hints.swallowed_key(self._page, row, column, colon.start())
        elif hash_:
            hints.check_comment(self._page, row, hash_.end() - 1, column)
            self._text_above = None
        self._page.tabs_within(row, column, stop)

    def _has_value_below(self, row: int, above: int) -> bool:
        """Whether the value of a key or dash stands on the lines below."""
        for below in range(row + 1, len(self._lines)):
            line = self._lines[below]
            rest = line.lstrip(" ")
            if rest and rest[0] != "#":
                indent = len(line) - len(rest)
                return indent > above or (
                    indent == above and rest[:2] in _DASH and self._lines[row][above : above + 2] not in _DASH
                )
        return False

    def _block_text(self, row: int, column: int, above: int) -> int:
        """Step over the lines of a text under `|` or `>`."""
        head = _BLOCK_HEAD.match(self._lines[row], column)
        if not head:
            hints.check_start(self._page, row, column)
            return row + 1
        self._page.tabs_within(row, column, head.end())
        digit = head[1] or head[2]
        wanted = max(above, 0) + int(digit) if digit else None
        widest = above + 1
        for below in range(row + 1, len(self._lines)):
            line = self._lines[below]
            indent = _SPACES.match(line).end()  # type: ignore[union-attr]  # the pattern matches anything
            if line[indent : indent + 1] == "\t" and (wanted is None or indent < wanted):
                self._page.tab(below, indent)
            elif indent == len(line):
                widest = max(widest, indent)
                continue
            if wanted is None:
                wanted = max(widest, indent, 1)
            if indent < wanted:
                if indent > above and line[indent] != "#":
                    hints.dedented(self._page, below, indent)
                    continue
                return below
        return len(self._lines)
