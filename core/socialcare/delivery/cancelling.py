"""t12: what is not to be sent any more, and the content that has to go with a mention that is gone."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, delete, select, update

from socialcare.delivery import bodies
from socialcare.delivery.states import CANCELLED, EXPIRED, HELD, READY, SENDING, State, locked, move
from socialcare.failpoints import reach
from socialcare.model import Author, Mention
from socialcare.sending import Effect
from socialcare.store.database import now
from socialcare.store.retention import forgotten
from socialcare.store.tables import DECISION, EFFECT, MENTION, STATE

_AT_ONCE = 500
_CLOCK = "clock"
_WAITING = (READY, HELD)


def sweep(connection: Connection) -> int:
    """End what has no reason to be sent any more: its mention is gone, or it is too old; how many."""
    gone = select(MENTION.c.id).where(MENTION.c.state == "gone")
    cancelled = _end(
        connection,
        EFFECT.c.state.in_(_WAITING) & EFFECT.c.mention.in_(gone),
        CANCELLED,
        "the mention is gone",
        by=_CLOCK,
    )
    old = (EFFECT.c.state == READY) & (EFFECT.c.expires_at <= now(connection))
    return cancelled + _end(connection, old, EXPIRED, "not sent in time", by=_CLOCK)


def cancel_all(connection: Connection, reason: str, *, by: str) -> int:
    """Drop everything that waits to be sent; what is held for people stays. Call it again until it gives 0."""
    return _end(connection, EFFECT.c.state == READY, CANCELLED, reason, by=by)


def gone(connection: Connection, effect: str, *, by: str) -> bool:
    """The mention of an effect was looked for and is not there any more; whether that ended it."""
    row = locked(connection, effect)
    if row is None or row.state != READY:
        return False
    connection.execute(update(MENTION).where(MENTION.c.id == row.mention).values(state="gone"))
    move(connection, row, CANCELLED, by=by, reason="the mention is gone")
    return True


def _end(connection: Connection, which: ColumnElement[bool], to: State, reason: str, *, by: str) -> int:
    asked = select(EFFECT).where(which).order_by(EFFECT.c.id).limit(_AT_ONCE)
    rows = connection.execute(asked.with_for_update(skip_locked=True)).all()
    held = [bodies.held_key(row.id) for row in rows if row.state == HELD]
    connection.execute(delete(STATE).where(STATE.c.key.in_(held)))
    for row in rows:
        move(connection, row, to, by=by, reason=reason)
    return len(rows)


def purge(connection: Connection) -> int:
    """Remove the content of mentions that are gone: of the mention, of what answers it, of what was decided; how many mentions.

    The ids stay, which it takes to find out what became of an answer; a mention whose answer is under way has to wait.
    """
    under_way = select(EFFECT.c.id).where(
        EFFECT.c.mention == MENTION.c.id, EFFECT.c.state.in_((SENDING, *_WAITING))
    )
    asked = select(MENTION.c.id).where(
        MENTION.c.state == "gone", MENTION.c.body.is_not(None), ~under_way.exists()
    )
    rows = list(connection.execute(asked.order_by(MENTION.c.id).limit(_AT_ONCE).with_for_update()).scalars())
    if not rows:
        return 0
    connection.execute(update(MENTION).where(MENTION.c.id.in_(rows)).values(body=None))
    for effect in connection.execute(
        select(EFFECT.c.id, EFFECT.c.body).where(EFFECT.c.mention.in_(rows))
    ).all():
        bare = bodies.written(_bare(bodies.read(effect.body)))
        connection.execute(update(EFFECT).where(EFFECT.c.id == effect.id).values(body=bare))
    for decision in connection.execute(
        select(DECISION.c.seq, DECISION.c.body).where(DECISION.c.mention.in_(rows))
    ).all():
        shown = msgspec.json.encode(forgotten(msgspec.json.decode(decision.body)))
        connection.execute(update(DECISION).where(DECISION.c.seq == decision.seq).values(body=shown))
    reach("purge.before_commit")
    return len(rows)


def _bare(effect: Effect) -> Effect:
    """An effect without what its mention said and who wrote it."""
    mention = effect.mention
    if mention is None:
        return effect
    ids = Mention(
        id=mention.id,
        text="",
        author=Author(id=""),
        at=mention.at,
        platform=mention.platform,
        root=mention.root,
    )
    return replace(effect, mention=ids)
