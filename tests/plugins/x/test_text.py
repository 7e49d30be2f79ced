"""The counting of X, held against the reference implementation: a table it made, and itself where it is installed."""

import csv
import gzip
import json
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from socialcare_x.entities import entities
from socialcare_x.tables import tables
from socialcare_x.text import valid, weight_in_units, weighted_length
from socialcare_x.units import to_units

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"
Row = tuple[str, int, bool, list[list[Any]]]  # Any: kind, start and end of an entity


def measured(text: str) -> Row:
    found = [[each.kind, each.start, each.end] for each in entities(text)]
    return text, weighted_length(text), valid(text), found


def differences(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    return [(ours, row) for row in rows if (ours := measured(row[0])) != row]


def ask_reference(texts: Iterable[str]) -> Iterator[Row]:
    """What the reference says of each text, or a skip where Node or the package is absent."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is absent")
    there = subprocess.run(
        [node, "-e", "require.resolve('twitter-text')"], cwd=REFERENCE, capture_output=True, check=False
    )
    if there.returncode:
        pytest.skip("the package twitter-text is not installed, see tests/plugins/x/reference/README.md")
    asked = "".join(json.dumps(text) + "\n" for text in texts)
    answer = subprocess.run(
        [node, "measure.mjs"], cwd=REFERENCE, input=asked, capture_output=True, encoding="utf-8", check=True
    )
    return (tuple(json.loads(line)) for line in answer.stdout.split("\n") if line)


def posted(folder: Path) -> set[str]:
    """Every cell and turn of the tweet files."""
    texts: set[str] = set()
    for file in sorted(folder.glob("*.csv.gz")):
        if not file.name.startswith("stores"):
            with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
                texts.update(cell for row in csv.reader(rows) for cell in row if len(cell) > 1)
    for file in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                texts.update(
                    turn["text"] if isinstance(turn, dict) else turn for turn in entry.get("turns", [])
                )
                texts.update([entry["text"]] if "text" in entry else [])
    return texts


def test_the_table_of_the_reference_is_met_row_by_row() -> None:
    with gzip.open(HERE / "golden" / "lengths.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [tuple(json.loads(line)) for line in lines]
    assert len(rows) == 5000
    assert not differences(rows)


def test_the_reference_agrees_on_every_real_tweet(data: Path) -> None:
    rows = list(ask_reference(sorted(posted(data))))
    assert len(rows) > 50_000
    assert not differences(rows)


def test_the_reference_agrees_on_texts_it_has_not_seen() -> None:
    made = subprocess.run(
        [sys.executable, "strings.py", "20000", "2"],
        cwd=REFERENCE,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert not differences(ask_reference(json.loads(line) for line in made.stdout.splitlines()))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("We are open 9 to 18", 19),
        ("Größe", 5),
        ("Gro\u0308ße", 5),
        ("日本語", 6),
        ("👍", 2),
        ("👍🏽", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇩🇪🇫🇷", 4),
        ("1️⃣", 2),
        ("“quoted” – with dashes…", 24),
        ("acme.example", 12),
        ("acme.com", 23),
        ("https://acme.com/a/very/long/path/that/goes/on/and/on?and=on", 23),
        ("Write to help@acme.com", 22),
        ("See acme.com, or acme.org.", 56),
    ],
)
def test_a_text_weighs_what_the_documentation_says(text: str, length: int) -> None:
    assert weighted_length(text) == length


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("a" * 280, True),
        ("a" * 281, False),
        ("語" * 140, True),
        ("語" * 141, False),
        ("", False),
        ("a\ufeff", False),
    ],
)
def test_a_post_is_accepted_up_to_280_and_without_noncharacters(text: str, accepted: bool) -> None:
    assert valid(text) is accepted


@given(st.text(max_size=80))
def test_both_spellings_of_an_accent_weigh_the_same(text: str) -> None:
    composed, taken_apart = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert weighted_length(composed) == weighted_length(taken_apart)


@given(st.text(alphabet=st.characters(max_codepoint=0x10FF, exclude_characters="."), max_size=80))
def test_latin_text_without_a_dot_weighs_its_characters(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    if max(composed, default="") <= "\u10ff":
        assert weighted_length(text) == len(composed)


SIGNS = st.sampled_from(
    "....。．｡ \n@#$1*_-/:aZéЖ中…–👍🏽👩❤♀🇩🇪🏴\u10ff\u1100\u200b\u200d\u200e\ufe0e\ufe0f\u20e3\u0301\u0308\ufeff\uffff\u212a"
    "\ud83d\udc4d\U000e0067\U000e007f"
)
WORDS = st.sampled_from(["1️⃣", "👨\u200d👩\u200d👧", "acme.com", ".com", "https://", "t.co/", "e\u0301.de"])


@given(st.lists(SIGNS | WORDS, max_size=14).map("".join))
@example("\ud83d\ude00")
@example("a.de" * 3)
def test_the_short_ways_count_what_counting_by_units_counts(text: str) -> None:
    assert weighted_length(text) == weight_in_units(to_units(unicodedata.normalize("NFC", text)))


def test_a_character_by_itself_weighs_one_or_two() -> None:
    for point in range(0x11000):
        light = (
            point <= 0x10FF
            or 0x2000 <= point <= 0x200D
            or 0x2010 <= point <= 0x201F
            or 0x2032 <= point <= 0x2037
        )
        if unicodedata.is_normalized("NFC", chr(point)):
            assert weighted_length(chr(point)) == (1 if light else 2)


def test_every_emoji_sequence_weighs_as_a_whole() -> None:
    assert {weighted_length(f"a{each}b") for each in tables()["emoji_sequences"].split(" ")} == {4}


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    [
        "中" * 60_000 + ".zzzz",
        "a." * 30_000 + "zz",
        "a_a." * 15_000 + "zz",
        "xn--." * 12_000 + "com",
        ".com" * 15_000,
        "中.com " * 10_000,
        "foo.com/" + "(a)" * 20_000,
        "foo.com/" + "!" * 60_000,
        "foo.com?" + "!" * 60_000,
        "http://a.com/@" * 4_000,
        "a.co/中" * 10_000,
        "@a/" * 20_000,
        "#1" * 30_000,
        "👨‍" * 20_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_hostile_text_of_64_kilobytes_costs_no_more_than_its_length(text: str) -> None:
    """Each of these took a backtracking pattern minutes; the time-out is the assertion."""
    assert weighted_length(text) > 0
    assert len(entities(text)) <= len(text)
