"""Explanations as data, for programs; personal data is hidden as in print."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from socialcare.model import ActionRecord
from socialcare.policy.deciding.plan import Setting
from socialcare.policy.explaining.masking import masked
from socialcare.policy.explaining.why import Explanation, Miss, Verdict, obstacles
from socialcare.policy.explaining.why_lines import gates_of, guard_words, shown, spelt
from socialcare.policy.statements import Guard, Rule
from socialcare.simulate.hindsight import Hindsight

Object = dict[str, Any]  # Any: JSON


def explanation_object(found: Hindsight, setting: Setting, rule: str | None = None) -> Object:
    """A decision and what became of every rule, or of one."""
    return {
        "mention": found.mention.id,
        "at": found.mention.at.isoformat(),
        "account": found.decision.account,
        "outcome": found.decision.outcome,
        "reason": masked(found.decision.reason),
        "policy": found.decision.policy,
        "later": [
            {"at": one.at.isoformat(), "outcome": one.outcome, "reason": masked(one.reason)}
            for one in found.later
        ],
        "waits": found.waits,
        "explanations": [_explanation(one, setting, rule) for one in found.explanations],
    }


def obstacles_object(rule: Rule, setting: Setting) -> Object:
    """Everything that can keep a rule quiet."""
    guards, before = obstacles(rule, setting)
    return {
        "rule": rule.id,
        "gates": list(gates_of(rule, setting.zone)),
        "guards": [_guard(guard) for guard in guards],
        "before": {slot: sorted(other.id for other in rules) for slot, rules in before.items()},
    }


def _explanation(explanation: Explanation, setting: Setting, rule: str | None) -> Object:
    return {
        "account": explanation.decision.account,
        "unknown": list(explanation.decision.unknown),
        "rules": [
            _verdict(one, setting) for one in explanation.verdicts if rule is None or one.rule.id == rule
        ],
        "guards": [
            {**_guard(one.guard), "until": _moment(one.until)} for one in explanation.bindings.values()
        ],
    }


def _verdict(verdict: Verdict, setting: Setting) -> Object:
    return {
        "rule": verdict.rule.id,
        "file": verdict.rule.place.file,
        "line": verdict.rule.place.line,
        "status": verdict.rule.status,
        "standing": verdict.standing,
        "detail": verdict.detail,
        "until": _moment(verdict.until),
        "distance": verdict.distance,
        "misses": [_miss(miss, setting) for miss in verdict.misses],
        "nearest": [_miss(miss, setting) for miss in verdict.nearest],
        "actions": [_action(record) for record in verdict.actions],
    }


def _miss(miss: Miss, setting: Setting) -> Object:
    field = setting.vocabulary.fields.get(miss.test.path)
    kind = field.kind if field is not None else ""
    known = miss.actual is not None and miss.test.path != "text"
    return {
        "test": spelt(miss.test),
        "file": miss.test.place.file,
        "line": miss.test.place.line,
        "signals": list(miss.signals),
        "wanted": miss.wanted,
        "truth": miss.truth,
        "actual": shown(miss.actual.value, kind, setting.zone) if known and miss.actual is not None else None,
        "confidence": miss.actual.confidence if miss.actual is not None else None,
    }


def _action(record: ActionRecord) -> Object:
    return {
        "action": record.action,
        "state": record.state,
        "by": list(record.by),
        "until": _moment(record.until),
        "text": record.text if record.text is None or record.reason is None else masked(record.text),
        "reason": masked(record.reason) if record.reason is not None else None,
    }


def _guard(guard: Guard) -> Object:
    return {
        "guard": guard.id,
        "file": guard.place.file,
        "line": guard.place.line,
        "sealed": guard.sealed,
        "does": guard_words(guard),
        "because": guard.because,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
