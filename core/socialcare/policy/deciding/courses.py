"""What can be said of a rule's plan before any mention: the voices that it takes, its gates, what it always does.

Most of what rules do is to put a label on a mention or to send it on to people; that is made once, not mention by mention.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialcare.model import ActionRecord
from socialcare.policy.deciding.plan import Course, Proposal, Setting, Step
from socialcare.policy.language.texts import Text
from socialcare.policy.statements import Active, Asked, Path, Rule, Use
from socialcare.ports import Action

VOICES: Mapping[str | None, tuple[str, ...]] = {
    "public": ("public",),
    "private": ("private",),
    "both": ("public", "private"),
    None: (),
}
"""The voices that a slot stands for."""

_VARYING = Asked | Path | Text
"""What a parameter says anew each time."""


def course(rule: Rule, setting: Setting) -> Course:
    """The course of a rule, made when it is first followed."""
    known = setting.courses.get(rule.id)
    if known is None:
        known = setting.courses[rule.id] = _course(rule, setting)
    return known


def _course(rule: Rule, setting: Setting) -> Course:
    steps = tuple(_step(rule, use, setting) for use in rule.uses)
    is_gated = rule.limit is not None or rule.rollout is not None or rule.active != Active()
    takes = frozenset(voice for step in steps for voice in step.takes)
    always = [step.always for step in steps if step.always is not None]
    is_free = not is_gated and not rule.look_up and len(always) == len(steps)
    rank = setting.precedence.rank(rule)
    return Course(rule, steps, takes, is_gated, rank, tuple(always) if is_free else None)


def _step(rule: Rule, use: Use, setting: Setting) -> Step:
    action = setting.vocabulary.actions[use.action]
    order = (action.name, setting.precedence.rank(rule), rule.id)
    always = None
    if _is_literal(use) and _is_quiet(action) and not setting.guards_about(action):
        payload = action.propose(use.params) if action.propose is not None else use.params
        if payload is not None:
            record = ActionRecord(action=action.name, rule=rule.id, payload=dict(payload))
            alike = same(action, record.payload, None)
            always = Proposal(action, rule, payload=record.payload, record=record, same=alike, order=order)
    return Step(use, action, VOICES[action.slot], order, always)


def same(action: Action, payload: Mapping[str, Any], text: str | None) -> str:  # Any: the action's own JSON
    """What two proposals of an action share where they are one."""
    return f"{action.name} {sorted(payload.items())!r} {text}"


def _is_literal(use: Use) -> bool:
    """Whether a use says the same every time."""
    values = use.params.values()
    return use.when is None and use.reply is None and not any(isinstance(v, _VARYING) for v in values)


def _is_quiet(action: Action) -> bool:
    """Whether an action stays among us, is only ever added to others, and leaves nothing in memory."""
    is_added = action.slot is None and action.merge == "all" and action.effect == "internal"
    return is_added and not (
        action.original or action.parameters_to("flag") or action.parameters_to("account")
    )
