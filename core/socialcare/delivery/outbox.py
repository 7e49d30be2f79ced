"""t2 and t3: what was decided becomes effects, in the transaction that stores the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Row, select, update

from socialcare.delivery import audit, bodies
from socialcare.delivery.states import CANCELLED, HELD, READY, Effects, move
from socialcare.delivery.terms import Term, Terms
from socialcare.delivery.upsert import insert_missing
from socialcare.errors import Interrupted
from socialcare.failpoints import reach
from socialcare.model import ActionRecord, Decision, Mention
from socialcare.sending import Effect
from socialcare.store.database import now
from socialcare.store.edits import is_named
from socialcare.store.tables import EFFECT, MENTION

_MENTION = msgspec.json.Decoder(Mention)
_VOICES = ("public", "private")
_DECIDER = "decider"

_Mentions: TypeAlias = Row[Any]  # Any: a row of `mention`


class _Planned(NamedTuple):
    """One action of a decision, and the id of the effect that it would be."""

    id: str
    record: ActionRecord
    decision: Decision


def record(connection: Connection, decisions: Sequence[Decision], terms: Terms) -> None:
    """Turn the actions of decisions into effects, change those that were held, and close the work that is done.

    Called inside the transaction that stores the decisions, after the state that they leave behind was written. Who came first
    to a mention's voice keeps it.

    Raises:
        Interrupted: a mention was edited, deleted or decided since it was read.
    """
    mentions = _close(connection, [one for one in decisions if one.event == "mention"])
    planned = list(_planned(decisions))
    named = [one.id for one in planned if one.record.id is not None]
    there = _held(connection, named)
    for one in planned:
        key = (one.decision.platform, one.decision.mention)
        if key not in mentions and one.id not in there and one.record.state != "forbidden":
            mentions[key] = _mention(connection, *key)
    fresh = [one for one in planned if one.id not in there and one.record.state != "forbidden"]
    _insert(connection, fresh, mentions, terms)
    for one in planned:
        if (row := there.get(one.id)) is not None and row.state == HELD:
            _rule(connection, row, one, terms)
    if there:
        reach("ruling.before_commit")


def _close(connection: Connection, decisions: Sequence[Decision]) -> dict[tuple[str, str], _Mentions | None]:
    """The mentions that were decided, marked as done."""
    mentions: dict[tuple[str, str], _Mentions | None] = {}
    for platform in sorted({one.platform for one in decisions}):
        names = [one.mention for one in decisions if one.platform == platform]
        here = (MENTION.c.platform == platform) & MENTION.c.newest.in_(names) & (MENTION.c.state == "new")
        found = connection.execute(select(MENTION).where(here).order_by(MENTION.c.id).with_for_update()).all()
        mentions.update({(platform, row.newest): row for row in found})
        done = MENTION.c.id.in_([row.id for row in found])
        connection.execute(update(MENTION).where(done).values(state="done"))
        if missing := [name for name in names if (platform, name) not in mentions]:
            raise Interrupted(f"changed while it was decided: {platform}:{missing[0]}")
    return mentions


def _planned(decisions: Sequence[Decision]) -> Iterator[_Planned]:
    for decision in decisions:
        told: Decision | None = decision
        while told is not None:
            for number, one in enumerate(told.actions):
                yield _Planned(one.id or f"{told.id}.{number}", one, told)
            told = told.then


def _held(connection: Connection, named: Sequence[str]) -> dict[str, Effects]:
    """The effects that decisions name, locked in one order."""
    if not named:
        return {}
    asked = select(EFFECT).where(EFFECT.c.id.in_(named)).order_by(EFFECT.c.id).with_for_update()
    return {row.id: row for row in connection.execute(asked)}


def _insert(
    connection: Connection,
    planned: Sequence[_Planned],
    mentions: dict[tuple[str, str], _Mentions | None],
    terms: Terms,
) -> None:
    rows: list[dict[str, Any]] = []  # Any: the columns of `effect`
    for one in planned:
        term = terms.of(one.decision.platform, one.record.action)
        if term is None:
            continue
        mention = mentions[one.decision.platform, one.decision.mention]
        rows.append(_row(one, term, mention, now(connection)))
    if not rows:
        return
    out = bodies.barred(connection, {row["author"] for row in rows}, terms.bars)
    for row in rows:
        row["barred_before"] = row["author"] in out
    insert_missing(connection, EFFECT, rows)
    names = [row["id"] for row in rows]
    stored = set(connection.execute(select(EFFECT.c.id).where(EFFECT.c.id.in_(names))).scalars())
    for row in rows:
        if row["id"] not in stored:
            body = {"decision": row["decision"], "slot": row["slot"], "root": row["root"]}
            audit.append(connection, "already decided", row["id"], by=_DECIDER, body=body)


def _mention(connection: Connection, platform: str, name: str) -> _Mentions | None:
    """The mention that a later decision is about: by the id of the edit that was decided, of which newer ones may have come."""
    return connection.execute(select(MENTION).where(is_named(platform, name)).limit(1)).one_or_none()


def _row(one: _Planned, term: Term, mention: _Mentions | None, at: float) -> dict[str, Any]:  # Any: columns
    action, decision = one.record, one.decision
    effect = Effect(
        id=one.id,
        account=decision.account,
        platform=decision.platform,
        action=action.action,
        text=action.text,
        payload=action.payload,
        mention=_MENTION.decode(mention.body) if mention is not None and mention.body else None,
    )
    effect = replace(effect, client_key=term.sender.client_key(effect))
    came_at = mention.arrived_at if mention is not None and decision.event == "mention" else at
    return {
        "id": one.id,
        "platform": decision.platform,
        "root": mention.root if mention is not None else decision.mention,
        "slot": action.slot if action.slot in _VOICES else f"{action.action} {one.id}",
        "account": decision.account,
        "author": mention.author if mention is not None else "",
        "action": action.action,
        "rule": action.rule,
        "decision": decision.id,
        "mention": mention.id if mention is not None else None,
        "state": HELD if action.state == "held" else READY,
        "reason": ", ".join(action.by) or None,
        "created_at": at,
        "changed_at": at,
        "not_before": at,
        "expires_at": came_at + term.max_age,
        "body": bodies.written(effect),
        "body_hash": bodies.hash_of(effect),
        "client_key": effect.client_key,
    }


def _rule(connection: Connection, row: Effects, one: _Planned, terms: Terms) -> None:
    """What the decider says now of an effect that was held: it goes, stays (perhaps in other words), or is off."""
    action = one.record
    if action.state == "forbidden":
        move(connection, row, CANCELLED, by=_DECIDER, reason=action.reason or ", ".join(action.by) or None)
        return
    effect = replace(bodies.read(row.body), text=action.text, payload=action.payload)
    agreed = _agreed(row, effect, one.decision)
    changes: dict[str, Any] = {  # Any: the columns of `effect`
        "body": bodies.written(effect),
        "body_hash": bodies.hash_of(effect),
        "approval": msgspec.json.encode(agreed) if agreed is not None else None,
    }
    if action.state == "held":
        if any(getattr(row, name) != value for name, value in changes.items()):
            here = EFFECT.c.id == row.id
            connection.execute(update(EFFECT).where(here).values(version=row.version + 1, **changes))
        return
    at, term = now(connection), terms.of_effect(effect)
    by = ", ".join(agreed.by) if agreed is not None else ""
    move(
        connection,
        row,
        READY,
        by=by or _DECIDER,
        not_before=at,
        expires_at=at + term.max_age if term is not None else row.expires_at,
        barred_before=row.author in bodies.barred(connection, {row.author}, terms.bars),
        **changes,
    )
    if agreed is not None:
        told = {"text": effect.text or ""}
        audit.append(connection, "approved", row.id, by=by, body={"hash": agreed.hash}, personal=told)


def _agreed(row: Effects, effect: Effect, decision: Decision) -> bodies.Approval | None:
    """Who agreed to an effect. What a person wrote has passed the filter for all that goes out: they agree to what it left."""
    before = bodies.approval(row.approval)
    if decision.event != "control":
        return before
    return bodies.Approval(before.by if before is not None else _who(decision), bodies.hash_of(effect))


def _who(decision: Decision) -> tuple[str, ...]:
    """The person whose word was done, where the decision keeps it."""
    said = (decision.input or {}).get("event", {})
    return (said["by"],) if said.get("by") else ()
