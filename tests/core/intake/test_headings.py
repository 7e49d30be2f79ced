"""What is told of a table that nobody knows."""

from pathlib import Path

import pytest

from socialcare.config import find_settings
from socialcare.errors import ArchiveError
from socialcare.intake.headings import headings
from socialcare.plugins import load
from socialcare.ports import ReadOptions
from socialcare.simulate.archives import find_archives


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (b"Nr,When,Who\n1,2,3\n", ["Nr", "When", "Who"]),
        (b'\xef\xbb\xbfNr;"When, and who"\r\n', ["Nr", "When, and who"]),
        (b"Nr\tWhen\n", ["Nr", "When"]),
        (b"hello\n", []),
        (b'{"a": 1, "b": 2}\n', []),
        (b"a,,c\n", []),
        (b"", []),
        (b"\xff\xfe\x00,\x00", ["\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\0", "\0"]),
    ],
)
def test_the_first_line_of_a_table_names_its_columns(head: bytes, columns: list[str]) -> None:
    assert headings(head) == columns


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("", {}, "is empty, or cut short where it begins"),
        ("Nr,Message\n1,hello\n", {}, "is no archive that is known; its columns are `Nr`, `Message`"),
        (
            "Nr,Message\n1,hello\n",
            {"text": "Mesage"},
            "has no column `Mesage`\nhelp: did you mean `Message`?",
        ),
    ],
)
def test_a_file_that_nobody_knows_is_told_by_what_it_is(
    text: str, columns: dict[str, str], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "past.csv"
    file.write_text(text)
    sources = load(find_settings(tmp_path)).sources
    with pytest.raises(ArchiveError) as raised:
        find_archives([str(file)], sources, ReadOptions(columns=columns))
    assert f"past.csv: {said}" in str(raised.value)
