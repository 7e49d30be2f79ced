"""The flow: mention → seen? → classify → match → plan → guard → commit. Everything else serves this file.

`decide` is all there is: the live loop passes it what has arrived, a dry run thousands of recorded mentions. It sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import inf
from typing import Literal

import msgspec
from msgspec.structs import replace

from socialcare import agenda
from socialcare.desk import Desk, handed_over, make, world_of
from socialcare.errors import Conflict, Interrupted
from socialcare.model import Control, Decision, Event, Mention, Outcome, Tick
from socialcare.policy.deciding import state
from socialcare.policy.deciding.holds import touching
from socialcare.policy.deciding.memory import Memory
from socialcare.policy.deciding.settle import count_mention
from socialcare.policy.deciding.state import Subject, subject_of
from socialcare.ports import Change, Key
from socialcare.record import Occasion, decision_id
from socialcare.screening import Sight, look, look_as, occasion_of


async def decide(
    events: Sequence[Event], desk: Desk, sights: Sequence[Sight] | None = None
) -> list[Decision]:
    """Turn a batch of events, in order of time, into committed decisions. Sends nothing.

    A mention that was decided before, in any edit, gives no decision. If a batch raises, its events are decided one by
    one; one that raises again ends in the inbox with the reason `error`. `sights` is what `look` made of the events, if
    that was done elsewhere.

    Raises:
        Interrupted: nothing was decided, and nothing is wrong with the events.
    """
    try:
        return await _decide(events, await look(events, desk) if sights is None else sights, desk)
    except Interrupted:
        raise
    except Exception as error:  # noqa: BLE001 - a mention must never vanish, whatever is wrong with us
        if len(events) > 1:
            return list(chain.from_iterable([await decide([event], desk) for event in events]))
        return await _failed(events, error, desk)


async def _decide(events: Sequence[Event], sights: Sequence[Sight], desk: Desk) -> list[Decision]:
    done = [sight for sight in sights if isinstance(sight, Decision)]
    if done and len(done) == len(events) and not desk.scheduled and await take(events, desk, done):
        return done
    while True:
        memory = await _remember(events, sights, desk)
        decisions: list[Decision] = []
        for event, sight in zip(events, sights, strict=True):
            if desk.scheduled or memory.is_due(event.at):
                decisions += await agenda.advance(event.at, desk, memory)
            if isinstance(event, Mention):
                if memory.mark(state.seen(event)):
                    decisions.append(await _mention(event, sight, desk, memory))
            elif isinstance(event, Control):
                decisions += await agenda.control(event, desk, memory)
        try:
            await desk.store.commit(memory.changes, memory.expected, decisions)
        except Conflict:
            continue
        return decisions


async def take(events: Sequence[Event], desk: Desk, decisions: Sequence[Decision] = ()) -> bool:
    """Mark posts as decided with these decisions, if none was before, and nothing comes due in their time that others must decide with them."""
    posts = [event for event in events if isinstance(event, Mention) and event.kind == "post"]
    keys = dict.fromkeys(map(state.seen, posts))
    if len(keys) < len(events) or await desk.store.due(events[-1].at.timestamp()):
        return False
    if await desk.store.read(keys):
        return False
    try:
        await desk.store.commit(dict.fromkeys(keys, Change(data=True)), dict.fromkeys(keys, 0), decisions)
    except Conflict:
        return False
    return True


async def _mention(mention: Mention, sight: Sight, desk: Desk, memory: Memory) -> Decision:
    """Decide one mention."""
    if sight is None:
        account = desk.company.account_of(mention, desk.account)
        return _settled(mention, account, "ignored", "our own post", desk)
    if mention.kind == "message":
        memory.put(state.wrote(subject_of(mention, "")), mention.at.timestamp())
    if isinstance(sight, Decision):
        return sight
    if sight.decided is not None:
        decision = sight.decided
        world = None if desk.setting.counts_all else world_of(sight, sight.fields, desk, memory)
    else:
        memory.begin()
        made = await make(sight, desk, memory)
        decision, world = made.decision, made.world
        if desk.receivers:
            decision = await _received(decision, sight, desk, memory)
    count_mention(world, sight.subject, sight.now, desk.setting, memory)
    return decision


async def _received(decision: Decision, occasion: Occasion, desk: Desk, memory: Memory) -> Decision:
    """The decision with those of the accounts that it hands the mention over to."""
    for record in decision.actions:
        receiver = desk.receiver(record)
        if receiver is not None and record.state == "allowed" and occasion.mention is not None:
            seen = look_as(occasion.mention, receiver, occasion.fields, desk, record.action)
            decision = handed_over(decision, (await make(seen, desk, memory, memory.earlier())).decision)
    return decision


async def foresee(
    mention: Mention, desk: Desk, account: str | None = None, *, without: str = ""
) -> tuple[Occasion, Memory]:
    """How a mention would be met now: the occasion, and a memory in which everything due by then is done.

    Nothing is committed. `account` and `without` look at it as the account that it was handed over to, by that action.
    """
    sight = await occasion_of(mention, desk)
    memory = await _remember([mention], [sight], desk)
    await agenda.advance(mention.at, desk, memory)
    if account is not None:
        return look_as(mention, account, sight.fields, desk, without), memory
    return sight, memory


async def _remember(events: Sequence[Event], sights: Sequence[Sight], desk: Desk) -> Memory:
    """Read everything that the events can touch: their own state, and what is due by then."""
    until = max((event.at.timestamp() for event in events), default=0.0)
    resumes = any(isinstance(event, Control) and event.word == "resume" for event in events)
    due = await desk.store.due(inf if resumes else until)
    held = {key for _, key in due} | {state.held(e.ref) for e in events if isinstance(e, Control)}
    memory = Memory()
    items = await desk.store.read(held)
    memory.load(held, items)
    memory.schedule(due)
    keys: set[Key] = {state.paused(event.ref) for event in events if isinstance(event, Control)}
    keys |= {key for event in events if isinstance(event, Control) for key in agenda.cases_of(event, desk)}
    subjects: set[Subject] = set()
    for key in items:
        if (one := touching(key, memory)) is not None:
            rule, who = one
            keys.update(desk.touched.by_rule(rule, who))
            subjects.update(Subject(to, who.author, who.conversation) for to in desk.receivers)
    for event, sight in zip(events, sights, strict=True):
        if not isinstance(event, Mention):
            continue
        keys.add(state.seen(event))
        if sight is None:
            continue
        if event.kind == "message":
            keys.add(state.wrote(subject_of(event, "")))
        if isinstance(sight, Decision):
            continue
        subject = sight.subject
        keys.update(desk.touched.by(sight.screened, subject))
        if not desk.handing_over.isdisjoint(chain(*sight.screened)):
            subjects.update(Subject(one, subject.author, subject.conversation) for one in desk.receivers)
    if desk.scheduled:
        keys.add(state.CLOCK)
        subjects.add(agenda.poster(desk.setting.policy))
    keys.update(chain.from_iterable(map(desk.touched.by_any, subjects)))
    memory.load(keys, await desk.store.read(keys))
    return memory


async def _failed(events: Sequence[Event], error: Exception, desk: Desk) -> list[Decision]:
    """What is left for an event that cannot be decided: a person's inbox, marked as seen."""
    decisions = []
    for event in events:
        if isinstance(event, Mention):
            key = state.seen(event)
            memory = Memory()
            memory.load([key], await desk.store.read([key]))
            if memory.get(key):
                continue
            memory.put(key, data=True)
            account = desk.company.account_of(event, desk.account)
            decision = _settled(event, account, "inbox", "error", desk)
            decisions.append(replace(decision, problems=(_told(error),)))
            await desk.store.commit(memory.changes, memory.expected, decisions[-1:])
        else:
            decisions.append(_undecided(event, error, desk))
    return decisions


def _undecided(event: Tick | Control, error: Exception, desk: Desk) -> Decision:
    """What is told of a moment or of a person's word that could not be decided."""
    word: Literal["tick", "control"] = "control" if isinstance(event, Control) else "tick"
    ref = event.ref if isinstance(event, Control) else ""
    policy = desk.setting.policy.hash
    return Decision(
        id=decision_id(policy, f"{word}:{ref}@{event.at.isoformat()}", 1),
        mention=ref,
        at=event.at,
        account="",
        author="",
        outcome="inbox",
        reason="error",
        policy=policy,
        event=word,
        problems=(_told(error),),
        input={"event": msgspec.to_builtins(event)} if desk.keep_input else None,
    )


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _settled(mention: Mention, account: str, outcome: Outcome, reason: str, desk: Desk) -> Decision:
    """A decision that no rule was asked about."""
    return Decision(
        id=decision_id(desk.setting.policy.hash, mention.key, 1),
        mention=mention.id,
        at=mention.at,
        account=account,
        author=mention.author.handle or mention.author.id,
        outcome=outcome,
        reason=reason,
        policy=desk.setting.policy.hash,
        platform=mention.platform,
        input={"event": msgspec.to_builtins(mention)} if desk.keep_input else None,
    )
