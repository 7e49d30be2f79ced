"""Tables of counts, as wide as the terminal is: one row a name, and where there is no room one line a count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Columns: TypeAlias = Mapping[str, Callable[[T], int]]
"""The heading of each count, and how it is read off a row."""


def table(
    heading: str, columns: Mapping[str, Callable[[T], int]], rows: Sequence[tuple[str, T]], width: int
) -> Iterator[str]:
    """The rows below a heading that is marked with NUL; a count of nothing is a dot."""
    cells = [(name, [_count(read(one)) for read in columns.values()]) for name, one in rows]
    sizes = [max(len(word), *(len(row[place]) for _, row in cells)) for place, word in enumerate(columns)]
    first = max(len(heading), *(len(name) for name, _ in cells)) + 2
    gap = 2 if first + sum(sizes) + 2 * len(sizes) <= width else 1
    sizes = [size + gap for size in sizes]
    if first + sum(sizes) > width:
        yield from _narrow(heading, columns, cells)
        return
    titles = (f"{word:>{size}}" for word, size in zip(columns, sizes, strict=True))
    yield f"\0{heading:<{first}}{''.join(titles)}"
    for name, row in cells:
        counts = (f"{cell:>{size}}" for cell, size in zip(row, sizes, strict=True))
        yield f"  {name:<{first - 2}}{''.join(counts)}"


def _narrow(
    heading: str, columns: Mapping[str, object], cells: Sequence[tuple[str, list[str]]]
) -> Iterator[str]:
    yield f"\0{heading}"
    for name, row in cells:
        yield f"  {name}"
        for word, cell in zip(columns, row, strict=True):
            if cell != ".":
                yield f"    {word:<12}{cell:>8}"


def _count(number: int) -> str:
    return f"{number:,}" if number else "."
