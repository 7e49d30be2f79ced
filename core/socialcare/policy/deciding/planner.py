"""The planner: from the rules that match to a plan. Gates, slots, look-ups, texts; the guards come after it.

Pure and synchronous: it is a generator that yields the look-ups it needs and is sent their answers. Both matchers share it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence

from msgspec.structs import replace

from socialcare.model import Slot, Value
from socialcare.policy.deciding import state
from socialcare.policy.deciding.asking import look_up, payload_of, value_at
from socialcare.policy.deciding.memory import Memory, counted
from socialcare.policy.deciding.plain import same
from socialcare.policy.deciding.plan import Answer, Ask, Asking, Draft, Moment, Proposal, Setting
from socialcare.policy.deciding.replies import branch_of, render
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import Limit, Reply, Rule, Use
from socialcare.ports import Action


def draft(
    matched: Iterable[Rule], moment: Moment, setting: Setting, memory: Memory, *, ledger: str = "limit"
) -> Asking:
    """Propose: the rules that pass their gates, best first, take the slots that are free and add what merges.

    A look-up is asked only for a rule that can still win a slot or has an action that merges. `ledger` is `limit`, or
    `shadow-limit` for what shadow rules would do.
    """
    result = Draft()
    waiting: list[tuple[Rule, tuple[Use, ...]]] = []
    for rule in sorted(matched, key=lambda rule: rule.id):
        gate = _gate(rule, moment, setting, memory, ledger)
        uses = tuple(use for use in rule.uses if use.action not in moment.without)
        if gate is not None:
            result.gated[rule.id] = gate
            uses = _still(rule, uses, setting) if gate == "limit" else ()
        if uses or gate is None:
            waiting.append((rule, uses))
    taken: dict[str, str] = {}
    while waiting:
        rule, uses = waiting.pop(_best(waiting, setting))
        yield from _propose(rule, uses, moment, setting, memory, taken, result)
    result.proposals = _merged(result.proposals, setting)
    return result


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


def _still(rule: Rule, uses: tuple[Use, ...], setting: Setting) -> tuple[Use, ...]:
    """What a rule proposes though its limit is reached; nothing that takes a slot."""
    limit = rule.limit or Limit(0)
    return tuple(
        u for u in uses if u.action in limit.but_still and setting.vocabulary.actions[u.action].slot is None
    )


def _claims(uses: Iterable[Use], setting: Setting) -> frozenset[str]:
    slots = {setting.vocabulary.actions[use.action].slot for use in uses}
    return frozenset(slot for one in slots if one is not None for slot in _SLOTS[one])


_SLOTS: Mapping[str, tuple[str, ...]] = {
    "public": ("public",),
    "private": ("private",),
    "both": ("public", "private"),
}


def _best(waiting: Sequence[tuple[Rule, tuple[Use, ...]]], setting: Setting) -> int:
    """The place of the next rule: the first by precedence among those that claim a slot, then the merging ones by id."""
    claims = [_claims(uses, setting) for _, uses in waiting]
    claiming = [place for place, slots in enumerate(claims) if slots]
    if not claiming:
        return 0
    ranks = {place: setting.precedence.rank(waiting[place][0]) for place in claiming}
    top = [place for place in claiming if ranks[place] == min(ranks.values())]
    if len(top) == 1:
        return top[0]
    first = setting.precedence.first([waiting[place][0] for place in top])
    return next(place for place in top if waiting[place][0] is first)


def _propose(
    rule: Rule,
    uses: tuple[Use, ...],
    moment: Moment,
    setting: Setting,
    memory: Memory,
    taken: dict[str, str],
    result: Draft,
) -> Generator[Ask, Answer, None]:
    slots = [setting.vocabulary.actions[use.action].slot for use in uses]
    lost = [_winner(slot, taken) for slot in slots if slot is not None]
    if lost and None not in lost:
        result.outranked[rule.id] = str(lost[0])
        if None not in slots:
            result.fired.append(rule.id)
            return
    world = moment.world
    if rule.look_up:
        answers = yield from look_up(rule, moment, setting, memory, result)
        if answers is None:
            result.outranked.pop(rule.id, None)
            return
        world = world.with_answers(answers)
    if rule.id not in result.gated:
        result.fired.append(rule.id)
    for use in uses:
        action = setting.vocabulary.actions[use.action]
        if not _applies(use, world) or _is_outranked(rule, action, taken, result):
            continue
        payload = yield from payload_of(use, action, world, setting, result)
        if payload is None:
            continue
        if action.slot is not None:
            taken.update((slot, rule.id) for slot in _SLOTS[action.slot])
        proposal = Proposal(action, rule, action.slot, payload=payload)
        if use.reply is not None:
            proposal = _spoken(proposal, use.reply, world, moment, setting, memory)
        result.proposals.append(proposal)


def _applies(use: Use, world: World) -> bool:
    """Whether an action's own condition holds, and one of its texts has something to say."""
    if use.when is not None and world.truth(use.when, world) is not True:
        return False
    return use.reply is None or branch_of(use.reply, world) is not None


def _is_outranked(rule: Rule, action: Action, taken: Mapping[str, str], result: Draft) -> bool:
    """Whether a slot of the action is taken; by another rule, that is worth telling."""
    winner = _winner(action.slot, taken)
    if winner is not None and winner != rule.id:
        result.outranked[rule.id] = winner
    return winner is not None


def _winner(slot: Slot | None, taken: Mapping[str, str]) -> str | None:
    """The rule that keeps a slot from being taken; what takes both needs both."""
    return next((taken[each] for each in _SLOTS[slot] if each in taken), None) if slot is not None else None


def _spoken(
    proposal: Proposal, reply: Reply, world: World, moment: Moment, setting: Setting, memory: Memory
) -> Proposal:
    seen = None
    if any(len(branch.say.texts) > 1 for branch in reply.branches):
        seen = memory.get(state.said(proposal.rule.first_id, proposal.action.name, moment.subject))
    named = (value_at(world, "author.handle"), *_tagged(proposal.rule, world, setting))
    handles = tuple(str(value) for value in named if value)
    rendered = render(
        reply,
        world,
        moment.channel,
        setting.allowed[moment.channel.name],
        handles,
        seen or {},
        public=proposal.action.slot == "public",
    )
    extra = {"media": rendered.media} if rendered.media else {}
    return replace(
        proposal,
        text=rendered.text,
        problem=rendered.problem,
        text_number=rendered.number,
        handles=handles,
        counts_as=reply.counts_as,
        payload={**proposal.payload, **extra},
    )


def _tagged(rule: Rule, world: World, setting: Setting) -> list[Value]:
    """The handles that consented to be tagged, as the rule's look-ups answered them."""
    found: list[Value] = []
    for alias, asked in rule.look_up.items():
        tags = setting.vocabulary.lookups[asked.lookup].tags
        if tags is not None:
            found.append(value_at(world, f"{alias}.{tags}"))
    return found


def _merged(proposals: Sequence[Proposal], setting: Setting) -> list[Proposal]:
    """Slots first, then what merges: each different one once, the highest, or the first by rank and id."""
    spoken = sorted(
        (p for p in proposals if p.slot is not None), key=lambda p: (p.slot != "public", p.action.name)
    )
    merging = [p for p in proposals if p.slot is None]
    kept: dict[str, Proposal] = {}
    for proposal in sorted(
        merging, key=lambda p: (p.action.name, setting.precedence.rank(p.rule), p.rule.id)
    ):
        action = proposal.action
        if action.merge == "all":
            kept.setdefault(same(action, proposal.payload, proposal.text), proposal)
        elif action.merge == "highest" and action.name in kept:
            kept[action.name] = max(
                kept[action.name], proposal, key=lambda p: p.payload[str(action.shorthand)]
            )
        else:
            kept.setdefault(action.name, proposal)
    return [*spoken, *kept.values()]
