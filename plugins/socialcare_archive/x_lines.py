"""Answers of the X API v2, one a line: the usual one is decoded at once, any other is read as a page is."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from socialcare import Mention, Reject
from socialcare.intake import LARGEST_PAGE, Cut, reject
from socialcare_archive.x_pages import BOM, posts
from socialcare_archive.x_usual import usual_mention

_AT_ONCE = 256


def of_lines(path: Path, blocks: Iterable[list[bytes]]) -> Iterator[list[Mention | Reject]]:
    """The posts of lines, each one answer; a row is the number of its line."""
    number = 0
    for lines in blocks:
        found = list(map(usual_mention, lines))
        if all(found):
            yield cast("list[Mention | Reject]", found)
        else:
            yield from _of_some(path, number, lines, found)
        number += len(lines)


def _of_some(
    path: Path, number: int, lines: list[bytes], found: list[Mention | None]
) -> Iterator[list[Mention | Reject]]:
    """The rows of lines of which some are not usual; `number` of others stand before them."""
    rows: list[Mention | Reject] = []
    for mention, line in zip(found, lines, strict=True):
        number += 1
        if mention is not None:
            rows.append(mention)
            continue
        for row in any_other(path, number, line):
            rows.append(row)
            if len(rows) >= _AT_ONCE:
                yield rows
                rows = []
    yield rows


def any_other(path: Path, number: int, line: bytes) -> Iterator[Mention | Reject]:
    """The rows of a line, whatever it is."""
    if isinstance(line, Cut):
        yield reject(path, number, f"the line is longer than {LARGEST_PAGE >> 20} MB", line)
    elif content := line.removeprefix(BOM).strip():
        yield from posts(path, number, content)
