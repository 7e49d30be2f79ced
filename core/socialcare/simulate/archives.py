"""Finds the files of past mentions and reads them through the sources that the plugins bring."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from glob import glob, has_magic
from pathlib import Path
from typing import cast

from socialcare.config import shown
from socialcare.errors import ArchiveError
from socialcare.model import Mention, Reject
from socialcare.ports import ReadOptions, Source
from socialcare.seam import Failed, attempt

_HEAD = 64 * 1024
_GZIP = b"\x1f\x8b"
_END = object()


@dataclass(frozen=True, slots=True)
class Archive:
    """A file, and the source that reads it."""

    path: Path
    source: Source


def find_archives(paths: Iterable[str], sources: Sequence[Source], options: ReadOptions) -> list[Archive]:
    """The archives among files, folders (with all they hold) and patterns such as `past/*.json`, each once.

    In a folder what no source recognises is passed over; a file that was named must be recognised.

    Raises:
        ArchiveError: a name fits nothing, or no source recognises what it names.
        OSError: a file cannot be opened.
    """
    found: dict[Path, Archive] = {}
    for name in paths:
        path = Path(name)
        if path.is_dir():
            inside = [one for file in _files_in(path) if (one := _recognised(file, sources, options))]
            if not inside:
                raise ArchiveError(f"{name}: no file in it is recognised\n{_known(sources)}")
        else:
            is_pattern = has_magic(name) and not path.exists()
            files = sorted(glob(name, recursive=True)) if is_pattern else [name]  # noqa: PTH207 - `Path.glob` takes no absolute pattern
            if not files:
                raise ArchiveError(f"{name}: no file has such a name\nhelp: look at the pattern")
            inside = [_demanded(Path(file), sources, options) for file in files if not Path(file).is_dir()]
        for one in inside:
            found.setdefault(one.path.resolve(), one)
    return list(found.values())


def read_archives(archives: Iterable[Archive], options: ReadOptions) -> Iterator[Mention | Reject]:
    """Every row of every archive, in order of files and rows; a source that fails costs the rest of its file only.

    Raises:
        ArchiveError: a file cannot be read at all.
    """
    for archive in archives:
        rows = attempt(partial(archive.source.read, archive.path, options))
        if isinstance(rows, Failed):
            raise ArchiveError(rows.reason)
        step, begun = partial(next, iter(cast("Iterator[object]", rows)), _END), False
        while (row := attempt(step)) is not _END:
            if isinstance(row, Mention | Reject):
                yield row
                begun = True
                continue
            why = row.reason if isinstance(row, Failed) else "it gave something that is no mention"
            if not begun:
                raise ArchiveError(why)
            yield Reject(
                file=str(archive.path), row=0, reason=f"source `{archive.source.name}` failed: {why}"
            )
            break


def _files_in(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _demanded(path: Path, sources: Sequence[Source], options: ReadOptions) -> Archive:
    found = _recognised(path, sources, options)
    if found is None:
        raise ArchiveError(f"{shown(path.absolute())}: is no archive that is known\n{_known(sources)}")
    return found


def _recognised(path: Path, sources: Sequence[Source], options: ReadOptions) -> Archive | None:
    head = _head(path)
    for source in sources:
        if attempt(partial(source.recognises, path, head, options)) is True:
            return Archive(path, source)
    return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error:
        return head


def _known(sources: Sequence[Source]) -> str:
    if not sources:
        return "help: no plugin brings a source; `[plugins.archive]` in socialcare.toml switches on ours"
    return "help: known are, plain or packed with gzip:\n" + "\n".join(
        f"  {source.doc}" for source in sources
    )
