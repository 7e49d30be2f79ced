"""Files as streams of bytes: packed or plain, never more in memory than one line, and no bombs."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from socialcare.intake.door import reject
from socialcare.model import Mention, Reject

_GZIP = b"\x1f\x8b"
_BLOCK = 256 * 1024
_HARMLESS = 64 * 1024 * 1024
_GREATEST_RATIO = 300


class Damaged(Exception):  # noqa: N818 - not an error of the program: it becomes a `Reject`
    """Why a file cannot be read any further."""


class _Unpacked(io.RawIOBase):
    """What a gzip file holds; stops where it holds far more than text can be packed into so few bytes."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._file = gzip.GzipFile(fileobj=packed)
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the caller is `BufferedReader`, which passes one
        try:
            block = self._file.read(len(buffer))
        except EOFError as error:
            raise Damaged("the packed file ends early: it was not copied or written to its end") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise Damaged("the packed file is damaged here") from error
        self._unpacked += len(block)
        if self._unpacked > _HARMLESS and self._unpacked > _GREATEST_RATIO * self._packed.tell():
            raise Damaged(
                f"it unpacks to more than {_GREATEST_RATIO} times its size, as no archive of posts does"
            )
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where it is a gzip file, whatever its name says."""
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        yield cast("BinaryIO", io.BufferedReader(_Unpacked(file), _BLOCK)) if packed else file


def lines(stream: BinaryIO, longest: int) -> Iterator[tuple[int, bytes, bool]]:
    """Each line with its number from 1, and whether it is whole: what is longer than `longest` bytes is cut, not kept."""
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        whole = len(line) <= longest or line.endswith(b"\n")
        if not whole:
            while (rest := stream.readline(_BLOCK)) and not rest.endswith(b"\n"):
                pass
        yield number, line, whole


def until_damaged(path: Path, rows: Iterator[Mention | Reject]) -> Iterator[Mention | Reject]:
    """The rows, and where the file cannot be read any further a reject of row 0, which stands for the file itself."""
    try:
        yield from rows
    except Damaged as why:
        yield reject(path, 0, why)
