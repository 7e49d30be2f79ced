from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from socialcare.model import Author, Mention
from socialcare.simulate.ordering import order, ordered

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def mention(minute: int, name: str, text: str = "") -> Mention:
    return Mention(id=name, text=text, author=Author(id="1"), at=NOON + timedelta(minutes=minute))


def make(rows: Iterable[tuple[int, int]]) -> list[Mention]:
    return [mention(minute, str(name), f"row {place}") for place, (minute, name) in enumerate(rows)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=60), st.integers(1, 20))
def test_sorting_in_files_is_the_same_as_sorting_in_memory(rows: list[tuple[int, int]], room: int) -> None:
    number, found = ordered(make(rows), room=room)
    assert number == len(rows)
    assert list(found) == sorted(make(rows), key=order)


def test_long_runs_are_merged_block_by_block() -> None:
    random = Random(7)
    rows = make((random.randrange(900), random.randrange(4)) for _ in range(9_000))
    number, found = ordered(iter(rows), room=1_700)
    assert number == 9_000
    assert list(found) == sorted(rows, key=order)


def test_what_is_in_order_stays_as_it_is() -> None:
    rows = make((place // 3, place % 3) for place in range(4_000))
    assert list(ordered(iter(rows), room=600)[1]) == rows


def test_long_texts_are_not_held() -> None:
    """A thousand of them would be more than there is room for."""
    number, found = ordered(mention(-place, str(place), "x" * 60_000) for place in range(1_200))
    assert number == 1_200
    assert [int(each.id) for each in found] == list(range(1_199, -1, -1))


def test_moments_of_other_zones_are_put_where_they_belong() -> None:
    east = timezone(timedelta(hours=9))
    early, late = (
        Mention(id="1", text="", author=Author(id="1"), at=at)
        for at in (NOON.astimezone(east), NOON + timedelta(hours=1))
    )
    assert list(ordered([late, early])[1]) == [early, late]


def test_of_equal_ones_the_first_read_comes_first() -> None:
    _, found = ordered([mention(1, "a", "first"), mention(0, "b"), mention(1, "a", "second")], room=1)
    assert [each.text for each in found] == ["", "first", "second"]


def test_many_runs_are_merged_on_the_way() -> None:
    number, found = ordered((mention(-place, str(place)) for place in range(200)), room=1)
    assert number == 200
    assert [int(each.id) for each in found] == list(range(199, -1, -1))
