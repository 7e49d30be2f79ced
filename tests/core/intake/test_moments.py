"""When something was posted, whatever way it is written, and what holds where it is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError, convert

from socialcare.intake import LATEST, UNTIMED, BadRow, moment, timed, timed_lists
from socialcare.model import Author, Mention, Reject

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T12:00:00.000Z", "2026-03-02T12:00:00Z", "2026-03-02t12:00:00z", "2026-03-02 12:00:00Z", "2026-03-02T12:00Z",
        "2026-03-02T14:00:00+02:00", "2026-03-02 07:00:00 -0500", "2026-03-02T12:00:00", " 2026-03-02 12:00 ", "1772452800",
        "1772452800000", "Mon Mar 02 12:00:00 +0000 2026", "2026-03-02T12:00:00.0000000001Z",
    ],
)  # fmt: skip
def test_a_time_is_read_as_archives_write_it(written: str) -> None:
    assert moment(written) == NOON


@pytest.mark.parametrize(
    "written", ["", "noon", "2026-03-02T12:00:60Z", "2026-13-02T12:00:00Z", "2100-01-01", "1969-12-31"]
)
def test_what_is_no_time_says_so(written: str) -> None:
    with pytest.raises(BadRow, match="it cannot be told when"):
        moment(written)


@given(
    st.datetimes(datetime(1960, 1, 1), datetime(2110, 1, 1)),  # noqa: DTZ001 - the zone is written below
    st.sampled_from(["T", "t", " ", "_"]),
    st.sampled_from(["", ".5", ".000", ".123456", ".1234565", ".999999999", ".12345678901", ".", ",5"]),
    st.sampled_from(["Z", "z", "", "+00:00", "-00:00", "+0130", "-12:00", " Z", "+25:00"]),
)
def test_what_a_decoder_reads_as_a_moment_is_what_is_read_of_the_words(
    at: datetime, between: str, fraction: str, zone: str
) -> None:
    written = at.strftime(f"%Y-%m-%d{between}%H:%M:%S{fraction}{zone}")
    try:
        found = convert(written, datetime)
    except ValidationError:
        return
    if found.tzinfo is UTC and UNTIMED.year <= found.year < LATEST.year:
        assert moment(written) == found


def row(minute: int | None) -> Mention | Reject:
    """A reject for a minute below zero, an untimed mention for none."""
    if minute is not None and minute < 0:
        return Reject(file="past", row=1, reason="bad")
    at = UNTIMED if minute is None else NOON + timedelta(minutes=minute)
    return Mention(id="1", text="", author=Author(id="1"), at=at, at_is_guessed=minute is None)


def minutes(rows: list[Mention | Reject]) -> list[float]:
    return [(each.at - NOON) / timedelta(minutes=1) if isinstance(each, Mention) else -1 for each in rows]


def test_a_row_without_a_time_has_that_of_the_row_before() -> None:
    rows = list(timed(map(row, [None, -1, 3, None, -1, None, 2, None])))
    assert minutes(rows) == [3, -1, 3, 3, -1, 3, 2, 2]


def test_the_first_row_with_a_time_is_not_waited_for_without_end() -> None:
    rows = list(timed(map(row, [None] * 1_500 + [7, None])))
    assert [each.at for each in rows if isinstance(each, Mention)][:1_500] == [UNTIMED] * 1_500
    assert minutes(rows)[1_500:] == [7, 7]


@given(
    st.lists(st.none() | st.integers(-1, 9), max_size=40),
    st.lists(st.integers(0, 7), max_size=40),
    st.sampled_from([0, 0, 990, 999, 1_000]),
)
def test_it_does_not_matter_in_which_lists_rows_come(
    numbers: list[int | None], sizes: list[int], untimed: int
) -> None:
    rows = [*map(row, [None] * untimed), *map(row, numbers)]
    lists, rest = [], list(rows)
    for size in sizes:
        lists.append(rest[:size])
        rest = rest[size:]
    found = [each for some in timed_lists([*lists, rest]) for each in some]
    assert found == list(timed(rows))
