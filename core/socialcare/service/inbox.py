"""What waits for a person: answers held, answers of which nobody knows whether they went out, mentions that nothing answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, select

from socialcare.model import Mention
from socialcare.sending import Effect
from socialcare.store.tables import DECISION, EFFECT, EVIDENCE, MENTION

Waits: TypeAlias = Literal["held", "unknown", "needs_human", "inbox", "quarantined"]
WAITS: tuple[Waits, ...] = ("needs_human", "unknown", "held", "quarantined", "inbox")
"""Why something waits; what is most urgent first."""

_STATES = {"HELD": "held", "UNKNOWN": "unknown", "NEEDS_HUMAN": "needs_human"}


class Item(Struct, frozen=True, kw_only=True):
    """One thing that waits: an effect (`ref` is its id), or a mention (`ref` is platform and id).

    `version` is what a word about it refers to; `why` what holds it, `seen` what is known of it, oldest first.
    """

    ref: str
    waits: Waits
    since: datetime
    account: str
    author: str
    they: str
    we: str | None = None
    action: str | None = None
    rule: str | None = None
    why: str = ""
    version: int = 0
    seen: tuple[str, ...] = ()


class _Reason(Struct, frozen=True):
    """Of a decision record, why it came to nothing."""

    reason: str | None = None
    near: tuple[str, ...] = ()


def waiting(connection: Connection, kinds: frozenset[str] = frozenset(WAITS)) -> list[Item]:
    """Everything that waits for one of these reasons, most urgent and then oldest first."""
    states = [state for state, kind in _STATES.items() if kind in kinds]
    asked = select(EFFECT, MENTION.c.body.label("mentioned")).outerjoin(
        MENTION, MENTION.c.id == EFFECT.c.mention
    )
    found = (
        [_effect(row) for row in connection.execute(asked.where(EFFECT.c.state.in_(states)))]
        if states
        else []
    )
    if "quarantined" in kinds:
        found += [
            _mention(row, "quarantined", row.reason or "")
            for row in connection.execute(select(MENTION).where(MENTION.c.state == "quarantined"))
        ]
    if "inbox" in kinds:
        decided = (
            select(MENTION, DECISION.c.body.label("decided"))
            .join(DECISION, DECISION.c.mention == MENTION.c.id)
            .where(
                (DECISION.c.event == "mention")
                & (DECISION.c.outcome == "inbox")
                & (MENTION.c.state == "done")
            )
        )
        found += [_mention(row, "inbox", _nearest(row.decided)) for row in connection.execute(decided)]
    return sorted(found, key=lambda item: (WAITS.index(item.waits), item.since, item.ref))


def item(connection: Connection, ref: str) -> Item | None:
    """One effect that waits or waited, with everything that is known of it; an id may be cut short where that is enough."""
    asked = select(EFFECT, MENTION.c.body.label("mentioned")).outerjoin(
        MENTION, MENTION.c.id == EFFECT.c.mention
    )
    rows = connection.execute(asked.where(EFFECT.c.id.startswith(ref, autoescape=True)).limit(2)).all()
    exact = [row for row in rows if row.id == ref] or rows
    if len(exact) != 1:
        return None
    asked_evidence = select(EVIDENCE).where(EVIDENCE.c.effect == exact[0].id).order_by(EVIDENCE.c.id)
    seen = tuple(_evidence(row) for row in connection.execute(asked_evidence))
    return msgspec.structs.replace(_effect(exact[0]), seen=seen)


def _effect(row: Row[Any]) -> Item:  # Any: a row of `effect`, with its mention
    effect = msgspec.json.decode(row.body, type=Effect)
    return Item(
        ref=row.id,
        waits=_STATES.get(row.state, row.state.lower()),
        since=datetime.fromtimestamp(row.created_at, UTC),
        account=row.account,
        author=_who(effect.mention),
        they=effect.mention.text if effect.mention is not None else "",
        we=effect.text,
        action=row.action,
        rule=row.rule,
        why=row.reason or "",
        version=row.version,
    )


def _mention(row: Row[Any], waits: Waits, why: str) -> Item:  # Any: a row of `mention`
    mention = msgspec.json.decode(row.body, type=Mention) if row.body else None
    return Item(
        ref=f"{row.platform}:{row.root}",
        waits=waits,
        since=datetime.fromtimestamp(row.arrived_at, UTC),
        account=row.account,
        author=_who(mention),
        they=mention.text if mention is not None else "(its text was removed)",
        why=why,
    )


def _nearest(body: bytes) -> str:
    decision = msgspec.json.decode(body, type=_Reason)
    if decision.reason:
        return decision.reason
    return f"no rule fired; nearest: {', '.join(decision.near[:3])}" if decision.near else "no rule fired"


def _who(mention: Mention | None) -> str:
    return "" if mention is None else mention.author.handle or mention.author.id


def _evidence(row: Row[Any]) -> str:  # Any: a row of `evidence`
    at = datetime.fromtimestamp(row.at, UTC).strftime("%d %b %H:%M:%S")
    parts = [row.kind, row.remote_id, str(row.status) if row.status else None, row.reason]
    return f"{at}  {' '.join(part for part in parts if part)}"
