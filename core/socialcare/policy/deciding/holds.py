"""What is held: an action with everything that is needed to put it before the guards again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from socialcare.model import ActionRecord, Field, FieldValue, Mention, Value
from socialcare.policy.deciding import state
from socialcare.policy.deciding.guarding import End, Guarded
from socialcare.policy.deciding.memory import Memory
from socialcare.policy.deciding.plan import Moment
from socialcare.policy.deciding.state import Subject
from socialcare.ports import Key


class Held(Struct, frozen=True, kw_only=True):
    """A held action.

    `since` is when it was held first, `release` when the guards are asked again, `ends` what happens when nobody acts.
    `problem` is why its text cannot go out, `handles` whom the text may tag, `cleared` the guards that a person released it
    from.
    """

    record: ActionRecord
    subject: tuple[str, str, str]
    channel: str
    since: datetime
    mention: Mention | None = None
    fields: Mapping[str, Any] = {}  # Any: the fields that were seen; as plain data once it was kept
    counts_as: str | None = None
    handles: tuple[str, ...] = ()
    problem: str | None = None
    cleared: tuple[str, ...] = ()
    release: datetime | None = None
    ends: tuple[End, ...] = ()

    @property
    def who(self) -> Subject:
        """Whom it concerns."""
        return Subject(*self.subject)

    @property
    def order(self) -> tuple[datetime, str, str, int]:
        """What is held at one moment comes in the order of its events, and of one event in that of the plan."""
        decision, _, number = str(self.record.id).rpartition(".")
        event = (self.mention.platform, self.mention.id) if self.mention is not None else ("", decision)
        return self.since, *event, int(number)

    @property
    def key(self) -> Key:
        """Where it is kept."""
        return state.held(str(self.record.id))


def held_from(
    guarded: Guarded, mention: Mention | None, fields: Mapping[str, FieldValue], moment: Moment
) -> Held:
    """A proposal that the guards held, for the first time."""
    subject, proposal = moment.subject, guarded.proposal
    return Held(
        record=guarded.record,
        subject=(subject.account, subject.author, subject.conversation),
        channel=moment.channel.name,
        since=moment.now,
        mention=mention,
        fields=fields,
        counts_as=proposal.counts_as,
        handles=proposal.handles,
        problem=proposal.problem,
        release=guarded.release,
        ends=guarded.ends,
    )


def held_again(held: Held, guarded: Guarded) -> Held:
    """The same action as the guards hold it now: the patience of those that held it before goes on."""
    before, now = held.record.by, guarded.record.by
    ends = [end for end in held.ends if end.guard in now]
    ends += [end for end in guarded.ends if end.guard not in before]
    return replace(
        held,
        record=guarded.record,
        problem=guarded.proposal.problem,
        release=guarded.release,
        ends=tuple(ends),
    )


def keep(held: Held, memory: Memory) -> None:
    """Write a held action, due when the first thing happens to it by itself."""
    moments = [*(end.at for end in held.ends), *([held.release] if held.release is not None else [])]
    due = min(moments).timestamp() if moments else None
    memory.put(held.key, msgspec.to_builtins(held), due)


def touching(key: Key, memory: Memory) -> tuple[str, Subject] | None:
    """Under a key of which an action may be held still: its rule, and whom it concerns."""
    data = memory.get(key) if key[0] == state.HELD else None
    return None if data is None else (data["record"]["rule"], Subject(*data["subject"]))


def kept(key: Key, memory: Memory) -> Held | None:
    """The held action under a key, if there is one and it is held still."""
    data = memory.get(key) if key[0] == state.HELD else None
    return None if data is None else msgspec.convert(data, Held)


def fields_of(held: Held, declared: Mapping[str, Field]) -> dict[str, FieldValue]:
    """The fields of its mention as they were when it was decided."""
    return {
        name: FieldValue(
            _value(data["value"], declared.get(name)),
            data["confidence"],
            tuple(data.get("evidence", ())),
            data.get("provider", ""),
        )
        for name, data in held.fields.items()
    }


def _value(data: Any, field: Field | None) -> Value:  # Any: plain data
    """Plain data as the value that it was: what is declared a time is read as one, a list was a tuple."""
    if isinstance(data, list | tuple):
        return tuple(data)
    if isinstance(data, dict):
        parts = {part.name: part for part in field.parts} if field is not None else {}
        return {name: _value(part, parts.get(name)) for name, part in data.items()}
    if isinstance(data, str) and field is not None and field.kind == "time":
        return datetime.fromisoformat(data)
    return data  # type: ignore[no-any-return]  # text, number, truth or nothing
