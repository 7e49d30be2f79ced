"""Tables that are not what they seem: refused with a reason, in bounded time and memory."""

import json
import tracemalloc
from collections.abc import Callable

import pytest

from socialcare import ArchiveError, Mention, Reject

Read = Callable[..., list[Mention | Reject]]
TEXT = {"text": "text"}
WIDE = ",".join(["text", *(f"c{number}" for number in range(1_000_000))])


def test_s2_a_million_columns_are_refused_before_the_first_row(read: Read) -> None:
    content = f"{WIDE}\n" + ("," * 1_000_000 + "\n") * 3
    tracemalloc.start()
    with pytest.raises(ArchiveError, match="has more than 1,000 columns, as no table of posts does"):
        read(content, "a.csv", TEXT)
    assert tracemalloc.get_traced_memory()[1] < 150_000_000
    tracemalloc.stop()


def test_s2_a_row_with_a_million_values_is_a_reject(read: Read) -> None:
    bad, good = read("text,more\n" + "a," * 500_000 + "\nhello,1\n", "a.csv", TEXT)
    assert isinstance(bad, Reject)
    assert "values for 2 columns" in bad.reason
    assert isinstance(good, Mention)


def test_s2_a_line_without_end_costs_itself_only(read: Read) -> None:
    rows = read("text\nhello\n" + "x" * 5_000_000 + "\nbye\n", "a.csv", TEXT)
    assert [type(row) for row in rows] == [Mention, Reject, Mention]


def test_s2_a_quote_left_open_does_not_swallow_the_file(read: Read) -> None:
    rows = read('text\nhello\n"oops\n' + "bye\n" * 200_000, "a.csv", TEXT)
    assert any(isinstance(row, Reject) and "is a quote left open?" in row.reason for row in rows)
    assert sum(isinstance(row, Mention) for row in rows) > 100_000


def test_s2_an_object_with_very_many_keys_is_turned_away(read: Read) -> None:
    wide = json.dumps({f"k{number}": number for number in range(200_000)})
    rows = read(f'{{"text": "hello"}}\n{wide}\n{{"text": "bye"}}', "a.jsonl", TEXT)
    assert [type(row) for row in rows] == [Mention, Reject, Mention]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_s2_letters_of_another_encoding_are_told_and_not_guessed(read: Read, encoding: str) -> None:
    good, bad = read("text\nhello\nschöne Grüße\n".encode(encoding), "a.csv", TEXT)
    assert isinstance(good, Mention)
    assert isinstance(bad, Reject)
    assert bad.reason == "it is not UTF-8; save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"
    assert "sch\ufffdne" in bad.raw


def test_a_mark_at_the_beginning_is_no_letter(read: Read) -> None:
    (row,) = read("\ufefftext\ngrün\n".encode(), "a.csv", TEXT)
    assert isinstance(row, Mention)
    assert row.text == "grün"


def test_s2_deep_json_in_a_table_is_a_reject(read: Read) -> None:
    deep = '{"text": "a", "x": ' + "[" * 200_000 + "]" * 200_000 + "}"
    rows = read(f'{{"text": "hello"}}\n{deep}\n{{"text": "bye"}}', "a.jsonl", TEXT)
    assert [type(row) for row in rows] == [Mention, Reject, Mention]
