"""An occasion, and the record of what was decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from socialcare.model import (
    ActionRecord,
    Decision,
    FieldValue,
    Mention,
    Tick,
)
from socialcare.policy.deciding.engine import Screened
from socialcare.policy.deciding.outcomes import outcome_of, reason_of
from socialcare.policy.deciding.plain import Acts
from socialcare.policy.deciding.plan import Answer, Ask, Draft, Setting
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import WROTE_FIRST, World
from socialcare.policy.statements import Rule

Heard = tuple[Ask, Answer]
"""A question to a look-up and what it said."""


NOBODYS = Screened((), ())
"""What is screened where no rule about mentions is asked."""


class Occasion(Struct, frozen=True, kw_only=True):
    """One thing to be decided: a mention seen as an account of ours, or a rule whose time has come.

    `key` names the event; `time` is what conditions see, `None` where the archive did not say when; `screened` are the rules about
    mentions that may hold, `due` the rule whose time has come; `decided` is the decision, where no state has a say in it and only
    counts are kept.
    """

    key: str
    event: Literal["mention", "tick", "control"]
    subject: Subject
    now: datetime
    time: datetime | None
    fields: Mapping[str, FieldValue]
    screened: Screened = NOBODYS
    due: Rule | None = None
    mention: Mention | None = None
    hop: int = 1
    without: frozenset[str] = frozenset()
    decided: Decision | None = None


def decision_id(policy: str, event: str, hop: int) -> str:
    """The name of a decision: the same policy deciding the same event gives the same name."""
    return sha256(f"{policy}\0{event}\0{hop}".encode()).hexdigest()[:32]


def notices(told: Iterable[tuple[str, str]]) -> list[ActionRecord]:
    """Notifications that guards ask for, each once."""
    return [
        ActionRecord(action="notify", rule=name, payload={"to": person, "about": f"guard {name}"})
        for name, person in sorted(set(told))
    ]


def recorded_plainly(
    mention: Mention, account: str, fields: Mapping[str, FieldValue], acts: Acts, setting: Setting
) -> Decision:
    """The decision record of a mention in which no state has a say."""
    policy, author = setting.policy.hash, mention.author
    shown = seen_fields(fields, setting)
    return Decision(
        id=decision_id(policy, mention.key, 1),
        mention=mention.id,
        at=mention.at,
        platform=mention.platform,
        account=account,
        author=author.handle or author.id,
        outcome=acts.outcome,
        reason=acts.reason,
        fired=acts.fired,
        actions=acts.records,
        fields=shown,
        policy=policy,
        unknown=_unknown(shown, fields, setting),
    )


def recorded(
    name: str,
    occasion: Occasion,
    plan: Draft,
    records: tuple[ActionRecord, ...],
    shadow: tuple[ActionRecord, ...],
    fields: Mapping[str, FieldValue],
    setting: Setting,
) -> Decision:
    """The decision record of an occasion: what was planned, what the guards left of it, and where that leaves the mention."""
    mention = occasion.mention
    outcome = outcome_of(records, setting)
    reason = reason_of(records, outcome, setting)
    if mention is None and outcome == "inbox" and not _is_for_a_person(records, setting):
        outcome, reason = "acknowledged", _of_schedule(plan, occasion)
    return Decision(
        id=name,
        mention=mention.id if mention is not None else occasion.key,
        at=occasion.now,
        account=occasion.subject.account,
        author=mention.author.handle or mention.author.id if mention is not None else "",
        outcome=outcome,
        reason=reason,
        policy=setting.policy.hash,
        event=occasion.event,
        platform=mention.platform if mention is not None else "x",
        hop=occasion.hop,
        fired=tuple(sorted(plan.fired)),
        actions=records,
        fields=fields,
        unknown=_unknown(fields, occasion.fields, setting),
        outranked=dict(sorted(plan.outranked.items())) if plan.outranked else {},
        gated=dict(sorted(plan.gated.items())) if plan.gated else {},
        problems=tuple(plan.problems),
        shadow=shadow,
    )


def seen_fields(seen: Mapping[str, FieldValue], setting: Setting) -> dict[str, FieldValue]:
    """The fields that the policy reads, in order, as far as they are seen and not remembered or worked out."""
    return {path: seen[path] for path in setting.shown if path in seen}


def shown_fields(occasion: Occasion, world: World, setting: Setting) -> dict[str, FieldValue]:
    """The fields that the policy reads, and its formulas, in order."""
    fields = seen_fields(occasion.fields, setting)
    if setting.policy.formulas or WROTE_FIRST in setting.reads:
        others = [*setting.policy.formulas, *([WROTE_FIRST] if WROTE_FIRST in setting.reads else [])]
        fields.update((path, found) for path in others if (found := world.value(path)) is not None)
        fields = dict(sorted(fields.items()))
    if occasion.mention is None:  # what a schedule has no mention for is not worth a line each
        fields = {path: found for path, found in fields.items() if found.value is not None}
    return fields


def _unknown(
    shown: Mapping[str, FieldValue], seen: Mapping[str, FieldValue], setting: Setting
) -> tuple[str, ...]:
    """The fields that the policy reads and nobody provided."""
    if len(shown) == len(setting.shown):
        return ()
    return tuple([path for path in setting.shown if path not in shown and path not in seen])


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
    return (
        "; ".join(gates)
        or f"rule {occasion.due.id if occasion.due is not None else ''}: its condition does not hold"
    )


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
        "fields": msgspec.to_builtins({name: asdict(found) for name, found in occasion.fields.items()})
        if occasion.mention is not None
        else {},
        "answers": msgspec.to_builtins(answers),
    }
