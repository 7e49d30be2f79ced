"""What people say about single effects: that they agree, that it is there, that it is not there, that it shall be let be; and of
what was refused, came too late or has no answer, that they have dealt with it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, func, select, update

from socialcare.delivery import audit, bodies, lanes, switch
from socialcare.delivery.states import (
    CANCELLED,
    EXPIRED,
    HELD,
    NEEDS_HUMAN,
    READY,
    REFUSED,
    SENDING,
    UNKNOWN,
    Effects,
    locked,
    move,
    sent,
)
from socialcare.delivery.terms import DAY, IDLE, LEASE
from socialcare.store.database import now
from socialcare.store.tables import ATTEMPT, DECISION, EFFECT, EVIDENCE, MENTION

_SETTLED_AFTER = 2 * LEASE + 2 * IDLE
"""Seconds after which no request of an abandoned attempt is under way, so that a person can see whether it is there."""


DONE = "done"
"""The evidence that a person has dealt with what was not sent."""

HANDLED = "handled"
"""The state of a mention that nothing answered, and that a person has dealt with."""

_ID = re.compile(r"[!-~]{1,200}")
"""What a platform may call a post, and a column takes."""

_BEFORE_THE_ID = ("status", "statuses")
"""Parts of a link that stand before the number of a post, wherever in the post it leads."""


_LOOK = "look at the account, then say `settle` or `retry`"
_STANDS = {
    HELD: ("held", "`approve`, `release`, `edit` and `reject` are for that"),
    SENDING: ("being sent", ""),
    UNKNOWN: ("perhaps out", f"it is being looked for; or {_LOOK}"),
    NEEDS_HUMAN: ("perhaps out", _LOOK),
    REFUSED: ("refused", "`edit` sends it in other words, `done` ends it"),
    EXPIRED: ("expired", "`done` ends it"),
}
"""How an answer stands, and what can be said of it."""


class NotDone(str):
    """Why a word was not done."""

    __slots__ = ()


class Said(Protocol):
    """A person's word on one effect: its id, as of which version, and what else it takes."""

    @property
    def ref(self) -> str:
        """The id of the effect."""
        ...

    @property
    def by(self) -> str:
        """The person."""
        ...

    @property
    def text(self) -> str | None:
        """A new text, or the link to the post."""
        ...

    @property
    def version(self) -> int | None:
        """The version that the person saw; `None`: whatever it is now."""
        ...


def stale(connection: Connection, ref: str, version: int | None) -> NotDone | None:
    """Why a word about a held effect cannot be done, if it was changed since the person saw it."""
    row = connection.execute(select(EFFECT).where(EFFECT.c.id == ref)).one_or_none()
    return None if row is None else _stale(row, version, HELD)


def approve(connection: Connection, said: Said, *, people: int = 1) -> str | None:
    """t3: note that a person agrees to a held effect as they saw it, before the decider is told; `None`: it is to be told now.

    Else the reason why not: it was changed meanwhile, or a second of `people` has to agree. An approval in other words is
    one for these words alone.
    """
    row = locked(connection, said.ref)
    if row is None:
        return None
    before = bodies.approval(row.approval)
    seen = row.body_hash if said.text is None else f"text {said.text}"
    agreed = before.by if before is not None and before.hash == seen else ()
    # where we died between this and the ruling, the word comes again
    again = said.by in agreed and said.version is not None and said.version + 1 == row.version
    if why := _stale(row, None if again else said.version, HELD):
        return why
    approval = bodies.Approval(tuple(dict.fromkeys((*agreed, said.by))), seen)
    if not again:
        changed = {"approval": msgspec.json.encode(approval), "version": row.version + 1}
        connection.execute(update(EFFECT).where(EFFECT.c.id == row.id).values(**changed))
        body = {"hash": row.body_hash, "edited": said.text is not None}
        audit.append(connection, "agreed", row.id, by=said.by, body=body)
    if len(approval.by) < people:
        return f"a second person has to agree: {said.by} did"
    return None


def retry(connection: Connection, said: Said) -> str:
    """It is not there: send it, as if for the first time, in the words that the person gives, if any. Answers in one line."""
    row = locked(connection, said.ref)
    if row is None:
        return NotDone(f"there is no `{said.ref}`")
    if why := _stale(row, said.version, NEEDS_HUMAN, UNKNOWN) or _early(connection, row):
        return why
    _note(connection, row, "not there", None, said.by)
    return _once_more(connection, row, said)


def edit(connection: Connection, said: Said) -> str:
    """Send in other words what was refused, or is known not to be there. Answers in one line."""
    row = locked(connection, said.ref)
    if row is None:
        return NotDone(f"there is no `{said.ref}`")
    if why := _stale(row, said.version, NEEDS_HUMAN, UNKNOWN, REFUSED) or _early(connection, row):
        return why
    if row.state != REFUSED and not _is_absent(connection, row):
        return NotDone(
            f"nobody knows whether `{row.id}` is out: look at the account; if it is not there, say `retry` with this `--text`"
        )
    return _once_more(connection, row, said)


def _once_more(connection: Connection, row: Effects, said: Said) -> str:
    effect = bodies.read(row.body)
    if said.text is not None:
        effect = replace(effect, text=said.text)
    at, approval = now(connection), bodies.Approval((said.by,), bodies.hash_of(effect))
    move(
        connection,
        row,
        READY,
        by=said.by,
        reason=None,
        approval=msgspec.json.encode(approval),
        body=bodies.written(effect),
        body_hash=approval.hash,
        fence=row.fence + 1,
        not_before=at,
        expires_at=at + DAY,
        resent=False,  # of a key that is too old the person knows better than the platform
    )
    words = {"text": effect.text or ""}
    audit.append(connection, "approved", row.id, by=said.by, body={"hash": approval.hash}, personal=words)
    again = " again" if row.attempts else ""
    return f"`{row.id}` goes out{again}" + _hindered(connection, row)


def _hindered(connection: Connection, row: Effects) -> str:
    """What else keeps an account from sending."""
    shut = [
        one.reason
        for one in lanes.closed(connection)
        if (one.account, one.lane) in ((row.account, lanes.EVERYTHING), ("", lanes.rule_lane(row.rule)))
    ]
    if not switch.standing(connection).open:
        shut.append("nothing is sent at the moment: `socialcare doctor` says why")
    return f", once this is mended: {'; '.join(shut)}" if shut else ""


def settle(connection: Connection, said: Said) -> str:
    """It is there, with the link to it; or, without one, let it be. Answers in one line."""
    row = locked(connection, said.ref)
    if row is None:
        return NotDone(f"there is no `{said.ref}`")
    if why := _stale(row, said.version, NEEDS_HUMAN, UNKNOWN):
        return why
    fence = row.fence + 1
    if said.text:
        remote = _linked(said.text)
        if remote is None:
            return NotDone("the link names no post: copy it from the post itself")
        _note(connection, row, "there", remote, said.by)
        sent(connection, row, remote, by=said.by, fence=fence)
        return f"`{row.id}` is there"
    _note(connection, row, "let be", None, said.by)
    move(connection, row, CANCELLED, by=said.by, reason="let be", fence=fence)
    return f"`{row.id}` is let be"


def done(connection: Connection, said: Said) -> str:
    """A person has dealt with what was refused or came too late, or with a mention (`x:123`) that nothing answered. Answers in one line."""
    platform, colon, root = said.ref.partition(":")
    if colon:
        return _mention_done(connection, platform, root, said.by)
    row = locked(connection, said.ref)
    if row is None:
        return NotDone(f"there is no `{said.ref}`")
    if why := _stale(row, said.version, REFUSED, EXPIRED):
        return why
    _note(connection, row, DONE, None, said.by)
    audit.append(connection, DONE, row.id, by=said.by, body={"was": row.state})
    return f"`{row.id}` is done"


def _mention_done(connection: Connection, platform: str, root: str, by: str) -> str:
    name = f"{platform}:{root}"
    here = (MENTION.c.platform == platform) & (MENTION.c.root == root)
    row = connection.execute(select(MENTION).where(here).with_for_update()).one_or_none()
    if row is None:
        return NotDone(f"there is no `{name}`")
    mine = (DECISION.c.mention == row.id) & (DECISION.c.event == "mention")
    outcome = connection.execute(select(DECISION.c.outcome).where(mine)).scalar()
    was = outcome if row.state == "done" else row.state
    if was not in ("inbox", "quarantined"):
        return NotDone(f"`{name}` is {was}: nothing more to do")
    reason = f"{DONE} by {by}" + (f"; {row.reason}" if row.reason else "")
    connection.execute(update(MENTION).where(MENTION.c.id == row.id).values(state=HANDLED, reason=reason))
    # a name of a platform may name its author, who may want to be forgotten
    audit.append(connection, DONE, f"mention {row.id}", by=by, body={"was": was})
    return f"`{name}` is done"


def _linked(link: str) -> str | None:
    """The id of the post to which a link leads, or that stands there alone."""
    try:
        parts = [part for part in urlsplit(link.strip()).path.split("/") if part]
    except ValueError:  # a host that cannot be
        return None
    numbers = [part for before, part in pairwise(parts) if before in _BEFORE_THE_ID and part.isdigit()]
    last = parts[-1] if parts and parts[-1] not in _BEFORE_THE_ID else ""
    named = numbers[-1] if numbers else last
    return named if _ID.fullmatch(named) else None


def _stale(row: Effects, version: int | None, *states: str) -> NotDone | None:
    if row.state not in states:
        stands, way_out = _STANDS.get(row.state, (row.state.lower(), ""))
        why = "; ".join(part for part in (row.reason, way_out) if part)
        return NotDone(f"`{row.id}` is {stands}: {why or 'nothing more to do'}")
    if version is not None and version != row.version:
        return NotDone(f"`{row.id}` was changed after you saw it: look again")
    return None


def _is_absent(connection: Connection, row: Effects) -> bool:
    """Whether two look-ups that saw everything did not find it, when no request of the last attempt could be under way any more."""
    started = connection.execute(
        select(func.max(ATTEMPT.c.started_at)).where(ATTEMPT.c.effect == row.id)
    ).scalar()
    if started is None:
        return False
    empty = (EVIDENCE.c.kind == "empty") & (EVIDENCE.c.reason == "complete")
    asked = select(EVIDENCE.c.id).where(
        EVIDENCE.c.effect == row.id, empty, EVIDENCE.c.at >= started + _SETTLED_AFTER
    )
    return len(connection.execute(asked.limit(2)).all()) == 2


def _early(connection: Connection, row: Effects) -> NotDone | None:
    """A request of the last attempt may still be under way, and nobody can see that it is not there."""
    if row.state != UNKNOWN or row.unknown_since is None:
        return None
    left = row.unknown_since + _SETTLED_AFTER - now(connection)
    return NotDone(f"`{row.id}` may still be under way: look again in {left:.0f} s") if left > 0 else None


def _note(connection: Connection, row: Effects, kind: str, remote_id: str | None, by: str) -> None:
    seen = {"kind": kind, "remote_id": remote_id, "reason": by, "at": now(connection)}
    connection.execute(EVIDENCE.insert().values(effect=row.id, attempt=None, **seen))
