"""The planner: from the rules that match to a plan. Gates, slots, look-ups, texts; the guards come after it.

Pure and synchronous: it is a generator that yields the look-ups it needs and is sent their answers. Both matchers share it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

from socialcare.model import Value
from socialcare.policy.deciding import state
from socialcare.policy.deciding.asking import look_up, payload_of, value_at
from socialcare.policy.deciding.courses import course, same
from socialcare.policy.deciding.memory import Memory, counted
from socialcare.policy.deciding.plan import (
    Answer,
    Ask,
    Asking,
    Course,
    Draft,
    Moment,
    Proposal,
    Setting,
    Step,
)
from socialcare.policy.deciding.replies import branch_of, render
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import Limit, Rule, Use


def draft(
    matched: Iterable[Rule], moment: Moment, setting: Setting, memory: Memory, *, ledger: str = "limit"
) -> Asking:
    """Propose: the rules that pass their gates, best first, take the slots that are free and add what merges.

    A look-up is asked only for a rule that can still win a slot or has an action that merges. `ledger` is `limit`, or
    `shadow-limit` for what shadow rules would do.
    """
    result = Draft()
    waiting: list[Waiting] = []
    for rule in sorted(matched, key=attrgetter("id")):
        followed = course(rule, setting)
        if followed.always is not None:
            result.fired.append(rule.id)
            result.proposals += followed.always
            continue
        steps = followed.steps
        if moment.without:
            steps = tuple(step for step in steps if step.use.action not in moment.without)
        gate = _gate(rule, moment, setting, memory, ledger) if followed.is_gated else None
        if gate is not None:
            result.gated[rule.id] = gate
            steps = _still(rule, steps) if gate == "limit" else ()
        if steps or gate is None:
            waiting.append((followed, steps))
    while waiting:
        followed, steps = waiting.pop(_best(waiting, setting))
        if followed.rule.look_up:
            if not _lost(followed, steps, result):
                yield from _asked(followed, steps, moment, setting, memory, result)
        else:
            yield from _propose(followed, steps, moment.world, moment, setting, memory, result)
    result.proposals = merged(result.proposals)
    return result


Waiting: TypeAlias = tuple[Course, tuple[Step, ...]]
"""A rule that may still act, and the steps that are left to it."""


def _gate(rule: Rule, moment: Moment, setting: Setting, memory: Memory, ledger: str) -> str | None:
    """The first gate that a rule fails, in order of cost; look-ups come later."""
    if not (rule.active.since or moment.now) <= moment.now:
        return "not active yet"
    if rule.active.until is not None and moment.now >= rule.active.until:
        return "not active any more"
    if rule.rollout is not None:
        percent = rule.rollout.percent if setting.rollout is None else setting.rollout
        if not rolled_out(rule.first_id, str(getattr(moment.subject, rule.rollout.by)), percent):
            return "rollout"
    if rule.limit is not None:
        key = state.limit(ledger, rule.first_id, rule.limit.per, moment.subject)
        if counted(memory.get(key), rule.limit.window, moment.now, setting.zone) >= rule.limit.at_most:
            return "limit"
    return None


def rolled_out(rule: str, key: str, percent: float) -> bool:
    """Whether a key belongs to the share of a rollout: sha256(first id, key) mod 10,000 < percent × 100."""
    if not key:
        return False
    digest = hashlib.sha256(f"{rule}\0{key}".encode()).digest()
    return int.from_bytes(digest) % 10_000 < percent * 100


def _still(rule: Rule, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """What a rule proposes though its limit is reached; nothing that takes a voice."""
    limit = rule.limit or Limit(0)
    return tuple(step for step in steps if step.use.action in limit.but_still and not step.takes)


def _takes(waiting: Waiting) -> frozenset[str]:
    followed, steps = waiting
    if steps is followed.steps:
        return followed.takes
    return frozenset(voice for step in steps for voice in step.takes)


def _best(waiting: Sequence[Waiting], setting: Setting) -> int:
    """The place of the next rule: the first by precedence among those that take a voice, then the merging ones by id."""
    if len(waiting) == 1:
        return 0
    taking = [place for place, each in enumerate(waiting) if _takes(each)]
    if len(taking) < 2:
        return taking[0] if taking else 0
    best = min(waiting[place][0].rank for place in taking)
    top = [place for place in taking if waiting[place][0].rank == best]
    if len(top) == 1:
        return top[0]
    first = setting.precedence.first([waiting[place][0].rule for place in top])
    return next(place for place in top if waiting[place][0].rule is first)


def _lost(followed: Course, steps: Sequence[Step], result: Draft) -> bool:
    """Whether everything that a rule could do is done by others, so that nothing need be asked; that it lost is told."""
    if not result.taken:
        return False
    lost = [_winner(step, result.taken) for step in steps if step.takes]
    if not lost or None in lost:
        return False
    result.outranked[followed.rule.id] = str(lost[0])
    if len(lost) < len(steps):
        return False
    result.fired.append(followed.rule.id)
    return True


def _asked(
    followed: Course,
    steps: Sequence[Step],
    moment: Moment,
    setting: Setting,
    memory: Memory,
    result: Draft,
) -> Generator[Ask, Answer, None]:
    """Propose in the light of what the rule's look-ups answer."""
    rule = followed.rule
    answers = yield from look_up(rule, moment, setting, memory, result)
    if answers is None:
        result.outranked.pop(rule.id, None)
        return
    world = moment.world.with_answers(answers)
    yield from _propose(followed, steps, world, moment, setting, memory, result)


def _propose(
    followed: Course,
    steps: Sequence[Step],
    world: World,
    moment: Moment,
    setting: Setting,
    memory: Memory,
    result: Draft,
) -> Generator[Ask, Answer, None]:
    rule = followed.rule
    if rule.id not in result.gated:
        result.fired.append(rule.id)
    for step in steps:
        if step.always is not None:
            result.proposals.append(step.always)
            continue
        if not _applies(step.use, world) or _is_outranked(rule, step, result):
            continue
        payload = yield from payload_of(step.use, step.action, world, setting, result)
        if payload is None:
            continue
        for voice in step.takes:
            result.taken[voice] = rule.id
        result.proposals.append(_proposal(step, payload, rule, world, moment, setting, memory))


def _applies(use: Use, world: World) -> bool:
    """Whether an action's own condition holds, and one of its texts has something to say."""
    if use.when is not None and world.truth(use.when, world) is not True:
        return False
    return use.reply is None or branch_of(use.reply, world) is not None


def _is_outranked(rule: Rule, step: Step, result: Draft) -> bool:
    """Whether a voice of the step is taken; by another rule, that is worth telling."""
    winner = _winner(step, result.taken)
    if winner is not None and winner != rule.id:
        result.outranked[rule.id] = winner
    return winner is not None


def _winner(step: Step, taken: Mapping[str, str]) -> str | None:
    """The rule that keeps a step from speaking; what takes both voices needs both."""
    for voice in step.takes:
        if voice in taken:
            return taken[voice]
    return None


def _proposal(
    step: Step,
    payload: Mapping[str, Any],  # Any: the action's own JSON
    rule: Rule,
    world: World,
    moment: Moment,
    setting: Setting,
    memory: Memory,
) -> Proposal:
    action, reply, seen = step.action, step.use.reply, None
    if reply is None:
        return Proposal(action, rule, action.slot, payload=payload, order=step.order)
    if any(len(branch.say.texts) > 1 for branch in reply.branches):
        seen = memory.get(state.said(rule.first_id, action.name, moment.subject))
    named = (value_at(world, "author.handle"), *_tagged(rule, world, setting))
    handles = tuple([str(value) for value in named if value])
    rendered = render(
        reply,
        world,
        moment.channel,
        setting.allowed[moment.channel.name],
        handles,
        seen or {},
        public=action.slot == "public",
    )
    return Proposal(
        action,
        rule,
        action.slot,
        text=rendered.text,
        payload={**payload, "media": rendered.media} if rendered.media else payload,
        counts_as=reply.counts_as,
        problem=rendered.problem,
        text_number=rendered.number,
        handles=handles,
        order=step.order,
    )


def _tagged(rule: Rule, world: World, setting: Setting) -> list[Value]:
    """The handles that consented to be tagged, as the rule's look-ups answered them."""
    found: list[Value] = []
    for alias, asked in rule.look_up.items():
        tags = setting.vocabulary.lookups[asked.lookup].tags
        if tags is not None:
            found.append(value_at(world, f"{alias}.{tags}"))
    return found


_order = attrgetter("order")


def merged(proposals: Sequence[Proposal]) -> list[Proposal]:
    """What takes a voice first, then what merges: each different one once, the highest, or the first by rank and id."""
    if len(proposals) < 2:
        return list(proposals)
    spoken = [p for p in proposals if p.slot is not None]
    if len(spoken) > 1:
        spoken.sort(key=lambda p: (p.slot != "public", p.action.name))
    merging = [p for p in proposals if p.slot is None]
    if len(merging) < 2:
        return spoken + merging
    kept: dict[str, Proposal] = {}
    merging.sort(key=_order)
    for proposal in merging:
        action = proposal.action
        if action.merge == "all":
            kept.setdefault(proposal.same or same(action, proposal.payload, proposal.text), proposal)
        elif action.merge == "highest" and action.name in kept:
            kept[action.name] = max(
                kept[action.name], proposal, key=lambda p: p.payload[str(action.shorthand)]
            )
        else:
            kept.setdefault(action.name, proposal)
    return [*spoken, *kept.values()]
