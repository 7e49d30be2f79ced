"""t1: what arrives is stored, once, together with the place to go on from; only then is it acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from msgspec.json import Decoder
from sqlalchemy import Connection, insert, select

from socialcare.errors import Interrupted
from socialcare.failpoints import reach
from socialcare.listening import Arrival, Gone
from socialcare.model import Mention, Reject
from socialcare.store.admission import Admitted, admit, plain
from socialcare.store.database import Database
from socialcare.store.graves import dig, grave_of, salt_of
from socialcare.store.intake_words import Key, Root, Statements
from socialcare.store.tables import CURSOR, REJECT

MOST_AT_ONCE = 1_000
"""Arrivals in one transaction, so that none waits long for the others; a greater batch goes alone."""

_MENTION = Decoder(Mention)


class Taken(NamedTuple):
    """What a batch came to: `gone` counts mentions that were taken back, before or after they came."""

    new: int = 0
    edits: int = 0
    duplicates: int = 0
    gone: int = 0
    rejected: int = 0


class Batch(NamedTuple):
    """What one caller brings: admitted arrivals of one feed, and where it goes on."""

    arrivals: Sequence[Admitted | Gone | Reject]
    feed: str
    cursor: str | None


def take_in(connection: Connection, arrivals: Sequence[Arrival], feed: str, cursor: str | None) -> Taken:
    """Store arrivals of one feed and move its cursor; see `Intake.accept`."""
    (taken,) = take_in_all(connection, [_batch(arrivals, feed, cursor)])
    return taken


def cursor_of(connection: Connection, feed: str) -> str | None:
    """Where a feed goes on."""
    cursor: str | None = connection.execute(select(CURSOR.c.cursor).where(CURSOR.c.feed == feed)).scalar()
    return cursor


class Intake:
    """Takes in what several feeds and webhooks bring at the same time.

    What comes while a commit is on its way to the disk goes together in the next one; each caller is answered after its own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Batch, asyncio.Future[Taken]]] = []
        self._committing: asyncio.Task[None] | None = None

    async def accept(self, arrivals: Sequence[Arrival], feed: str, cursor: str | None) -> Taken:
        """Store arrivals and move the cursor of their feed, in one commit that is on the disk when this returns.

        A mention that is there already, in this or a newer edit, is passed over; of an edit the newest is kept, and is
        decided if none was decided before; what is gone is not decided any more and never taken in again; what cannot be
        read is kept with the reason. A caller that is cancelled may find all of it stored.

        Raises:
            Interrupted: nothing was stored, or it cannot be known; to be brought again.
        """
        answer: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._waiting.append((_batch(arrivals, feed, cursor), answer))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        return await answer

    async def _commit(self) -> None:
        try:
            while self._waiting:
                group = self._next()
                await self._store(group)
        finally:
            self._committing = None
            for _, answer in self._waiting:  # only if we were cancelled: the program ends
                answer.cancel()

    def _next(self) -> list[tuple[Batch, asyncio.Future[Taken]]]:
        arrivals = number = 0
        for batch, _ in self._waiting:
            arrivals += len(batch.arrivals)
            if number and arrivals > MOST_AT_ONCE:
                break
            number += 1
        group, self._waiting = self._waiting[:number], self._waiting[number:]
        return group

    async def _store(self, group: Sequence[tuple[Batch, asyncio.Future[Taken]]]) -> None:
        try:
            taken = await self._database.run(partial(take_in_all, batches=[batch for batch, _ in group]))
            reach("intake.after_commit")
        except asyncio.CancelledError:
            for _, answer in group:
                answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the callers' to hear
            if len(group) > 1 and not isinstance(error, Interrupted):
                for one in group:  # who brought what cannot be stored fails alone
                    await self._store([one])
                return
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in zip(group, taken, strict=True):
            if not answer.done():
                answer.set_result(result)


def _batch(arrivals: Sequence[Arrival], feed: str, cursor: str | None) -> Batch:
    return Batch([admit(one) for one in arrivals], feed, plain(cursor) if cursor is not None else None)


# ---- one transaction --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """What a transaction knows and is about to write."""

    statements: Statements
    salt: bytes
    known_graves: dict[Key, str]
    roots: dict[Key, Root] = field(default_factory=dict)
    known_edits: dict[Key, Key] = field(default_factory=dict)
    buried: set[str] = field(default_factory=set)
    fresh: dict[Key, tuple[Admitted, str]] = field(default_factory=dict)
    newer: dict[Key, Admitted] = field(default_factory=dict)
    ended: dict[Key, str] = field(default_factory=dict)
    edits: dict[Key, Key] = field(default_factory=dict)
    graves: dict[str, None] = field(default_factory=dict)

    def grave(self, platform: str, name: str) -> str:
        """The keyed hash by which a mention that is gone is known again."""
        return self.known_graves.get((platform, name)) or grave_of(self.salt, platform, name)

    def is_buried(self, platform: str, name: str) -> bool:
        """Whether a mention is gone."""
        return self.grave(platform, name) in self.buried

    def root_of(self, mention: Admitted) -> Key:
        """Where a mention is kept, or would be.

        An edit that comes without its history is its own root, as far as it knows; once with it and once without, it is one mention.
        """
        claimed, own = (mention.platform, mention.root), (mention.platform, mention.id)
        for name in (claimed, own) if own != claimed else (claimed,):
            if root := self.edits.get(name) or self.known_edits.get(name):
                return root
            if name in self.roots:
                return name
        return claimed

    def bury(self, platform: str, name: str) -> None:
        """Never take it in again."""
        grave = self.grave(platform, name)
        self.buried.add(grave)
        self.graves[grave] = None


def take_in_all(connection: Connection, batches: Sequence[Batch]) -> list[Taken]:
    """Store what several callers bring, in their order."""
    statements = Statements(connection)
    at = statements.take_turn()
    group = _known(connection, statements, batches)
    taken = []
    rejects: list[dict[str, object]] = []
    cursors: dict[str, str] = {}
    for batch in batches:
        counted = dict.fromkeys(Taken._fields, 0)
        for arrival in batch.arrivals:
            if isinstance(arrival, Admitted):
                counted[_mention(group, arrival, batch.feed)] += 1
            elif isinstance(arrival, Gone):
                counted[_gone(group, arrival)] += 1
            else:
                rejects.append({"feed": batch.feed, "at": at, "reason": arrival.reason, "raw": arrival.raw})
                counted["rejected"] += 1
        if batch.cursor is not None:
            cursors[batch.feed] = batch.cursor
        taken.append(Taken(**counted))
    _write(connection, group, at)
    if rejects:
        connection.execute(insert(REJECT), rejects)
    for feed, cursor in cursors.items():
        statements.move(feed, cursor, at)
    reach("intake.before_commit")
    return taken


def _known(connection: Connection, statements: Statements, batches: Sequence[Batch]) -> _Group:
    """What the database knows of all that arrives."""
    salt = salt_of(connection)
    keys: set[Key] = set()
    named: set[Key] = set()
    for batch in batches:
        for one in batch.arrivals:
            if isinstance(one, Admitted):
                names = ((one.platform, one.root), (one.platform, one.id))
                keys.update(names)
                named.update(names)
            elif isinstance(one, Gone):
                named.add((one.platform, one.id))
    if not named:
        return _Group(statements, salt, {})
    graves = {key: grave_of(salt, *key) for key in named}
    return _Group(statements, salt, graves, *statements.known(keys, graves.values()))


def _mention(group: _Group, mention: Admitted, feed: str) -> str:
    """What a mention is: `new`, one of `edits`, one of the `duplicates`, or `gone` already."""
    claimed, key = (mention.platform, mention.root), group.root_of(mention)
    root = group.roots.get(key)
    if group.is_buried(*claimed):
        return "gone"
    if mention.id != mention.root and group.is_buried(mention.platform, mention.id):
        # the notice named an edit that we had not seen
        for one in (claimed, key):
            group.bury(*one)
            _end(group, one, "deleted")
        return "gone"
    if root is None:
        group.fresh[key] = (mention, feed)
        group.roots[key] = Root(mention.id, "new")
        if mention.id != mention.root:
            group.edits[mention.platform, mention.id] = key
        return "new"
    if root.state == "gone":
        return "gone"
    if claimed != key and claimed not in group.known_edits:
        group.edits[claimed] = key
    if mention.id in (root.newest, mention.root) or _is_known_edit(group, mention):
        return "duplicates"
    group.edits[mention.platform, mention.id] = key
    if not _is_newer(group, key, root, mention):
        return "duplicates"
    group.roots[key] = root._replace(newest=mention.id)
    if key in group.fresh:
        group.fresh[key] = (mention, group.fresh[key][1])
    else:
        group.newer[key] = mention
    return "edits"


def _is_known_edit(group: _Group, mention: Admitted) -> bool:
    key = (mention.platform, mention.id)
    return key in group.edits or key in group.known_edits


def _is_newer(group: _Group, key: Key, root: Root, mention: Admitted) -> bool:
    """Ids that are numbers grow with time; of others the moment of writing decides."""
    if mention.id.isdecimal() and root.newest.isdecimal():
        return int(mention.id) > int(root.newest)
    if key in group.fresh or key in group.newer:
        before = (group.newer.get(key) or group.fresh[key][0]).mention
    else:
        body = group.statements.body(key)
        if body is None:
            return False
        before = _MENTION.decode(body)
    return (mention.mention.written or mention.mention.at) >= (before.written or before.at)


def _gone(group: _Group, gone: Gone) -> str:
    """End a mention by the id of any of its edits, whether it has come yet or not."""
    if group.is_buried(gone.platform, gone.id):
        return "duplicates"
    group.bury(gone.platform, gone.id)
    key = (gone.platform, gone.id)
    root = group.edits.get(key) or group.statements.root_of(key) or key
    group.bury(*root)
    _end(group, root, gone.why)
    return "gone"


def _end(group: _Group, key: Key, why: str) -> None:
    group.ended[key] = why
    group.roots[key] = Root("", "gone")


def _write(connection: Connection, group: _Group, at: float) -> None:
    statements = group.statements
    if group.fresh:
        statements.add(
            [
                (*key, one.id, one.account, one.author, one.shard, feed, at, one.body)
                for key, (one, feed) in group.fresh.items()
            ]
        )
    for key, one in group.newer.items():
        statements.renew(key, one.id, one.body)
    for key, why in group.ended.items():
        statements.end(key, why)
    for edit, root in group.edits.items():
        statements.link(edit, root)
    dig(connection, group.graves, at)
