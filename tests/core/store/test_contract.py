"""What every store must do; each store of ours is put through it unchanged."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.errors import Conflict
from socialcare.ports import Change, Entry, Key, Store
from socialcare.store.memory import MemoryStore

STORES: list[Callable[[], Store]] = [MemoryStore]

A, B = ("count", "talks", "author=x:1"), ("flags", "x:1")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Store:
    made: Store = request.param()
    return made


async def test_a_key_that_was_never_written_is_not_there(store: Store) -> None:
    assert await store.read([A]) == {}


async def test_what_was_committed_is_read_back_with_a_version_that_grows(store: Store) -> None:
    await store.commit({A: Change([1.5, 2.5])}, {A: 0})
    assert await store.read([A, B]) == {A: Entry([1.5, 2.5], 1)}
    await store.commit({A: Change({"deep": [None, True, "é"]})}, {A: 1})
    assert await store.read([A]) == {A: Entry({"deep": [None, True, "é"]}, 2)}


async def test_a_commit_that_rests_on_an_old_version_writes_nothing(store: Store) -> None:
    await store.commit({A: Change(1)}, {A: 0})
    with pytest.raises(Conflict):
        await store.commit({B: Change(True), A: Change(2)}, {A: 0, B: 0})
    assert await store.read([A, B]) == {A: Entry(1, 1)}


async def test_a_removed_key_is_gone_from_entries_and_agenda(store: Store) -> None:
    await store.commit({A: Change(1, due=10.0)}, {A: 0})
    await store.commit({A: Change(None)}, {A: 1})
    assert await store.read([A]) == {}
    assert await store.due(99.0) == []


async def test_the_agenda_comes_earliest_first_and_up_to_the_moment(store: Store) -> None:
    await store.commit(
        {A: Change(1, due=30.0), B: Change(2, due=20.0), ("held", "c"): Change(3, due=20.0)}, {}
    )
    assert await store.due(20.0) == [(20.0, B), (20.0, ("held", "c"))]
    assert await store.due(30.0) == [(20.0, B), (20.0, ("held", "c")), (30.0, A)]


async def test_a_change_without_a_due_time_leaves_the_agenda(store: Store) -> None:
    await store.commit({A: Change(1, due=30.0)}, {A: 0})
    await store.commit({A: Change(2)}, {A: 1})
    assert await store.due(99.0) == []


KEYS = st.tuples(st.sampled_from(["count", "flags"]), st.text(max_size=3))


@pytest.mark.parametrize("make", STORES)
@given(batches=st.lists(st.dictionaries(KEYS, st.none() | st.integers(), max_size=4), max_size=6))
async def test_a_store_holds_what_a_dictionary_would(
    make: Callable[[], Store], batches: list[dict[Key, int | None]]
) -> None:
    store = make()
    oracle: dict[Key, int] = {}
    for batch in batches:
        found = await store.read(batch)
        expected = {key: found[key].version if key in found else 0 for key in batch}
        await store.commit({key: Change(value) for key, value in batch.items()}, expected)
        for key, value in batch.items():
            if value is None:
                oracle.pop(key, None)
            else:
                oracle[key] = value
        assert {key: entry.data for key, entry in (await store.read({*oracle, *batch})).items()} == oracle
