"""A desk: everything a decision needs and nothing that can send; and how one occasion is decided on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

import msgspec
from msgspec.structs import replace as replaced

from socialcare.model import (
    ActionRecord,
    Decision,
    FieldValue,
    Mention,
    Outcome,
    Refers,
    Tick,
    final_outcome,
)
from socialcare.observed import Company
from socialcare.policy.deciding import naive, state
from socialcare.policy.deciding.guarding import Guarded, guard
from socialcare.policy.deciding.holds import held_from, keep
from socialcare.policy.deciding.memory import Memory, counted
from socialcare.policy.deciding.plan import Answer, Ask, Asking, Draft, Moment, Setting, draft
from socialcare.policy.deciding.settle import open_once, settle
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import World
from socialcare.policy.explaining.why import near_misses
from socialcare.policy.statements import Rule
from socialcare.ports import Channel, Key, Question, Store
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
class Occasion:
    """One thing to be decided: a mention seen as an account of ours, or a rule whose time has come.

    `key` names the event; `time` is what conditions see, `None` where the archive did not say when.
    """

    key: str
    event: Literal["mention", "tick", "control"]
    subject: Subject
    now: datetime
    time: datetime | None
    fields: Mapping[str, FieldValue]
    rules: Sequence[Rule]
    mention: Mention | None = None
    hop: int = 1
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, and the moment in which it was made."""

    decision: Decision
    moment: Moment


async def make(occasion: Occasion, desk: Desk, memory: Memory) -> Made:
    """Match, plan, guard, and write into memory what the plan leaves behind."""
    setting = desk.setting
    moment = moment_of(occasion, desk, memory)
    world = moment.world
    matched = naive.rules(occasion.rules, world)
    asking = draft([rule for rule in matched if rule.status == "live"], moment, setting, memory)
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
    decision = _decision(name, occasion, plan, records, shadow, world, setting)
    if desk.keep_input:
        decision = replaced(decision, input=_input(occasion, heard))
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


def decision_id(policy: str, event: str, hop: int) -> str:
    """The name of a decision: the same policy deciding the same event gives the same name."""
    return sha256(f"{policy}\0{event}\0{hop}".encode()).hexdigest()[:32]


def outcome_of(records: Sequence[ActionRecord], setting: Setting) -> Outcome:
    """Where a plan leaves its mention."""
    settles = {
        name: action.settles
        for name, action in setting.vocabulary.actions.items()
        if action.settles is not None
    }
    return final_outcome(records, settles)


def reason_of(records: Sequence[ActionRecord], outcome: Outcome, setting: Setting) -> str:
    """Why a mention ended there, in a few words: the action's own reason, the guards, or that nothing matched."""
    for record in records:
        action = setting.vocabulary.actions.get(record.action)
        if action is None or record.state == "forbidden" or action.settles != outcome:
            continue
        said = record.payload.get("reason")
        return str(said) if said else f"rule {record.rule}"
    if outcome == "held":
        by = sorted({name for record in records if record.state == "held" for name in record.by})
        why = sorted({record.reason for record in records if record.state == "held" and record.reason})
        return ", ".join([*(f"guard {name}" for name in by), *why])
    forbidden = sorted({name for record in records if record.state == "forbidden" for name in record.by})
    if forbidden:
        return "forbidden by " + ", ".join(forbidden)
    return "no rule answers it" if records else "no rule matched"


def notices(told: Iterable[tuple[str, str]]) -> list[ActionRecord]:
    """Notifications that guards ask for, each once."""
    return [
        ActionRecord(action="notify", rule=name, payload={"to": person, "about": f"guard {name}"})
        for name, person in sorted(set(told))
    ]


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


Heard = tuple[Ask, Answer]


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


def _decision(
    name: str,
    occasion: Occasion,
    plan: Draft,
    records: Sequence[ActionRecord],
    shadow: tuple[ActionRecord, ...],
    world: World,
    setting: Setting,
) -> Decision:
    outcome = outcome_of(records, setting)
    reason = reason_of(records, outcome, setting)
    if occasion.mention is None and outcome == "inbox" and not _is_for_a_person(records, setting):
        outcome, reason = "acknowledged", _of_schedule(plan, occasion)
    used = sorted(setting.policy.uses)
    fields = {path: found for path in used if (found := world.fields.get(path)) is not None}
    fields.update(
        (path, found) for path in setting.policy.formulas if (found := world.value(path)) is not None
    )
    fields.pop("text", None)
    if occasion.mention is None:  # what a schedule has no mention for is not worth a line each
        fields = {path: found for path, found in fields.items() if found.value is not None}
    return Decision(
        id=name,
        mention=occasion.mention.id if occasion.mention is not None else occasion.key,
        at=occasion.now,
        account=occasion.subject.account,
        author=occasion.mention.author.handle or occasion.mention.author.id
        if occasion.mention is not None
        else "",
        outcome=outcome,
        reason=reason,
        policy=setting.policy.hash,
        event=occasion.event,
        platform=occasion.mention.platform if occasion.mention is not None else "x",
        hop=occasion.hop,
        fired=tuple(sorted(plan.fired)),
        actions=tuple(records),
        fields=dict(sorted(fields.items())),
        unknown=tuple(
            path for path in used if path not in world.fields and path in setting.vocabulary.fields
        ),
        outranked=dict(sorted(plan.outranked.items())),
        gated=dict(sorted(plan.gated.items())),
        near=() if plan.fired or outcome != "inbox" else _near(occasion, world),
        problems=tuple(plan.problems),
        shadow=shadow,
    )


def _near(occasion: Occasion, world: World) -> tuple[str, ...]:
    """The rules that came closest to an answer, for the person who gives it."""
    live = (rule for rule in occasion.rules if rule.status == "live")
    return tuple(rule for rule, _ in near_misses(live, world))


def _is_for_a_person(records: Sequence[ActionRecord], setting: Setting) -> bool:
    """Whether what came of a schedule leaves something to a person: what is forbidden, or sent to the inbox."""
    actions = setting.vocabulary.actions
    return any(
        r.state == "forbidden" or actions[r.action].settles == "inbox" for r in records if r.action in actions
    )


def _of_schedule(plan: Draft, occasion: Occasion) -> str:
    """Why a schedule ended as it did."""
    if plan.fired:
        return f"rule {', '.join(plan.fired)}"
    gates = [f"rule {rule}: {gate}" for rule, gate in sorted(plan.gated.items())]
    return "; ".join(gates) or f"rule {occasion.rules[0].id}: its condition does not hold"


def _input(occasion: Occasion, heard: Sequence[Heard]) -> dict[str, Any]:  # Any: what was said, as plain data
    """What is needed to decide again: the event, the account it was seen as, the fields, and what look-ups answered."""
    event = occasion.mention if occasion.mention is not None else Tick(at=occasion.now)
    answers = [
        {
            "look_up": ask.lookup.name,
            "arguments": ask.arguments,
            **({"found": answer.found} if answer.failed is None else {"failed": answer.failed}),
        }
        for ask, answer in heard
    ]
    return {
        "event": msgspec.to_builtins(event),
        "account": occasion.subject.account,
        "fields": msgspec.to_builtins(dict(occasion.fields)) if occasion.mention is not None else {},
        "answers": msgspec.to_builtins(answers),
    }
