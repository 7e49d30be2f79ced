"""Prints explanations: a decision and what became of every rule, one rule by itself, what can keep a rule quiet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from socialcare.model import ActionRecord, FieldValue
from socialcare.policy.deciding.plan import Setting
from socialcare.policy.explaining.english_conditions import describe
from socialcare.policy.explaining.masking import masked
from socialcare.policy.explaining.why import Explanation, Miss, Verdict, obstacles
from socialcare.policy.explaining.why_lines import (
    away,
    binding_line,
    change_line,
    gates_of,
    guard_words,
    miss_line,
    moment,
    shown,
    verdict_line,
)
from socialcare.policy.statements import ALWAYS, Guard, Rule
from socialcare.simulate.hindsight import Hindsight

SHOWN = 10
"""Rules that did not fire that are told of, the nearest first, unless all are wanted."""


def decision_lines(found: Hindsight, setting: Setting, *, every: bool) -> Iterator[str]:
    """A decision and what became of every rule."""
    yield from _head(found, setting)
    for explanation in found.explanations:
        if len(found.explanations) > 1:
            yield f"\nas account {explanation.decision.account}:"
        yield from _actions(explanation)
        yield from _fields(explanation, setting)
        yield from _rules(explanation, setting, every=every)
        yield from _guards(explanation, setting)
    if not found.explanations:
        yield "  it is a post of our own, so no rule was asked"


def rule_lines(found: Hindsight, rule: Rule, setting: Setting) -> Iterator[str]:
    """What became of one rule, and the least that would have had to be different."""
    yield from _head(found, setting)
    for explanation in found.explanations:
        verdict = next(one for one in explanation.verdicts if one.rule.id == rule.id)
        place = f"{rule.place.file}:{rule.place.line}"
        yield f"\n{rule.id} ({place}), as account {explanation.decision.account}: {verdict_line(verdict, setting.zone)}"
        if rule.when != ALWAYS:
            yield f"  it wants: {masked(describe(rule.when))}"
        for miss in verdict.misses:
            yield f"  {_place(miss)} {miss_line(miss, setting.vocabulary, setting.zone)}"
        if verdict.nearest:
            yield f"nearest change, {away(verdict.distance)}:"
            yield from (f"  {_place(miss)} {change_line(miss)}" for miss in verdict.nearest)
        yield from _way(verdict, setting)
        bound = {name for record in verdict.actions for name in record.by}
        for name, binding in explanation.bindings.items():
            if name in bound:
                yield f"guard {name}: {binding_line(binding, setting.zone)}"


def obstacle_lines(rule: Rule, setting: Setting) -> Iterator[str]:
    """Everything that can keep a rule quiet though its condition holds."""
    guards, before = obstacles(rule, setting)
    yield f"what can keep `{rule.id}` quiet ({rule.place.file}:{rule.place.line}):"
    yield "\nits own gates:"
    gates = list(gates_of(rule, setting.zone))
    yield from (f"  {gate}" for gate in gates or ["none"])
    yield "\nguards:"
    for guard in sorted(guards, key=lambda one: (one.sealed, one.id)):
        yield f"  {guard.id} ({guard.place.file}:{guard.place.line}) {guard_words(guard)}{_binds(guard)}"
    if not guards:
        yield "  none"
    for slot, rules in before.items():
        yield f"\nrules that come before it for the {slot} answer, where both match:"
        for other in sorted(rules, key=lambda one: (setting.precedence.rank(one), one.id)):
            yield f"  {other.id} (rank {other.rank}, {other.place.file}:{other.place.line})"
        if not rules:
            yield "  none"
    if any(use.reply is not None for use in rule.uses):
        yield "\nits texts: one that is too long, misses a value, or would repeat personal data is held"


def _binds(guard: Guard) -> str:
    return "" if guard.when == ALWAYS else f", when {describe(guard.when)}"


def _head(found: Hindsight, setting: Setting) -> Iterator[str]:
    mention, decision = found.mention, found.decision
    known = f"{moment(mention.at, setting.zone)} {setting.zone.key}"
    at = "at a time that is not known" if mention.at_is_guessed else known
    yield f"mention {mention.id}, {at}, by {masked(decision.author)}, to {masked(decision.account)}"
    yield f"  {masked(' '.join(mention.text.split()))}"
    yield f"{decision.outcome}: {masked(decision.reason)} (policy {decision.policy[:12]})"
    for one in found.later:
        yield f"then, {moment(one.at, setting.zone)}, {one.outcome}: {masked(one.reason)}"
    if found.waits:
        yield "and it still waits when the archive ends"
    yield from (f"  problem: {masked(problem)}" for problem in decision.problems)


def _actions(explanation: Explanation) -> Iterator[str]:
    for record in explanation.decision.actions:
        if record.text is not None:
            text = record.text if record.reason is None else masked(record.text)
            yield f"  {record.action}, {record.state}: {text}"
    for record in explanation.decision.shadow:
        yield f"  in shadow: {_shadow(record)}"


def _shadow(record: ActionRecord) -> str:
    return f"{record.action} {record.state} from `{record.rule}`"


def _fields(explanation: Explanation, setting: Setting) -> Iterator[str]:
    fields = explanation.decision.fields
    if fields:
        yield "\nfields:"
    for name, found in fields.items():
        field = setting.vocabulary.fields.get(name)
        kind = field.kind if field is not None else ""
        yield f"  {name}: {shown(found.value, kind, setting.zone)}{_sure(found)}"
    if explanation.decision.unknown:
        yield f"  unknown: {', '.join(explanation.decision.unknown)}"


def _sure(found: FieldValue) -> str:
    sure = f", sure to {found.confidence:.0%}" if found.confidence < 1 else ""
    return sure + (
        f", from {', '.join(f'`{masked(word)}`' for word in found.evidence)}" if found.evidence else ""
    )


def _rules(explanation: Explanation, setting: Setting, *, every: bool) -> Iterator[str]:
    def heading(verdict: Verdict) -> str:
        if verdict.standing in ("failed", "unknown"):
            return f"did not fire, {away(verdict.distance)}"
        return {"fired": "fired", "gated": "matched, and stopped", "outranked": "matched, and outranked"}.get(
            verdict.standing, "not asked"
        )

    told = [one for one in explanation.verdicts if one.standing in _TOLD]
    missed = [one for one in explanation.verdicts if one.standing in ("unknown", "failed")]
    missed.sort(key=lambda one: (one.distance, one.rule.id))
    rest = [one for one in explanation.verdicts if one.standing in ("scheduled", "off")]
    shown_rules = [*told, *(missed if every else missed[:SHOWN]), *(rest if every else ())]
    for title, group in groupby(shown_rules, key=heading):
        yield f"\n{title}:"
        for verdict in group:
            place = f"{verdict.rule.place.file}:{verdict.rule.place.line}"
            line = f" {verdict_line(verdict, setting.zone)}" if verdict.standing in _TOLD else _marks(verdict)
            yield f"  {verdict.rule.id} ({place}){line}"
            for miss in verdict.misses:
                yield f"    {_place(miss)} {miss_line(miss, setting.vocabulary, setting.zone)}"
    if not every and len(missed) > SHOWN:
        yield f"\nand {len(missed) - SHOWN} rules that were farther away; `-v` tells of all"


_TOLD = ("fired", "gated", "outranked")


def _marks(verdict: Verdict) -> str:
    """What the heading does not say of a rule that did not fire."""
    words = ["unknown"] if verdict.standing == "unknown" else []
    words += [verdict.rule.status] if verdict.rule.status != "live" else []
    return f" {', '.join(words)}" if words else ""


def _guards(explanation: Explanation, setting: Setting) -> Iterator[str]:
    if explanation.bindings:
        yield "\nguards that bound:"
    for name, binding in explanation.bindings.items():
        place = f"{binding.guard.place.file}:{binding.guard.place.line}"
        yield f"  {name} ({place}) {binding_line(binding, setting.zone)}"


def _way(verdict: Verdict, setting: Setting) -> Iterator[str]:
    """What would have let a rule act that matched."""
    if verdict.standing == "gated":
        yield "its condition held; without that gate it would have fired"
    elif verdict.standing == "outranked":
        winner = setting.policy.rules[verdict.detail]
        if winner.rank == verdict.rule.rank:
            yield f"its condition held; `wins_over: [{winner.id}]` would let it win"
        else:
            yield f"its condition held; rank {winner.rank} comes before rank {verdict.rule.rank}"
    elif verdict.standing == "off":
        yield "`status: live` would let it be asked"


def _place(miss: Miss) -> str:
    return f"{miss.test.place.file}:{miss.test.place.line}"
