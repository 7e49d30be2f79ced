"""Files opened within bounds: plain, packed, in zip archives; cut off, damaged, hostile."""

import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from socialcare.errors import ArchiveError
from socialcare.intake import Cut, Damaged, blocks_of_lines, head, lines, unpacked
from socialcare.intake.files import inside
from socialcare.intake.strange import strange

TEXT = b"".join(b"line %d of a text that is read\n" % number for number in range(20_000))


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(path: Path) -> bytes:
    with unpacked(path) as stream:
        return stream.read()


def read_until_damaged(path: Path) -> tuple[int, str]:
    """How many bytes could be had, and why no more."""
    had = 0
    with unpacked(path) as stream:
        try:
            while block := stream.read(4_096):
                had += len(block)
        except Damaged as why:
            return had, str(why)
    return had, ""


def test_a_file_is_unpacked_by_its_bytes_whatever_its_name(tmp_path: Path) -> None:
    for number, content in enumerate([TEXT, gzip.compress(TEXT), zstandard.compress(TEXT)]):
        file = tmp_path / f"{number}.dat"
        file.write_bytes(content)
        assert read(file) == TEXT
        assert head(file) == TEXT[: 64 * 1024]


def test_a_path_may_lead_into_a_zip_archive(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"data/plain": TEXT, "data/packed": gzip.compress(TEXT)})
    assert read(archive / "data" / "plain") == TEXT
    assert read(archive / "data" / "packed") == TEXT
    assert [(name, reason, first) for name, reason, first in inside(archive)] == [
        ("data/packed", "", TEXT[: 64 * 1024]),
        ("data/plain", "", TEXT[: 64 * 1024]),
    ]


def test_several_packed_pieces_make_one_file(tmp_path: Path) -> None:
    file = tmp_path / "a"
    for pack in (gzip.compress, zstandard.compress):
        file.write_bytes(pack(TEXT) + pack(b"more"))
        assert read(file) == TEXT + b"more"


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_file_that_ends_early_says_so(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]  # bytes in, bytes out
    packed = pack(TEXT)
    (tmp_path / "a").write_bytes(packed[: len(packed) // 2])
    had, why = read_until_damaged(tmp_path / "a")
    assert "ends early" in why
    assert had > 0 or pack is zstandard.compress


def test_a_damaged_file_in_a_zip_archive_says_so(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"name": TEXT})
    content = bytearray(archive.read_bytes())
    content[200:240] = bytes(40)
    archive.write_bytes(content)
    assert read_until_damaged(archive / "name")[1] == "the packed file is damaged here"


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.zst").write_bytes(zstandard.compress(b"hello"))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ArchiveError, match=r"packed with zstd.*\nhelp: `pip install 'socialcare\[zst\]'`"):
        head(tmp_path / "a.zst")


def bomb(kind: str, path: Path, blocks: int = 90) -> Path:
    """As many million spaces in a few kB."""
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w") as file:
            for _ in range(blocks):
                file.write(b" " * 1_000_000)
        return path
    with gzip.open(path, "wb") if kind == "gz" else zstandard.open(path, "wb") as file:
        for _ in range(blocks):
            file.write(b" " * 1_000_000)
    return path


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_s2_a_bomb_is_left_at_64_mb(tmp_path: Path, kind: str) -> None:
    had, why = read_until_damaged(bomb(kind, tmp_path / "a"))
    assert "unpacks to more than 100 times its size" in why
    assert had <= 64 * 1024 * 1024


def test_s2_a_zip_bomb_is_not_even_opened(tmp_path: Path) -> None:
    archive = bomb("zip", tmp_path / "a.zip")
    with pytest.raises(ArchiveError, match="unpacks to more than 100 times"):
        list(inside(archive))
    assert "unpacks to more than" in read_until_damaged(archive / "a")[1]


def test_s2_files_that_share_their_bytes_count_each(tmp_path: Path) -> None:
    """Many entries of a table of contents that all point at one packed file."""
    archive = bomb("zip", tmp_path / "a.zip", blocks=30)
    content = archive.read_bytes()
    start = content.index(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    entry = content[start:end]
    many = b"".join(entry[:46] + b"%c" % (97 + number) + entry[47:] for number in range(10))
    record = bytearray(content[end:])
    record[8:12] = (10).to_bytes(2, "little") * 2
    record[12:16] = len(many).to_bytes(4, "little")
    archive.write_bytes(content[:start] + many + record)
    with pytest.raises(ArchiveError, match="unpacks to more than"):
        list(inside(archive))


def test_s2_a_table_of_contents_without_end_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"name": TEXT})
    content = bytearray(archive.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = (2**31).to_bytes(4, "little")
    archive.write_bytes(content)
    with pytest.raises(ArchiveError, match="table of contents is larger"):
        list(inside(archive))


@pytest.mark.parametrize(
    "name", ["../out.json", "/etc/out.json", "a/../../out.json", "C:out.json", "a\\b.json", "./a"]
)
def test_s2_a_name_that_leads_out_of_a_zip_archive_is_never_followed(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "out.json"
    outside.write_text("outside")
    archive = tmp_path / "in" / "a.zip"
    archive.parent.mkdir()
    info = zipfile.ZipInfo("x")
    info.filename = name
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(info, "inside")
    ((_, reason, first),) = inside(archive)
    assert reason == "its name leads out of the archive"
    assert first == b""
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "in", "out.json"]


def test_what_a_zip_archive_holds_and_cannot_be_read_is_named(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"strange": b"a"}, zipfile.ZIP_LZMA)
    content = bytearray(zipped(tmp_path / "b.zip", {"secret": b"a"}).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "b.zip").write_bytes(content)
    assert [reason for _, reason, _ in inside(archive)] == [
        "it is packed in a way that is not read; pack it with the usual method, deflate"
    ]
    assert [reason for _, reason, _ in inside(tmp_path / "b.zip")] == ["it is encrypted"]
    with pytest.raises(ArchiveError, match="it is encrypted"):
        read(tmp_path / "b.zip" / "secret")


def test_what_is_hidden_in_a_zip_archive_is_left_out(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {".hidden": b"", "__MACOSX/._a": b"", "a/.b/c": b"", "a/b": b""})
    assert [name for name, _, _ in inside(archive)] == ["a/b"]


@pytest.mark.parametrize("cut", [30, 60, -30, -4])
def test_a_zip_archive_that_is_not_whole_says_so(tmp_path: Path, cut: int) -> None:
    archive = zipped(tmp_path / "a.zip", {"name": TEXT})
    archive.write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(ArchiveError, match="damaged, or not whole"):
        list(inside(archive))


def test_a_file_that_is_not_there_is_missing_as_any_other(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"name": b"a"})
    with pytest.raises(ArchiveError, match="has no file `other`"):
        read(archive / "other")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nothing" / "a")


def test_an_endless_line_is_cut_and_the_next_one_read() -> None:
    stream = io.BytesIO(b"a\n" + b"b" * 1_000_000 + b"\nc\n")
    assert [(number, len(line), whole) for number, line, whole in lines(stream, 1_000)] == [
        (1, 2, True),
        (2, 1_001, False),
        (3, 2, True),
    ]


@pytest.mark.parametrize(
    ("first", "word"),
    [
        (b"\x80\x04\x95\x10\x00\x00\x00", "pickle"),
        (b"\x80\x02}q\x00", "pickle"),
        (b"\x93NUMPY\x01", "NumPy"),
        ("id,text\n1,hello\n".encode("utf-16"), "UTF-16"),
        ("id,text\n1,hello\n".encode("utf-16-le"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"),
        (b"BZh91AY", "bzip2"),
    ],
)
def test_what_no_source_can_read_is_told_with_the_way_out(first: bytes, word: str) -> None:
    assert word in (strange(first) or "")


@pytest.mark.parametrize(
    "first", [b"", b"id,text\n", b'{"a": 1}', "größe,text\n".encode("latin-1"), b"a\0b,c,d,e,f"]
)
def test_what_may_be_text_is_left_to_the_sources(first: bytes) -> None:
    assert strange(first) is None


class _Slowly(io.BytesIO):
    """Gives a few bytes at a time, as what is packed does."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        super().__init__(content)
        self.sizes = iter(sizes)

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(next(self.sizes, size))


@given(
    st.lists(st.sampled_from([b"", b"a", b"bc\r", b"def" * 5, b"\n", b"\n\n"])), st.lists(st.integers(1, 9))
)
def test_lines_are_the_same_in_blocks(parts: list[bytes], sizes: list[int]) -> None:
    content = b"".join(parts)
    longest = 11
    found = [
        line
        for block in blocks_of_lines(_Slowly(content, sizes + [5] * len(content)), longest)
        for line in block
    ]
    expected = list(lines(io.BytesIO(content), longest))
    assert [not isinstance(line, Cut) for line in found] == [whole for _, _, whole in expected]
    assert [line for line in found if not isinstance(line, Cut)] == [
        line.removesuffix(b"\n") for _, line, whole in expected if whole
    ]


def test_a_line_without_end_is_not_kept() -> None:
    content = b"x" * 3_000_000 + b"\nshort"
    found = [
        line for block in blocks_of_lines(io.BufferedReader(io.BytesIO(content)), 1 << 20) for line in block
    ]
    assert [isinstance(line, Cut) for line in found] == [True, False]
    assert len(found[0]) <= 1 << 20
