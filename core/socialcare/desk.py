"""A desk: everything a decision needs and nothing that can send; and how one occasion is decided on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from msgspec.structs import replace as replaced

from socialcare.model import OUTCOMES, ActionRecord, Decision, FieldValue, Mention, Refers
from socialcare.observed import Company, observe
from socialcare.policy.deciding import naive, state
from socialcare.policy.deciding.guarding import Guarded, guard
from socialcare.policy.deciding.holds import held_from, keep
from socialcare.policy.deciding.memory import Memory, counted
from socialcare.policy.deciding.plan import Answer, Asking, Draft, Moment, Setting
from socialcare.policy.deciding.planner import draft
from socialcare.policy.deciding.settle import open_once, settle
from socialcare.policy.deciding.state import Subject, subject_of
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import Rule
from socialcare.ports import Channel, Key, Question, Store
from socialcare.record import Heard, Occasion, decision_id, input_of, notices, recorded
from socialcare.seam import Failed, Provider, Seam


@dataclass(frozen=True)
class Desk:
    """Where decisions are made.

    `account` is the account of ours that mentions concern where the archive names none of ours (`--as`); `assume` fills fields that
    nobody provides (`--assume`); `pins` sets the fields of single mentions, by id; `keep_input` keeps in each decision what is needed to
    decide again.
    """

    setting: Setting
    store: Store
    seam: Seam
    classifiers: Sequence[Provider] = ()
    account: str | None = None
    assume: Mapping[str, FieldValue] = field(default_factory=dict)
    pins: Mapping[str, Mapping[str, FieldValue]] = field(default_factory=dict)
    keep_input: bool = False

    @cached_property
    def company(self) -> Company:
        """Who we are."""
        return Company(self.setting.policy.accounts)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules about mentions that are live or in shadow."""
        return tuple(r for r in self.setting.policy.rules.values() if r.status != "off" and r.at is None)

    @cached_property
    def scheduled(self) -> tuple[Rule, ...]:
        """The rules that speak at set times and are live or in shadow."""
        return tuple(r for r in self.setting.policy.rules.values() if r.status != "off" and r.at is not None)

    @cached_property
    def receivers(self) -> frozenset[str]:
        """The accounts that a rule hands mentions over to."""
        found: set[str] = set()
        for rule in self.setting.policy.rules.values():
            for use in rule.uses:
                name = self._account_parameter(use.action)
                found.update(str(value) for key, value in use.params.items() if key == name)
        return frozenset(found)

    def receiver(self, record: ActionRecord) -> str | None:
        """The account that an action hands the mention over to, if it does."""
        name = self._account_parameter(record.action)
        return str(record.payload[name]) if name is not None and name in record.payload else None

    def channel(self, platform: str) -> Channel:
        """The channel of a platform, or a plain one for a platform that no plugin knows."""
        return self.setting.channels.get(platform) or self.setting.channels[""]

    def keys(self, subject: Subject) -> Iterable[Key]:
        """Every key of policy state that deciding about a subject can touch."""
        words = self.setting.vocabulary
        choices = sorted(name for name, lookup in words.lookups.items() if lookup.choice is not None)
        onces = sorted(name for name, action in words.actions.items() if action.merge == "one")
        return state.keys(self.setting.policy, subject, choices, onces)

    def _account_parameter(self, action: str) -> str | None:
        params = (
            self.setting.vocabulary.actions[action].params
            if action in self.setting.vocabulary.actions
            else None
        )
        for name, parameter in (params.model_fields if params is not None else {}).items():
            if any(isinstance(mark, Refers) and mark.to == "account" for mark in parameter.metadata):
                return name
        return None


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, and the moment in which it was made."""

    decision: Decision
    moment: Moment


def occasion_of(
    mention: Mention,
    account: str,
    classified: Mapping[str, FieldValue],
    desk: Desk,
    memory: Memory,
    *,
    without: frozenset[str] = frozenset(),
) -> Occasion:
    """A mention as one account of ours sees it; `without` the handover when it was handed over."""
    subject = subject_of(mention, account)
    wrote_first = bool(memory.get(state.wrote(subject)))
    seen = observe(mention, account, desk.company, mention.at, wrote_first=wrote_first)
    return Occasion(
        key=mention.key,
        event="mention",
        subject=subject,
        now=mention.at,
        time=None if mention.at_is_guessed else mention.at,
        fields={**desk.assume, **classified, **seen, **desk.pins.get(mention.id, {})},
        rules=desk.rules,
        mention=mention,
        hop=2 if without else 1,
        without=without,
    )


def handed_over(decision: Decision, then: Decision) -> Decision:
    """A decision with that of the receiving account; the mention ends where the better of them leaves it."""
    first = min(decision.outcome, then.outcome, key=OUTCOMES.index)
    return replaced(decision, then=then, outcome=first)


async def make(occasion: Occasion, desk: Desk, memory: Memory, before: Memory | None = None) -> Made:
    """Match, plan, guard, and write into memory what the plan leaves behind.

    `before` is the state that conditions and gates see, where that is an earlier one than the guards count in.
    """
    setting = desk.setting
    earlier = memory if before is None else before
    moment = moment_of(occasion, desk, earlier)
    world = moment.world
    matched = naive.rules(occasion.rules, world)
    asking = draft([rule for rule in matched if rule.status == "live"], moment, setting, earlier)
    heard: list[Heard] = []
    plan = await _answered(asking, occasion, desk, heard)
    name = decision_id(setting.policy.hash, occasion.key, occasion.hop)
    shadow = await _shadow(matched, plan, moment, occasion, desk, memory)
    guarded = [
        open_once(each, moment, memory, name) for each in guard(plan.proposals, moment, setting, memory)
    ]
    guarded = [_named(each, name, number) for number, each in enumerate(guarded)]
    settle(plan, guarded, moment, setting, memory)
    for each in guarded:
        if each.record.state == "held":
            keep(held_from(each, occasion.mention, occasion.fields, moment), memory)
    records = [each.record for each in guarded]
    records += notices([told for each in guarded for told in each.notify])
    decision = recorded(name, occasion, plan, records, shadow, world, setting)
    if desk.keep_input:
        decision = replaced(decision, input=input_of(occasion, heard))
    return Made(decision, moment)


def moment_of(occasion: Occasion, desk: Desk, memory: Memory) -> Moment:
    """The moment of an occasion, before anything is decided."""
    channel = desk.channel(occasion.mention.platform if occasion.mention is not None else "x")
    world = world_of(occasion, desk.setting, memory)
    return Moment(world, occasion.subject, occasion.now, channel, occasion.without)


def world_of(occasion: Occasion, setting: Setting, memory: Memory) -> World:
    """What conditions can see: the fields, and what we remember of the subject."""
    counts: dict[str, int] = {}
    closed: set[str] = set()
    for name, counter in setting.policy.counts.items():
        tally = memory.get(state.count(name, counter.per, occasion.subject))
        counts[name] = counted(tally, counter.window, occasion.now, setting.zone)
        again = counter.of == "interaction" and memory.get(state.talk(name, counter.per, occasion.subject))
        if again or counter.of == "our_post" or occasion.event != "mention":
            closed.add(name)
    return World(
        setting.policy,
        occasion.fields,
        time=occasion.time,
        truth=naive.truth,
        counts=counts,
        closed=frozenset(closed),
        flags=memory.get(state.flags(occasion.subject)) or {},
    )


async def _shadow(
    matched: Sequence[Rule], live: Draft, moment: Moment, occasion: Occasion, desk: Desk, memory: Memory
) -> tuple[ActionRecord, ...]:
    """What shadow rules and guards would have done on the same state; only their own ledger is kept."""
    shadows = [rule for rule in matched if rule.status == "shadow"]
    guards = [g for g in desk.setting.policy.guards.values() if g.status == "shadow"]
    if not shadows and not guards:
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
    return replace(guarded, record=replaced(guarded.record, id=f"{decision}.{number}"))
