"""Guards against a database that has forgotten what was sent: restored from a backup, failed over, or copied to another host.

Each start and each post of ours makes the epoch of the database greater; a copy of it lies beside the database. A database that is
behind the copy has forgotten something. Then nothing is sent until our own posts were read back.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, or_, select, text, update

from socialcare.delivery import audit, bodies
from socialcare.delivery.states import HELD, NEEDS_HUMAN, READY, SENT, UNKNOWN, move
from socialcare.delivery.terms import Terms
from socialcare.delivery.upsert import insert_missing
from socialcare.sending import Effect, OwnPost, Sender
from socialcare.store.database import Database, now
from socialcare.store.hosts import host_of
from socialcare.store.tables import CONTROL, EFFECT, EVIDENCE, MENTION

_BACK = timedelta(hours=1)
"""How far before the last post that we know of the reading back begins."""

_LONGEST = timedelta(days=7)
"""How far it goes back at most, where we know of none."""

_BY = "amnesia guard"
_WRITING = Lock()


class Copy(Struct, frozen=True):
    """What lies beside the database: whose it is, how new it was, and on which timeline of PostgreSQL."""

    instance: str
    epoch: int
    timeline: int = 0


Standing: TypeAlias = Literal["ours", "behind", "foreign"]
"""What a database is to this host: as we left it, older than we left it, or another's."""


def read_copy(path: Path) -> Copy | None:
    """The copy beside the database, if there is one that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Copy)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_copy(path: Path, copy: Copy) -> None:
    """Put the copy in the place of the one before, whole or not at all, and onto the disk; an older one changes nothing."""
    young = path.with_name(f"{path.name}.{os.getpid()}")
    with _WRITING:  # the lines of one worker write it at the same time
        there = read_copy(path)
        if there is not None and there.instance == copy.instance and there.epoch > copy.epoch:
            return
        with young.open("wb") as file:
            file.write(msgspec.json.encode(copy))
            file.flush()
            os.fsync(file.fileno())
        young.replace(path)


def copy_of(connection: Connection) -> Copy:
    """What is to lie beside the database now."""
    row = connection.execute(select(CONTROL.c.instance, CONTROL.c.epoch)).one()
    return Copy(row.instance, row.epoch, _timeline(connection))


def begin(connection: Connection, copy: Copy | None) -> Standing:
    """A start: compare the database with its copy, and let nothing be sent where it has forgotten something.

    Where it is ours it is newer from now on, and `copy_of` it has to be written. A `foreign` one must not be sent from before
    somebody adopts it.
    """
    row = connection.execute(select(CONTROL).with_for_update()).one()
    if row.instance != host_of(connection):
        return "foreign"
    ours = copy if copy is not None and copy.instance == row.instance else None
    connection.execute(
        update(CONTROL).values(epoch=max(row.epoch, ours.epoch if ours is not None else 0) + 1)
    )
    if not _has_forgotten(connection, row.epoch, ours):
        return "ours"
    connection.execute(update(CONTROL).values(amnesia=True))
    body = {"epoch": row.epoch, "copy": ours.epoch if ours is not None else None}
    audit.append(connection, "amnesia", "sending", by=_BY, body=body)
    return "behind"


def _has_forgotten(connection: Connection, epoch: int, copy: Copy | None) -> bool:
    if copy is not None:
        return epoch < copy.epoch or copy.timeline != _timeline(connection)
    # a file that was used has its copy beside it; a server has hosts that never saw it
    return connection.dialect.name == "sqlite" and epoch > 0


def adopt(connection: Connection, *, by: str) -> Copy:
    """A person's word that this database is to be sent from where it is now; our posts are read back first. The copy to write."""
    here = host_of(connection)
    connection.execute(update(CONTROL).values(instance=here, amnesia=True, epoch=CONTROL.c.epoch + 1))
    audit.append(connection, "adopted", "sending", by=by, body={"instance": here})
    return copy_of(connection)


def _timeline(connection: Connection) -> int:
    """The timeline of PostgreSQL, which a failover changes."""
    if connection.dialect.name != "postgresql":
        return 0
    return int(connection.execute(text("select timeline_id from pg_control_checkpoint()")).scalar_one())


async def remember(database: Database, terms: Terms, accounts: Sequence[tuple[str, Sender]]) -> list[str]:
    """Read back our own posts of each account, and write down what they answered; then sending may go on.

    Returns the accounts of which not all could be read: while there are any, nothing is sent.
    """
    since = await database.look(_since)
    incomplete = []
    for account, sender in accounts:
        if sender.look_up == "none":
            continue
        found = await sender.own_posts(account, since)
        for post in found.posts:
            await database.run(partial(_known, account=account, sender=sender, post=post))
        if not found.complete:
            incomplete.append(account)
    if not incomplete:
        await database.run(partial(_resume, terms=terms))
    return incomplete


def _since(connection: Connection) -> datetime:
    """From when on own posts may be unknown to us."""
    at = datetime.fromtimestamp(now(connection), UTC)
    known = connection.execute(select(func.max(EFFECT.c.changed_at)).where(EFFECT.c.state == SENT)).scalar()
    return at - _LONGEST if known is None else datetime.fromtimestamp(known, UTC) - _BACK


def _known(connection: Connection, account: str, sender: Sender, post: OwnPost) -> None:
    """Remember one post: the effect that it was, or, where even that is forgotten, that its mention has been answered."""
    if connection.execute(
        select(EFFECT.c.id).where(EFFECT.c.platform == sender.platform, EFFECT.c.remote_id == post.id)
    ).first():
        return
    ours = [EFFECT.c.client_key == post.client_key] if post.client_key is not None else []
    root = post.in_reply_to and _root(connection, sender.platform, post.in_reply_to)
    voiced = (EFFECT.c.root == root) & (EFFECT.c.slot == "public")
    asked = select(EFFECT).where(EFFECT.c.platform == sender.platform, or_(voiced, *ours)).with_for_update()
    row = connection.execute(asked).first()
    if row is None:
        if root:
            _insert(connection, account, sender, post, root)
        return
    seen = {"kind": "found", "remote_id": post.id, "reason": "read back", "at": now(connection)}
    connection.execute(EVIDENCE.insert().values(effect=row.id, attempt=None, **seen))
    if row.state in {HELD, READY, UNKNOWN, NEEDS_HUMAN}:
        move(connection, row, SENT, by=_BY, reason="read back", remote_id=post.id, fence=row.fence + 1)


def _root(connection: Connection, platform: str, post: str) -> str:
    """The root of a mention of which a post answers any edit that we know."""
    here = (MENTION.c.platform == platform) & ((MENTION.c.newest == post) | (MENTION.c.root == post))
    return connection.execute(select(MENTION.c.root).where(here)).scalar() or post


def _insert(connection: Connection, account: str, sender: Sender, post: OwnPost, root: str) -> None:
    """An answer that we have forgotten: it takes the voice, so that no second one is given."""
    at = now(connection)
    mention = select(MENTION.c.id, MENTION.c.author).where(
        MENTION.c.platform == sender.platform, MENTION.c.root == root
    )
    found = connection.execute(mention).one_or_none()
    effect = Effect(
        id=f"read-back {post.id}"[:80],
        account=account,
        platform=sender.platform,
        action="reply",
        text=post.text,
    )
    row = {
        "id": effect.id,
        "platform": sender.platform,
        "root": root,
        "slot": "public",
        "account": account,
        "author": found.author if found is not None else "",
        "action": effect.action,
        "rule": "",
        "decision": "",
        "mention": found.id if found is not None else None,
        "state": SENT,
        "reason": "read back",
        "created_at": at,
        "changed_at": at,
        "not_before": at,
        "body": bodies.written(effect),
        "body_hash": bodies.hash_of(effect),
        "remote_id": post.id,
    }
    insert_missing(connection, EFFECT, [row])
    audit.append(connection, "read back", effect.id, by=_BY, body={"root": root, "post": post.id})


def _resume(connection: Connection, terms: Terms) -> None:
    """What was ready when the database was copied may have been sent since, unseen: a person decides. Then sending goes on."""
    ready = select(EFFECT).where(EFFECT.c.state == READY).order_by(EFFECT.c.id)
    for row in connection.execute(ready.with_for_update()).all():
        term = terms.of(row.platform, row.action)
        if term is not None and not term.repeats:
            move(
                connection,
                row,
                NEEDS_HUMAN,
                by=_BY,
                reason="it was ready in a database that forgot what was sent",
            )
    connection.execute(update(CONTROL).values(amnesia=False))
    audit.append(connection, "amnesia over", "sending", by=_BY)
