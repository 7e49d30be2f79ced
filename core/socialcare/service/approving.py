"""What keeps an answer back, whose word it waits for, and what may be said in its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from socialcare.delivery import bodies
from socialcare.desk import Desk
from socialcare.policy.deciding.outgoing import clean
from socialcare.policy.statements import Policy
from socialcare.store.tables import EFFECT, STATE


class Record(Struct, frozen=True):
    """The guards that hold an answer."""

    by: tuple[str, ...] = ()


class Kept(Struct, frozen=True):
    """What the decider keeps of an answer that is held, and whom its text may tag."""

    record: Record
    handles: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """An answer as a person finds it: by which rule, where, whether in public, and as what it is held, if it is."""

    action: str
    rule: str
    platform: str
    public: bool
    handles: tuple[str, ...]
    kept: Kept | None


_KEPT = msgspec.json.Decoder(Kept)


def found(connection: Connection, ref: str) -> Answer | None:
    """The answer with this id."""
    row = connection.execute(select(EFFECT).where(EFFECT.c.id == ref)).one_or_none()
    if row is None:
        return None
    mention = bodies.read(row.body).mention
    author = (mention.author.handle,) if mention is not None and mention.author.handle else ()
    data = connection.execute(select(STATE.c.data).where(STATE.c.key == bodies.held_key(ref))).scalar()
    kept = _KEPT.decode(data) if data is not None else None
    handles = kept.handles if kept is not None else author
    return Answer(row.action, row.rule, row.platform, row.slot == "public", handles, kept)


def in_vain(word: str, by: str, held_by: Collection[str], policy: Policy) -> bool:
    """Whether a word moves none of the guards that hold an answer; of one that the policy has no more anybody's does."""
    guards = [policy.guards.get(name) for name in held_by if name != "pause"]
    if not held_by or any(guard is None for guard in guards):
        return False
    if word == "release":
        return not any(guard is not None and guard.hold is not None for guard in guards)
    return not any(
        guard is not None and guard.approval is not None and by in guard.approval.by for guard in guards
    )


def waits_for(held_by: Collection[str], policy: Policy) -> str:
    """What holds an answer, and whose word ends that."""
    return "; ".join(_ends(held_by, policy)) or "held, as its words cannot go out: `edit` changes them"


def _ends(held_by: Collection[str], policy: Policy) -> Iterator[str]:
    for name in held_by:
        guard = policy.guards.get(name)
        if guard is not None and guard.approval is not None:
            yield f"held by {name}, of which {' or '.join(guard.approval.by)} may `approve` it"
        elif guard is not None and guard.hold is not None:
            yield f"held by {name}, from which `release` lets it go now"
        else:
            yield f"held by {name}" + (", until `socialcare resume`" if name == "pause" else "")


def may_word(answer: Answer, by: str, desk: Desk) -> str | None:
    """Why somebody may not put an answer that no guard sees any more into other words; `None`: they may."""
    rule = desk.setting.policy.rules.get(answer.rule)
    action = desk.setting.vocabulary.actions.get(answer.action)
    if rule is None or rule.status != "live" or action is None:
        return f"rule `{answer.rule}` is off"
    for guard in desk.setting.guards_over(action, rule, ("live",)):
        if guard.approval is not None and by not in guard.approval.by:
            return f"by guard {guard.id} {' or '.join(guard.approval.by)} has to agree to other words"
    return None


def outgoing(text: str, answer: Answer, desk: Desk) -> tuple[str, str | None]:
    """A person's words after the filter that everything passes (S14), and why they cannot go out."""
    channel = desk.channel(answer.platform)
    cleaned = clean(text, channel, desk.setting.allowed[channel.name], answer.handles)
    length = channel.weighted_length(cleaned.text)
    if cleaned.problem is None and answer.public and channel.limit is not None and length > channel.limit:
        return cleaned.text, f"too long: {length} of {channel.limit}"
    return cleaned.text, cleaned.problem
