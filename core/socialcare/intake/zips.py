"""Zip archives, read in place: nothing is ever written to disk, and no name in one leads anywhere else.

A file in a zip archive has a path like one in a folder: `past.zip/data/tweets.js`.
"""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from socialcare.errors import ArchiveError

BROKEN = (zipfile.BadZipFile, struct.error, NotImplementedError, OverflowError, ValueError, RuntimeError)
"""What the reader of zip archives raises when one is not as it should be."""

_SIGNS = (b"PK\x03\x04", b"PK\x05\x06")
_LARGEST_DIRECTORY = 16 * 1024 * 1024
_END, _LOCATOR, _END_64 = struct.Struct("<4s8xLLH"), struct.Struct("<4s4xQ4x"), struct.Struct("<4s36xQQ")
_READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def is_zip(head: bytes) -> bool:
    """Whether a file is a zip archive, by its first bytes."""
    return head.startswith(_SIGNS)


def inside_zip(path: Path) -> tuple[Path, str] | None:
    """The zip archive that a path leads into, and the name there; none for a path that leads to a file or to nothing."""
    if path.exists():
        return None
    archive = next((above for above in path.parents if above.is_file()), None)
    return None if archive is None else (archive, path.relative_to(archive).as_posix())


@contextmanager
def opened_zip(archive: Path) -> Iterator[zipfile.ZipFile]:
    """A zip archive whose table of contents has been read.

    Raises:
        ArchiveError: it cannot be read.
        OSError: the file cannot be opened.
    """
    with archive.open("rb") as file:
        try:
            if _directory_size(file) > _LARGEST_DIRECTORY:
                raise ArchiveError(
                    f"{archive}: its table of contents is larger than {_LARGEST_DIRECTORY >> 20} MB"
                )
            opened = zipfile.ZipFile(file)
        except (*BROKEN, EOFError, OSError) as error:
            raise ArchiveError(f"{archive}: is a zip archive that is damaged, or not whole") from error
        with opened:
            yield opened


def listing(opened: zipfile.ZipFile) -> dict[str, str]:
    """The files in it by name, each with the reason for which it is not read, or nothing; hidden ones are left out."""
    entries = {info.filename: info for info in opened.infolist() if not info.is_dir()}
    return {name: _reason_against(info) for name, info in sorted(entries.items()) if not _is_hidden(name)}


def unpacked_size(opened: zipfile.ZipFile) -> int:
    """The bytes that all files in it have; none can turn out to have more than it says."""
    return sum(info.file_size for info in opened.infolist())


def member(opened: zipfile.ZipFile, name: str) -> tuple[zipfile.ZipExtFile, int]:
    """A file in it: the stream of what it holds, and its packed size in bytes.

    Raises:
        ArchiveError: it is not there, or cannot be read.
    """
    try:
        info = opened.getinfo(name)
        if reason := _reason_against(info):
            raise ArchiveError(f"{opened.filename}/{name}: {reason}")
        return cast("zipfile.ZipExtFile", opened.open(info)), info.compress_size
    except KeyError as error:
        raise ArchiveError(f"{opened.filename}: has no file `{name}`") from error
    except BROKEN as error:
        raise ArchiveError(f"{opened.filename}/{name}: is damaged") from error


def _directory_size(file: BinaryIO) -> int:
    """The size of an archive's table of contents, in bytes.

    Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16.
    """
    size = file.seek(0, 2)
    tail_at = file.seek(max(0, size - 65_557))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise zipfile.BadZipFile
    _, length, _, _ = _END.unpack_from(tail, at)
    if length < 0xFFFFFFFF or at < _LOCATOR.size:
        return int(length)
    sign, where = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
    if sign != b"PK\x06\x07" or not tail_at - (1 << 20) <= where < size:
        return int(length)
    file.seek(where)
    _, long_length, _ = _END_64.unpack(file.read(_END_64.size))
    file.seek(0)
    return int(long_length)


def _reason_against(info: zipfile.ZipInfo) -> str:
    if _is_unsafe(info.filename):
        return "its name leads out of the archive"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in _READ_METHODS:
        return "it is packed in a way that is not read; pack it with the usual method, deflate"
    return ""


def _is_hidden(name: str) -> bool:
    """Whether it is none of the files that somebody put there: what begins with a dot, and a Mac's additions."""
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in name.split("/"))


def _is_unsafe(name: str) -> bool:
    """Whether a name is not simply folders and a file below: nothing absolute, no `..`, no drive, no second spelling."""
    return (
        Path(name).as_posix() != name
        or name.startswith("/")
        or ".." in name.split("/")
        or name[1:2] == ":"
        or "\\" in name
    )
