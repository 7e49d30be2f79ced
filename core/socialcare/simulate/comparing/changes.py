"""What of a decision changes between two policies: what the public sees, what is held, what only people inside see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from socialcare.model import ActionRecord, Decision
from socialcare.simulate.summary import chain

Change = Literal[
    "public_changed", "silenced", "spoken", "text_changed", "private_changed", "outcome_changed",
    "held_changed", "urgency_changed", "inside_changed", "trace_changed",
]  # fmt: skip

MEANING: dict[Change, str] = {
    "public_changed": "what everybody sees: a reply comes, goes or has other words",
    "silenced": "the old policy answers in public, the new one does not",
    "spoken": "the new policy answers in public, the old one does not",
    "text_changed": "both answer in public, with other words",
    "private_changed": "a private message comes, goes or has other words",
    "outcome_changed": "the mention ends elsewhere",
    "held_changed": "something else is held, or by another guard",
    "urgency_changed": "people look at it sooner or later",
    "inside_changed": "cases, labels, notes, notifications, or what is remembered",
    "trace_changed": "other rules match, and nothing comes of it",
}
"""The figures of a comparison, the gravest first."""

URGENCY = "urgency"


def changes(old: Decision, new: Decision) -> frozenset[Change]:
    """All that changes; nothing where the two decide alike for the same reasons."""
    return frozenset(_changes(old, new))


def records(decision: Decision) -> Iterator[ActionRecord]:
    """Everything a decision proposes, with what comes after a handover."""
    for each in chain(decision):
        yield from each.actions


def _changes(old: Decision, new: Decision) -> Iterator[Change]:
    before, after = _said(old, "public"), _said(new, "public")
    if before != after:
        yield "public_changed"
        yield "text_changed" if before and after else ("silenced" if before else "spoken")
    if _said(old, "private") != _said(new, "private"):
        yield "private_changed"
    if old.outcome != new.outcome:
        yield "outcome_changed"
    if _held(old) != _held(new):
        yield "held_changed"
    if _inside(old, urgent=True) != _inside(new, urgent=True):
        yield "urgency_changed"
    if _inside(old, urgent=False) != _inside(new, urgent=False):
        yield "inside_changed"
    if _trace(old) != _trace(new):
        yield "trace_changed"


def _said(decision: Decision, voice: str) -> list[tuple[str, str]]:
    return [
        (one.action, one.text or "")
        for one in records(decision)
        if one.state == "allowed" and one.slot in (voice, "both")
    ]


def _held(decision: Decision) -> list[tuple[str, str, tuple[str, ...], str]]:
    return sorted(
        (one.action, one.text or "", one.by, one.reason or "")
        for one in records(decision)
        if one.state == "held"
    )


def _inside(decision: Decision, *, urgent: bool) -> list[str]:
    return sorted(
        f"{one.action} {sorted(one.payload.items(), key=str)}"
        for one in records(decision)
        if one.state == "allowed" and one.slot is None and (one.action == URGENCY) is urgent
    )


def _trace(decision: Decision) -> list[tuple[object, ...]]:
    return [
        (
            each.fired,
            tuple(each.outranked.items()),
            tuple(each.gated.items()),
            [(a.action, a.rule, a.state, a.by) for a in each.actions],
        )
        for each in chain(decision)
    ]
