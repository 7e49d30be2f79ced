"""What is kept for a time only (S36), and what is forgotten because a person asks for it (S37).

What remains of a mention is its row with its ids: without them it would be taken in, and answered, a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, String, delete, func, literal, or_, select, update

from socialcare.failpoints import reach
from socialcare.model import Author, Mention
from socialcare.sending import Effect
from socialcare.store.database import now
from socialcare.store.graves import bury
from socialcare.store.tables import AUDIT, DECISION, EFFECT, EVIDENCE, MENTION, REJECT, STATE, WORD

AT_ONCE = 500
"""Rows of each kind in one transaction, so that nobody waits long for it."""

ERASED = "erased"
"""Why a mention is gone that a person wanted forgotten."""

_EFFECT = msgspec.json.Decoder(Effect)
_ENDED = ("SENT", "REFUSED", "CANCELLED", "EXPIRED")
_BETWEEN = "\x1f"


def purge(connection: Connection, *, texts: float, audit: float) -> int:
    """Remove texts that are older than `texts` seconds and rows of the audit trail that are older than `audit` seconds.

    Texts of mentions that wait, or of which an answer is under way or waits for a person, stay. A part of what is to be removed
    at a time; how many rows were touched, so: call it again until it gives 0.
    """
    at = now(connection)
    touched = (
        _purge_mentions(connection, at - texts)
        + _purge_rejects(connection, at - texts)
        + _purge_words(connection, at - texts)
        + _purge_audit(connection, at - texts, at - audit)
    )
    if touched:
        reach("purge.before_commit")
    return touched


def erase_author(connection: Connection, author: str) -> int:
    """Forget all that an author (`x:12345`) wrote, what we wrote to them and what is remembered of them; how many mentions.

    Their mentions are gone from now on: what waits to be sent to them is not sent any more, and none is taken in again.
    """
    platform, colon, number = author.partition(":")
    if not (platform and colon and number):
        return 0
    found = connection.execute(
        select(MENTION.c.id, MENTION.c.platform, MENTION.c.root, MENTION.c.newest).where(
            MENTION.c.author == author
        )
    ).all()
    for ids in _parts([row.id for row in found]):
        _forget(connection, ids)
        here = MENTION.c.id.in_(ids)
        gone = {"state": "gone", "reason": ERASED, "author": "", "version": MENTION.c.version + 1}
        connection.execute(update(MENTION).where(here).values(**gone))
        connection.execute(update(EFFECT).where(EFFECT.c.mention.in_(ids)).values(author=""))
    others = list(connection.execute(select(EFFECT.c.id).where(EFFECT.c.author == author)).scalars())
    _forget_effects(connection, others)
    connection.execute(update(EFFECT).where(EFFECT.c.id.in_(others)).values(author=""))
    bury(connection, {(row.platform, name) for row in found for name in (row.root, row.newest)})
    connection.execute(delete(STATE).where(_names(platform, number)))
    for keys in _parts(_kept_of(connection, author)):
        connection.execute(delete(STATE).where(STATE.c.key.in_(keys)))
    done = (WORD.c.ref == _private(platform, number)) & WORD.c.done_at.is_not(None)
    connection.execute(update(WORD).where(done).values(ref="", text=None))
    connection.execute(delete(REJECT).where(REJECT.c.raw.contains(f'"{number}"', autoescape=True)))
    reach("purge.before_commit")
    return len(found)


# ---- by age -----------------------------------------------------------------------------------------------------------


def _purge_mentions(connection: Connection, until: float) -> int:
    open_still = (EFFECT.c.mention == MENTION.c.id) & EFFECT.c.state.not_in(_ENDED)
    asked = (
        select(MENTION.c.id)
        .where(MENTION.c.body.is_not(None), MENTION.c.arrived_at < until, MENTION.c.state != "new")
        .where(~select(EFFECT.c.id).where(open_still).exists())
        .order_by(MENTION.c.arrived_at)
        .limit(AT_ONCE)
    )
    ids = list(connection.execute(asked).scalars())
    _forget(connection, ids)
    return len(ids)


def _purge_rejects(connection: Connection, until: float) -> int:
    asked = select(REJECT.c.id, REJECT.c.at).order_by(REJECT.c.id).limit(AT_ONCE)
    old = [row.id for row in connection.execute(asked) if row.at < until]
    connection.execute(delete(REJECT).where(REJECT.c.id.in_(old)))
    return len(old)


def _purge_words(connection: Connection, until: float) -> int:
    old = (WORD.c.at < until) & WORD.c.text.is_not(None) & WORD.c.done_at.is_not(None)
    return connection.execute(update(WORD).where(old).values(text=None)).rowcount


def _purge_audit(connection: Connection, texts_until: float, until: float) -> int:
    asked = select(AUDIT.c.seq, AUDIT.c.at).order_by(AUDIT.c.seq).limit(AT_ONCE)
    personal = [
        row.seq
        for row in connection.execute(asked.where(AUDIT.c.personal.is_not(None)))
        if row.at < texts_until
    ]
    connection.execute(update(AUDIT).where(AUDIT.c.seq.in_(personal)).values(personal=None))
    newest = connection.execute(select(func.max(AUDIT.c.seq))).scalar()
    end = 0
    for row in connection.execute(asked).all():
        if row.at >= until or row.seq == newest:  # the chain goes on from its newest row
            break
        end = row.seq
    removed = connection.execute(delete(AUDIT).where(AUDIT.c.seq <= end)).rowcount if end else 0
    return len(personal) + removed


# ---- what is forgotten --------------------------------------------------------------------------------------------------


def _forget(connection: Connection, mentions: Collection[int]) -> None:
    """Empty mentions, what was decided about them, and what was to be said to them."""
    if not mentions:
        return
    connection.execute(update(MENTION).where(MENTION.c.id.in_(mentions)).values(body=None))
    decided = select(DECISION.c.seq, DECISION.c.body).where(DECISION.c.mention.in_(mentions))
    for seq, body in connection.execute(decided).all():
        kept = msgspec.json.encode(forgotten(msgspec.json.decode(body)))
        connection.execute(update(DECISION).where(DECISION.c.seq == seq).values(body=kept))
    effects = connection.execute(select(EFFECT.c.id).where(EFFECT.c.mention.in_(mentions))).scalars()
    for ids in _parts(list(effects)):
        _forget_effects(connection, ids)


def _forget_effects(connection: Connection, effects: Collection[str]) -> None:
    if not effects:
        return
    for name, body in connection.execute(
        select(EFFECT.c.id, EFFECT.c.body).where(EFFECT.c.id.in_(effects))
    ).all():
        bare = msgspec.json.encode(bare_effect(_EFFECT.decode(body)))
        connection.execute(update(EFFECT).where(EFFECT.c.id == name).values(body=bare))
    connection.execute(update(EVIDENCE).where(EVIDENCE.c.effect.in_(effects)).values(reason=None))
    connection.execute(update(WORD).where(WORD.c.ref.in_(effects)).values(text=None))
    connection.execute(update(AUDIT).where(AUDIT.c.subject.in_(effects)).values(personal=None))
    held = [f"held{_BETWEEN}{name}" for name in effects]
    connection.execute(delete(STATE).where(STATE.c.key.in_(held)))


def bare_effect(effect: Effect) -> Effect:
    """An effect of which only the ids are left, by which it can be seen what became of it."""
    mention = effect.mention
    if mention is not None:
        mention = Mention(
            id=mention.id,
            text="",
            author=Author(id=""),
            at=mention.at,
            platform=mention.platform,
            root=mention.root,
        )
    return replace(effect, text=None, payload={}, mention=mention)


def forgotten(decision: dict[str, Any]) -> dict[str, Any]:  # Any: a decision record, as it was written
    """A decision of which only what was done is left, and by which rules."""
    left = {name: value for name, value in decision.items() if name not in ("input", "near", "problems")}
    for name in ("actions", "shadow"):
        if name in left:
            left[name] = [
                {part: value for part, value in action.items() if part not in ("text", "payload", "reason")}
                for action in left[name]
            ]
    if left.get("then"):
        left["then"] = forgotten(left["then"])
    return {**left, "author": "", "fields": {}}


def _private(platform: str, number: str) -> str:
    """The conversation of a person's private messages, which is called after them."""
    return f"{platform}:dm-{number}"


def _names(platform: str, number: str) -> ColumnElement[bool]:
    """Whether a key of the policy's state has an author, or their private messages, for one of its parts."""
    key = literal(_BETWEEN, String) + STATE.c.key + literal(_BETWEEN, String)
    author, private = f"{platform}:{number}", _private(platform, number)
    parts = (author, f"author={author}", private, f"conversation={private}")
    return or_(*(key.contains(f"{_BETWEEN}{part}{_BETWEEN}", autoescape=True) for part in parts))


def _kept_of(connection: Connection, author: str) -> list[str]:
    """The keys of an author's cases and held answers: they are kept under a conversation or an action, and say inside whose they are."""
    named = or_(*(STATE.c.key.startswith(f"{kind}{_BETWEEN}", autoescape=True) for kind in ("once", "held")))
    asked = select(STATE.c.key, STATE.c.data).where(named).execution_options(yield_per=AT_ONCE)
    found = []
    for key, data in connection.execute(asked):
        kept = msgspec.json.decode(data)
        if isinstance(kept, dict) and author in kept.get("subject", ()):
            found.append(key)
    return found


def _parts(ids: list[Any]) -> Iterable[list[Any]]:  # Any: numbers or names
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
