"""A worker that is alone need not wait until the one before it counts as dead."""

from functools import partial

from socialcare.delivery import leases
from socialcare.store.database import Database
from socialcare.store.tables import SHARDS


async def test_who_is_alone_has_every_shard_at_once_though_another_beat_a_moment_ago(
    database: Database,
) -> None:
    await database.run(partial(leases.join, worker="killed", host="h", pid=1))
    assert len(await database.run(partial(leases.share, worker="killed"))) == SHARDS

    await database.run(partial(leases.join, worker="next", host="h", pid=2, alone=True))

    assert len(await database.run(partial(leases.share, worker="next"))) == SHARDS
    assert await database.look(leases.alive) == ["next"]


async def test_who_is_not_alone_leaves_the_others_theirs(database: Database) -> None:
    await database.run(partial(leases.join, worker="first", host="h", pid=1))
    mine = await database.run(partial(leases.share, worker="first"))

    await database.run(partial(leases.join, worker="second", host="h", pid=2))

    assert await database.run(partial(leases.share, worker="second")) == {}
    assert len(mine) == SHARDS
