"""The mentions behind the numbers are a fair sample that no order and no batch changes."""

from functools import partial
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from socialcare.model import Author, Mention
from socialcare.simulate.findings.exhibits import Drawer, rank_of

RANKS = st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=40)


def drawer(ranks: list[int], size: int = 5) -> Drawer[int]:
    made: Drawer[int] = Drawer(size)
    for rank in ranks:
        made.add(rank, partial(int, rank))
    return made


@given(RANKS, st.randoms())
def test_a_drawer_keeps_the_lowest_ranks_in_any_order(ranks: list[int], random: Random) -> None:
    shuffled = random.sample(ranks, len(ranks))
    assert [*drawer(shuffled)] == sorted(ranks)[:5]
    assert drawer(shuffled).count == len(ranks)


@given(RANKS, st.integers(0, 40))
def test_merged_drawers_are_what_one_would_have_been(ranks: list[int], cut: int) -> None:
    merged = drawer(ranks[:cut])
    merged.merge(drawer(ranks[cut:]))
    assert (merged.count, [*merged]) == (len(ranks), [*drawer(ranks)])


def test_a_drawer_without_room_only_counts() -> None:
    counting = drawer([3, 1, 2], size=0)
    assert (counting.count, [*counting]) == (3, [])


def test_the_rank_of_a_mention_depends_on_its_name_and_the_seed_alone(one_mention: Mention) -> None:
    again = replace(one_mention, text="other words", author=Author(id="2"))
    assert rank_of(one_mention) == rank_of(again)
    assert rank_of(one_mention) != rank_of(one_mention, seed=1)
    assert rank_of(one_mention) != rank_of(replace(one_mention, id="other"))
