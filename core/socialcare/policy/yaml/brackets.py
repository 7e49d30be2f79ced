"""Steps over `{…}` and `[…]`, naming what is wrong inside."""

import re
from dataclasses import dataclass

from socialcare.policy.yaml import bracket_hints as between
from socialcare.policy.yaml import hints
from socialcare.policy.yaml.page import DEEPEST, Page, Piece
from socialcare.policy.yaml.quotes import skip_quotes, trailing

_CLOSING = {"{": "}", "[": "]"}
_TEXT = re.compile(r"(?:[^,\[\]{}:#]+|:(?![ \t,\[\]{}]|$)|(?<![ \t])#)*")
_NEVER_CLOSED = -1


@dataclass(slots=True)
class _Bracket:
    """A bracket that is still open, and what the entry at hand holds so far."""

    sign: str
    row: int
    column: int
    keyed: bool = False
    text: Piece | None = None  # the bare text that the entry ends with
    before: Piece | None = None  # the bare text that the entry before it ended with


def skip_brackets(page: Page, row: int, column: int, above: int) -> tuple[int, int]:
    """Return the place behind the closing bracket, or the next row to look at and -1 where there is none.

    A further line must stand right of `above` or begin with a closing bracket.
    """
    if page.lines[row].startswith("{{", column):
        hints.placeholder(page, row, column, within_brackets=False)
        return row + 1, _NEVER_CLOSED
    return _Walk(page, row, column, above).walk()


class _Walk:
    """A walk from an opening bracket to the one that closes it."""

    def __init__(self, page: Page, row: int, column: int, above: int) -> None:
        self._page = page
        self._above = above
        self._row = row
        self._column = column + 1
        self._open = [_Bracket(page.lines[row][column], row, column)]

    def walk(self) -> tuple[int, int]:
        """Go from piece to piece."""
        while self._open and self._column != _NEVER_CLOSED:
            if self._page.stopped:
                return len(self._page.lines), _NEVER_CLOSED
            self._column = self._page.skip_blanks(self._row, self._column)
            line = self._page.lines[self._row]
            if self._column < len(line) and line[self._column] != "#":
                self._piece(line[self._column], self._open[-1])
            else:
                self._end_line()
        return self._row, self._column

    def _leave(self) -> None:
        self._row, self._column = self._row + 1, _NEVER_CLOSED

    def _end_line(self) -> None:
        if self._column < len(self._page.lines[self._row]) and hints.check_lost(
            self._page, self._row, self._column
        ):
            self._leave()
            return
        for below in range(self._row + 1, len(self._page.lines)):
            line = self._page.lines[below]
            rest = line.lstrip(" \t")
            if not rest or rest[0] == "#":
                continue
            if len(line) - len(rest) <= self._above and rest[0] not in "}]":
                break
            self._row, self._column = below, 0
            return
        between.unclosed(self._page, self._open[-1].row, self._open[-1].column)
        self._leave()

    def _piece(self, sign: str, bracket: _Bracket) -> None:
        row, column = self._row, self._column
        if sign in "{[":
            self._begin(sign, bracket)
        elif sign in "}]":
            self._close(sign, bracket)
        elif sign == ",":
            self._end_entry(bracket)
            bracket.before, bracket.text, bracket.keyed = bracket.text, None, False
            self._column += 1
        elif sign == ":":
            between.check_colon(self._page, row, column, bracket.text, keyed=bracket.keyed)
            bracket.keyed, bracket.text, bracket.before = True, None, None
            self._column += 1
        elif sign in "\"'":
            self._row, self._column = skip_quotes(self._page, row, column, self._above)
            bracket.text = None
            self._behind_quotes((row, column))
        else:
            self._text(bracket)

    def _begin(self, sign: str, bracket: _Bracket) -> None:
        row, column = self._row, self._column
        if self._page.lines[row].startswith("{{", column):
            start = bracket.text.start if bracket.text and bracket.text.row == row else column
            self._column = hints.placeholder(self._page, row, start, within_brackets=True)
        elif len(self._open) == DEEPEST:
            self._page.stopped = True  # the reader reports it
        else:
            self._open.append(_Bracket(sign, row, column))
            self._column += 1
        bracket.text = None

    def _close(self, sign: str, bracket: _Bracket) -> None:
        if sign != _CLOSING[bracket.sign]:
            between.wrongly_closed(self._page, self._row, self._column, (bracket.row, bracket.column))
            self._leave()
            return
        self._end_entry(bracket)
        self._open.pop()
        self._column += 1

    def _end_entry(self, bracket: _Bracket) -> None:
        text = bracket.text
        if text and not bracket.keyed:
            is_map = bracket.sign == "{"
            if between.check_entry(self._page, text, bracket.before, is_map=is_map):
                bracket.text = None  # one report for all that follows

    def _behind_quotes(self, opened: tuple[int, int]) -> None:
        if self._column == _NEVER_CLOSED:
            return
        line = self._page.lines[self._row]
        column = self._page.skip_blanks(self._row, self._column)
        if column < len(line) and line[column] not in ",:]}[{#":
            trailing(self._page, self._row, column, opened)
            self._column = self._text_end(column)

    def _text(self, bracket: _Bracket) -> None:
        row, column = self._row, self._column
        line = self._page.lines[row]
        self._column = self._text_end(column)
        piece = Piece(row, column, len(line[: self._column].rstrip()))
        if hints.check_start(self._page, row, column, stop=piece.stop):
            bracket.text = None
            return
        between.check_text(self._page, piece)
        self._page.tabs_within(row, column, self._column)
        if line[piece.stop : self._column + 1].strip(" ")[:1] == "#":
            cut = hints.check_comment(self._page, row, self._column, column)
            if cut:
                self._leave()
        bracket.text = piece

    def _text_end(self, column: int) -> int:
        found = _TEXT.match(self._page.lines[self._row], column)
        return max(found.end() if found else 0, column + 1)
