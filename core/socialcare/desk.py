"""A desk: everything a decision needs and nothing that can send; and how one occasion is decided on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from socialcare.model import OUTCOMES, ActionRecord, Decision, FieldValue
from socialcare.observed import Company, Observed, Observer
from socialcare.policy.deciding import state
from socialcare.policy.deciding.guarding import Guarded, guard
from socialcare.policy.deciding.holds import held_from, keep
from socialcare.policy.deciding.memory import Counts, Memory
from socialcare.policy.deciding.plain import PlainRules
from socialcare.policy.deciding.plan import Answer, Asking, Draft, Moment, Setting
from socialcare.policy.deciding.planner import draft
from socialcare.policy.deciding.settle import open_once, settle
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.tiers import Tier
from socialcare.policy.deciding.touched import Touched
from socialcare.policy.deciding.world import WROTE_FIRST, World
from socialcare.policy.explaining.why import near_misses
from socialcare.policy.statements import Count, Guard, Rule
from socialcare.ports import Channel, Question, Store
from socialcare.record import (
    Heard,
    Occasion,
    decision_id,
    input_of,
    notices,
    recorded,
    shown_fields,
)
from socialcare.seam import Failed, Provider, Seam

_TAGGED = "author.handle"
"""Read whatever the policy says: whom a reply may tag."""


@dataclass(frozen=True)
class Desk:
    """Where decisions are made.

    `account` is the account of ours that mentions concern where the archive names none of ours
    (`--as`); `assume` fills fields that nobody provides (`--assume`); `pins` sets the fields of single mentions, by id; `keep_input` keeps
    in each decision what is needed to decide again, `near` the rules that came closest to answering what reaches the inbox.
    """

    setting: Setting
    store: Store
    seam: Seam
    classifiers: Sequence[Provider] = ()
    account: str | None = None
    assume: Mapping[str, FieldValue] = field(default_factory=dict)
    pins: Mapping[str, Mapping[str, FieldValue]] = field(default_factory=dict)
    keep_input: bool = False
    near: bool = True

    @cached_property
    def company(self) -> Company:
        """Who we are."""
        return Company(self.setting.policy.accounts)

    @cached_property
    def observe(self) -> Observer:
        """Reads off a mention the fields that the company asks for, or all where they are kept."""
        return Observer(self.company, None if self.keep_input else self.setting.reads)

    @cached_property
    def observe_for_guards(self) -> Observer:
        """Reads off a mention what matters only where something is to be done: to the built-in guards, and to tagging."""
        return Observer(self.company, {*self.setting.policy.uses, _TAGGED} - self.setting.reads)

    @cached_property
    def observe_again(self) -> Observer:
        """Reads off a mention what matters to a reply that was held, perhaps under another policy."""
        return Observer(self.company, {*self.setting.policy.uses, _TAGGED})

    @cached_property
    def observe_all(self) -> Observer:
        """Reads off a mention whatever it holds."""
        return Observer(self.company)

    @cached_property
    def asked(self) -> Sequence[Provider]:
        """The classifiers of which the policy reads a field, or all where what they say is kept."""
        uses = self.setting.policy.uses
        others = [one for one in self.classifiers if not isinstance(one.classifier, Observed)]
        return [one for one in others if self.keep_input or not uses.isdisjoint(one.fields)]

    @cached_property
    def pure(self) -> Sequence[Provider]:
        """Of the classifiers asked those that look at every mention."""
        return [one for one in self.asked if not one.classifier.reads_outside]

    @cached_property
    def outside(self) -> Sequence[Provider]:
        """Those that read the outside: they are asked where something depends on their word."""
        return [one for one in self.asked if one.classifier.reads_outside]

    @cached_property
    def tier(self) -> Tier:
        """Knows where something does."""
        return Tier(self.setting, {name for one in self.outside for name in one.fields})

    @cached_property
    def plain(self) -> PlainRules:
        """The rules that always do the same."""
        return PlainRules(self.setting)

    @cached_property
    def tells_of_now(self) -> bool:
        """Whether the decision about a mention that only plain rules meet shows nothing that is remembered."""
        shows_memory = self.setting.policy.formulas or WROTE_FIRST in self.setting.reads
        return not (shows_memory or self.keep_input or self.near)

    @cached_property
    def forgets(self) -> bool:
        """Whether such a mention leaves nothing behind either."""
        return self.tells_of_now and not self.setting.policy.counts

    @cached_property
    def touched(self) -> Touched:
        """Which pieces of state an event can touch."""
        return Touched(self.setting, self.setting.engine.rules)

    @cached_property
    def scheduled(self) -> tuple[Rule, ...]:
        """The rules that speak at set times and are live or in shadow."""
        return tuple(r for r in self.setting.policy.rules.values() if r.status != "off" and r.at is not None)

    @cached_property
    def shadow_guards(self) -> tuple[Guard, ...]:
        """The guards that are in shadow."""
        return tuple(g for g in self.setting.policy.guards.values() if g.status == "shadow")

    @cached_property
    def receivers(self) -> frozenset[str]:
        """The accounts that a rule hands mentions over to."""
        actions = self.setting.vocabulary.actions
        return frozenset(
            str(use.params[name])
            for rule in self.setting.policy.rules.values()
            for use in rule.uses
            for name in actions[use.action].parameters_to("account")
            if name in use.params
        )

    @cached_property
    def handing_over(self) -> frozenset[int]:
        """The numbers of the rules that hand a mention over."""
        actions = self.setting.vocabulary.actions
        return frozenset(
            number
            for number, rule in enumerate(self.setting.engine.rules)
            if any(actions[use.action].parameters_to("account") for use in rule.uses)
        )

    def receiver(self, record: ActionRecord) -> str | None:
        """The account that an action hands the mention over to, if it does."""
        action = self.setting.vocabulary.actions.get(record.action)
        names = action.parameters_to("account") if action is not None else ()
        return next((str(record.payload[name]) for name in names if name in record.payload), None)

    def channel(self, platform: str) -> Channel:
        """The channel of a platform, or a plain one for a platform that no plugin knows."""
        return self.setting.channels.get(platform) or self.setting.channels[""]


class Made(Struct, frozen=True):
    """A decision, and the world in which it was made."""

    decision: Decision
    world: World


def handed_over(decision: Decision, then: Decision) -> Decision:
    """A decision with that of the receiving account; the mention ends where the better of them leaves it."""
    first = min(decision.outcome, then.outcome, key=OUTCOMES.index)
    return replace(decision, then=then, outcome=first)


async def make(occasion: Occasion, desk: Desk, memory: Memory, before: Memory | None = None) -> Made:
    """Match, plan, guard, and write into memory what the plan leaves behind.

    `before` is the state that conditions and gates see, where that is an earlier one than the guards count in.
    """
    earlier = memory if before is None else before
    world = world_of(occasion, occasion.fields, desk, earlier)
    numbers = _holding(occasion, desk, world)
    name = decision_id(desk.setting.policy.hash, occasion.key, occasion.hop)
    heard: list[Heard] = []
    shadow: tuple[ActionRecord, ...] = ()
    plain = desk.plain.acts(numbers) if occasion.due is None else None
    if plain is not None:
        plan, records = Draft(fired=list(plain.fired)), plain.records
    else:
        moment = _moment(occasion, world, desk)
        world = moment.world
        matched = _matched(occasion, numbers, desk, world)
        asking = draft([rule for rule in matched if rule.status == "live"], moment, desk.setting, earlier)
        plan = await _answered(asking, occasion, desk, heard)
        shadow = await _shadow(matched, plan, moment, occasion, desk, memory)
        records = _carried(plan, name, moment, occasion, desk, memory)
    fields = shown_fields(occasion, world, desk.setting)
    decision = recorded(name, occasion, plan, records, shadow, fields, desk.setting)
    if desk.near and decision.outcome == "inbox" and not decision.fired and occasion.mention is not None:
        live = (rule for rule in desk.setting.engine.rules if rule.status == "live")
        decision = replace(decision, near=tuple(rule for rule, _ in near_misses(live, world)))
    if desk.keep_input:
        decision = replace(decision, input=input_of(occasion, heard))
    return Made(decision, world)


def _holding(occasion: Occasion, desk: Desk, world: World) -> tuple[int, ...]:
    """The numbers of the rules about mentions that hold."""
    sure, undecided = occasion.screened
    if not undecided:
        return sure
    holds = desk.setting.engine.holds
    held = [number for number in undecided if holds(number, world)]
    return tuple(sorted((*sure, *held))) if held else sure


def _matched(occasion: Occasion, numbers: Sequence[int], desk: Desk, world: World) -> list[Rule]:
    """The rules that hold, by id; or the one whose time has come, which has no number."""
    if occasion.due is not None:
        return [occasion.due] if world.truth(occasion.due.when, world) is True else []
    rules = desk.setting.engine.rules
    return [rules[number] for number in numbers]


def _carried(
    plan: Draft, name: str, moment: Moment, occasion: Occasion, desk: Desk, memory: Memory
) -> tuple[ActionRecord, ...]:
    """What the guards leave of a plan, with whom they want told; what it leaves behind is written into memory."""
    setting, proposals = desk.setting, plan.proposals
    about = occasion.mention.id if occasion.mention is not None else occasion.key
    places = [place for place, one in enumerate(proposals) if one.record is None]
    records = [one.record for one in proposals]
    left = guard([proposals[place] for place in places], moment, setting, memory)
    guarded = [
        _named(open_once(each, moment, memory, name, about), name, place)
        for place, each in zip(places, left, strict=True)
    ]
    settle(plan, guarded, moment, setting, memory)
    told: list[tuple[str, str]] = []
    for place, each in zip(places, guarded, strict=True):
        records[place] = each.record
        told += each.notify
        if each.record.state == "held":
            keep(held_from(each, occasion.mention, occasion.fields, moment), memory)
    return (*(record for record in records if record is not None), *notices(told))


def moment_of(occasion: Occasion, desk: Desk, memory: Memory) -> Moment:
    """The moment of an occasion, before anything is decided."""
    return _moment(occasion, world_of(occasion, occasion.fields, desk, memory), desk)


def _moment(occasion: Occasion, world: World, desk: Desk) -> Moment:
    """The moment of an occasion, and what guards look at in its world."""
    mention = occasion.mention
    channel = desk.channel(mention.platform if mention is not None else "x")
    if mention is not None and occasion.event == "mention":
        seen = desk.observe_for_guards(mention, occasion.subject.account)
        world = world.with_fields({**seen, **world.fields})
    return Moment(world, occasion.subject, occasion.now, channel, occasion.without)


def world_of(occasion: Occasion, fields: Mapping[str, FieldValue], desk: Desk, memory: Memory) -> World:
    """What conditions can see: the fields, and what we remember of the subject."""
    setting, subject = desk.setting, occasion.subject
    counters = setting.policy.counts
    closed = counters if occasion.event != "mention" else _closed(counters, subject, memory)
    wrote_first: bool | None = None
    if desk.touched.reads_wrote_first and occasion.mention is not None:
        wrote_first = occasion.mention.kind == "message" or bool(memory.get(state.wrote(subject)))
    return World(
        setting.policy,
        fields,
        time=occasion.time,
        truth=setting.engine.truth,
        counts=Counts(counters, subject, occasion.now, setting.zone, memory) if counters else {},
        closed=closed,
        flags=(memory.get(state.flags(subject)) or {}) if desk.touched.reads_flags else {},
        wrote_first=wrote_first,
    )


def _closed(counters: Mapping[str, Count], subject: Subject, memory: Memory) -> list[str]:
    """The counts that a mention cannot add to."""
    return [
        name
        for name, one in counters.items()
        if one.of == "our_post"
        or (one.of == "interaction" and memory.get(state.talk(name, one.per, subject)))
    ]


async def _shadow(
    matched: Sequence[Rule], live: Draft, moment: Moment, occasion: Occasion, desk: Desk, memory: Memory
) -> tuple[ActionRecord, ...]:
    """What shadow rules and guards would have done on the same state; only their own ledger is kept."""
    shadows = [rule for rule in matched if rule.status == "shadow"]
    if not shadows and not desk.shadow_guards:
        return ()
    copy = memory.fork()
    asking = draft(shadows, moment, desk.setting, copy, ledger="shadow-limit")
    plan = await _answered(asking, occasion, desk, pure=True)
    guarded = guard(plan.proposals, moment, desk.setting, copy, statuses=("live", "shadow"))
    changed = [
        g
        for g in guard(live.proposals, moment, desk.setting, copy, statuses=("shadow",))
        if g.record.state != "allowed"
    ]
    settle(plan, guarded, moment, desk.setting, copy, ledger="shadow-limit")
    for key, change in copy.changes.items():
        if key[0].startswith("shadow-"):
            memory.put(key, change.data)
    return tuple(each.record for each in (*guarded, *changed))


async def _answered(
    asking: Asking, occasion: Occasion, desk: Desk, heard: list[Heard] | None = None, *, pure: bool = False
) -> Draft:
    """Run a planner, asking the look-ups it wants, and note in `heard` what they said; `pure` refuses those that read the outside."""
    answer: Answer | None = None
    try:
        while True:
            ask = asking.send(answer) if answer is not None else next(asking)
            if pure and ask.lookup.reads_outside:
                answer = Answer(failed="it reads the outside, which a shadow statement never causes")
                continue
            question = Question(arguments=ask.arguments, mention=occasion.mention, at=occasion.now)
            found = await desk.seam.ask(ask.lookup, question)
            answer = Answer(failed=found.reason) if isinstance(found, Failed) else Answer(found)
            if heard is not None:
                heard.append((ask, answer))
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # what a generator returns reaches us untyped


def _named(guarded: Guarded, decision: str, number: int) -> Guarded:
    if guarded.record.state != "held":
        return guarded
    return replace(guarded, record=replace(guarded.record, id=f"{decision}.{number}"))
