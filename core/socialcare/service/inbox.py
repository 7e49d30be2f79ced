"""What waits for a person: answers held or of unknown fate, cases, mentions that nothing answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, and_, select

from socialcare.delivery import words
from socialcare.model import Mention
from socialcare.sending import Effect
from socialcare.service.named import OF_CASES
from socialcare.store.database import now
from socialcare.store.edits import is_named
from socialcare.store.sql import key_of
from socialcare.store.tables import DECISION, EFFECT, EVIDENCE, MENTION, STATE

WAITS = ("needs_human", "held", "refused", "expired", "case", "quarantined", "inbox", "unknown")
"""Why something waits; what is most urgent first. Of what is `unknown` the platform is still asked."""

_ORDER = {kind: place for place, kind in enumerate(WAITS)}
_STATES = {state: state.lower() for state in ("NEEDS_HUMAN", "UNKNOWN", "HELD", "REFUSED", "EXPIRED")}


class Item(Struct, frozen=True, kw_only=True):
    """One thing that waits or waited: an effect (`ref` is its id), a case (its conversation), or a mention (platform and id).

    `waits` is why it waits, or the state of an effect that does not; `author` and `mention` are platform and id, `handle` how
    people know the author; `they` wrote, `we` would say. `urgency` is what the rules gave it, 0 where they gave none. `version` is
    what a word about it refers to; `why` what holds it, `seen` what is known of it: of an answer oldest first, of a mention what
    each rule did.
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
    urgency: int = 0
    version: int = 0
    seen: tuple[str, ...] = ()


def waiting(
    connection: Connection, kinds: frozenset[str] = frozenset(WAITS), within: timedelta | None = None
) -> list[Item]:
    """Everything that waits for one of these reasons, and has for no longer than `within`: most urgent and then oldest first.

    What nobody knows the fate of comes before all else, and then what the rules call urgent.
    """
    since = now(connection) - within.total_seconds() if within is not None else 0.0
    found = [one for one in _waiting(connection, kinds, since) if one.since.timestamp() >= since]
    return sorted(
        found,
        key=lambda one: (one.waits != WAITS[0], -one.urgency, _ORDER[one.waits], one.since, one.ref),
    )


def _waiting(connection: Connection, kinds: frozenset[str], since: float) -> Iterator[Item]:
    states = [state for state, kind in _STATES.items() if kind in kinds]
    came = EFFECT.c.created_at >= since
    for row in connection.execute(_EFFECTS.where(EFFECT.c.state.in_(states), came, ~_IS_ENDED)):
        yield _effect(row)
    if "case" in kinds:
        kept = connection.execute(select(STATE.c.key, STATE.c.data).where(STATE.c.key.startswith(OF_CASES)))
        for row in kept:
            yield _case(connection, *row)
    if "quarantined" in kinds:
        for row in connection.execute(select(MENTION).where(MENTION.c.state == "quarantined")):
            yield _mention(row, "quarantined", row.reason or "")
    if "inbox" in kinds:
        for row in connection.execute(_UNANSWERED.where(MENTION.c.arrived_at >= since)):
            decided = _DECIDED.decode(row.decided)
            yield _mention(row, "inbox", decided.why, decided.urgency)


def item(connection: Connection, ref: str) -> Item | None:
    """One thing that waits or waited, with everything that is known of it.

    The beginning of the id of an effect is enough where one alone has it, or one alone of those that wait.
    """
    platform, colon, name = ref.partition(":")
    if colon:
        named = (MENTION.c.platform == platform) & (MENTION.c.root == name)
        row = connection.execute(_MENTIONS.where(named)).one_or_none()
        return None if row is None else _shown(connection, row)
    rows = connection.execute(_EFFECTS.where(_begins(ref)).limit(_MOST)).all()
    row = _one([row for row in rows if row.id == ref] or rows)
    if row is None:
        return None
    asked = select(EVIDENCE).where(EVIDENCE.c.effect == row.id).order_by(EVIDENCE.c.id)
    one = replace(_effect(row), seen=tuple(_evidence(one) for one in connection.execute(asked)))
    ended = connection.execute(select(EFFECT.c.id).where(EFFECT.c.id == row.id, _IS_ENDED)).first()
    return one if ended is None else replace(one, waits=words.HANDLED)


def alike(connection: Connection, ref: str) -> int:
    """How many answers have an id that begins like this, as far as it matters."""
    return len(connection.execute(select(EFFECT.c.id).where(_begins(ref)).limit(_MOST)).all())


def _begins(ref: str) -> ColumnElement[bool]:
    return EFFECT.c.id.startswith(ref, autoescape=True)


def _one(rows: Sequence[Row[Any]]) -> Row[Any] | None:  # Any: as _effect
    if len(rows) > 1:
        rows = [row for row in rows if row.state in _STATES]
    return rows[0] if len(rows) == 1 else None


class _Action(Struct, frozen=True):
    """What is shown of an action that was decided."""

    action: str
    rule: str
    state: str = "allowed"
    by: tuple[str, ...] = ()
    payload: dict[str, Any] = {}  # Any: an action's payload is its plugin's own JSON
    id: str | None = None


class _Decided(Struct, frozen=True):
    """What is shown of a decision."""

    id: str
    outcome: str
    reason: str = ""
    near: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    actions: tuple[_Action, ...] = ()
    then: _Decided | None = None

    @property
    def why(self) -> str:
        """Why it ended so, and what would have come closest where nothing answered."""
        near = f"nearest: {', '.join(self.near[:3])}" if self.near else ""
        return "; ".join(part for part in (self.reason, *self.problems, near) if part)

    @property
    def urgency(self) -> int:
        """How soon a person should look: the highest that a rule gave."""
        given = [one.payload.get("level") for _, one in self.steps() if one.action == _URGENCY]
        return max((level for level in given if isinstance(level, int)), default=0)

    def steps(self) -> Iterator[tuple[str, _Action]]:
        """Every action, with the id of the effect that it would be."""
        for number, one in enumerate(self.actions):
            yield one.id or f"{self.id}.{number}", one
        if self.then is not None:
            yield from self.then.steps()


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


_CASE = msgspec.json.Decoder(_Case)
_DECIDED = msgspec.json.Decoder(_Decided)
_MOST = 50
_URGENCY = "urgency"
_OF_MENTION = (DECISION.c.mention == MENTION.c.id) & (DECISION.c.event == "mention")
_EFFECTS = (
    select(EFFECT, MENTION.c.root.label("mentioned"), DECISION.c.body.label("decided"))
    .outerjoin(MENTION, MENTION.c.id == EFFECT.c.mention)
    .outerjoin(DECISION, _OF_MENTION)
)
_IS_ENDED = and_(
    EFFECT.c.state.in_(("REFUSED", "EXPIRED")),
    select(EVIDENCE.c.id)
    .where(
        EVIDENCE.c.effect == EFFECT.c.id, EVIDENCE.c.kind == words.DONE, EVIDENCE.c.at >= EFFECT.c.changed_at
    )
    .exists(),
)
"""A person has dealt with it, since it came to this."""
_MENTIONS = (
    select(MENTION, DECISION.c.body.label("decided"))
    .outerjoin(DECISION, _OF_MENTION)
    .order_by(DECISION.c.seq.desc())
    .limit(1)
)
_UNANSWERED = (
    select(MENTION, DECISION.c.body.label("decided"))
    .join(DECISION, _OF_MENTION)
    .where(DECISION.c.outcome == "inbox", MENTION.c.state == "done")
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
        urgency=_DECIDED.decode(row.decided).urgency if row.decided is not None else 0,
        version=row.version,
    )


def _case(connection: Connection, name: str, data: bytes) -> Item:
    """A case, as the decider keeps it."""
    _, action, conversation = key_of(name)
    case = _CASE.decode(data)
    account, author, _ = case.subject
    platform = conversation.partition(":")[0]
    row = connection.execute(_MENTIONS.where(is_named(platform, case.mention))).one_or_none()
    mention = msgspec.json.decode(row.body, type=Mention) if row is not None and row.body else None
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
        urgency=_DECIDED.decode(row.decided).urgency if row is not None and row.decided is not None else 0,
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


def _shown(connection: Connection, row: Row[Any]) -> Item:  # Any: as _mention, with what was decided
    if row.decided is None:
        return _mention(row, row.state, row.reason or "")
    decided = _DECIDED.decode(row.decided)
    waits, why = (decided.outcome, decided.why) if row.state == "done" else (row.state, row.reason or "")
    effects = {
        one.id: one for one in connection.execute(select(EFFECT).where(EFFECT.c.mention == row.id)).all()
    }
    seen = [_step(one, effects.pop(name, None)) for name, one in decided.steps()]
    seen += [_step(_Action(one.action, one.rule), one) for one in effects.values()]
    return replace(_mention(row, waits, why, decided.urgency), seen=tuple(seen))


def _step(step: _Action, effect: Row[Any] | None) -> str:  # Any: a row of `effect`
    """What became of an action, and the id by which words about it name it."""
    level = f" {step.payload.get('level')}" if step.action == _URGENCY else ""
    said = f"{step.action}{level} by {step.rule}"
    if effect is None:
        return said if step.state == "allowed" else f"{said}: {step.state} by {', '.join(step.by)}"
    became = ": ".join(
        part for part in (_STATES.get(effect.state, effect.state.lower()), effect.reason) if part
    )
    return f"{said}, {effect.id}: {became}"


def _mention(row: Row[Any], waits: str, why: str, urgency: int = 0) -> Item:  # Any: a row of `mention`
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
        urgency=urgency,
    )


def _text(mention: Mention | None) -> str:
    return "(its text was removed)" if mention is None or not mention.author.id else mention.text


def _handle(mention: Mention | None) -> str:
    return "" if mention is None else mention.author.handle or mention.author.id


def _evidence(row: Row[Any]) -> str:  # Any: a row of `evidence`
    at = datetime.fromtimestamp(row.at, UTC).strftime("%d %b %H:%M:%S")
    parts = [row.kind, row.remote_id, str(row.status) if row.status else None, row.reason]
    return f"{at}  {' '.join(part for part in parts if part)}"
