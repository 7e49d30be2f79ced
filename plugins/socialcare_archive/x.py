"""Answers of the X API v2: pages with `data` and `includes`, lists of pages, one page or one post a line."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from socialcare import Mention, ReadOptions, Reject
from socialcare.intake import (
    LARGEST_PAGE,
    Damaged,
    blocks_of_lines,
    keys,
    reject,
    timed_lists,
    unpacked,
)
from socialcare_archive.x_lines import of_lines
from socialcare_archive.x_pages import BOM, of_pages

_HEAD = 64 * 1024
_OTHERS = frozenset({b"turns", b"tweet_id", b"did", b"interactions"})
"""Keys of other formats."""


class XPages:
    """The archive source of X."""

    name = "x_api"
    doc = (
        "JSON of the X API v2: pages with `data` and `includes`, a list of them, one page or one post a line"
    )

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether it begins like an answer of the API."""
        there = keys(head)
        if there & _OTHERS:
            return False
        if not there & {b"data", b"includes"}:
            return there >= {b"id", b"text"} or (b"meta" in there and b'"result_count"' in head)
        return b'"text"' in head or b'"result_count"' in head

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:  # noqa: ARG002 - nothing to map
        """Every post in file order; a row is a line, or in a file of pages the number of the post."""
        return chain.from_iterable(timed_lists(_rows(path)))


def _rows(path: Path) -> Iterator[list[Mention | Reject]]:
    try:
        with unpacked(path) as stream:
            if _has_lines(stream.peek(_HEAD).removeprefix(BOM)):
                yield from of_lines(path, blocks_of_lines(stream, LARGEST_PAGE))
            else:
                yield from of_pages(path, stream)
    except Damaged as why:
        yield [reject(path, 0, why)]


def _has_lines(head: bytes) -> bool:
    """Whether each line is a value of its own; else the file is one value, or several, over many lines."""
    if not head.lstrip().startswith(b"{"):
        return False
    first, _, rest = head.partition(b"\n")
    if not rest or rest.lstrip().startswith(b"{"):
        return True
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True
