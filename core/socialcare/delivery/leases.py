"""Who is alive, and which worker decides for which authors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from sqlalchemy import Connection, delete, select, tuple_, update

from socialcare.delivery.locks import one_at_a_time
from socialcare.delivery.upsert import insert_missing
from socialcare.errors import Interrupted
from socialcare.store.database import now
from socialcare.store.tables import SHARD, SHARDS, WORKER

BEAT_EVERY = 10.0
"""Seconds between two beats of a worker."""

DEAD_AFTER = 45.0
"""Seconds without a beat after which a worker counts as dead, and its shards as free."""


def join(connection: Connection, worker: str, host: str, pid: int, *, alone: bool = False) -> None:
    """A worker begins; its id was never used before. `alone`: no other can be alive, so that all is free for it at once."""
    if alone:
        connection.execute(update(SHARD).values(owner=None, lease_until=None))
        connection.execute(delete(WORKER))
    at = now(connection)
    row = {"id": worker, "host": host, "pid": pid, "started_at": at, "beat_at": at}
    insert_missing(connection, WORKER, [row])


def beat(connection: Connection, worker: str) -> bool:
    """A sign of life; false where the worker was given up, and has to begin again under a new id."""
    done = connection.execute(update(WORKER).where(WORKER.c.id == worker).values(beat_at=now(connection)))
    return bool(done.rowcount)


def leave(connection: Connection, worker: str) -> None:
    """A worker ends: its shards are free at once."""
    connection.execute(update(SHARD).where(SHARD.c.owner == worker).values(owner=None, lease_until=None))
    connection.execute(delete(WORKER).where(WORKER.c.id == worker))


def alive(connection: Connection) -> Sequence[str]:
    """The workers that gave a sign of life."""
    asked = select(WORKER.c.id).where(WORKER.c.beat_at > now(connection) - DEAD_AFTER)
    return connection.execute(asked.order_by(WORKER.c.id)).scalars().all()


def beats(connection: Connection) -> Sequence[float]:
    """Seconds since the last sign of life of every worker that did not leave."""
    at = now(connection)
    return [at - beat for beat in connection.execute(select(WORKER.c.beat_at)).scalars()]


def share(connection: Connection, worker: str) -> dict[int, int]:
    """Take or give back shards until this worker has its fair share, and renew what it has: number → fence."""
    at = now(connection)
    one_at_a_time(connection, "shards")
    living = alive(connection)
    fair = ceil(SHARDS / max(1, len(living)))
    asked = select(SHARD).order_by(SHARD.c.n).with_for_update()
    if len(rows := connection.execute(asked).all()) < SHARDS:
        insert_missing(connection, SHARD, [{"n": number, "fence": 0} for number in range(SHARDS)])
        rows = connection.execute(asked).all()
    mine = {row.n: row.fence for row in rows if row.owner == worker and row.lease_until > at}
    free = [row for row in rows if row.owner is None or row.lease_until <= at or row.owner not in living]
    for number in list(mine)[fair:]:
        del mine[number]
        here = SHARD.c.n == number
        connection.execute(update(SHARD).where(here).values(owner=None, lease_until=None))
    for row in free[: fair - len(mine)] if worker in living else []:
        mine[row.n] = row.fence + 1
        here = SHARD.c.n == row.n
        connection.execute(update(SHARD).where(here).values(owner=worker, fence=row.fence + 1))
    renewed = SHARD.c.n.in_(list(mine))
    connection.execute(update(SHARD).where(renewed).values(lease_until=at + DEAD_AFTER))
    return dict(sorted(mine.items()))


def holds(connection: Connection, worker: str, shards: Mapping[int, int]) -> None:
    """Make sure, inside a transaction, that these shards are still this worker's.

    Raises:
        Interrupted: another worker has one of them by now.
    """
    still = tuple_(SHARD.c.n, SHARD.c.fence).in_(list(shards.items()))
    asked = select(SHARD.c.n).where(SHARD.c.owner == worker, SHARD.c.lease_until > now(connection), still)
    held = set(connection.execute(asked.with_for_update(read=True)).scalars())
    if lost := sorted(set(shards) - held):
        raise Interrupted(f"another worker decides for shard {lost[0]} now")


def bury(connection: Connection) -> int:
    """Forget workers that are long dead; how many."""
    long_ago = now(connection) - 100 * DEAD_AFTER
    return connection.execute(delete(WORKER).where(WORKER.c.beat_at < long_ago)).rowcount
