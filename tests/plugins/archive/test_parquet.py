"""Parquet: the layouts of CSV in columns, and files that are not what they seem."""

import gzip
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow brings no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # as above
import pytest

from socialcare import ArchiveError, Mention, ReadOptions, Reject, Source
from socialcare.testing import check_source
from socialcare_archive import register_sources

SourceOf = Callable[[Path], Source | None]

AIRLINE: dict[str, list[Any]] = {
    "tweet_id": [567733511281721344],
    "airline": ["United"],
    "name": ["anna_k"],
    "retweet_count": [2],
    "text": ["@united fish &amp; chips"],
    "tweet_created": ["2015-02-17 09:13:11 -0800"],
}
SUPPORT = {
    "tweet_id": ["8206"],
    "author_id": ["117435"],
    "inbound": [True],
    "created_at": ["Sun Nov 05 22:58:13 +0000 2017"],
    "text": ["@SpotifyCares it works"],
    "in_response_to_tweet_id": [None],
}
MAP = {"text": "Message", "created_at": "When"}


@pytest.fixture
def parquet() -> Source:
    return next(each for each in register_sources() if each.name == "parquet")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def run(columns: dict[str, Any], **options: Any) -> Path:
        path = tmp_path / "past.parquet"
        pq.write_table(pa.table(columns), path, **options)
        return path

    return run


def rows(source: Source, path: Path, columns: dict[str, str] | None = None) -> list[Mention | Reject]:
    return [
        row
        for row in source.read(path, ReadOptions(columns=columns or {}))
        if isinstance(row, Mention | Reject)
    ]


def only(source: Source, path: Path, columns: dict[str, str] | None = None) -> Mention:
    (row,) = rows(source, path, columns)
    assert isinstance(row, Mention), row
    return row


def test_the_layouts_of_csv_are_known_by_their_columns(parquet: Source, write: Callable[..., Path]) -> None:
    found = only(parquet, write(AIRLINE))
    assert (found.id, found.account, found.retweets) == ("567733511281721344", "united", 2)
    assert found.text == "@united fish & chips"
    found = only(parquet, write(SUPPORT))
    assert (found.account, found.in_reply_to) == ("SpotifyCares", None)


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_any_other_table_is_read_with_a_map(parquet: Source, write: Callable[..., Path], unit: str) -> None:
    when = pa.array([datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)], pa.timestamp(unit, tz="UTC"))
    path = write({"Message": pa.array(["hello"]).dictionary_encode(), "When": when, "more": [[1, 2]]})
    found = only(parquet, path, MAP)
    assert (found.text, found.id) == ("hello", "past-1")
    assert found.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_columns_that_are_not_known_are_listed(parquet: Source, write: Callable[..., Path]) -> None:
    path = write({"Message": ["hello"], "When": ["2026-01-01"]})
    with pytest.raises(ArchiveError, match="its columns are `Message`, `When`; say which is which"):
        rows(parquet, path)
    with pytest.raises(ArchiveError, match="has no column `Text`"):
        rows(parquet, path, {"text": "Text"})


def test_an_id_that_became_a_quantity_is_a_reject(parquet: Source, write: Callable[..., Path]) -> None:
    (row,) = rows(parquet, write({**AIRLINE, "tweet_id": [567733511281721344.0]}))
    assert isinstance(row, Reject)
    assert "rounded number" in row.reason


def test_a_packed_file_and_one_in_a_zip_archive_are_read(parquet: Source, write: Callable[..., Path]) -> None:
    path = write(AIRLINE)
    packed = path.with_suffix(".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.write(path, "in/past.parquet")
    for other in (packed, path.with_suffix(".zip") / "in" / "past.parquet"):
        assert rows(parquet, other) == rows(parquet, path)


def test_the_source_keeps_its_word(parquet: Source, write: Callable[..., Path]) -> None:
    check_source(
        parquet, write({name: column * 2_000 for name, column in AIRLINE.items()}, row_group_size=100)
    )


def test_a_missing_package_is_named(
    parquet: Source, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(AIRLINE)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ArchiveError, match=r"help: `pip install 'socialcare\[parquet\]'`"):
        rows(parquet, path)


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1",
        b"PAR1" * 3,
        b"PAR1" + b"\0" * 60 + b"\xff\xff\xff\x7fPAR1",
        b"PAR1" + b"\x15" * 90 + b"\x20\0\0\0PAR1",
    ],
)
def test_s2_a_file_that_only_begins_like_parquet_is_refused(
    parquet: Source, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged, or not whole"):
        rows(parquet, tmp_path / "a.parquet")


@pytest.mark.parametrize("place", [8, 40, 100])
def test_s2_a_damaged_file_ends_in_a_reject(parquet: Source, write: Callable[..., Path], place: int) -> None:
    path = write({name: column * 500 for name, column in AIRLINE.items()})
    content = bytearray(path.read_bytes())
    content[place : place + 30] = b"\xff" * 30
    path.write_bytes(content)
    *_, last = rows(parquet, path)
    assert isinstance(last, Reject)
    assert last.reason == "the file is damaged here"


def test_s2_a_bomb_is_refused(parquet: Source, write: Callable[..., Path]) -> None:
    """A hundred megabytes of one letter in a few kilobytes."""
    path = write({"text": ["a" * 100_000_000]}, compression="zstd")
    assert path.stat().st_size < 400_000
    with pytest.raises(ArchiveError, match="unpacks to more than 100 times its size"):
        rows(parquet, path, {"text": "text"})


def test_s2_a_value_that_stands_for_millions_is_left_early(
    parquet: Source, write: Callable[..., Path]
) -> None:
    """One long value, kept once and told two thousand times: its size shows only when it is read."""
    letters = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["a" * 60_000]))
    path = write({"text": letters}, compression="zstd")
    *_, last = rows(parquet, path, {"text": "text"})
    assert isinstance(last, Reject)
    assert "unpacks to more than" in last.reason


def test_s2_a_value_without_end_ends_the_file(parquet: Source, write: Callable[..., Path]) -> None:
    (row,) = rows(parquet, write({"text": ["a", "b" * 200_000]}), {"text": "text"})
    assert isinstance(row, Reject)
    assert row.reason == "a value is longer than 128 KB"


def test_s2_a_thousand_columns_are_too_many(parquet: Source, write: Callable[..., Path]) -> None:
    path = write({f"c{number}": [1] for number in range(1_001)})
    with pytest.raises(ArchiveError, match="has more than 1,000 columns"):
        rows(parquet, path)


def test_s2_what_pandas_pickled_stays_a_column_of_bytes(parquet: Source, write: Callable[..., Path]) -> None:
    """A column that says it holds pickled Python is not opened."""
    field = pa.field(
        "text",
        pa.binary(),
        metadata={
            "ARROW:extension:name": "arrow.py_extension_type",
            "ARROW:extension:metadata": b"cos\nsystem\n.",
        },
    )
    path = write({})
    pq.write_table(pa.table([[b"hello"]], schema=pa.schema([field])), path)
    assert only(parquet, path, {"text": "text"}).text == "hello"
