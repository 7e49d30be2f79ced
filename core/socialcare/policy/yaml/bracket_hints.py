"""What is said of the traps between brackets: what is wrong, and the form to paste instead."""

import re

from socialcare.policy.yaml import hints
from socialcare.policy.yaml.page import Page, Piece

_NUMBER = re.compile(r"[+-]?\d+$")
_FURTHER = re.compile(r"(?:,[^,:{}\[\]]*(?=[,}\]]))*")
_CLOSING = {"{": "}", "[": "]"}


def unclosed(page: Page, row: int, column: int) -> None:
    """A bracket that is not closed before the next key."""
    sign = page.lines[row][column]
    page.report(
        "SC133",
        Piece(row, column, column + 1),
        f"`{sign}` is never closed",
        fix=f"write `{_CLOSING[sign]}` at the end; if `{sign}` belongs to a text,\n{page.quote_fix(page.rest_of_line(row, column))}",
    )
    page.breaks(row)


def wrongly_closed(page: Page, row: int, column: int, opened: tuple[int, int]) -> None:
    """A bracket that closes another kind."""
    sign = page.lines[opened[0]][opened[1]]
    page.report(
        "SC133",
        Piece(row, column, column + 1),
        f"`{sign}` is closed by `{page.lines[row][column]}`",
        label=f"`{_CLOSING[sign]}` is expected here",
        fix="close the brackets in the order in which they were opened, and quote texts that hold brackets",
    )
    page.breaks(row)


def check_colon(page: Page, row: int, column: int, key: Piece | None, *, keyed: bool) -> None:
    """A second colon in an entry, or one without the space behind it."""
    line = page.lines[row]
    if keyed:
        page.report(
            "SC124",
            Piece(row, column, column + 1),
            "a second colon stands in one entry",
            label="what is before it is read as a key",
            fix="put a comma before the key if one begins here; if not, quote the text it belongs to",
        )
        page.breaks(row)
    elif key and line[column + 1 : column + 2] not in ("", " ", "\t"):
        name = line[key.start : column]
        page.report(
            "SC129",
            Piece(row, column, column + 2),
            f"a space is missing behind `{name}:`",
            fix=f"write `{name}: ` and the value behind it",
        )
        page.breaks(row)


def check_text(page: Page, piece: Piece) -> None:
    """A bare text between brackets with a `?` or curly quotes."""
    line = page.lines[piece.row]
    question = line.find("?", piece.start, piece.stop)
    if question >= 0:
        page.report(
            "SC126",
            Piece(piece.row, question, question + 1),
            "`?` in a bare text between brackets is read differently by different programs",
            fix=page.quote_fix(piece),
        )
        page.breaks(piece.row)
    hints.check_curly_quotes(page, piece)


def check_entry(page: Page, piece: Piece, before: Piece | None, *, is_map: bool) -> bool:
    """A bare text that a comma split from the one before it, or a key without the space behind its colon."""
    line = page.lines[piece.row]
    text = line[piece.start : piece.stop]
    near = before is not None and before.row == piece.row
    if before and near and _is_split_number(line, before, piece):
        whole = line[before.start : piece.stop]
        grouped = piece.stop - piece.start == 3
        plain = whole.replace(",", "" if grouped else ".")
        page.report(
            "SC125",
            Piece(piece.row, before.start, piece.stop),
            f"the comma splits `{whole}` into two values",
            fix=f"write `{plain}`, or, if they are two values, `{whole.replace(',', ', ')}`"
            if not is_map
            else f"write `{plain}`",
        )
    elif is_map and (found := hints.KEY_WITHOUT_SPACE.match(text)):
        fix = f"write `{found[0]} {text[found.end() :]}`"
        page.report("SC129", piece, f"a space is missing behind `{found[0]}`", fix=fix)
    elif is_map and before and near:
        further = _FURTHER.match(line, piece.stop)
        whole_text = Piece(piece.row, before.start, further.end() if further else piece.stop)
        message = f"the comma splits the text: `{text}` stands alone as a key"
        page.report("SC125", piece, message, fix=page.quote_fix(whole_text))
    else:
        return False
    return True


def _is_split_number(line: str, before: Piece, piece: Piece) -> bool:
    return (
        line[before.stop : piece.start] == ","
        and _NUMBER.match(line[before.start : before.stop]) is not None
        and line[piece.start : piece.stop].isdecimal()
    )
