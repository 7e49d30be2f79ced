"""What waits for a person: answers held or of unknown fate, cases, mentions that nothing answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, select

from socialcare.model import Mention
from socialcare.policy.deciding import state
from socialcare.sending import Effect
from socialcare.store.sql import key_of, name_of
from socialcare.store.tables import DECISION, EFFECT, EVIDENCE, MENTION, STATE

WAITS = ("needs_human", "unknown", "held", "case", "quarantined", "inbox")
"""Why something waits; what is most urgent first."""

_ORDER = {kind: place for place, kind in enumerate(WAITS)}
_STATES = {"NEEDS_HUMAN": "needs_human", "UNKNOWN": "unknown", "HELD": "held"}


class Item(Struct, frozen=True, kw_only=True):
    """One thing that waits or waited: an effect (`ref` is its id), a case (its conversation), or a mention (platform and id).

    `waits` is why it waits, or the state of an effect that does not; `author` and `mention` are platform and id, `handle` how
    people know the author; `they` wrote, `we` would say. `version` is what a word about it refers to; `why` what holds it, `seen`
    what is known of it, oldest first.
    """

    ref: str
    waits: str
    since: datetime
    account: str
    author: str
    handle: str
    mention: str
    they: str
    we: str | None = None
    action: str | None = None
    rule: str | None = None
    why: str = ""
    version: int = 0
    seen: tuple[str, ...] = ()


def waiting(connection: Connection, kinds: frozenset[str] = frozenset(WAITS)) -> list[Item]:
    """Everything that waits for one of these reasons, most urgent and then oldest first."""
    states = [state for state, kind in _STATES.items() if kind in kinds]
    found = [_effect(row) for row in connection.execute(_EFFECTS.where(EFFECT.c.state.in_(states)))]
    if "case" in kinds:
        kept = connection.execute(select(STATE.c.key, STATE.c.data).where(STATE.c.key.startswith(_OF_CASES)))
        found += [_case(connection, *row) for row in kept]
    if "quarantined" in kinds:
        rows = connection.execute(select(MENTION).where(MENTION.c.state == "quarantined"))
        found += [_mention(row, "quarantined", row.reason or "") for row in rows]
    if "inbox" in kinds:
        rows = connection.execute(_UNANSWERED)
        found += [_mention(row, "inbox", _nearest(row.decided)) for row in rows]
    return sorted(found, key=lambda item: (_ORDER[item.waits], item.since, item.ref))


def item(connection: Connection, ref: str) -> Item | None:
    """One thing that waits or waited, with everything that is known of it.

    The beginning of the id of an effect is enough where one alone has it, or one alone of those that wait.
    """
    platform, colon, name = ref.partition(":")
    if colon:
        named = (MENTION.c.platform == platform) & (MENTION.c.root == name)
        return next((one for one in map(_shown, connection.execute(_MENTIONS.where(named)))), None)
    rows = connection.execute(_EFFECTS.where(EFFECT.c.id.startswith(ref, autoescape=True)).limit(_MOST)).all()
    row = _one([row for row in rows if row.id == ref] or rows)
    if row is None:
        return None
    asked = select(EVIDENCE).where(EVIDENCE.c.effect == row.id).order_by(EVIDENCE.c.id)
    return replace(_effect(row), seen=tuple(_evidence(one) for one in connection.execute(asked)))


def _one(rows: Sequence[Row[Any]]) -> Row[Any] | None:  # Any: as _effect
    if len(rows) > 1:
        rows = [row for row in rows if row.state in _STATES]
    return rows[0] if len(rows) == 1 else None


class _Decided(Struct, frozen=True):
    """What is shown of a decision."""

    outcome: str
    reason: str = ""
    near: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class _Case(Struct, frozen=True):
    """What is shown of a case."""

    at: float
    mention: str
    rule: str
    subject: tuple[str, str, str]
    to: str | None = None
    until: float | None = None
    answered: float | None = None
    breached: bool = False


_OF_CASES = name_of((state.ONCE, ""))
_CASE = msgspec.json.Decoder(_Case)
_DECIDED = msgspec.json.Decoder(_Decided)
_MOST = 50
_EFFECTS = select(EFFECT, MENTION.c.root.label("mentioned")).outerjoin(
    MENTION, MENTION.c.id == EFFECT.c.mention
)
_MENTIONS = (
    select(MENTION, DECISION.c.body.label("decided"))
    .outerjoin(DECISION, (DECISION.c.mention == MENTION.c.id) & (DECISION.c.event == "mention"))
    .order_by(DECISION.c.seq.desc())
    .limit(1)
)
_UNANSWERED = select(MENTION, DECISION.c.body.label("decided")).join(
    DECISION,
    (DECISION.c.mention == MENTION.c.id)
    & (DECISION.c.event == "mention")
    & (DECISION.c.outcome == "inbox")
    & (MENTION.c.state == "done"),
)


def _effect(row: Row[Any]) -> Item:  # Any: a row of `effect`, with the root of its mention
    effect = msgspec.json.decode(row.body, type=Effect)
    return Item(
        ref=row.id,
        waits=_STATES.get(row.state, row.state.lower()),
        since=datetime.fromtimestamp(row.created_at, UTC),
        account=row.account,
        author=row.author,
        handle=_handle(effect.mention),
        mention=f"{row.platform}:{row.mentioned}" if row.mentioned else "",
        they=_text(effect.mention) if row.mentioned else "",
        we=effect.text,
        action=row.action,
        rule=row.rule,
        why=row.reason or "",
        version=row.version,
    )


def _case(connection: Connection, name: str, data: bytes) -> Item:
    """A case, as the decider keeps it."""
    _, action, conversation = key_of(name)
    case = _CASE.decode(data)
    account, author, _ = case.subject
    platform = conversation.partition(":")[0]
    here = (MENTION.c.platform == platform) & (
        (MENTION.c.newest == case.mention) | (MENTION.c.root == case.mention)
    )
    body = connection.execute(select(MENTION.c.body).where(here).limit(1)).scalar()
    mention = msgspec.json.decode(body, type=Mention) if body else None
    return Item(
        ref=conversation,
        waits="case",
        since=datetime.fromtimestamp(case.at, UTC),
        account=account,
        author=author,
        handle=_handle(mention),
        mention=f"{platform}:{case.mention}",
        they=_text(mention),
        action=action,
        rule=case.rule,
        why=_clock(case),
    )


def _clock(case: _Case) -> str:
    """Whose a case is, and how its clock stands."""
    whose = f"of {case.to}" if case.to else ""
    if case.answered is not None:
        stands = "answered"
    elif case.until is not None:
        due = f"{datetime.fromtimestamp(case.until, UTC):%d %b %H:%M} UTC"
        stands = f"not answered by {due}" if case.breached else f"to be answered by {due}"
    else:
        stands = ""
    return ", ".join(part for part in (whose, stands) if part)


def _shown(row: Row[Any]) -> Item:  # Any: as _mention, with what was decided
    if row.state == "done" and row.decided is not None:
        return _mention(row, _DECIDED.decode(row.decided).outcome, _nearest(row.decided))
    return _mention(row, row.state, row.reason or "")


def _mention(row: Row[Any], waits: str, why: str) -> Item:  # Any: a row of `mention`
    mention = msgspec.json.decode(row.body, type=Mention) if row.body else None
    return Item(
        ref=f"{row.platform}:{row.root}",
        waits=waits,
        since=datetime.fromtimestamp(row.arrived_at, UTC),
        account=row.account,
        author=row.author,
        handle=_handle(mention),
        mention=f"{row.platform}:{row.root}",
        they=_text(mention),
        why=why,
    )


def _text(mention: Mention | None) -> str:
    return "(its text was removed)" if mention is None or not mention.author.id else mention.text


def _handle(mention: Mention | None) -> str:
    return "" if mention is None else mention.author.handle or mention.author.id


def _nearest(body: bytes) -> str:
    """Why nothing answered, and what would have come closest."""
    decided = _DECIDED.decode(body)
    near = f"nearest: {', '.join(decided.near[:3])}" if decided.near else ""
    return "; ".join(part for part in (decided.reason, *decided.problems, near) if part)


def _evidence(row: Row[Any]) -> str:  # Any: a row of `evidence`
    at = datetime.fromtimestamp(row.at, UTC).strftime("%d %b %H:%M:%S")
    parts = [row.kind, row.remote_id, str(row.status) if row.status else None, row.reason]
    return f"{at}  {' '.join(part for part in parts if part)}"
