"""Remembers what a database has forgotten: our own posts are read back, and what reading does not show is put to a person.

Until then nothing is sent. What was under way when it was noticed must have come to its end first, and be visible.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from socialcare.clock import Clock
from socialcare.delivery import audit, bodies
from socialcare.delivery.amnesia import BY
from socialcare.delivery.states import HELD, NEEDS_HUMAN, READY, SENT, UNKNOWN, Effects, move
from socialcare.delivery.terms import Terms
from socialcare.delivery.upsert import insert_missing
from socialcare.errors import Interrupted
from socialcare.seam import attempt_awaiting
from socialcare.sending import Effect, Found, OwnPost, Sender
from socialcare.store.database import Database, now
from socialcare.store.edits import is_named
from socialcare.store.tables import CONTROL, DECISION, EDIT, EFFECT, EVIDENCE, MENTION

ASKED = "it may have been done before the database forgot what was sent"
"""Why a person is asked."""

_BACK = timedelta(hours=1)
"""How far before the last post that we know of the reading back begins."""

_LONGEST = timedelta(days=7)
"""How far it goes back at most, where we know of none."""

_LONGEST_READ = 600.0
"""Seconds that reading back one account may take."""

_APART = 60.0
"""How far a platform's clock and the database's may be apart, in seconds."""

_READ_BACK = "read back"
_NOT_THERE = "not there"


@dataclass
class Remembering:
    """What one process does while the database is known to have forgotten something."""

    database: Database
    terms: Terms
    clock: Clock
    _noticed: tuple[float, float] | None = field(default=None, init=False)
    """When it was noticed, by which it is known, and since when we know of it, by the steady clock."""

    async def remember(self, accounts: Collection[str], senders: Sequence[Sender]) -> bool:
        """Read back our own posts of each account, if it is time, and write down what they answered; whether sending goes on by that.

        Raises:
            Interrupted: not all could be read: nothing is sent, and it is to be tried again.
        """
        forgot_at = await self.database.look(_forgot_at)
        if forgot_at is None or not self._is_quiet(forgot_at):
            return False
        since = await self.database.look(partial(_since, forgot_at=forgot_at))
        asked = [(account, sender) for sender in senders if sender.look_up != "none" for account in accounts]
        missing = {account for account, sender in asked if not await self._read_back(account, sender, since)}
        if missing:
            raise Interrupted(f"own posts could not all be read back: {', '.join(sorted(missing))}")
        await self.database.run(partial(_resume, forgot_at=forgot_at))
        return True

    def _is_quiet(self, forgot_at: float) -> bool:
        """Whether what was under way when it was noticed has come to its end, and would be seen."""
        steady = self.clock.steady()
        if self._noticed is None or self._noticed[0] != forgot_at:
            self._noticed = (forgot_at, steady)
        seen = [one for one in self.terms.entries.values() if one.sender.look_up != "none"]
        return steady >= self._noticed[1] + max((max(one.quiet, one.sender.lag) for one in seen), default=0.0)

    async def _read_back(self, account: str, sender: Sender, since: datetime) -> bool:
        """Write down what an account has said; whether that is all."""
        found = await attempt_awaiting(partial(sender.own_posts, account, since), _LONGEST_READ)
        if found is None:  # it speaks for other accounts
            return True
        if not isinstance(found, Found):
            return False
        for post in found.posts:
            await self.database.run(partial(_known, account=account, sender=sender, post=post))
        return found.complete


def asks_first(connection: Connection, row: Effects, effect: Effect) -> bool:
    """Whether a person has to say that an effect was not done already: it is from before the database forgot, and no reading shows it.

    The one public answer to a mention is read back, so of these only what was ready then. Who said `not there` is not asked again.
    """
    forgot_at = connection.execute(select(CONTROL.c.forgot_at)).scalar()
    if forgot_at is None:
        return False
    said = (EVIDENCE.c.effect == row.id) & (EVIDENCE.c.kind == _NOT_THERE) & (EVIDENCE.c.at >= forgot_at)
    if connection.execute(select(EVIDENCE.c.id).where(said).limit(1)).first() is not None:
        return False
    if effect.mention is None:
        due = connection.execute(select(DECISION.c.at).where(DECISION.c.id == row.decision)).scalar()
        return bool((row.created_at if due is None else due) <= forgot_at)
    if row.slot == "public":
        return bool(row.changed_at <= forgot_at) or _edit_is_answered(connection, row)
    return effect.mention.at.timestamp() <= float(forgot_at) + _APART


def _edit_is_answered(connection: Connection, row: Effects) -> bool:
    """Whether a post was read back that answers an edit of which it was not known then whose it is."""
    edits = select(EDIT.c.id).where(EDIT.c.mention == row.mention)
    answer = (EFFECT.c.platform == row.platform) & (EFFECT.c.slot == "public") & EFFECT.c.root.in_(edits)
    return connection.execute(select(EFFECT.c.id).where(answer).limit(1)).first() is not None


def _forgot_at(connection: Connection) -> float | None:
    """When it was noticed; `None` where nothing is forgotten."""
    at: float | None = connection.execute(select(_noticed()).where(CONTROL.c.amnesia)).scalar()
    return at


def _noticed() -> ColumnElement[float]:
    return func.coalesce(CONTROL.c.forgot_at, 0.0)


def _since(connection: Connection, forgot_at: float) -> datetime:
    """From when on own posts may be unknown to us. What came to its end after it was noticed says nothing about that."""
    at = datetime.fromtimestamp(now(connection), UTC)
    before = (EFFECT.c.state == SENT) & (EFFECT.c.changed_at < forgot_at)
    not_read = EFFECT.c.reason.is_distinct_from(_READ_BACK)
    known = connection.execute(select(func.max(EFFECT.c.changed_at)).where(before, not_read)).scalar()
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
    seen = {"kind": "found", "remote_id": post.id, "reason": _READ_BACK, "at": now(connection)}
    connection.execute(EVIDENCE.insert().values(effect=row.id, attempt=None, **seen))
    if row.state in {HELD, READY, UNKNOWN, NEEDS_HUMAN}:
        move(connection, row, SENT, by=BY, reason=_READ_BACK, remote_id=post.id, fence=row.fence + 1)


def _root(connection: Connection, platform: str, post: str) -> str:
    """The root of a mention of which a post answers any edit that we know."""
    asked = select(MENTION.c.root).where(is_named(platform, post)).limit(1)
    return connection.execute(asked).scalar() or post


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
        "reason": _READ_BACK,
        "created_at": at,
        "changed_at": at,
        "not_before": at,
        "body": bodies.written(effect),
        "body_hash": bodies.hash_of(effect),
        "remote_id": post.id,
    }
    insert_missing(connection, EFFECT, [row])
    audit.append(connection, _READ_BACK, effect.id, by=BY, body={"root": root, "post": post.id})


def _resume(connection: Connection, forgot_at: float) -> None:
    """Sending goes on, unless it was noticed anew meanwhile.

    Raises:
        Interrupted: it was.
    """
    over = update(CONTROL).where(CONTROL.c.amnesia, _noticed() == forgot_at).values(amnesia=False)
    if connection.execute(over).rowcount != 1:
        raise Interrupted("the database was found to have forgotten something again")
    audit.append(connection, "amnesia over", "sending", by=BY)
