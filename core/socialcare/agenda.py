"""Time and people: holds that end, rules whose time has come, a person's word on what is held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from socialcare.desk import Desk, handed_over, make, world_of
from socialcare.model import ABSENT, ActionRecord, Control, Decision, FieldValue, Mention, Tick
from socialcare.policy.deciding import cases, state
from socialcare.policy.deciding.guarding import guard
from socialcare.policy.deciding.holds import Held, fields_of, held_again, keep, kept
from socialcare.policy.deciding.memory import Memory
from socialcare.policy.deciding.outcomes import outcome_of, reason_of
from socialcare.policy.deciding.outgoing import clean
from socialcare.policy.deciding.plan import Moment, Proposal
from socialcare.policy.deciding.settle import carry_out
from socialcare.policy.deciding.state import Subject
from socialcare.policy.statements import Policy, Rule, Schedule
from socialcare.ports import Key
from socialcare.record import Occasion, decision_id, notices
from socialcare.screening import look_as

MISSED_AFTER = timedelta(hours=1)
"""A schedule that could not run for longer than this is missed."""

_FAR = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
"""Until when a person pauses an account who does not say so; it is resumed before."""


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
        decisions += await _holds(at, desk, memory)
        missed = rule.at is not None and rule.at.if_missed == "skip" and until - at > MISSED_AFTER
        if not missed:
            decisions.append(await _run_schedule(at, rule, desk, memory))
    return decisions + await _holds(until, desk, memory)


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


def _nobodys(desk: Desk) -> dict[str, FieldValue]:
    """The fields where there is no mention: not unknown, but known not to be there."""
    ours = {"platform": FieldValue("x"), "account": FieldValue(poster(desk.setting.policy).account)}
    return {**dict.fromkeys(desk.setting.vocabulary.fields, ABSENT), **desk.assume, **ours}


async def _run_schedule(at: datetime, rule: Rule, desk: Desk, memory: Memory) -> Decision:
    occasion = Occasion(
        key=f"schedule:{rule.first_id}:{at.isoformat()}",
        event="tick",
        subject=poster(desk.setting.policy),
        now=at,
        time=at,
        fields=_nobodys(desk),
        due=rule,
    )
    return (await make(occasion, desk, memory)).decision


async def _holds(until: datetime, desk: Desk, memory: Memory) -> list[Decision]:
    """What is due of the held actions; of those due at one moment the one held longest comes first."""
    decisions = []
    while (due := memory.next_due(until.timestamp())) is not None:
        at = datetime.fromtimestamp(due[0], UTC)
        keys = memory.due_at(due[0])
        decisions += [await _comes_due(held, at, desk, memory) for held in _oldest_first(keys, memory)]
        decisions += [_breached(key, at, desk, memory) for key in keys if key[0] == state.ONCE]
    return decisions


def _oldest_first(keys: Sequence[Key], memory: Memory) -> list[Held]:
    held = [one for key in keys if (one := kept(key, memory)) is not None]
    return sorted(held, key=lambda one: one.order)


async def _comes_due(held: Held, at: datetime, desk: Desk, memory: Memory) -> Decision:
    """A hold comes to an end: it lapses, somebody is told that nobody agreed, or the guards are asked again."""
    over = [end for end in held.ends if end.at <= at]
    lapsed = next((end for end in over if not end.tell), None)
    if lapsed is not None:
        memory.put(held.key, None)
        return _ruling(held, replace(held.record, state="forbidden", reason=lapsed.why), Tick(at=at), desk)
    if over:
        keep(replace(held, ends=tuple(end for end in held.ends if end not in over)), memory)
        told = notices((end.guard, person) for end in over for person in end.tell)
        return _ruling(held, held.record, Tick(at=at), desk, also=told)
    return await _again(held, Tick(at=at), desk, memory)


def _breached(key: Key, at: datetime, desk: Desk, memory: Memory) -> Decision:
    """The clock of a case runs out: who was named is told."""
    case = cases.breach(key, memory)
    told = [
        ActionRecord(
            action="notify", rule=case["rule"], payload={"to": case["tell"], "about": cases.reason(case)}
        )
    ]
    return _of_case(case, Tick(at=at), cases.reason(case), desk, told if case["tell"] else ())


def cases_of(event: Control, desk: Desk) -> list[Key]:
    """The cases that a person's word may close."""
    if event.word != "close":
        return []
    return [state.once(name, Subject("", "", event.ref)) for name in cases.clocked(desk.setting)]


def _close(event: Control, desk: Desk, memory: Memory) -> list[Decision]:
    """A person's word that a case is over: what comes next in the conversation opens another."""
    decisions = []
    for key in cases_of(event, desk):
        case = memory.get(key)
        if case is not None:
            memory.put(key, None)
            reason = f"closed by {event.by}" if event.by else "closed"
            decisions.append(_of_case(case, event, reason, desk))
    return decisions


def _of_case(
    case: cases.Case, cause: Tick | Control, reason: str, desk: Desk, actions: Sequence[ActionRecord] = ()
) -> Decision:
    """The decision about a case."""
    account, author, _ = case["subject"]
    return Decision(
        id=decision_id(desk.setting.policy.hash, f"{case['id']}@{cause.at.isoformat()}", 1),
        mention=case["mention"],
        at=cause.at,
        account=account,
        author=author.partition(":")[2],
        outcome="handed_over",
        reason=reason,
        policy=desk.setting.policy.hash,
        event=_word(cause),
        platform=author.partition(":")[0] or "x",
        actions=tuple(actions),
        input={"event": msgspec.to_builtins(cause)} if desk.keep_input else None,
    )


async def control(event: Control, desk: Desk, memory: Memory) -> list[Decision]:
    """A person's word: on a held action (approve, reject, release), on an account (pause, resume) or on a case (close).

    An approval counts for the guards that name the person (for all, where it names nobody), a release for those that
    hold; the other guards hold it still.
    """
    if event.word == "pause":
        memory.put(state.paused(event.ref), {"until": _FAR, "by": "pause"})
        return []
    if event.word == "resume":
        return await _resume(event, desk, memory)
    if event.word == "close":
        return _close(event, desk, memory)
    held = kept(state.held(event.ref), memory)
    if held is None:
        return []
    if event.word == "reject":
        memory.put(held.key, None)
        reason = f"rejected by {event.by}" if event.by else "rejected"
        return [_ruling(held, replace(held.record, state="forbidden", reason=reason), event, desk)]
    cleared = {name for name in held.record.by if _clears(event, name, desk.setting.policy)}
    return [await _again(replace(held, cleared=(*held.cleared, *sorted(cleared))), event, desk, memory)]


def _clears(event: Control, name: str, policy: Policy) -> bool:
    """Whether a person's word releases an action from a guard."""
    keeper = policy.guards.get(name)
    if keeper is None:
        return False
    if event.word == "release":
        return keeper.hold is not None
    return keeper.approval is not None and (not event.by or event.by in keeper.approval.by)


async def _resume(event: Control, desk: Desk, memory: Memory) -> list[Decision]:
    """The end of a pause: what it held is put before the guards again."""
    pause = memory.get(state.paused(event.ref))
    memory.put(state.paused(event.ref), None)
    waiting = _oldest_first(memory.pending(), memory) if pause is not None else []
    ours = [held for held in waiting if held.who.account == event.ref and pause["by"] in held.record.by]
    return [await _again(held, event, desk, memory) for held in ours]


async def _again(held: Held, cause: Tick | Control, desk: Desk, memory: Memory) -> Decision:
    """Put a held action before the guards once more, not before the rules; what is left of it stays, goes or is forbidden."""
    setting, record = desk.setting, held.record
    rule, action = setting.policy.rules.get(record.rule), setting.vocabulary.actions.get(record.action)
    memory.put(held.key, None)
    if rule is None or rule.status != "live" or action is None:
        return _ruling(held, replace(record, state="forbidden", reason="its rule is off"), cause, desk)
    moment = _moment(held, cause, desk, memory)
    text, problem = record.text, held.problem
    if isinstance(cause, Control) and cause.text is not None:
        text, problem = _edited(cause.text, held, moment, desk)
    proposal = Proposal(
        action,
        rule,
        record.slot,
        text=text,
        payload=record.payload,
        counts_as=held.counts_as,
        problem=problem,
        handles=held.handles,
    )
    (guarded,) = guard([proposal], moment, setting, memory, cleared=frozenset(held.cleared))
    after = replace(guarded.record, id=record.id)
    if after.state == "held":
        keep(replace(held_again(held, guarded), record=after), memory)
    elif after.state == "allowed":
        carry_out(action, record.payload, moment, setting, memory)
        if isinstance(cause, Control) and action.settles == "answered":
            cases.answer(held.who, cause.at.timestamp(), setting, memory)
    told = notices((name, person) for name, person in guarded.notify if name not in record.by)
    ruling = _ruling(held, after, cause, desk, also=told)
    receiver = desk.receiver(after)
    if receiver is None or after.state != "allowed" or held.mention is None:
        return ruling
    return handed_over(ruling, await _received(held.mention, receiver, held, cause, desk, memory))


async def _received(
    mention: Mention, receiver: str, held: Held, cause: Tick | Control, desk: Desk, memory: Memory
) -> Decision:
    """The decision of the account to which a mention is handed over only now; it was counted when it came."""
    fields = fields_of(held, desk.setting.vocabulary.fields)
    seen = look_as(mention, receiver, fields, desk, held.record.action)
    occasion = replace(seen, event=_word(cause), now=cause.at, time=cause.at)
    return (await make(occasion, desk, memory)).decision


def _word(cause: Tick | Control) -> Literal["tick", "control"]:
    return "control" if isinstance(cause, Control) else "tick"


def _edited(text: str, held: Held, moment: Moment, desk: Desk) -> tuple[str, str | None]:
    """A person's text after the filter that everything passes, and why it cannot go out."""
    channel = moment.channel
    cleaned = clean(text, channel, desk.setting.allowed[channel.name], held.handles)
    length = channel.weighted_length(cleaned.text)
    if held.record.slot == "public" and channel.limit is not None and length > channel.limit:
        return cleaned.text, cleaned.problem or f"too long: {length} of {channel.limit}"
    return cleaned.text, cleaned.problem


def _moment(held: Held, cause: Tick | Control, desk: Desk, memory: Memory) -> Moment:
    occasion = _occasion(held, cause, desk)
    world = world_of(occasion, occasion.fields, desk, memory)
    return Moment(world, held.who, cause.at, desk.channel(held.channel))


def _occasion(held: Held, cause: Tick | Control, desk: Desk) -> Occasion:
    mention, fields = held.mention, fields_of(held, desk.setting.vocabulary.fields)
    if mention is not None:
        fields = {**desk.observe_again(mention, held.who.account), **fields}
    return Occasion(
        key=str(held.record.id),
        event=_word(cause),
        subject=held.who,
        now=cause.at,
        time=cause.at,
        fields=fields,
        mention=mention,
    )


def _ruling(
    held: Held, record: ActionRecord, cause: Tick | Control, desk: Desk, also: Sequence[ActionRecord] = ()
) -> Decision:
    """The decision about a held action."""
    mention, records = held.mention, [record, *also]
    outcome = outcome_of(records, desk.setting)
    return Decision(
        id=decision_id(desk.setting.policy.hash, f"{record.id}@{cause.at.isoformat()}", 1),
        mention=mention.id if mention is not None else str(record.id),
        at=cause.at,
        account=held.who.account,
        author=(mention.author.handle or mention.author.id) if mention is not None else "",
        outcome=outcome,
        reason=record.reason or reason_of(records, outcome, desk.setting),
        policy=desk.setting.policy.hash,
        event=_word(cause),
        platform=mention.platform if mention is not None else "x",
        actions=tuple(records),
        input={"event": msgspec.to_builtins(cause)} if desk.keep_input else None,
    )
