"""The states of an effect and the ways between them, as data; every change of state goes through `move`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, Row, select, update

from socialcare.delivery import audit
from socialcare.errors import Interrupted
from socialcare.store.database import now
from socialcare.store.tables import CONTROL, EFFECT

State: TypeAlias = Literal[
    "HELD", "READY", "SENDING", "UNKNOWN", "SENT", "REFUSED", "CANCELLED", "EXPIRED", "NEEDS_HUMAN"
]

HELD: Final = "HELD"
"""Waits for a reviewer, or for a hold to end."""
READY: Final = "READY"
"""May be claimed at `not_before`."""
SENDING: Final = "SENDING"
"""The intent is committed; a request may exist."""
UNKNOWN: Final = "UNKNOWN"
"""May have been done; nobody may send."""
SENT: Final = "SENT"
"""Done, and the platform's id of it is known."""
REFUSED: Final = "REFUSED"
"""The platform's definite no."""
CANCELLED: Final = "CANCELLED"
"""Not to be done any more: the mention is gone, its author opted out, a person said no."""
EXPIRED: Final = "EXPIRED"
"""Not done in time."""
NEEDS_HUMAN: Final = "NEEDS_HUMAN"
"""A person has to say what became of it."""

FINAL: frozenset[State] = frozenset({SENT, REFUSED, CANCELLED, EXPIRED})
"""What nothing changes any more, but for a person who says in other words what was refused."""

WAYS: Mapping[State, frozenset[State]] = {
    HELD: frozenset({READY, CANCELLED, SENT}),
    READY: frozenset({SENDING, CANCELLED, EXPIRED, NEEDS_HUMAN, SENT}),
    SENDING: frozenset({SENT, REFUSED, READY, UNKNOWN}),
    UNKNOWN: frozenset({SENT, REFUSED, READY, NEEDS_HUMAN, CANCELLED, UNKNOWN}),
    NEEDS_HUMAN: frozenset({SENT, REFUSED, READY, CANCELLED}),
    SENT: frozenset(),
    REFUSED: frozenset({READY}),
    CANCELLED: frozenset(),
    EXPIRED: frozenset(),
}
"""Which state may follow which. `HELD` becomes `SENT` only by remembering after amnesia, `READY` by that or by proof that came late; `UNKNOWN` follows itself
where another worker watches it from now on.
"""

Effects: TypeAlias = Row[Any]  # Any: a row of `effect`, by the names of its columns
"""A row of the table `effect`."""


def locked(connection: Connection, effect: str) -> Effects | None:
    """The row of an effect, which no other transaction changes until this one ends."""
    return connection.execute(select(EFFECT).where(EFFECT.c.id == effect).with_for_update()).one_or_none()


def move(
    connection: Connection,
    row: Effects,
    to: State,
    *,
    by: str,
    reason: str | None = None,
    **changes: object,
) -> None:
    """Change the state of an effect as it was read, and write that down.

    Raises:
        Interrupted: it is not any more as it was read; nothing was changed.
    """
    if to not in WAYS[row.state]:
        raise ValueError(f"no way leads from {row.state} to {to}")
    values = {"owner": None, "lease_until": None, "unknown_since": None, **changes}
    unchanged = (EFFECT.c.id == row.id) & (EFFECT.c.version == row.version)
    done = connection.execute(
        update(EFFECT)
        .where(unchanged)
        .values(state=to, reason=reason, version=row.version + 1, changed_at=now(connection), **values)
    )
    if done.rowcount != 1:
        raise Interrupted(f"effect {row.id} was changed by another worker")
    said: dict[str, object] = {"from": row.state, "to": to, "fence": changes.get("fence", row.fence)}
    audit.append(connection, "effect", row.id, by=by, body={**said, "reason": reason} if reason else said)


def sent(connection: Connection, row: Effects, remote_id: str, *, by: str, fence: int | None = None) -> None:
    """It is done; each post of ours makes this database newer than any copy of it."""
    connection.execute(update(CONTROL).values(epoch=CONTROL.c.epoch + 1))
    move(connection, row, SENT, by=by, remote_id=remote_id, fence=row.fence if fence is None else fence)
