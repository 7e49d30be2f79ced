"""The planner: from the rules that match to a plan. Gates, slots, look-ups, texts; the guards come after it.

Pure and synchronous: it is a generator that yields the look-ups it needs and is sent their answers. Both matchers share it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from socialcare.model import Slot, Value, Vocabulary
from socialcare.policy.deciding import state
from socialcare.policy.deciding.memory import Memory, counted
from socialcare.policy.deciding.outgoing import Allowed
from socialcare.policy.deciding.precedence import Precedence
from socialcare.policy.deciding.replies import branch_of, printable, render
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import Record, World
from socialcare.policy.language.texts import Text
from socialcare.policy.statements import Asked, Limit, Path, Policy, Reply, Rule, Use, Window
from socialcare.ports import Action, Channel, Lookup


@dataclass(frozen=True)
class Setting:
    """Everything a plan depends on that is the same for every mention."""

    policy: Policy
    vocabulary: Vocabulary
    channels: Mapping[str, Channel]
    allowed: Mapping[str, Allowed]
    precedence: Precedence
    zone: ZoneInfo
    rollout: float | None = None
    """Overrides every rollout, in percent (`simulate --rollout 100`)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One event about to be decided: the world it is seen in, whom it concerns, when, and where we would speak."""

    world: World
    subject: Subject
    now: datetime
    channel: Channel
    without: frozenset[str] = frozenset()
    """Actions that are off: handing over what was handed over."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A look-up that the plan needs now."""

    lookup: Lookup
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look-up said, best first; `failed` says why it could not."""

    found: Sequence[Record] = ()
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate of a look-up whose answers wear out, to be marked as used if the rule acts."""

    lookup: str
    candidate: str
    window: Window


@dataclass(frozen=True, slots=True)
class Proposal:
    """One action that a rule proposes, before the guards.

    `problem` is why its text cannot go out as it is; `text_number` which of several texts was taken; `handles` whom it
    may tag.
    """

    action: Action
    rule: Rule
    slot: Slot | None = None
    text: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)  # Any: the action's own JSON
    counts_as: str | None = None
    problem: str | None = None
    text_number: int | None = None
    handles: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """What the rules propose about one event, and what became of the rules that matched."""

    proposals: list[Proposal] = field(default_factory=list)
    fired: list[str] = field(default_factory=list)
    outranked: dict[str, str] = field(default_factory=dict)
    gated: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, list[Chosen]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


Asking: TypeAlias = Generator[Ask, Answer, Draft]


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
        answers = yield from _look_up(rule, moment, setting, memory, result)
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
        payload = yield from _payload(use, action, world, setting, result)
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
    named = (_value(world, "author.handle"), *_tagged(proposal.rule, world, setting))
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
            found.append(_value(world, f"{alias}.{tags}"))
    return found


def _value(world: World, path: str) -> Value:
    found = world.value(path)
    return found.value if found is not None else None


def _look_up(
    rule: Rule, moment: Moment, setting: Setting, memory: Memory, result: Draft
) -> Generator[Ask, Answer, dict[str, Record | None] | None]:
    """The answers by alias; `None` when the rule fails its gate."""
    answers: dict[str, Record | None] = {}
    for alias, asked in rule.look_up.items():
        world = moment.world.with_answers(answers)
        lookup = setting.vocabulary.lookups[asked.lookup]
        answer = yield from _ask(lookup, asked, world)
        if answer.failed is not None:
            result.gated[rule.id] = f"look-up {asked.lookup} failed: {answer.failed}"
            return None
        found, chosen = _choose(lookup, asked, answer.found, moment.now, setting, memory, result)
        if chosen is not None:
            result.chosen.setdefault(rule.id, []).append(chosen)
        answers[alias] = found
        if found is None and alias in rule.only_if_found:
            result.gated[rule.id] = f"{alias} not found"
            return None
    return answers


def _ask(lookup: Lookup, asked: Asked, world: World) -> Generator[Ask, Answer, Answer]:
    """Ask, unless an argument that the look-up needs is missing: then the answer is that there is none."""
    arguments = {
        parameter.name: parameter.default for parameter in lookup.parameters if not parameter.required
    }
    arguments.update(asked.literals)
    arguments.update((name, _value(world, path)) for name, path in asked.fields.items())
    if any(parameter.required and arguments.get(parameter.name) is None for parameter in lookup.parameters):
        return Answer()
    return (yield Ask(lookup, arguments))


def _choose(
    lookup: Lookup,
    asked: Asked,
    found: Sequence[Record],
    now: datetime,
    setting: Setting,
    memory: Memory,
    result: Draft,
) -> tuple[Record | None, Chosen | None]:
    """The first answer; of a look-up whose answers wear out, the first that is not used up, here or by an earlier rule."""
    choice = lookup.choice
    if choice is None:
        return (found[0] if found else None), None
    at_most = asked.literals.get(choice.at_most) if choice.at_most else None
    most = int(at_most) if isinstance(at_most, int | float) else 1
    within = asked.literals.get(choice.within) if choice.within else None
    window = Window(timedelta(seconds=within)) if isinstance(within, int | float) else Window()
    uses = memory.get(state.used(lookup.name)) or {}
    earlier = [
        one.candidate for several in result.chosen.values() for one in several if one.lookup == lookup.name
    ]
    for record in found:
        candidate = str(record.get(choice.key))
        used = counted(uses.get(candidate), window, now, setting.zone) + earlier.count(candidate)
        if used < most:
            return record, Chosen(lookup.name, candidate, window)
    return None, None


def _payload(
    use: Use, action: Action, world: World, setting: Setting, result: Draft
) -> Generator[Ask, Answer, Mapping[str, Any] | None]:  # Any: the action's own JSON
    """The action's parameters with names resolved; `None` when there is nothing to do."""
    payload: dict[str, Any] = {}  # Any: as above
    for name, value in use.params.items():
        if isinstance(value, Asked):
            answer = yield from _ask(setting.vocabulary.lookups[value.lookup], value, world)
            payload[name] = _person(answer) or value.otherwise
            if payload[name] is None:
                why = f"failed: {answer.failed}" if answer.failed is not None else "knows nobody"
                result.problems.append(f"{action.name}: look-up {value.lookup} {why}")
        elif isinstance(value, Path):
            payload[name] = world.number(value.name)
        elif isinstance(value, Text):
            payload[name] = value.render(lambda path: printable(world, path)).text
        else:
            payload[name] = value
    return action.propose(payload) if action.propose is not None else payload


def _person(answer: Answer) -> str | None:
    found = answer.found[0].get("person") if answer.found else None
    return str(found) if found is not None else None


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
            kept.setdefault(f"{action.name} {sorted(proposal.payload.items())!r} {proposal.text}", proposal)
        elif action.merge == "highest" and action.name in kept:
            kept[action.name] = max(
                kept[action.name], proposal, key=lambda p: p.payload[str(action.shorthand)]
            )
        else:
            kept.setdefault(action.name, proposal)
    return [*spoken, *kept.values()]
