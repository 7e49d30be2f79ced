"""Decisions of an earlier run as an archive: the mentions come back as they were."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins

from socialcare import ArchiveError, Mention, ReadOptions, Reject, Skipped, Source
from socialcare.intake import head
from socialcare.model import Author
from socialcare.simulate.decisions import DecisionWriter
from socialcare.testing import check_source, desk, mention
from socialcare_archive import register_sources

PAST = [
    mention("hello @acme", mentioned=("acme",), platform="bluesky", lang="en", likes=3, conversation="9"),
    mention("hello again", kind="message", in_reply_to="1", author=Author(id="7", handle="jo", followers=5)),
]


@pytest.fixture
def source() -> Source:
    return next(each for each in register_sources() if each.name == "decisions")


def decisions(*, keep_input: bool = True) -> bytes:
    """What a dry run writes about PAST."""
    told = desk(
        "accounts: {main: acme}\nrules: {a: {when: {text: {has: hello}}, do: {reply: Hi!}}}",
        keep_input=keep_input,
    )
    file = io.BytesIO()
    writer = DecisionWriter(file)
    for decision in told.decide(*PAST):
        writer.write(decision)
    return file.getvalue()


def record(**event: Any) -> str:
    line: dict[str, Any] = {
        "id": "1",
        "event": "mention",
        "mention": "1",
        "outcome": "inbox",
        "fired": [],
        "policy": "a",
    }
    return json.dumps(line | {"input": {"event": {**to_builtins(PAST[0]), **event}}})


def read(source: Source, path: Path, content: bytes | str) -> list[Mention | Reject | Skipped]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert source.recognises(path, head(path), ReadOptions())
    return list(source.read(path, ReadOptions()))


def test_the_mentions_come_back_as_they_were(source: Source, tmp_path: Path) -> None:
    assert read(source, tmp_path / "d.jsonl", decisions()) == PAST


def test_no_other_source_takes_it_for_its_own(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(decisions())
    assert [each.name for each in register_sources() if each.recognises(path, head(path), ReadOptions())] == [
        "decisions"
    ]


def test_decisions_without_what_was_decided_about_say_so(source: Source, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="write them again with `--with-input`"):
        read(source, tmp_path / "d.jsonl", decisions(keep_input=False))


def test_what_no_mention_was_decided_in_is_skipped(source: Source, tmp_path: Path) -> None:
    tick = record().replace('"event": "mention"', '"event": "tick"', 1)
    assert [type(row) for row in read(source, tmp_path / "d.jsonl", f"{tick}\n{record()}")] == [
        Skipped,
        Mention,
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "a b"}, "`id` is no id"),
        ({"text": "x" * 70_000}, "70,000 bytes"),
        ({"at": "2026-01-01T00:00:00"}, "a time without a zone"),
        ({"author": {"id": ""}}, "it has no `id of the author`"),
        ({"platform": "a b"}, "`platform` is no id"),
        ({"kind": "telegram"}, "it has not the shape of a mention"),
    ],
)
def test_s2_a_file_that_was_changed_goes_through_the_door_too(
    source: Source, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    bad, good = read(source, tmp_path / "d.jsonl", f"{record(**change)}\n{record()}")
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert isinstance(good, Mention)


def test_the_source_keeps_its_word(source: Source, tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("\n".join(record(id=str(number)) for number in range(30)))
    check_source(source, tmp_path / "d.jsonl")
