"""Files as people have them: packed, cut off, hostile, or something else altogether."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare import Mention, ReadOptions, Reject, Source
from socialcare.testing import check_source
from socialcare_archive import register_sources

Read = Callable[..., list[Mention | Reject]]
SourceOf = Callable[[Path], Source | None]

POSTS = [{"id": str(number), "text": f"hello {number}"} for number in range(1, 2_000)]
LINES = "\n".join(json.dumps(post) for post in POSTS).encode()


def test_a_packed_file_is_read_like_a_plain_one(read: Read) -> None:
    assert read(gzip.compress(LINES), "past.jsonl.gz") == read(LINES, "past.jsonl")


def test_a_packed_file_is_known_by_its_bytes_not_its_name(read: Read) -> None:
    assert read(gzip.compress(LINES), "past.jsonl") == read(LINES, "past.jsonl")


@pytest.mark.parametrize("damage", [lambda d: d[: len(d) // 2], lambda d: d[:600] + b"\x00" * 40 + d[640:]])
def test_a_damaged_packed_file_gives_what_can_be_read(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]  # bytes in, bytes out
    path = tmp_path / "past.jsonl.gz"
    path.write_bytes(damage(gzip.compress(LINES, compresslevel=1)))
    source = next(each for each in register_sources() if each.name == "x_api")
    *mentions, last = source.read(path, ReadOptions())
    assert isinstance(last, Reject)
    assert last.row == 0
    assert last.reason.startswith(("the packed file ends early", "the packed file is damaged"))
    assert isinstance(mentions[0], Mention)


def test_s2_a_bomb_is_left_alone(tmp_path: Path) -> None:
    """80 MB of nothing in 80 kB."""
    packer = zlib.compressobj(9, wbits=31)
    path = tmp_path / "bomb.jsonl.gz"
    with path.open("wb") as file:
        file.write(packer.compress(json.dumps(POSTS[0]).encode() + b"\n"))
        for _ in range(80):
            file.write(packer.compress(b" " * 1_000_000))
        file.write(packer.flush())
    first, *_, last = next(each for each in register_sources() if each.name == "x_api").read(
        path, ReadOptions()
    )
    assert isinstance(first, Mention)
    assert isinstance(last, Reject)
    assert "unpacks to more than" in last.reason


def test_s2_endless_nesting_ends_the_file_and_nothing_else(read: Read) -> None:
    rows = read('[\n{"id": "1", "text": "a"},\n{"id": "2", "text": ' + "[" * 500_000)
    assert [type(row) for row in rows] == [Mention, Reject]


def test_s3_ids_are_texts_whatever_the_archive_writes(read: Read) -> None:
    rows = read(b'{"id": 123, "text": "a", "author_id": 456}\n{"id": "0123", "text": "b"}')
    assert [row.id for row in rows if isinstance(row, Mention)] == ["123", "0123"]


def test_s4_a_payload_sets_no_field_of_ours(read: Read) -> None:
    ours = {
        "is_retweet": True,
        "account": "main",
        "kind": "message",
        "platform": "bluesky",
        "at_is_guessed": True,
    }
    (mention,) = read([{"id": "1445880548472328192", "text": "a", **ours}])
    assert isinstance(mention, Mention)
    assert (mention.account, mention.kind, mention.platform) == (None, "post", "x")
    assert not mention.is_retweet
    assert not mention.at_is_guessed


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"hello", b"\x00\x01\x02", b"\xff\xfe\x00h\x00i", b"%PDF-1.7", b"{}", b"[]", b"[1, 2]", b"{", b'{"id": ',
        b"a,b,c\n1,2,3\n", b'{"did": "did:plc:x", "id": "1", "text": "a"}', b"[" * 70_000,
    ],
)  # fmt: skip
def test_what_is_no_archive_is_not_recognised(tmp_path: Path, content: bytes, source_of: SourceOf) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert source_of(path) is None


def test_nothing_but_an_archive_of_ours_is_recognised_among_real_files(
    data: Path, source_of: SourceOf
) -> None:
    others = [
        *(data / "bluesky-samples").iterdir(),
        *(data / "mastodon-samples").iterdir(),
        data / "stores-starbucks.csv.gz",
    ]
    assert [path.name for path in others if source_of(path)] == []


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("x.jsonl.gz", gzip.compress(LINES), {}),
        (
            "airline.csv",
            b"tweet_id,airline,name,text,tweet_created\n1,United,ann,hello,2015-02-17 09:13:11 -0800\n",
            {},
        ),
        (
            "support.csv",
            b"tweet_id,author_id,created_at,text,inbound\n1,2,Sun Nov 05 22:58:13 +0000 2017,hello,True\n",
            {},
        ),
        (
            "threads.jsonl",
            b'{"conversation_id": "1", "turns": [{"tweet_id": "2", "author_id": "3", "text": "hello"}]}\n',
            {},
        ),
        ("mapped.csv", b"Message\nhello\n", {"text": "Message"}),
    ],
)
def test_every_source_passes_the_kit(
    tmp_path: Path, name: str, content: bytes, columns: dict[str, str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    options = ReadOptions(columns=columns)
    head = gzip.decompress(content) if name.endswith(".gz") else content
    source = next(each for each in register_sources() if each.recognises(path, head[:65_536], options))
    check_source(source, path, options)
