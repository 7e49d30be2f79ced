"""Time and people: holds that end, rules whose time has come, a person's word on what is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace as replaced

from socialcare.desk import Desk, Occasion, decision_id, make, notices, outcome_of, reason_of, world_of
from socialcare.model import ActionRecord, Control, Decision, FieldValue, Mention
from socialcare.policy import state
from socialcare.policy.guarding import Guarded, guard
from socialcare.policy.memory import Memory
from socialcare.policy.outgoing import clean
from socialcare.policy.plan import Moment, Proposal
from socialcare.policy.settle import put_held
from socialcare.policy.state import Subject
from socialcare.policy.statements import Policy, Rule, Schedule
from socialcare.ports import Key

Item = Mapping[str, Any]  # Any: a held action's own JSON

MISSED_AFTER = timedelta(hours=1)
"""A schedule that could not run for longer than this is missed."""


def times(
    policy: Policy, rules: tuple[Rule, ...], after: datetime, until: datetime
) -> list[tuple[datetime, Rule]]:
    """When scheduled rules are due in (after, until], earliest first, then by id."""
    found = [
        (at, rule) for rule in rules if rule.at is not None for at in _times(policy, rule.at, after, until)
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


def _times(policy: Policy, schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    calendar = policy.calendars[schedule.calendar] if schedule.calendar is not None else None
    zone = calendar.zone if calendar is not None else ZoneInfo(policy.zone)
    day = after.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        at = datetime.combine(day, schedule.at, tzinfo=zone).astimezone(UTC)
        wanted = day.weekday() in schedule.every and (calendar is None or calendar.is_inside(at))
        if wanted and after < at <= until:
            yield at
        day += timedelta(days=1)


async def advance(until: datetime, desk: Desk, memory: Memory) -> list[Decision]:
    """Decide everything that is due by a moment, in the order in which it is due."""
    decisions: list[Decision] = []
    for at, rule in _schedules(until, desk, memory):
        decisions += _holds(at, desk, memory)
        missed = rule.at is not None and rule.at.if_missed == "skip" and until - at > MISSED_AFTER
        if not missed:
            decisions.append(await _run_schedule(at, rule, desk, memory))
    return decisions + _holds(until, desk, memory)


def _schedules(until: datetime, desk: Desk, memory: Memory) -> list[tuple[datetime, Rule]]:
    if not desk.scheduled:
        return []
    since = memory.get(state.CLOCK)
    if since is None or until.timestamp() > since:
        memory.put(state.CLOCK, until.timestamp())
    if since is None:
        return []
    return times(desk.setting.policy, desk.scheduled, datetime.fromtimestamp(since, UTC), until)


def poster(policy: Policy) -> Subject:
    """Whose voice scheduled posts have: the first account of the policy."""
    return Subject(account=next(iter(policy.accounts), ""))


async def _run_schedule(at: datetime, rule: Rule, desk: Desk, memory: Memory) -> Decision:
    occasion = Occasion(
        key=f"schedule:{rule.first_id}:{at.isoformat()}",
        event="tick",
        subject=poster(desk.setting.policy),
        now=at,
        time=at,
        fields={},
        rules=(rule,),
    )
    return (await make(occasion, desk, memory)).decision


def _holds(until: datetime, desk: Desk, memory: Memory) -> list[Decision]:
    decisions = []
    while (due := memory.next_due(until.timestamp())) is not None:
        at, key = due
        decisions.append(_hold_ends(datetime.fromtimestamp(at, UTC), key, desk, memory))
    return decisions


def _hold_ends(at: datetime, key: Key, desk: Desk, memory: Memory) -> Decision:
    """A hold comes to an end: it lapses, somebody is reminded, or the guards are asked again."""
    item: dict[str, Any] = dict(memory.get(key))  # Any: a held action's own JSON
    record = msgspec.convert(item["record"], ActionRecord)
    now = at.timestamp()
    if item["expire"] is not None and item["expire"] <= now:
        memory.put(key, None)
        return _ruling(item, replaced(record, state="forbidden", reason="the hold lapsed"), at, "tick", desk)
    if item["remind"] is not None and item["remind"] <= now:
        item["remind"] = None
        put_held(key[1], item, memory)
        told = notices((name, person) for name in record.by for person in item["tell"])
        return _ruling(item, record, at, "tick", desk, also=told)
    item["cleared"] = sorted({*item["cleared"], *record.by})
    return _again(key, item, record, at, "tick", desk, memory)


def control(event: Control, desk: Desk, memory: Memory) -> list[Decision]:
    """A person's word: on a held action (approve, reject, release) or on an account (pause, resume)."""
    if event.word in ("pause", "resume"):
        until = event.at.timestamp() + timedelta(days=36_500).total_seconds()
        memory.put(
            state.paused(event.ref), {"until": until, "by": event.by} if event.word == "pause" else None
        )
        return []
    key = state.held(event.ref)
    if memory.get(key) is None:
        return []
    item: dict[str, Any] = dict(memory.get(key))  # Any: a held action's own JSON
    record = msgspec.convert(item["record"], ActionRecord)
    if event.word == "reject":
        memory.put(key, None)
        rejected = replaced(record, state="forbidden", reason=f"rejected by {event.by}")
        return [_ruling(item, rejected, event.at, "control", desk)]
    if event.text is not None:
        record = replaced(record, text=event.text, reason=None)
    item["cleared"] = sorted({*item["cleared"], *record.by})
    return [_again(key, item, record, event.at, "control", desk, memory)]


def _again(
    key: Key, item: dict[str, Any], record: ActionRecord, at: datetime, event: str, desk: Desk, memory: Memory
) -> Decision:
    """Put a held action before the guards once more, not before the rules; what is left of it stays, goes or is forbidden."""
    setting = desk.setting
    rule, action = setting.policy.rules.get(record.rule), setting.vocabulary.actions.get(record.action)
    if rule is None or action is None:
        memory.put(key, None)
        return _ruling(item, replaced(record, state="forbidden", reason="its rule is gone"), at, event, desk)
    moment = _moment(item, at, desk, memory)
    problem = _text_problem(record, moment, desk)
    proposal = Proposal(
        action,
        rule,
        record.slot,
        text=record.text,
        payload=record.payload,
        counts_as=item["counts_as"],
        problem=problem,
    )
    (guarded,) = guard([proposal], moment, setting, memory, cleared=frozenset(item["cleared"]))
    after = replaced(guarded.record, id=record.id)
    memory.put(key, None)
    if after.state == "held":
        _keep(key, item, replace(guarded, record=after), memory)
    return _ruling(item, after, at, event, desk)


def _text_problem(record: ActionRecord, moment: Moment, desk: Desk) -> str | None:
    """Why a text still cannot go out; a person's edit goes through the same filter as everything."""
    if record.text is None:
        return None
    if record.reason is not None and record.by == ():
        return record.reason
    handle = moment.world.value("author.handle")
    cleaned = clean(
        record.text,
        moment.channel,
        desk.setting.allowed[moment.channel.name],
        [str(handle.value)] if handle else [],
    )
    limit = moment.channel.limit if record.slot == "public" else None
    if limit is not None and moment.channel.weighted_length(cleaned.text) > limit:
        return f"too long: {moment.channel.weighted_length(cleaned.text)} of {limit}"
    return cleaned.problem


def _keep(key: Key, item: dict[str, Any], guarded: Guarded, memory: Memory) -> None:
    item["record"] = msgspec.to_builtins(guarded.record)
    item["release"] = guarded.release.timestamp() if guarded.release is not None else None
    put_held(key[1], item, memory)


def _moment(item: Item, at: datetime, desk: Desk, memory: Memory) -> Moment:
    occasion = _occasion(item, at, "tick")
    return Moment(
        world_of(occasion, desk.setting, memory), occasion.subject, at, desk.channel(item["channel"])
    )


def _occasion(item: Item, at: datetime, event: str) -> Occasion:
    mention = msgspec.convert(item["mention"], Mention) if item["mention"] is not None else None
    return Occasion(
        key=str(item["record"]["id"]),
        event="control" if event == "control" else "tick",
        subject=Subject(*item["subject"]),
        now=at,
        time=at,
        fields={name: _field(kept) for name, kept in item["fields"].items()},
        rules=(),
        mention=mention,
    )


def _field(kept: Mapping[str, Any]) -> FieldValue:  # Any: a field's own JSON
    """A field as it was kept; JSON knows no tuples, and a value may be of too many types for `msgspec.convert`."""
    value = kept["value"]
    return FieldValue(
        tuple(value) if isinstance(value, list) else value,
        kept["confidence"],
        tuple(kept["evidence"]),
        kept["provider"],
    )


def _ruling(
    item: Item,
    record: ActionRecord,
    at: datetime,
    event: str,
    desk: Desk,
    also: list[ActionRecord] | None = None,
) -> Decision:
    """The decision about a held action."""
    occasion = _occasion(item, at, event)
    records = [record, *(also or [])]
    outcome = outcome_of(records, desk.setting)
    mention = occasion.mention
    return Decision(
        id=decision_id(desk.setting.policy.hash, f"{record.id}@{at.isoformat()}", 1),
        mention=mention.id if mention is not None else occasion.key,
        at=at,
        account=occasion.subject.account,
        author=(mention.author.handle or mention.author.id) if mention is not None else "",
        outcome=outcome,
        reason=record.reason or reason_of(records, outcome, desk.setting),
        policy=desk.setting.policy.hash,
        event=occasion.event,
        platform=mention.platform if mention is not None else "x",
        actions=tuple(records),
    )
