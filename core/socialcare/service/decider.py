"""Decides what waits, in order of arrival; lets time pass; does what people said. The only place where `decide` runs live."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from msgspec.json import Decoder
from msgspec.structs import replace
from sqlalchemy import Connection, select, update

from socialcare.agenda import times
from socialcare.clock import Clock
from socialcare.desk import Desk
from socialcare.errors import Interrupted
from socialcare.failpoints import reach
from socialcare.model import Decision, Event, Mention, Tick
from socialcare.pipeline import decide
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database, now
from socialcare.store.tables import MENTION

BATCH = 500
"""Mentions decided at once; no decision depends on it."""

MOST_TRIES = 3
"""Starts of work on one mention; who has not been decided after these killed the process each time."""

_log = structlog.get_logger()
_MENTION = Decoder(Mention)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mention that waits: its row, the version of the row, and the mention as of its arrival."""

    row: int
    version: int
    mention: Mention


class Decider:
    """Decides for the shards of one worker, on the desk of the day.

    `desk` may be exchanged between two batches; `shards` says which authors are ours at the moment.
    """

    def __init__(
        self,
        desk: Desk,
        database: Database,
        clock: Clock,
        metrics: Metrics,
        shards: Callable[[], Collection[int]],
    ) -> None:
        self.desk = desk
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._shards = shards
        self._scheduled_from: datetime | None = None

    async def mentions(self) -> int:
        """Decide a batch of what waits; how many there were."""
        waiting = await self._database.run(partial(take_up, shards=tuple(self._shards())))
        if waiting:
            await self.decide([one.mention for one in waiting])
            await self._database.run(partial(close, waiting=waiting))
        return len(waiting)

    async def time(self) -> None:
        """Let time pass: holds that end, rules whose time has come. Left to the worker of the first shard."""
        if 0 not in self._shards():
            return
        at = datetime.fromtimestamp(await self._database.look(now), UTC)
        if self._is_scheduled(at) or await self.desk.store.due(at.timestamp()):
            await self.decide([Tick(at=at)])
        self._scheduled_from = at

    def _is_scheduled(self, at: datetime) -> bool:
        desk, since = self.desk, self._scheduled_from
        if not desk.scheduled:
            return False
        return since is None or bool(times(desk.setting.policy, desk.scheduled, since, at))

    async def decide(self, events: Sequence[Event]) -> list[Decision]:
        """Decide events, and commit what follows.

        Raises:
            Interrupted: nothing was decided; to be tried again.
        """
        reach("decide.inside")
        try:
            decisions = await decide(events, self.desk)
        except Interrupted as why:
            self._metrics.interrupted.inc()
            _log.warning("given back", events=len(events), why=str(why))
            raise
        self._metrics.decided(decisions)
        for one in decisions:
            for problem in one.problems:
                _log.error("could not be decided", mention=one.mention, decision=one.id, problem=problem)
        return decisions


def take_up(connection: Connection, shards: Sequence[int], most: int = BATCH) -> list[Waiting]:
    """What waits longest, its try counted before it begins: what kills us is found out after `MOST_TRIES` starts.

    What was begun before is taken up alone, so that one such mention costs its neighbours nothing.
    """
    ours = (MENTION.c.state == "new") & MENTION.c.shard.in_(shards)
    columns = (MENTION.c.id, MENTION.c.version, MENTION.c.tries, MENTION.c.arrived_at, MENTION.c.body)
    rows = connection.execute(select(*columns).where(ours).order_by(MENTION.c.id).limit(most)).all()
    fresh = 0
    for row in rows:
        if row.tries:
            break
        fresh += 1
    if rows and not fresh:
        rows, fresh = rows[:1], 1
        if rows[0].tries >= MOST_TRIES:
            _quarantine(connection, rows[0].id)
            return take_up(connection, shards, most)
    rows = rows[:fresh]
    if rows:
        taken = MENTION.c.id.in_([row.id for row in rows])
        connection.execute(update(MENTION).where(taken).values(tries=MENTION.c.tries + 1))
    return [Waiting(row.id, row.version, _arrived(row.body, row.arrived_at)) for row in rows]


def _arrived(body: bytes, at: float) -> Mention:
    mention = _MENTION.decode(body)
    return replace(mention, at=datetime.fromtimestamp(at, UTC), written=mention.at)


def _quarantine(connection: Connection, row: int) -> None:
    reason = f"the process died {MOST_TRIES} times while it was decided"
    connection.execute(update(MENTION).where(MENTION.c.id == row).values(state="quarantined", reason=reason))


def close(connection: Connection, waiting: Sequence[Waiting]) -> None:
    """Close what gave no decision, as it was decided before in another edit."""
    for_all = MENTION.c.id.in_([one.row for one in waiting]) & (MENTION.c.state == "new")
    versions = {one.row: one.version for one in waiting}
    left = connection.execute(select(MENTION.c.id, MENTION.c.version).where(for_all)).all()
    closed = [row.id for row in left if versions[row.id] == row.version]
    if closed:
        done = {"state": "done", "reason": "decided before"}
        connection.execute(update(MENTION).where(MENTION.c.id.in_(closed)).values(**done))
