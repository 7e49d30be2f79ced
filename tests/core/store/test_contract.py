"""What every store must do; each store of ours is put through it unchanged."""

from collections.abc import AsyncIterator, Awaitable, Callable
from math import inf
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from socialcare.errors import Conflict
from socialcare.ports import Change, Entry, Key, Store
from socialcare.store.database import open_database
from socialcare.store.memory import MemoryStore
from socialcare.store.sql import SqlStore
from socialcare.store.tables import STATE

Make = Callable[[], Awaitable[Store]]

A, B = ("count", "talks", "author=x:1"), ("flags", "x:1")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Make]:
    """Makes an empty store."""
    if request.param == "memory":

        async def in_memory() -> Store:
            return MemoryStore()

        yield in_memory
        return
    file = f"sqlite:///{tmp_path}/care.db"
    database = await open_database(
        file if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    )

    async def emptied() -> Store:
        await database.run(_empty)
        return SqlStore(database)

    yield emptied
    await database.close()


def _empty(connection: Connection) -> None:
    connection.execute(delete(STATE))


@pytest.fixture
async def store(make: Make) -> Store:
    return await make()


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


async def test_a_removed_key_starts_again_as_if_it_had_never_been_written(store: Store) -> None:
    await store.commit({A: Change(1)}, {A: 0})
    await store.commit({A: Change(2)}, {A: 1})
    await store.commit({A: Change(None)}, {A: 2})
    with pytest.raises(Conflict):
        await store.commit({A: Change(3)}, {A: 2})
    await store.commit({A: Change(3)}, {A: 0})
    assert await store.read([A]) == {A: Entry(3, 1)}


async def test_what_a_commit_rests_on_need_not_be_what_it_changes(store: Store) -> None:
    await store.commit({A: Change(1)}, {B: 0})
    with pytest.raises(Conflict):
        await store.commit({B: Change(1)}, {A: 0})
    await store.commit({B: Change(1)}, {A: 1})
    assert await store.read([A, B]) == {A: Entry(1, 1), B: Entry(1, 1)}


async def test_nothing_can_be_read_and_nothing_committed(store: Store) -> None:
    assert await store.read([]) == {}
    await store.commit({}, {})
    assert await store.due(inf) == []


async def test_thousands_of_keys_go_in_one_commit(store: Store) -> None:
    keys = [("seen", f"x:{number}") for number in range(5_000)]
    await store.commit(dict.fromkeys(keys, Change(data=True)), dict.fromkeys(keys, 0))
    assert await store.read(keys) == dict.fromkeys(keys, Entry(data=True, version=1))


async def test_S2_keys_that_a_database_would_refuse_or_confuse_are_kept_apart(store: Store) -> None:
    keys = [
        ("a", "b"),
        ("a\x1fb",),
        ("a\0c",),
        ("a\x1a0000b",),
        ("a\ud800b",),
        ("A", "B"),
        ("",),
        ("", ""),
        ("é" * 400,),
    ]
    await store.commit({key: Change(number, due=1.0) for number, key in enumerate(keys)}, {})
    assert {key: entry.data for key, entry in (await store.read(keys)).items()} == dict(
        zip(keys, range(9), strict=True)
    )
    assert [key for _, key in await store.due(1.0)] == sorted(keys)


async def test_S2_data_that_a_database_would_refuse_is_read_back_as_it_was(store: Store) -> None:
    data = {"nul": "a\0b", "large": 2**63, "small": -(2**63), "deep": [[[{}]]], "separator": "\x1f"}
    await store.commit({A: Change(data)}, {A: 0})
    assert await store.read([A]) == {A: Entry(data, 1)}


KEYS = st.tuples(st.sampled_from(["count", "flags"]), st.text(max_size=3))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # `make` empties what it has used before
@given(
    batches=st.lists(st.dictionaries(KEYS, st.none() | st.integers(-(2**63), 2**63), max_size=4), max_size=6)
)
async def test_a_store_holds_what_a_dictionary_would(
    make: Make, batches: list[dict[Key, int | None]]
) -> None:
    store = await make()
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
