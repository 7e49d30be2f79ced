"""Files as streams of bytes: plain, packed, or inside a zip archive; never more in memory than one line, and no bombs."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from socialcare.errors import ArchiveError
from socialcare.intake.door import reject
from socialcare.intake.zips import BROKEN, inside_zip, listing, member, opened_zip, unpacked_size
from socialcare.model import Mention, Reject, Skipped

Row = TypeVar("Row", bound=Mention | Reject | Skipped)

HEAD = 64 * 1024
"""Bytes by which a file is recognised."""

HARMLESS = 64 * 1024 * 1024
GREATEST_RATIO = 100
"""What is not packed may be so many times larger than what is, beyond the first 64 MB."""

_GZIP, _ZST = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_BLOCK = 256 * 1024
_LINES_BLOCK = 96 * 1024  # of more, memory is mapped anew each time
_ZST_BLOCK = 1024  # bytes of which zstd makes 32 MB at the very most
_ZST_WINDOW = 128 * 1024 * 1024
_BOMB = f"unpacks to more than {GREATEST_RATIO} times its size, as no archive of posts does"
_CUT = "the packed file ends early: it was not copied or written to its end"


class Damaged(Exception):  # noqa: N818 - not an error of the program: it becomes a `Reject`
    """Why a file cannot be read any further."""


@contextmanager
def unpacked(path: Path) -> Iterator[io.BufferedReader]:
    """The bytes of a file, unpacked where it is a gzip or a zstd file, whatever its name says.

    A path may lead into a zip archive: `past.zip/data/tweets.js`. Reading raises `Damaged` where the bytes cannot be had.

    Raises:
        ArchiveError: it is packed in a way for which a package is missing, or lies in a zip archive that cannot be read.
        OSError: the file cannot be opened.
    """
    where = inside_zip(path)
    if where is None:
        with path.open("rb") as file:
            yield _layer(file, path)
        return
    archive, name = where
    with opened_zip(archive) as opened:
        stream, size = member(opened, name)
        with stream:
            yield _layer(_of_zip(stream, size), path)


def head(path: Path) -> bytes:
    """The first bytes of a file, unpacked; fewer where it is shorter or damaged.

    Raises:
        ArchiveError: as `unpacked`.
        OSError: as `unpacked`.
    """
    with unpacked(path) as stream:
        return _first(stream)


def inside(archive: Path) -> Iterator[tuple[str, str, bytes]]:
    """The files in a zip archive: name, the reason for which it is not read (or nothing), and its first bytes, unpacked.

    Raises:
        ArchiveError: it cannot be read, or would unpack to far more than posts are packed into.
        OSError: it cannot be opened.
    """
    with opened_zip(archive) as opened:
        if unpacked_size(opened) > max(HARMLESS, GREATEST_RATIO * archive.stat().st_size):
            raise ArchiveError(f"{archive}: {_BOMB}")
        for name, reason in listing(opened).items():
            if reason:
                yield name, reason, b""
                continue
            stream, size = member(opened, name)
            with stream:
                layer = _layer(_of_zip(stream, size), archive / name)
                yield name, "", _first(layer)


def _first(stream: BinaryIO) -> bytes:
    found = b""
    with suppress(Damaged):
        while len(found) < HEAD and (block := stream.read(min(4096, HEAD - len(found)))):
            found += block
    return found


def _layer(file: io.BufferedReader, path: Path) -> io.BufferedReader:
    """What a file holds: itself, or what is packed in it."""
    try:
        sign = file.peek(4)
    except Damaged:
        return file
    if sign.startswith(_GZIP):
        return _bounded(gzip.GzipFile(fileobj=file).read1, file.tell)
    return _bounded(_Zst(file, path).read, file.tell) if sign.startswith(_ZST) else file


class _Unpacked(io.RawIOBase):
    """What packed bytes hold; stops where they hold far more than text can be packed into so few."""

    def __init__(self, read: Callable[[int], bytes], packed: Callable[[], int]) -> None:
        self._read = read
        self._packed = packed
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._unpacked

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the caller is `BufferedReader`, which passes one
        try:
            block = self._read(len(buffer))
        except EOFError as error:
            raise Damaged(_CUT) from error
        except (gzip.BadGzipFile, zlib.error, *BROKEN) as error:
            raise Damaged("the packed file is damaged here") from error
        self._unpacked += len(block)
        if self._unpacked > HARMLESS and self._unpacked > GREATEST_RATIO * self._packed():
            raise Damaged(f"it {_BOMB}")
        buffer[: len(block)] = block
        return len(block)


def _of_zip(stream: zipfile.ZipExtFile, size: int) -> io.BufferedReader:
    return _bounded(stream.read1, lambda: size)


def _bounded(read: Callable[[int], bytes], packed: Callable[[], int]) -> io.BufferedReader:
    return io.BufferedReader(_Unpacked(read, packed), _BLOCK)


class _Zst:
    """What a zstd file holds."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        try:
            import zstandard  # noqa: PLC0415 - an extra, which only such a file needs
        except ImportError as error:
            raise ArchiveError(
                f"{path}: is packed with zstd, for which a package is missing\n"
                "help: `pip install 'socialcare[zst]'`, or unpack it first: `zstd -d FILE`"
            ) from error
        self._file = file
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_ZST_WINDOW)
        self._error = zstandard.ZstdError
        self._frame = self._decompressor.decompressobj()
        self._in_frame = False
        self._ready = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._ready:
            block = self._file.read(_ZST_BLOCK)
            if not block:
                if self._in_frame:
                    raise EOFError
                return b""
            self._ready = memoryview(self._unpack(block))
        taken, self._ready = bytes(self._ready[:size]), self._ready[size:]
        return taken

    def _unpack(self, block: bytes) -> bytes:
        parts = []
        while block:
            try:
                parts.append(self._frame.decompress(block))
            except self._error as error:
                raise zlib.error from error
            block = self._frame.unused_data if self._frame.eof else b""
            self._in_frame = not self._frame.eof
            if self._frame.eof:
                self._frame = self._decompressor.decompressobj()
        return b"".join(parts)


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


class Blocks(Protocol):
    """What gives bytes as they come, at most so many at once."""

    def read1(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""
        ...


class Cut(bytes):
    """The beginning of a line that is longer than it may be."""


def blocks_of_lines(stream: Blocks, longest: int) -> Iterator[list[bytes]]:
    """The lines without their ends, as many at a time as are at hand.

    Of a line of more than `longest` bytes, which are at least 256 KB, only the beginning is kept, as a `Cut`.
    """
    begun: list[bytes] = []
    size = 0
    while block := stream.read1(_LINES_BLOCK):
        found = block.split(b"\n")
        size += len(found[0])
        if size <= longest:
            begun.append(found[0])
        else:
            del begun[1:]
        if len(found) == 1:
            continue
        found[0] = _line(begun, size, longest)
        begun = [found.pop()]
        size = len(begun[0])
        yield found
    if size:
        yield [_line(begun, size, longest)]


def _line(parts: list[bytes], size: int, longest: int) -> bytes:
    return b"".join(parts) if size <= longest else Cut(parts[0])


def until_damaged(path: Path, rows: Iterator[Row]) -> Iterator[Row | Reject]:
    """The rows, and where the file cannot be read any further a reject of row 0, which stands for the file itself."""
    try:
        yield from rows
    except Damaged as why:
        yield reject(path, 0, why)
