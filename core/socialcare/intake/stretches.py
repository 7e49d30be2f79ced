"""A plain file of lines in stretches, each of which can be read without the others, by another process too."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from socialcare.intake.files import blocks_of_lines, is_packed


class Stretch(NamedTuple):
    """Whole lines of a file, from one byte up to another; `row` is the number of lines before them."""

    start: int
    stop: int
    row: int


def stretches(path: Path, size: int) -> Iterator[Stretch]:
    """The file in stretches of at most `size` bytes where lines are no longer; none of what is packed or in a zip archive.

    Raises:
        OSError: the file cannot be opened.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        if is_packed(file.peek(4)):
            return
        start = row = 0
        while block := file.read(size):
            past_line = block.rfind(b"\n") + 1
            if not past_line:
                continue
            stop = file.seek(past_line - len(block), 1)
            yield Stretch(start, stop, row)
            start, row = stop, row + len(block) - len(block.replace(b"\n", b""))
        if file.tell() > start:
            yield Stretch(start, file.tell(), row)


def lines_of(path: Path, stretch: Stretch, longest: int) -> Iterator[list[bytes]]:
    """The lines of a stretch, as `blocks_of_lines` gives them.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        file.seek(stretch.start)
        yield from blocks_of_lines(_Bounded(file, stretch.stop - stretch.start), longest)


class _Bounded:
    """The next so many bytes of a file."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self._file = file
        self._left = left

    def read1(self, size: int, /) -> bytes:
        block = self._file.read(min(size, self._left))
        self._left -= len(block)
        return block
