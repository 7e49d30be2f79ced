"""Finds the files of past mentions and reads them through the sources that the plugins bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from glob import glob, has_magic
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias, cast

from socialcare.config import shown
from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import ArchiveError
from socialcare.intake.files import head, inside
from socialcare.intake.headings import headings
from socialcare.intake.strange import strange
from socialcare.intake.zips import is_zip
from socialcare.model import Mention, Reject, Skipped
from socialcare.ports import ReadOptions, Source
from socialcare.seam import Failed, attempt

Skip: TypeAlias = Callable[[Skipped], None]
"""Is told of what is passed over."""

UNKNOWN = "is no archive that is known"
_SHOWN = 20
"""Columns of a table that are told of."""

_AT_ONCE = 256
_ONLY_MENTIONS = {Mention}


def _ignore(_: Skipped) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Archive:
    """A file, and the source that reads it."""

    path: Path
    source: Source


def find_archives(
    paths: Iterable[str], sources: Sequence[Source], options: ReadOptions, skip: Skip = _ignore
) -> list[Archive]:
    """The archives among files, folders (with all they hold), zip archives and patterns such as `past/*.json`, each once.

    In a folder or a zip archive what no source recognises is passed over, and `skip` is told; a file that was named must
    be recognised.

    Raises:
        ArchiveError: a name fits nothing, or no source recognises what it names.
        OSError: a file cannot be opened.
    """
    found: dict[Path, Archive] = {}
    for name in paths:
        for one in _named(name, _Search(sources, options, skip)):
            found.setdefault(one.path.resolve(), one)
    return list(found.values())


def read_archives(
    archives: Iterable[Archive], options: ReadOptions, skip: Skip = _ignore
) -> Iterator[Mention | Reject]:
    """Every row of every archive, in order of files and rows; a source that fails costs the rest of its file only.

    `skip` is told of what a source passes over.

    Raises:
        ArchiveError: a file cannot be read at all.
    """
    return chain.from_iterable(read_in_lists(archives, options, skip))


def read_in_lists(
    archives: Iterable[Archive], options: ReadOptions, skip: Skip = _ignore
) -> Iterator[list[Mention | Reject]]:
    """As `read_archives`, some rows at a time, which costs much less a row.

    Raises:
        ArchiveError: a file cannot be read at all.
    """
    for archive in archives:
        yield from _rows(archive, options, skip)


def _given(archive: Archive, options: ReadOptions) -> Iterator[list[object]]:
    """What a source gives, whatever that may be, some at a time; where it fails the last is a `Failed`.

    Raises:
        ArchiveError: it does not even begin.
    """
    rows = attempt(partial(archive.source.read, archive.path, options))
    if isinstance(rows, Failed):
        raise ArchiveError(rows.reason)
    unread = iter(cast("Iterator[object]", rows))
    while True:
        given: list[object] = []
        end = attempt(partial(given.extend, islice(unread, _AT_ONCE)))  # keeps what came before a failure
        if isinstance(end, Failed):
            given.append(end)
        yield given
        if isinstance(end, Failed) or len(given) < _AT_ONCE:
            return


def _rows(archive: Archive, options: ReadOptions, skip: Skip) -> Iterator[list[Mention | Reject]]:
    begun = False
    for given in _given(archive, options):
        if set(map(type, given)) == _ONLY_MENTIONS:
            yield cast("list[Mention | Reject]", given)
            begun = True
            continue
        rows: list[Mention | Reject] = []
        for row in given:
            if isinstance(row, Mention | Reject):
                rows.append(row)
            elif isinstance(row, Skipped):
                skip(row)
            else:
                why = row.reason if isinstance(row, Failed) else "it gave something that is no mention"
                if not begun:
                    raise ArchiveError(why)
                reason = f"source `{archive.source.name}` failed: {why}"
                yield [*rows, Reject(file=str(archive.path), row=0, reason=reason)]
                return
            begun = True
        yield rows


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for, and who is told of what is passed over."""

    sources: Sequence[Source]
    options: ReadOptions
    skip: Skip

    def recognised(self, path: Path, first: bytes) -> Archive | None:
        for source in self.sources:
            if attempt(partial(source.recognises, path, first, self.options)) is True:
                return Archive(path, source)
        return None


def _named(name: str, search: _Search) -> list[Archive]:
    path = Path(name)
    if path.is_dir():
        there = [one for file in _files_in(path) for one in _met(file, search)]
        if not there:
            raise ArchiveError(f"{name}: no file in it is recognised\n{_known(search.sources)}")
        return there
    is_pattern = has_magic(name) and not path.exists()
    files = sorted(glob(name, recursive=True)) if is_pattern else [name]  # noqa: PTH207 - `Path.glob` takes no absolute pattern
    if not files:
        raise ArchiveError(f"{name}: no file has such a name\nhelp: look at the pattern")
    return [one for file in files if not Path(file).is_dir() for one in _demanded(Path(file), search)]


def _demanded(path: Path, search: _Search) -> list[Archive]:
    """A file that was named."""
    first = head(path)
    if is_zip(first):
        there = list(_in_zip(path, search))
        if not there:
            raise ArchiveError(
                f"{shown(path.absolute())}: no file in it is recognised\n{_known(search.sources)}"
            )
        return there
    found = search.recognised(path, first)
    if found is None:
        raise ArchiveError(f"{shown(path.absolute())}: {_why_not(first, search)}")
    return [found]


def _why_not(first: bytes, search: _Search) -> str:
    """Why a file that was named is none of ours, and the way out: for a table, which columns it has."""
    if not first.strip():
        return "is empty, or cut short where it begins"
    columns = headings(first)
    if not search.sources or strange(first) or not columns:
        return f"{strange(first) or UNKNOWN}\n{_known(search.sources)}"
    for column in search.options.columns.values():
        if column not in columns:
            return f"has no column `{column}`\nhelp: {suggestion(column, columns)}"
    named = ", ".join(f"`{column}`" for column in columns[:_SHOWN])
    return (
        f"is no archive that is known; its columns are {named}\n"
        "help: say which of them is what: `--map text=COLUMN,id=COLUMN,author=COLUMN,created_at=COLUMN,account=COLUMN`"
    )


def _met(path: Path, search: _Search) -> Iterator[Archive]:
    """A file of a folder."""
    first = head(path)
    if is_zip(first):
        try:
            yield from _in_zip(path, search)
        except ArchiveError as error:
            search.skip(
                Skipped(file=str(path), what="it " + str(error).partition("\n")[0].removeprefix(f"{path}: "))
            )
        return
    found = search.recognised(path, first)
    if found is not None:
        yield found
    else:
        search.skip(Skipped(file=str(path), what=f"it {strange(first) or UNKNOWN}"))


def _in_zip(archive: Path, search: _Search) -> Iterator[Archive]:
    for name, reason, first in inside(archive):
        found = search.recognised(archive / name, first) if not reason and not is_zip(first) else None
        if found is not None:
            yield found
        else:
            what = (
                reason
                or f"it {'is a zip archive inside another' if is_zip(first) else strange(first) or UNKNOWN}"
            )
            search.skip(Skipped(file=f"{archive}/{name}", what=what))


def _files_in(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _known(sources: Sequence[Source]) -> str:
    if not sources:
        return "help: no plugin brings a source; `[plugins.archive]` in socialcare.toml switches on ours"
    return "help: known are, plain, packed with gzip or zstd, in folders and in zip archives:\n" + "\n".join(
        f"  {source.doc}" for source in sources
    )
