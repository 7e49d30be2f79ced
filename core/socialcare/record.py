"""An occasion, and the record of what was decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec

from socialcare.model import (
    ActionRecord,
    Decision,
    FieldValue,
    Mention,
    Outcome,
    Tick,
    final_outcome,
)
from socialcare.policy.deciding.plan import Answer, Ask, Draft, Setting
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import World
from socialcare.policy.explaining.why import near_misses
from socialcare.policy.statements import Rule

Heard = tuple[Ask, Answer]
"""A question to a look-up and what it said."""


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


def recorded(
    name: str,
    occasion: Occasion,
    plan: Draft,
    records: Sequence[ActionRecord],
    shadow: tuple[ActionRecord, ...],
    world: World,
    setting: Setting,
) -> Decision:
    """The decision record of an occasion: what was planned, what the guards left of it, and where that leaves the mention."""
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


def input_of(
    occasion: Occasion, heard: Sequence[Heard]
) -> dict[str, Any]:  # Any: what was said, as plain data
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
