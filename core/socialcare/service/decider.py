"""Decides what waits, in order of arrival; lets time pass; does what people said. The only place where `decide` runs live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from msgspec.json import Decoder
from msgspec.structs import replace
from sqlalchemy import Connection, select, tuple_, update

from socialcare.agenda import times
from socialcare.desk import Desk
from socialcare.errors import Interrupted
from socialcare.failpoints import reach
from socialcare.model import Decision, Event, Mention, Tick
from socialcare.pipeline import decide
from socialcare.seam import Seam
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database, now
from socialcare.store.tables import MENTION

BATCH = 500
"""Mentions decided at once; no decision depends on it."""

_A_FEW = 10
"""Decisions that are logged one by one: a line costs 0.1 ms, a fifth of what deciding does, and who has many at once has no time."""

MOST_TRIES = 3
"""Starts of work on one mention; who has not been decided after these brings us to a fall each time."""

_log = structlog.get_logger()
_MENTION = Decoder(Mention)
_WAITS = MENTION.c.state == "new"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mention that waits: its row, the version of the row, and the mention as of its arrival."""

    row: int
    version: int
    mention: Mention


class Decider:
    """Decides for the shards of one worker, on the desk of the day.

    `desk` may be exchanged between two batches; `shards` says which authors are ours at the moment; `told` is called with each
    decision once it is committed.
    """

    def __init__(
        self,
        desk: Desk,
        database: Database,
        metrics: Metrics,
        shards: Callable[[], Collection[int]],
        told: Callable[[Decision], None] = lambda _decision: None,
    ) -> None:
        self.desk = desk
        self._database = database
        self._metrics = metrics
        self._shards = shards
        self._told = told
        self._given_back: set[int] = set()
        self._scheduled_from: datetime | None = None

    @property
    def leads(self) -> bool:
        """Whether what concerns no single author is ours to do: that is left to the worker of the first shard."""
        return 0 in self._shards()

    async def mentions(self) -> int:
        """Decide a batch of what waits; how many there were.

        Raises:
            Interrupted: nothing was decided; the batch waits again, as if it had not been begun.
        """
        given_back, shards = frozenset(self._given_back), tuple(self._shards())
        waiting = await self._database.run(partial(take_up, shards=shards, given_back=given_back))
        self._given_back -= given_back
        if not waiting:
            return 0
        try:
            decisions = await self.decide([one.mention for one in waiting])
        except Interrupted:
            self._given_back.update(one.row for one in waiting)
            raise
        if sum(one.event == "mention" for one in decisions) < len(waiting):
            await self._database.run(partial(close, waiting=waiting))
        return len(waiting)

    async def time(self) -> None:
        """Let time pass: holds that end, rules whose time has come."""
        if not self.leads:
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
        """Decide events, commit what follows, and tell of it.

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
        if any(one.event != "mention" for one in decisions):
            reach("ruling.after_commit")
        self._metrics.decided(decisions)
        for one in decisions:
            for problem in one.problems:
                kind = problem.partition(":")[0]  # what follows may repeat the mention; the decision keeps it
                _log.error("could not be decided", mention=one.mention, decision=one.id, problem=kind)
            self._told(one)
        _tell(decisions)
        tell_failures(self.desk.seam)
        return decisions


def _tell(decisions: Sequence[Decision]) -> None:
    """Log what was decided, by ids: each decision of a few, of many how many ended how and each only where all is logged."""
    log = _log.bind()
    say = log.info if len(decisions) <= _A_FEW else log.debug
    for one in decisions:
        say(
            "decided",
            on=one.event,
            mention=f"{one.platform}:{one.mention}",
            decision=one.id,
            outcome=one.outcome,
            rules=list(one.fired),
            guards=sorted({name for action in one.actions for name in action.by}),
        )
    if len(decisions) > _A_FEW:
        log.info("decided many", decisions=len(decisions), **Counter[str](one.outcome for one in decisions))


def tell_failures(seam: Seam) -> None:
    """Log what has failed in plugins since the last time; not why, which may repeat what a mention says."""
    for (plugin, what, kind), (_, count) in seam.failures.take().items():
        _log.warning(
            "a plugin failed", plugin=plugin, what=what, kind=kind.partition(":")[0][:80], times=count
        )


def take_up(
    connection: Connection,
    shards: Sequence[int],
    given_back: Collection[int] = (),
    most: int = BATCH,
) -> list[Waiting]:
    """What waits longest, its try counted before it begins: what kills us is found out after `MOST_TRIES` starts.

    What was begun before is taken up alone, so that one such mention costs its neighbours nothing; what was `given_back`
    counts as not begun.
    """
    if given_back:
        begun = MENTION.c.id.in_(given_back) & (MENTION.c.tries > 0)
        connection.execute(update(MENTION).where(begun).values(tries=MENTION.c.tries - 1))
    ours = _WAITS & MENTION.c.shard.in_(shards)
    columns = (MENTION.c.id, MENTION.c.version, MENTION.c.tries, MENTION.c.arrived_at, MENTION.c.body)
    asked = select(*columns).where(ours).order_by(MENTION.c.id)
    while (first := connection.execute(asked.limit(1)).one_or_none()) is not None:
        if first.tries < MOST_TRIES:
            break
        _quarantine(connection, first.id)
    if first is None:
        return []
    rows = [first]
    if not first.tries:
        rest = connection.execute(asked.limit(most)).all()
        begun_at = next((place for place, row in enumerate(rest) if row.tries), len(rest))
        rows = list(rest[:begun_at])
    taken = MENTION.c.id.in_([row.id for row in rows])
    connection.execute(update(MENTION).where(taken).values(tries=MENTION.c.tries + 1))
    return [Waiting(row.id, row.version, _arrived(row.body, row.arrived_at)) for row in rows]


def _arrived(body: bytes, at: float) -> Mention:
    mention = _MENTION.decode(body)
    return replace(mention, at=datetime.fromtimestamp(at, UTC), written=mention.at)


def _quarantine(connection: Connection, row: int) -> None:
    reason = f"it was begun {MOST_TRIES} times and never decided: the process died, or could not store the decision"
    here = (MENTION.c.id == row) & _WAITS
    if connection.execute(update(MENTION).where(here).values(state="quarantined", reason=reason)).rowcount:
        _log.error("quarantined", row=row, tries=MOST_TRIES)


def close(connection: Connection, waiting: Sequence[Waiting]) -> None:
    """Close what gave no decision, as it was decided before in another edit; what was deleted or edited meanwhile stays."""
    same = tuple_(MENTION.c.id, MENTION.c.version).in_([(one.row, one.version) for one in waiting])
    here = MENTION.c.id.in_([one.row for one in waiting]) & same & _WAITS
    connection.execute(update(MENTION).where(here).values(state="done", reason="decided before"))
