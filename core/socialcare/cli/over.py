"""The options that every command over past mentions shares, and reading what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from socialcare.errors import ArchiveError

if TYPE_CHECKING:
    from socialcare.model import Mention, Reject
    from socialcare.plugins import Loaded
    from socialcare.simulate.rejects import Rejects

F = TypeVar("F", bound=Callable[..., Any])

COLUMNS = ("text", "id", "author", "created_at", "account")
"""What `--map` can say of a column."""


class RowError(ArchiveError):
    """A row that cannot be read, where every row has to be."""

    exit_code = 1


def over(function: F) -> F:
    """`--over PATH… --map … --strict`."""
    paths = click.option(
        "--over",
        "paths",
        metavar="PATH",
        multiple=True,
        required=True,
        help="A file of past mentions, a folder of them or a pattern; several times for several.",
    )
    columns = click.option(
        "--map",
        "columns",
        metavar="WORD=COLUMN,…",
        callback=_columns,
        help=f"Which column of a table is what: {', '.join(COLUMNS)}.",
    )
    strict = click.option("--strict", is_flag=True, help="Stop at the first row that cannot be read.")
    return paths(columns(strict(function)))


def under(function: F) -> F:
    """`--policy DIR`: the policy that decides."""
    return click.option(
        "--policy",
        "folder",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="The folder of the rules, or one that holds a socialcare.toml; without it the policy of the settings.",
    )(function)


def told(function: F) -> F:
    """`--as ACCOUNT --assume FIELD=VALUE`: what the archive itself does not say."""
    account = click.option(
        "--as",
        "account",
        metavar="ACCOUNT",
        help="The account of ours that mentions concern where the archive names none of ours.",
    )
    assume = click.option(
        "--assume",
        metavar="FIELD=VALUE",
        multiple=True,
        help="What a field is where nobody says; several times for several.",
    )
    return account(assume(function))


def read_over(
    paths: tuple[str, ...],
    columns: Mapping[str, str],
    loaded: Loaded,
    rejects: Rejects,
    *,
    strict: bool,
    written: Iterable[Path | None] = (),
    also: Callable[[Sequence[Mention]], None] | None = None,
) -> tuple[int, Iterator[Mention]]:
    """How many mentions the archives hold, and the mentions in order; what cannot be read goes to the rejects.

    `written` are the files that the command is about to write, besides the rejects; `also` is shown all mentions as they
    are read, some at a time.

    Raises:
        ArchiveError: nothing can be read, or `strict` and a row cannot, or a file that is read would be written over.
    """
    from itertools import chain

    from socialcare.cli.console import progress
    from socialcare.simulate.ordering import ordered

    with progress("reading") as advance:
        unread = lists_over(paths, columns, loaded, rejects, strict=strict, written=written, advance=advance)
        return ordered(chain.from_iterable(_shown(unread, also)))


def lists_over(
    paths: tuple[str, ...],
    columns: Mapping[str, str],
    loaded: Loaded,
    rejects: Rejects,
    *,
    strict: bool,
    written: Iterable[Path | None],
    advance: Callable[[int], None],
) -> Iterator[list[Mention]]:
    """The mentions as they stand in the archives, some at a time; `advance` is told how many rows were read.

    Raises:
        ArchiveError: as `read_over`, or while they are read.
    """
    from socialcare.ports import ReadOptions
    from socialcare.simulate.archives import find_archives, read_in_lists

    options = ReadOptions(columns=columns)
    archives = find_archives(paths, loaded.sources, options, rejects.skips.add)
    _spare({*map(Path, paths), *(archive.path for archive in archives)}, (*written, rejects.path))
    for rows in read_in_lists(archives, options, rejects.skips.add):
        advance(len(rows))
        if strict:
            _demand(rows)
        yield rejects.mentions(rows)


def _shown(
    lists: Iterable[list[Mention]], also: Callable[[Sequence[Mention]], None] | None
) -> Iterator[list[Mention]]:
    for mentions in lists:
        if also is not None:
            also(mentions)
        yield mentions


def _demand(rows: Sequence[Mention | Reject]) -> None:
    """Stop at the first row that cannot be read."""
    from socialcare.model import Reject

    for row in rows:
        if isinstance(row, Reject):
            raise RowError(
                f"{row.file}:{row.row}: {row.reason}\nhelp: without --strict the other rows are read"
            )


def _spare(read: Iterable[Path], written: Iterable[Path | None]) -> None:
    """Stop before a file that is read is written over."""
    kept = {path.resolve() for path in read}
    for path in written:
        if path is not None and path.resolve() in kept:
            raise ArchiveError(f"`{path}` is read here and would be written over\nhelp: name another file")


def _columns(ctx: click.Context, parameter: click.Parameter, written: str | None) -> Mapping[str, str]:  # noqa: ARG001 - click passes them
    found: dict[str, str] = {}
    for part in (written or "").split(","):
        word, sign, column = (each.strip() for each in part.partition("="))
        if not part.strip():
            continue
        if word not in COLUMNS or not sign or not column:
            raise click.BadParameter(f"`{part.strip()}`: write WORD=COLUMN, with one of {', '.join(COLUMNS)}")
        found[word] = column
    if found and "text" not in found:
        raise click.BadParameter("it must say which column is the text: `--map text=COLUMN`")
    return found
