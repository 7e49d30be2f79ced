"""Archives of a few rows, written for the test."""

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from socialcare import Mention, ReadOptions, Reject, Skipped, Source
from socialcare_archive import register_sources

Read = Callable[..., list[Mention | Reject]]


@pytest.fixture
def source_of() -> Callable[[Path], Source | None]:
    """The source that recognises a file."""
    return lambda path: recognised(path, ReadOptions())


def recognised(path: Path, options: ReadOptions) -> Source | None:
    data = path.read_bytes()
    head = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)[: 64 * 1024]
    return next((each for each in register_sources() if each.recognises(path, head, options)), None)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read an archive with these contents: text, bytes, or objects as JSON Lines."""

    def run(
        content: str | bytes | list[Any], name: str = "past.json", columns: Mapping[str, str] | None = None
    ) -> list[Mention | Reject]:
        if isinstance(content, list):
            content = "\n".join(json.dumps(each) for each in content)
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        options = ReadOptions(columns=columns or {})
        source = recognised(path, options)
        assert source is not None, "the file is recognised"
        return [row for row in source.read(path, options) if not isinstance(row, Skipped)]

    return run
