"""Tables: CSV with a heading, or one flat JSON object a line, as rows of texts by column."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from socialcare import ArchiveError, Mention, Reject
from socialcare.intake import LARGEST_EVENT, BadRow, lines, reject, timed, unpacked, until_damaged

Row = dict[str, str]

Make = Callable[[Row, int], Mention]

Numbered = tuple[int, Row | BadRow, str | bytes]
"""A row with its number and, where they are at hand, the words it was read from."""

MOST_COLUMNS = 1_000

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_FIELD = 128 * 1024
_FLAT = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


_FOREIGN = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as they are decoded."""

_NOT_UTF8 = "it is not UTF-8; save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"


def columns(head: bytes) -> list[str]:
    """The columns of a table by its first bytes: the heading of CSV, or the keys of the first JSON object; else none."""
    if head.startswith(_UTF16):
        return []
    first = head.removeprefix(_BOM).lstrip(b"\r\n")
    if first.lstrip().startswith((b"{", b"[")):
        try:
            row = _flat(first.partition(b"\n")[0].strip())
        except BadRow:
            return []
        return list(row)
    text = first.decode("utf-8", "replace")
    try:
        heading = next(csv.reader(text.splitlines(keepends=True)[:1], delimiter=delimiter(text)), [])
    except csv.Error:
        return []
    return [name.strip() for name in heading]


def delimiter(text: str) -> str:
    """What separates the values of a CSV: by country and program a comma, a semicolon or a tab."""
    first = text.partition("\n")[0]
    return max(",;\t", key=lambda sign: (first.count(sign), sign == ","))


def mentions(path: Path, make: Make) -> Iterator[Mention | Reject]:
    """The mentions that `make` makes of each row, in file order; a row is numbered as a spreadsheet does, the heading is 1.

    Raises:
        ArchiveError: the file is no table.
    """
    return mentions_of(path, _opened(path), make)


def mentions_of(path: Path, rows: Iterator[Numbered], make: Make) -> Iterator[Mention | Reject]:
    """The mentions that `make` makes of rows, wherever they come from."""
    return timed(until_damaged(path, _mentions(path, rows, make)))


def _mentions(path: Path, rows: Iterator[Numbered], make: Make) -> Iterator[Mention | Reject]:
    for number, row, raw in rows:
        if isinstance(row, BadRow):
            yield reject(path, number, row, raw)
            continue
        try:
            yield make(row, number)
        except BadRow as why:
            yield reject(path, number, why, raw or json.dumps(row, ensure_ascii=False))


def _opened(path: Path) -> Iterator[Numbered]:
    with unpacked(path) as stream:
        yield from _rows(path, stream)


def json_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | BadRow, bytes]]:
    """Each line that is not empty, with its number."""
    for number, line, whole in lines(stream, LARGEST_EVENT):
        content = line.removeprefix(_BOM).strip()
        if content:
            too_long = BadRow(f"the line has more than {LARGEST_EVENT:,} bytes")
            yield number, content if whole else too_long, content


def _rows(path: Path, stream: BinaryIO) -> Iterator[Numbered]:
    head = stream.peek(4096) if hasattr(stream, "peek") else b""
    if head.startswith(_UTF16):
        raise ArchiveError(f"{path}: is UTF-16\nhelp: save it as UTF-8 (in a spreadsheet: CSV UTF-8)")
    if head.removeprefix(_BOM).lstrip().startswith(b"{"):
        for number, content, raw in json_lines(stream):
            try:
                yield number, content if isinstance(content, BadRow) else _flat(content), raw
            except BadRow as why:
                yield number, why, raw
        return
    yield from _csv(path, stream)


def _csv(path: Path, stream: BinaryIO) -> Iterator[Numbered]:
    text = (line.decode("utf-8", "surrogateescape") for _, line, _ in lines(stream, LARGEST_EVENT))
    first = next(text, "").removeprefix("\ufeff")
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(_after(first, text), delimiter=delimiter(first))
    heading: Sequence[str] = [name.strip() for name in next(reader, [])]
    if len(heading) > MOST_COLUMNS or len(first) > LARGEST_EVENT:
        raise ArchiveError(f"{path}: has more than {MOST_COLUMNS:,} columns, as no table of posts does")
    number = 1
    while True:
        number += 1
        try:
            values = next(reader, None)
        except csv.Error:
            yield (
                number,
                BadRow(f"a value is longer than {_LONGEST_FIELD >> 10} KB; is a quote left open?"),
                "",
            )
            continue
        if values is None:
            return
        if not values:
            continue
        if len(values) != len(heading):
            why = BadRow(f"it has {len(values)} values for {len(heading)} columns")
            yield number, why, ",".join(values)
        elif any(not value.isascii() and _FOREIGN.search(value) for value in values):
            yield number, BadRow(_NOT_UTF8), ",".join(values)
        else:
            yield number, dict(zip(heading, values, strict=True)), ""


def _after(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _flat(content: bytes) -> Row:
    """One flat JSON object as texts; numbers as they are written, so that a rounded id is seen."""
    found: dict[str, Any]  # Any: what is neither text nor number is left out
    try:
        found = _FLAT.decode(content)
    except (ValueError, RecursionError):
        found = _tolerant(content)
    return {key: _written(value) for key, value in found.items() if not isinstance(value, list | dict)}


def _tolerant(content: bytes) -> dict[str, Any]:  # Any: as in _flat
    try:
        found = json.loads(content.decode("utf-8", "replace"), strict=False)
    except RecursionError as error:
        raise BadRow("it is nested too deep") from error
    except ValueError as error:
        raise BadRow(f"it is no JSON: {str(error).partition(':')[0].lower()}") from error
    if not isinstance(found, dict):
        raise BadRow("it is no object")
    return found


def _written(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else repr(value)
