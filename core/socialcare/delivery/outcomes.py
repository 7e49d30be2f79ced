"""t6 to t8b: what became of a request. What a stale worker learned is kept as evidence, and changes nothing by itself."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Connection, select

from socialcare.delivery import lanes
from socialcare.delivery.claiming import Claim
from socialcare.delivery.states import (
    READY,
    REFUSED,
    SENDING,
    SENT,
    UNKNOWN,
    Effects,
    State,
    locked,
    move,
    sent,
)
from socialcare.delivery.terms import Term
from socialcare.failpoints import reach
from socialcare.sending import Answer
from socialcare.store.database import now
from socialcare.store.tables import ATTEMPT, EVIDENCE

_LONGEST_PAUSE = 300.0
_JITTER = 5.0


def answered(connection: Connection, claim: Claim, answer: Answer, term: Term, *, worker: str) -> State:
    """Write down what the platform answered, and let the effect follow if it is still this worker's; its state."""
    _note(connection, claim, answer)
    row = locked(connection, claim.effect.id)
    if row is None:
        raise LookupError(f"effect {claim.effect.id} is not there")
    state: State = row.state
    if state == SENDING and row.fence == claim.fence:
        state = _follow(connection, row, claim, answer, term, worker)
    elif state == READY and answer.kind == "sent" and answer.remote_id:  # it was given up, and came late
        sent(connection, row, answer.remote_id, by=worker)
        state = SENT
    reach("outcome.before_commit")
    return state


def _note(connection: Connection, claim: Claim, answer: Answer) -> None:
    connection.execute(
        EVIDENCE.insert().values(
            effect=claim.effect.id,
            attempt=claim.effect.attempt,
            kind=answer.kind,
            remote_id=answer.remote_id,
            status=answer.status,
            reason=answer.reason or None,
            at=now(connection),
        )
    )


def _follow(
    connection: Connection, row: Effects, claim: Claim, answer: Answer, term: Term, worker: str
) -> State:
    at, effect, reason = now(connection), claim.effect, answer.reason or None
    if answer.kind == "sent" and answer.remote_id:
        sent(connection, row, answer.remote_id, by=worker)
        return SENT
    if answer.kind not in ("refused", "unsent", "paused"):
        doubt(connection, row, worker, reason or f"{answer.kind}, status {answer.status}")
        return UNKNOWN
    if not answer.charged:
        lanes.hand_back(connection, effect, term, _started_at(connection, claim))
    if answer.kind == "refused":
        move(connection, row, REFUSED, by=worker, reason=reason)
        lanes.pause_refused(connection, row.rule, by=worker)
        return REFUSED
    if answer.kind == "paused":
        lanes.close(
            connection, row.account, lanes.EVERYTHING, until=answer.until, reason=answer.reason, by=worker
        )
    elif answer.until is not None:
        lanes.close(connection, row.account, term.lane, until=answer.until, reason=answer.reason, by=worker)
    come_again = answer.until if answer.until is not None else at + pause(row.attempts)
    move(connection, row, READY, by=worker, reason=reason, not_before=come_again + _jitter(row.id))
    return READY


def doubt(connection: Connection, row: Effects, watcher: str, reason: str) -> None:
    """t8b: it may have been done. `watcher` finds out."""
    changes = {"fence": row.fence + 1, "owner": watcher, "unknown_since": now(connection)}
    move(connection, row, UNKNOWN, by=watcher, reason=reason, **changes)


def pause(attempts: int) -> float:
    """Seconds until the next attempt, after so many: doubled each time, five minutes at most."""
    return min(2.0 ** min(attempts, 16), _LONGEST_PAUSE)


def _jitter(effect: str) -> float:
    """Up to five seconds, so that not all come again at once; for one effect always the same."""
    return _JITTER * sha256(effect.encode()).digest()[0] / 255


def _started_at(connection: Connection, claim: Claim) -> float:
    this = (ATTEMPT.c.effect == claim.effect.id) & (ATTEMPT.c.n == claim.effect.attempt)
    return float(connection.execute(select(ATTEMPT.c.started_at).where(this)).scalar_one())
