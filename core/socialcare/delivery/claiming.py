"""t4: an effect is claimed. The intent is committed before a byte is written, whatever happens afterwards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select, true, tuple_

from socialcare.delivery import bodies, lanes, remembering, switch
from socialcare.delivery.locks import is_our_turn
from socialcare.delivery.states import (
    CANCELLED,
    EXPIRED,
    NEEDS_HUMAN,
    READY,
    SENDING,
    SENT,
    Effects,
    State,
    move,
    sent,
)
from socialcare.delivery.terms import Term, Terms
from socialcare.failpoints import reach
from socialcare.sending import Effect
from socialcare.store.database import now
from socialcare.store.tables import ATTEMPT, EFFECT, EVIDENCE, MENTION

LOOK_AFTER = 600.0
"""A mention of that age, in seconds, is looked up again before it is answered."""

_Condition: TypeAlias = ColumnElement[bool]


class Claim(Struct, frozen=True):
    """An effect that one worker may carry out now: `effect.attempt` numbers the attempt, `fence` says whose turn it is."""

    effect: Effect
    fence: int


class LookFirst(Struct, frozen=True):
    """An effect whose mention is to be looked up before it is claimed."""

    effect: Effect


class Ended(Struct, frozen=True):
    """An effect that is not to be carried out any more, and how it ended."""

    id: str
    state: State


def claim(
    connection: Connection,
    worker: str,
    terms: Terms,
    *,
    looked: Collection[str] = (),
    skip: Collection[str] = (),
    avoid: Collection[tuple[str, str]] = (),
) -> Claim | LookFirst | Ended | None:
    """Claim what is ready for longest; `None` where nothing may be sent now.

    `looked` are effects whose mention was seen a moment ago, `skip` effects that are looked at just now, `avoid` platforms
    and accounts that are in trouble. The order of an account is kept: what is ready first goes first.
    """
    if not switch.standing(connection).open:
        return None
    at = now(connection)
    shut = [(one.account, one.lane) for one in lanes.closed(connection)]
    ready = and_(
        EFFECT.c.state == READY,
        EFFECT.c.not_before <= at,
        _is_known(terms),
        *(not_(_lane(account, lane, terms)) for account, lane in shut),
        *([EFFECT.c.id.not_in(list(skip))] if skip else []),
        *([tuple_(EFFECT.c.platform, EFFECT.c.account).not_in(list(avoid))] if avoid else []),
    )
    while (row := _next(connection, ready)) is not None:
        effect = bodies.read(row.body)
        term = terms.of_effect(effect)
        if term is None:
            return None
        if row.attempts and (there := _made_before(connection, row)) is not None:
            sent(connection, row, there, by=worker)
            return Ended(row.id, SENT)
        if (end := _end(connection, row, effect, term, terms)) is not None:
            state, reason = end
            move(connection, row, state, by=worker, reason=reason)
            return Ended(row.id, state)
        if row.id not in looked and _is_to_be_looked_at(row, effect, term, at):
            return LookFirst(effect)
        if lanes.spend(connection, effect, term):
            return _intend(connection, row, effect, term, worker)
        ready = and_(ready, not_(_lane(row.account, term.lane, terms)))
    return None


def _next(connection: Connection, ready: _Condition) -> Effects | None:
    """The first that is ready, of the first account whose turn nobody else has."""
    order = (EFFECT.c.not_before, EFFECT.c.mention, EFFECT.c.id)
    busy: _Condition = true()
    while True:
        first = select(EFFECT.c.account).where(ready, busy).order_by(*order).limit(1)
        account = connection.execute(first).scalar()
        if account is None:
            return None
        if is_our_turn(connection, f"account {account}"):
            mine = select(EFFECT).where(ready, EFFECT.c.account == account).order_by(*order).limit(1)
            row = connection.execute(mine.with_for_update(skip_locked=True)).one_or_none()
            if row is not None:
                return row
        busy = and_(busy, EFFECT.c.account != account)


def _is_known(terms: Terms) -> _Condition:
    """Some sender carries it out."""
    anywhere = [action for platform, action in terms.entries if not platform]
    words = [word for word in terms.entries if word[0]]
    return or_(EFFECT.c.action.in_(anywhere), tuple_(EFFECT.c.platform, EFFECT.c.action).in_(words))


def _lane(account: str, lane: str, terms: Terms) -> _Condition:
    """What a lane holds."""
    if lane.startswith("rule:"):
        return EFFECT.c.rule == lane.removeprefix("rule:")
    mine = EFFECT.c.account == account
    if lane == lanes.EVERYTHING:
        return mine
    words = [word for word, one in terms.lanes() if one == lane]
    anywhere = [action for platform, action in words if not platform]
    somewhere = tuple_(EFFECT.c.platform, EFFECT.c.action).in_([word for word in words if word[0]])
    return and_(mine, or_(EFFECT.c.action.in_(anywhere), somewhere))


def _end(
    connection: Connection, row: Effects, effect: Effect, term: Term, terms: Terms
) -> tuple[State, str] | None:
    """Why an effect is not to be carried out any more. What one mention may hear once has one row: no other can be under way."""
    at = now(connection)
    if row.expires_at is not None and at >= row.expires_at:
        return EXPIRED, "not sent in time"
    mention = select(MENTION.c.state).where(MENTION.c.id == row.mention)
    if row.mention is not None and connection.execute(mention).scalar() == "gone":
        return CANCELLED, "the mention is gone"
    if not row.barred_before and bodies.barred(connection, {row.author}, terms.bars):
        return CANCELLED, "its author opted out"
    agreed = bodies.approval(row.approval)
    if agreed is not None and agreed.hash != bodies.hash_of(effect):
        return NEEDS_HUMAN, "it is not what was approved"
    if (
        row.resent
        and term.sender.idempotency == "key"
        and at > _first_at(connection, row.id) + term.sender.key_ttl / 2
    ):
        return NEEDS_HUMAN, "the platform may have forgotten our key"
    if not term.repeats and remembering.asks_first(connection, row, effect):
        return NEEDS_HUMAN, remembering.ASKED
    return None


def _made_before(connection: Connection, row: Effects) -> str | None:
    """The platform's id of what an earlier request has made, where that was learned after it was given up."""
    proof = (EVIDENCE.c.effect == row.id) & EVIDENCE.c.kind.in_(("sent", "found"))
    asked = select(EVIDENCE.c.remote_id).where(proof, EVIDENCE.c.remote_id.is_not(None))
    there: str | None = connection.execute(asked.order_by(EVIDENCE.c.id).limit(1)).scalar()
    return there


def _first_at(connection: Connection, effect: str) -> float:
    asked = select(func.min(ATTEMPT.c.started_at)).where(ATTEMPT.c.effect == effect)
    return float(connection.execute(asked).scalar_one())


def _is_to_be_looked_at(row: Effects, effect: Effect, term: Term, at: float) -> bool:
    """Whether a mention was perhaps deleted without our being told."""
    mention = effect.mention
    if mention is None or not term.public:
        return False
    return row.approval is not None or datetime.fromtimestamp(at - LOOK_AFTER, UTC) > mention.at


def _intend(connection: Connection, row: Effects, effect: Effect, term: Term, worker: str) -> Claim:
    at, fence, number = now(connection), row.fence + 1, row.attempts + 1
    attempt: dict[str, Any] = {  # Any: the columns of `attempt`
        "effect": row.id,
        "n": number,
        "fence": fence,
        "started_at": at,
        "deadline_s": term.sender.most_seconds,
        "request_hash": bodies.hash_of(effect),
    }
    connection.execute(ATTEMPT.insert().values(**attempt))
    lease = at + term.lease
    move(connection, row, SENDING, by=worker, fence=fence, owner=worker, lease_until=lease, attempts=number)
    reach("intent.before_commit")
    return Claim(replace(effect, attempt=number), fence)
