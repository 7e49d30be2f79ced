"""What is said of the traps in bare texts and lines: what is wrong, and the form to paste instead."""

import re

from socialcare.policy.yaml.page import Page, Piece, quoted

KEY_WITHOUT_SPACE = re.compile(r"[A-Za-z_][\w.-]*:(?=[^\s/:])")
_ITEM_WITHOUT_SPACE = re.compile(r"-(?=[^\s\d.-])")
_WORD_AS_KEY = re.compile(r"[a-z][a-z_.]*: [^:]+$")
_KEY = re.compile(r"[\w.-]+ *:(?=[ \t]|$)")
_KEY_END = re.compile(r":(?=[ \t]|$)")
_ENTRY = re.compile(r"[^,\[\]{}]+")
_ENTRY_WITH_PLACEHOLDERS = re.compile(r"(?:\{\{[^{}]*\}\}|[^,\[\]{}])*")
_CURLY = "“”„‟«»‹›‘’‚‛"
_OR_COMMENT = "or, if it is a comment, put a space behind `#`"
_SIGNS = {
    "!": ("SC112", "{} is read as a tag, because it begins with `!`"),
    "*": ("SC111", "{} is read as a reference, because it begins with `*`"),
    "&": ("SC111", "{} is read as an anchor, because it begins with `&`"),
    "@": ("SC123", "`@` cannot begin a bare text"),
    "`": ("SC123", "a backtick cannot begin a bare text"),
    "%": ("SC123", "`%` cannot begin a bare text"),
    ",": ("SC123", "`,` cannot begin a bare text"),
    "]": ("SC123", "`]` closes a list that was never opened"),
    "}": ("SC123", "`}}` closes a map that was never opened"),
    "|": ("SC123", "`|` begins a text on the lines below"),
    ">": ("SC123", "`>` begins a text on the lines below"),
}


def check_lost(page: Page, row: int, column: int) -> bool:
    """A value that begins with `#` directly before a word: `label: #help`."""
    if _is_comment(page, row, column):
        return False
    piece = page.rest_of_line(row, column)
    line = page.lines[row]
    inside = "{" in line[:column] or "[" in line[:column]
    word = _ENTRY.match(line, column) if inside else None
    text = Piece(row, column, word.end()) if word else piece
    page.report(
        "SC120",
        piece,
        f"`{line[column : max(text.stop, column + 2)].split()[0]}` is lost: `#` begins a comment",
        label="all of this is a comment",
        fix=f"{page.quote_fix(text)}\n{_OR_COMMENT}",
    )
    page.breaks(row)
    return True


def _is_comment(page: Page, row: int, column: int) -> bool:
    """Whether the `#` here is followed by a space or a further `#`, as nobody writes a hashtag or a number."""
    return page.lines[row][column + 1 : column + 2] in ("", " ", "\t", "#")


def check_lost_line(page: Page, row: int, column: int) -> None:
    """A line under a bare text that begins with `#` directly before a word."""
    if _is_comment(page, row, column):
        return
    page.report(
        "SC121",
        page.rest_of_line(row, column),
        "the bare text is cut at this line: `#` begins a comment",
        fix=f"put `>-` behind the key: in the indented lines below it `#` is only a sign\n{_OR_COMMENT}",
    )


def check_comment(page: Page, row: int, column: int, start: int) -> bool:
    """A bare text from `start` on that is cut by ` #` directly before a word."""
    if _is_comment(page, row, column):
        return False
    line = page.lines[row]
    whole = page.rest_of_line(row, column)
    text = Piece(row, start, whole.stop)
    page.breaks(row + 1)  # a parser may stumble over what follows, not over this line
    if ("{" in line[:start] or "[" in line[:start]) and (entry := _ENTRY.match(line, start)):
        text = Piece(row, start, len(line[: entry.end()].rstrip()))
    word = line[column : max(text.stop, column + 2)].split()[0]
    page.report(
        "SC121",
        Piece(row, column, whole.stop),
        f"the bare text is cut at `{word}`: a blank and `#` begin a comment",
        label="all of this is a comment",
        fix=f"{page.quote_fix(text)}\n{_OR_COMMENT}",
    )
    return True


def placeholder(page: Page, row: int, start: int, *, within_brackets: bool) -> int:
    """A bare `{{ x }}`; returns the column where its text ends."""
    line = page.lines[row]
    opening = line.find("{{", start)
    closing = line.find("}}", opening)
    if within_brackets:
        stop = closing + 2 if closing >= 0 else opening + 2
        rest = _ENTRY_WITH_PLACEHOLDERS.match(line, stop)
        stop = rest.end() if rest else stop
        piece = Piece(row, start, len(line[:stop].rstrip()))
    else:
        piece = page.rest_of_line(row, start)
        stop = len(line)
    inner = Piece(row, opening, closing + 2 if 0 <= closing < piece.stop else piece.stop)
    page.report(
        "SC122",
        inner,
        f"`{line[inner.start : inner.stop]}` stands in no quotes, so its braces are read as maps",
        label="a text with a placeholder needs quotes here",
        fix=page.quote_fix(piece),
    )
    page.breaks(row)
    return stop


def check_start(page: Page, row: int, column: int, stop: int | None = None) -> bool:
    """A bare text that begins with a sign which means something else; up to `stop`, or to the end of the line."""
    line = page.lines[row]
    sign = line[column]
    if sign not in _SIGNS and not (sign in "-?" and line[column + 1 : column + 2] in ("", " ", "\t")):
        return False
    page.breaks(row)
    if sign in "-?":
        misplaced_mark(page, row, column, stop)
        return True
    piece = Piece(row, column, stop) if stop is not None else page.rest_of_line(row, column)
    word = line[column : piece.stop].split(" ")[0] or sign
    code, message = _SIGNS[sign]
    first = Piece(row, column, column + len(word))
    page.report(code, first, message.format(f"`{word}`"), fix=page.quote_fix(piece))
    return True


def check_key(page: Page, row: int, start: int, stop: int) -> None:
    """A bare key that begins with a sign, is missing, or holds a tab."""
    line = page.lines[row]
    if start == stop:
        fix = "write the key before `:`, or quote the text if it is one"
        page.report("SC116", Piece(row, start, start + 1), "a key is missing", fix=fix)
        page.breaks(row)
    elif not check_start(page, row, start, stop=stop):
        page.tabs_within(row, start, stop)
        check_curly_quotes(page, Piece(row, start, len(line[:stop].rstrip())))


def misplaced_mark(page: Page, row: int, column: int, stop: int | None = None) -> None:
    """A `- ` on the line of its key or inside brackets, or a `? ` anywhere."""
    mark = page.lines[row][column]
    piece = Piece(row, column, stop) if stop is not None else page.rest_of_line(row, column)
    if mark == "?":
        message = "`?` begins a key of several lines, and such keys are not read"
        fix = page.quote_fix(piece)
    else:
        message = "a list item cannot begin here"
        fix = f"put each item on a line of its own below the key; or, if `-` belongs to the text,\n{page.quote_fix(piece)}"
    page.report("SC123", Piece(row, column, column + 1), message, fix=fix)
    page.breaks(row)


def check_spaces(page: Page, row: int, column: int) -> bool:
    """A line that lacks the space behind its colon or dash."""
    line = page.lines[row]
    found = KEY_WITHOUT_SPACE.match(line, column) or _ITEM_WITHOUT_SPACE.match(line, column)
    if not found:
        return False
    piece = page.rest_of_line(row, column)
    sign = found[0][-1]
    mended = f"{found[0]} {line[found.end() : piece.stop]}"
    page.report(
        "SC129",
        Piece(row, found.end() - 1, found.end() + 1),
        f"a space is missing behind `{found[0]}`",
        fix=f"write\n  {mended}\nor, if the `{sign}` belongs to a text,\n{page.quote_fix(piece)}",
    )
    page.breaks(row)
    return True


def check_key_or_item(page: Page, row: int, column: int) -> bool:
    """A line that begins with a letter or digit, belongs to no text above, and is neither a key nor a list item."""
    line = page.lines[row]
    if not line[column].isalnum() or _KEY_END.search(line, column) or KEY_WITHOUT_SPACE.match(line, column):
        return False
    page.report(
        "SC139",
        page.rest_of_line(row, column),
        "the line is neither `key: value` nor a list item",
        fix="write a colon and a space behind the key, or indent the line as part of the text above",
    )
    page.breaks(row)
    return True


def colon(page: Page, row: int, start: int, column: int) -> None:
    """A colon with a space in the bare text of a value."""
    piece = page.rest_of_line(row, start)
    page.report(
        "SC124",
        Piece(row, column, column + 1),
        "a colon with a space behind it ends a bare text"
        if column + 1 < piece.stop
        else "a colon at its end makes a key of a bare text",
        label="what is before it is read as a key",
        fix=page.quote_fix(piece) + _map_fix(page.lines[row], piece),
    )
    page.breaks(row)


def _map_fix(line: str, piece: Piece) -> str:
    """The other form to paste, where what stands before the colon looks like a key: `when: intent: question`."""
    before, text = line[: piece.start].lstrip(), line[piece.start : piece.stop]
    looks_so = before.endswith(": ") and "{" not in before and _WORD_AS_KEY.match(text)
    return f"\nor, if a map is meant:\n  {before}{{{text}}}" if looks_so else ""


def swallowed_item(page: Page, row: int, column: int) -> None:
    """A list item that is read as part of the bare text above it."""
    page.report(
        "SC134",
        page.rest_of_line(row, column),
        "this list item is read as part of the bare text above it",
        fix="indent it like the items of its list, or put `>-` behind the key of the text if it belongs to it",
    )


def swallowed_key(page: Page, row: int, start: int, column: int) -> None:
    """A colon with a space in a further line of a bare text, which may be a key indented too far."""
    line = page.lines[row]
    if _KEY.match(line, start):
        key = line[start:column].rstrip()
        page.report(
            "SC134",
            Piece(row, start, column + 1),
            f"`{key}` stands deeper than the line above it, which has a value already",
            fix="indent it like the key above if it is a key; if it belongs to the text above, put `>-` behind its key",
        )
    else:
        page.report(
            "SC124",
            Piece(row, column, column + 1),
            "a colon with a space behind it ends a bare text",
            fix="put `>-` behind the key: in the indented lines below it a colon is only a sign",
        )
    page.breaks(row)


def check_curly_quotes(page: Page, piece: Piece) -> None:
    """A bare text in “curly” quotes, which to YAML are no quotes."""
    text = page.lines[piece.row][piece.start : piece.stop].rstrip()
    if len(text) < 2 or text[0] not in _CURLY or text[-1] not in _CURLY:
        return
    page.report(
        "SC132",
        Piece(piece.row, piece.start, piece.start + len(text)),
        f"`{text[0]}` and `{text[-1]}` are no quotes to YAML: they stay in the text",
        fix=f"write straight quotes:\n  {quoted(text[1:-1])}\nor, to keep the curly ones in the text,\n  {quoted(text)}"
        if len(text) < 80
        else 'write straight quotes, `"`',
    )


def dedented(page: Page, row: int, column: int) -> None:
    """A line of a text under `|` or `>` that stands left of the others."""
    page.report(
        "SC134",
        page.rest_of_line(row, column),
        "the line stands left of the text under `|` or `>` that it belongs to",
        fix="indent all lines of the text by the same number of spaces",
    )
    page.breaks(row)


def directive(page: Page, row: int) -> None:
    """A line that begins with `%`."""
    piece = page.rest_of_line(row, 0)
    fix = "remove the line; if it belongs to a text, indent or quote it"
    page.report(
        "SC115", piece, "a line that begins with `%` is a directive, and directives are not read", fix=fix
    )
    page.breaks(row)
