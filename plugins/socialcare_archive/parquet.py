"""Parquet files: the same layouts as CSV, read column by column."""

import importlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from socialcare import ArchiveError, Mention, ReadOptions, Reject
from socialcare.intake import GREATEST_RATIO, HARMLESS, BadRow, Damaged, unpacked
from socialcare_archive import airline, mapped, tables, twcs

_SIGN = b"PAR1"
_BATCH = 100
_LONGEST_VALUE = 128 * 1024
_LARGEST_FOOTER = 16 * 1024 * 1024
_MOST_IN_FOOTER = 1_000_000
_DAMAGED = "is a Parquet file that is damaged, or not whole"


class Parquet:
    """The archive source of tables in Parquet files; it needs the extra `parquet`."""

    name = "parquet"
    doc = "Parquet (`.parquet`), with the columns of any layout of CSV, or with `--map`"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether it is a Parquet file; which columns it has shows when it is read."""
        return head.startswith(_SIGN)

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:
        """Every row.

        Raises:
            ArchiveError: `pyarrow` is missing, the file is damaged, too large or has no columns that are known.
        """
        arrow = _pyarrow(path)
        with _whole(path) as (file, size):
            table = _opened(arrow, path, file, size)
            make = _layout(path, table.schema_arrow.names, options)
            yield from tables.mentions_of(path, _rows(arrow, table, size), make)


def _pyarrow(path: Path) -> Any:  # Any: pyarrow has no types
    try:
        importlib.import_module("pyarrow.parquet")
        importlib.import_module("pyarrow.compute")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise ArchiveError(
            f"{path}: is a Parquet file, for which a package is missing\n"
            "help: `pip install 'socialcare[parquet]'`, or write the table as CSV"
        ) from error


@contextmanager
def _whole(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file and its size; one that is packed, which a Parquet file seldom is, is held in memory."""
    with unpacked(path) as stream:
        if stream.seekable():
            yield stream, stream.seek(0, io.SEEK_END)
            return
        try:
            content = stream.read(HARMLESS + 1)
        except Damaged as why:
            raise ArchiveError(f"{path}: {why}") from why
    if len(content) > HARMLESS:
        raise ArchiveError(f"{path}: is packed and larger than {HARMLESS >> 20} MB; unpack it first")
    yield io.BytesIO(content), len(content)


def _opened(arrow: Any, path: Path, file: BinaryIO, size: int) -> Any:  # Any: as in _pyarrow
    file.seek(max(0, size - 8))
    tail = file.read(8)
    if size < 12 or tail[4:] != _SIGN or int.from_bytes(tail[:4], "little") > min(size, _LARGEST_FOOTER):
        raise ArchiveError(f"{path}: {_DAMAGED}")
    try:
        table = arrow.parquet.ParquetFile(
            file, thrift_string_size_limit=_LARGEST_FOOTER, thrift_container_size_limit=_MOST_IN_FOOTER
        )
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise ArchiveError(f"{path}: {_DAMAGED}") from error
    told = table.metadata
    if told.num_columns > tables.MOST_COLUMNS:
        raise ArchiveError(
            f"{path}: has more than {tables.MOST_COLUMNS:,} columns, as no table of posts does"
        )
    unpacked_size = sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))
    if unpacked_size > max(HARMLESS, GREATEST_RATIO * size):
        raise ArchiveError(f"{path}: {_bomb()}")
    return table


def _layout(path: Path, columns: Sequence[str], options: ReadOptions) -> tables.Make:
    if options.columns:
        return mapped.maker(path, columns, options.columns)
    if airline.COLUMNS.issubset(columns):
        return airline.mention
    if twcs.is_support(columns):
        return twcs.support_mention
    raise ArchiveError(
        f"{path}: has the columns of no layout that is known\n"
        f"help: its columns are `{'`, `'.join(columns)}`; say which is which: `--map text=COLUMN`"
    )


def _rows(arrow: Any, table: Any, size: int) -> Iterator[tables.Numbered]:  # Any: as in _pyarrow
    """Each row with its number from 1; what is neither text, number nor time is left out."""
    number = read = 0
    try:
        for batch in table.iter_batches(batch_size=_BATCH, use_threads=False):
            if any(_longest(arrow, column) > _LONGEST_VALUE for column in batch.columns):
                raise Damaged(f"a value is longer than {_LONGEST_VALUE >> 10} KB")
            for row in _to_microseconds(arrow, batch).to_pylist():
                number += 1
                read += sum(len(value) for value in row.values() if isinstance(value, str | bytes))
                if read > max(HARMLESS, GREATEST_RATIO * size):
                    raise Damaged(f"it {_bomb()}")
                yield number, _texts(row), ""
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise Damaged("the file is damaged here") from error


def _longest(arrow: Any, column: Any) -> int:  # Any: as in _pyarrow
    """The bytes of the longest text in a column, each of which a dictionary may repeat for millions of rows."""
    kinds = arrow.types
    values = column.dictionary if kinds.is_dictionary(column.type) else column
    if not any(
        is_kind(values.type)
        for is_kind in (kinds.is_string, kinds.is_large_string, kinds.is_binary, kinds.is_large_binary)
    ):
        return 0
    return arrow.compute.max(arrow.compute.binary_length(values)).as_py() or 0


def _to_microseconds(arrow: Any, batch: Any) -> Any:  # Any: as in _pyarrow
    """The batch with its times as Python can hold them."""
    for place, field in enumerate(batch.schema):
        if arrow.types.is_timestamp(field.type) and field.type.unit == "ns":
            kind = arrow.timestamp("us", tz=field.type.tz)
            batch = batch.set_column(place, field.name, batch.column(place).cast(kind, safe=False))
    return batch


def _texts(row: dict[str, object]) -> tables.Row | BadRow:
    try:
        return {name: _text(value) for name, value in row.items() if not isinstance(value, list | dict)}
    except UnicodeDecodeError:
        return BadRow("it is not UTF-8")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="microseconds")
    return repr(value) if isinstance(value, float) else str(value)


def _bomb() -> str:
    return f"unpacks to more than {GREATEST_RATIO} times its size, as no archive of posts does"
