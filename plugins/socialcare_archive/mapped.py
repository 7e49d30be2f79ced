"""Any other table, with `--map` to say which column is what."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from socialcare import ArchiveError, Author, Mention, ReadOptions, Reject
from socialcare.intake import UNTIMED, head, identifier, moment, shown_name, sound
from socialcare_archive import tables
from socialcare_archive.texts import is_retweet, mentioned
from socialcare_archive.x_names import is_handle

WORDS = ("text", "id", "author", "created_at", "account")
"""What a column can be; only `text` must be there."""


class Mapped:
    """The archive source of tables that no other source knows."""

    name = "mapped_table"
    doc = "any other CSV or flat JSON Lines, with `--map text=COLUMN,id=COLUMN,author=COLUMN,created_at=COLUMN,account=COLUMN`"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its heading alone
        """Whether `--map` was given and the file is a table that has the column of the text."""
        return bool(options.columns) and _of(options.columns)["text"] in tables.columns(head)

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:
        """Every row. What is not mapped is taken from a column of our own word for it, if there is one.

        Without an id a row is named after its file and number, without an author everybody is somebody else.

        Raises:
            ArchiveError: `--map` names a column that the table does not have.
        """
        return tables.mentions(path, maker(path, tables.columns(head(path)), options.columns))


def maker(
    path: Path, there: Sequence[str], columns: Mapping[str, str]
) -> Callable[[tables.Row, int], Mention]:
    """What makes a mention of a row, by `--map`.

    Raises:
        ArchiveError: `--map` names a column that the table does not have.
    """
    names = _of(columns)
    if missing := sorted({column for column in columns.values() if column not in there}):
        raise ArchiveError(
            f"{path}: has no column `{'`, `'.join(missing)}`\nhelp: its columns are `{'`, `'.join(there)}`"
        )
    fallback = re.sub(r"[^A-Za-z0-9._-]", "_", path.name.partition(".")[0])
    return lambda row, number: _mention(row, names, f"{fallback}-{number}")


def _of(columns: Mapping[str, str]) -> Mapping[str, str]:
    return {word: columns.get(word, word) for word in WORDS}


def _mention(row: tables.Row, names: Mapping[str, str], fallback: str) -> Mention:
    found = {word: row.get(column, "").strip() for word, column in names.items()}
    text = sound(row.get(names["text"], ""))
    number = identifier(found["id"], names["id"]) if found["id"] else fallback
    who, written = sound(found["author"]), found["created_at"]
    bare = who.lstrip("@＠")
    return Mention(
        id=number,
        root=number,
        text=text,
        author=Author(
            id=bare[:200] or f"unknown-{number}",
            handle=bare if is_handle(bare) else None,
            name=None if is_handle(bare) else shown_name(bare),
        ),
        at=moment(written) if written else UNTIMED,
        at_is_guessed=not written,
        account=sound(found["account"]).lstrip("@＠")[:200] or None,
        is_retweet=is_retweet(text),
        mentioned=mentioned(text),
    )
