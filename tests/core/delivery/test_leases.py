from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import pytest

from socialcare.delivery import leases
from socialcare.errors import Interrupted
from socialcare.store.database import Database
from socialcare.store.tables import SHARDS

if TYPE_CHECKING:
    from tests.core.delivery.stage import TurnedClock

Join: TypeAlias = Callable[..., Awaitable[None]]
Share: TypeAlias = Callable[[str], Awaitable[dict[int, int]]]


@pytest.fixture
def join(database: Database) -> Join:
    async def join(*workers: str) -> None:
        for worker in workers:
            await database.run(partial(leases.join, worker=worker, host="h", pid=1))

    return join


@pytest.fixture
def share(database: Database) -> Share:
    async def share(worker: str) -> dict[int, int]:
        return await database.run(partial(leases.share, worker=worker))

    return share


async def test_who_is_alone_has_everything(join: Join, share: Share) -> None:
    await join("a")
    assert len(await share("a")) == SHARDS


async def test_two_share_and_nobody_shares_one_shard(join: Join, share: Share) -> None:
    await join("a")
    await share("a")
    await join("b")
    assert await share("b") == {}
    first, second = await share("a"), await share("b")
    assert (len(first), len(second)) == (SHARDS / 2, SHARDS / 2)
    assert not set(first) & set(second)


async def test_three_share_fairly(join: Join, share: Share) -> None:
    await join("a", "b", "c")
    for _ in range(2):
        shares = [await share(worker) for worker in "abc"]
    assert sorted(map(len, shares)) == [20, 22, 22]


async def test_what_a_dead_worker_had_is_taken_under_a_new_fence(
    join: Join, share: Share, clock: TurnedClock
) -> None:
    await join("a")
    before = await share("a")
    clock.turn(46)
    await join("b")
    after = await share("b")
    assert len(after) == SHARDS
    assert all(after[number] == fence + 1 for number, fence in before.items())


async def test_who_leaves_leaves_everything_at_once(database: Database, join: Join, share: Share) -> None:
    await join("a", "b")
    await share("a")
    await database.run(partial(leases.leave, worker="a"))
    assert len(await share("b")) == SHARDS


async def test_who_lost_a_shard_writes_nothing(
    database: Database, join: Join, share: Share, clock: TurnedClock
) -> None:
    await join("a")
    mine = await share("a")
    await database.run(partial(leases.holds, worker="a", shards=mine))
    clock.turn(46)
    with pytest.raises(Interrupted):
        await database.run(partial(leases.holds, worker="a", shards=mine))


async def test_who_was_given_up_hears_so(database: Database, join: Join, clock: TurnedClock) -> None:
    await join("a")
    assert await database.run(partial(leases.beat, worker="a"))
    clock.turn(10_000)
    assert await database.run(leases.bury) == 1
    assert not await database.run(partial(leases.beat, worker="a"))


async def test_who_gave_no_sign_of_life_takes_nothing(join: Join, share: Share, clock: TurnedClock) -> None:
    await join("a")
    clock.turn(46)
    assert await share("a") == {}
