"""Finding archives and reading them through sources, sound ones and others."""

import gzip
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from socialcare.errors import ArchiveError
from socialcare.model import Author, Mention, Reject, Skipped
from socialcare.plugins import Loaded
from socialcare.ports import ReadOptions
from socialcare.simulate.archives import Archive, find_archives, read_archives, read_in_lists

PLAIN = ReadOptions()
POST = json.dumps({"id": "1445880548472328192", "text": "hello"})


class Odd:
    """A source that fails after a few rows."""

    name = "odd"
    doc = "files that are odd"

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:
        return path.suffix == ".odd"

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:
        for number in range(self.rows):
            yield Mention(id=str(number), text="", author=Author(id="1"), at=datetime(2026, 1, 1, tzinfo=UTC))
        raise RuntimeError("boom")


class Worse(Odd):
    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:
        raise RuntimeError("boom")


@pytest.fixture
def past(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.jsonl").write_text(POST)
    (tmp_path / "deep" / "b.jsonl.gz").write_bytes(gzip.compress(POST.encode()))
    (tmp_path / "README.md").write_text("# nothing to read")
    (tmp_path / ".hidden.jsonl").write_text(POST)
    return tmp_path


def names(archives: list[Archive]) -> list[str]:
    return [one.path.name for one in archives]


def test_a_folder_is_read_with_all_it_holds_that_is_known(past: Path, loaded: Loaded) -> None:
    assert names(find_archives([str(past)], loaded.sources, PLAIN)) == ["a.jsonl", "b.jsonl.gz"]


def test_a_pattern_is_read(past: Path, loaded: Loaded) -> None:
    assert names(find_archives([str(past / "**" / "*.gz")], loaded.sources, PLAIN)) == ["b.jsonl.gz"]


def test_a_file_named_twice_is_read_once(past: Path, loaded: Loaded) -> None:
    assert names(find_archives([str(past), str(past / "a.jsonl")], loaded.sources, PLAIN)) == [
        "a.jsonl",
        "b.jsonl.gz",
    ]


def test_a_file_that_is_no_archive_names_those_that_are(past: Path, loaded: Loaded) -> None:
    with pytest.raises(ArchiveError) as raised:
        find_archives([str(past / "README.md")], loaded.sources, PLAIN)
    message = str(raised.value)
    assert "README.md: is no archive that is known" in message
    assert "X API v2" in message
    assert "airline" in message
    assert "--map text=COLUMN" in message


@pytest.mark.parametrize("name", ["*.csv", "empty"])
def test_a_name_that_fits_nothing_says_so(past: Path, loaded: Loaded, name: str) -> None:
    (past / "empty").mkdir()
    with pytest.raises(ArchiveError):
        find_archives([str(past / name)], loaded.sources, PLAIN)


def test_a_source_that_fails_costs_the_rest_of_its_file(tmp_path: Path, loaded: Loaded) -> None:
    for name in ("a.odd", "b.jsonl"):
        (tmp_path / name).write_text(POST)
    archives = find_archives([str(tmp_path)], [Odd(2), *loaded.sources], PLAIN)
    rows = list(read_archives(archives, PLAIN))
    assert [type(row) for row in rows] == [Mention, Mention, Reject, Mention]
    assert isinstance(rows[2], Reject)
    assert rows[2].reason.startswith("source `odd` failed: `RuntimeError: boom`")


def test_a_source_that_reads_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.odd").write_text("")
    with pytest.raises(ArchiveError, match="boom"):
        list(read_archives(find_archives([str(tmp_path)], [Odd(0)], PLAIN), PLAIN))


def test_a_source_that_fails_to_look_leaves_the_file_to_others(past: Path, loaded: Loaded) -> None:
    assert len(find_archives([str(past)], [Worse(0), *loaded.sources], PLAIN)) == 2


def test_a_zip_archive_is_read_like_a_folder(tmp_path: Path, loaded: Loaded) -> None:
    with zipfile.ZipFile(tmp_path / "past.zip", "w") as archive:
        archive.writestr("b/posts.jsonl", POST)
        archive.writestr("a.jsonl.gz", gzip.compress(POST.encode()))
        archive.writestr("picture.png", b"\x89PNG")
        archive.writestr("../../out.jsonl", POST)
    told: list[Skipped] = []
    archives = find_archives([str(tmp_path / "past.zip")], loaded.sources, PLAIN, told.append)
    assert names(archives) == ["a.jsonl.gz", "posts.jsonl"]
    assert [(row.file.partition(".zip")[2], row.what) for row in told] == [
        ("/../../out.jsonl", "its name leads out of the archive"),
        ("/picture.png", "it is no archive that is known"),
    ]
    rows = list(read_archives(archives, PLAIN))
    assert [type(row) for row in rows] == [Mention, Mention]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["past.zip"]


def test_what_is_passed_over_in_a_folder_is_named(past: Path, loaded: Loaded) -> None:
    (past / "model.pkl").write_bytes(b"\x80\x04\x95\x10\x00")
    (past / "old.zip").write_bytes(b"PK\x03\x04 and no more")
    told: list[Skipped] = []
    find_archives([str(past)], loaded.sources, PLAIN, told.append)
    assert {Path(row.file).name: row.what.partition(",")[0] for row in told} == {
        "README.md": "it is no archive that is known",
        "model.pkl": "it is a pickle",
        "old.zip": "it is a zip archive that is damaged",
    }


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x80\x04\x95\x10\x00", "is a pickle"),
        ("id,text\n".encode("utf-16"), "save it as UTF-8"),
        (b"PK\x05\x06" + bytes(18), "no file in it is recognised"),
    ],
)
def test_a_named_file_that_cannot_be_read_says_why(
    tmp_path: Path, loaded: Loaded, content: bytes, word: str
) -> None:
    (tmp_path / "past").write_bytes(content)
    with pytest.raises(ArchiveError, match=word):
        find_archives([str(tmp_path / "past")], loaded.sources, PLAIN)


@pytest.mark.parametrize("rows", [1, 255, 256, 257, 700])
def test_no_row_before_a_failure_is_lost(tmp_path: Path, rows: int) -> None:
    (tmp_path / "a.odd").write_text("")
    found = list(read_archives(find_archives([str(tmp_path)], [Odd(rows)], PLAIN), PLAIN))
    assert [row.id for row in found if isinstance(row, Mention)] == [str(number) for number in range(rows)]
    assert [row.row for row in found if isinstance(row, Reject)] == [0]


class Wild(Odd):
    """Gives mentions, and then something that is none."""

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:
        for number in range(300):
            yield Mention(id=str(number), text="", author=Author(id="1"), at=datetime(2026, 1, 1, tzinfo=UTC))
        yield "a post"  # type: ignore[misc]  # what a source must not do
        yield Reject(file=str(path), row=1, reason="never reached")


def test_what_is_no_mention_ends_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.odd").write_text("")
    *mentions, last = read_archives(find_archives([str(tmp_path)], [Wild(0)], PLAIN), PLAIN)
    assert len(mentions) == 300
    assert isinstance(last, Reject)
    assert last.reason == "source `odd` failed: it gave something that is no mention"


def test_rows_come_in_lists_too(past: Path, loaded: Loaded) -> None:
    archives = find_archives([str(past)], loaded.sources, PLAIN)
    lists = list(read_in_lists(archives, PLAIN))
    assert [row for rows in lists for row in rows] == list(read_archives(archives, PLAIN))


class Choosy(Odd):
    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject | Skipped]:  # type: ignore[override]  # a source may
        yield Skipped(file=str(path), what="it is a like", count=7)


def test_what_a_source_passes_over_is_told_and_is_no_row(tmp_path: Path) -> None:
    (tmp_path / "a.odd").write_text("")
    told: list[Skipped] = []
    archives = find_archives([str(tmp_path)], [Choosy(0)], PLAIN)
    assert list(read_archives(archives, PLAIN, told.append)) == []
    assert [row.count for row in told] == [7]
