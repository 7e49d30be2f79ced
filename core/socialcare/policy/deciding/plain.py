"""Plain rules: always the same actions, which nothing can keep back and which leave nothing behind.

Most rules only put a label on a mention or send it on to people; what they do is made once, not mention by mention.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from msgspec import Struct

from socialcare.model import ActionRecord, Outcome
from socialcare.policy.deciding.outcomes import outcome_of, reason_of
from socialcare.policy.deciding.plan import Setting
from socialcare.policy.language.texts import Text
from socialcare.policy.statements import Active, Asked, Path, Rule, Use
from socialcare.ports import Action


class Plain(Struct, frozen=True):
    """One action of a plain rule: its record, its place among those of other rules, and what makes another the same."""

    record: ActionRecord
    place: tuple[str, int, str]
    same: str


class Acts(Struct, frozen=True):
    """What plain rules do together, as the planner and the guards would leave it, and where that leaves the mention."""

    fired: tuple[str, ...]
    records: tuple[ActionRecord, ...]
    outcome: Outcome
    reason: str


class PlainRules:
    """The plain rules of a setting, found out one by one as they match; `rules` are those that the engine numbers."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._known: dict[str, tuple[Plain, ...] | None] = {}
        self._together: dict[tuple[int, ...], Acts | None] = {}

    def acts(self, numbers: tuple[int, ...]) -> Acts | None:
        """What rules of the engine do together if all are plain; `None` if one is not."""
        if numbers in self._together:
            return self._together[numbers]
        rules = self._setting.engine.rules
        acts = self.of([rules[number] for number in numbers])
        if len(self._together) < _MOST_REMEMBERED:
            self._together[numbers] = acts
        return acts

    def of(self, matched: Sequence[Rule]) -> Acts | None:
        """What rules do together if all are plain; `None` if one is not."""
        known = self._known
        found: list[Plain] = []
        for rule in matched:
            if rule.id not in known:
                known[rule.id] = _plain(rule, self._setting)
            actions = known[rule.id]
            if actions is None:
                return None
            found += actions
        kept: dict[str, ActionRecord] = {}
        for one in sorted(found, key=attrgetter("place")):
            kept.setdefault(one.same, one.record)
        records, setting = tuple(kept.values()), self._setting
        outcome = outcome_of(records, setting)
        fired = tuple(sorted(rule.id for rule in matched))
        return Acts(fired, records, outcome, reason_of(records, outcome, setting))


_MOST_REMEMBERED = 20_000
"""Combinations of rules; few of the possible ones ever meet."""


def _plain(rule: Rule, setting: Setting) -> tuple[Plain, ...] | None:
    is_gated = rule.limit is not None or rule.rollout is not None or rule.active != Active()
    if is_gated or rule.look_up or rule.status != "live":
        return None
    found: list[Plain] = []
    for use in rule.uses:
        action = setting.vocabulary.actions[use.action]
        if not (_is_literal(use) and _is_quiet(action) and not setting.guards_about(action)):
            return None
        payload = action.propose(use.params) if action.propose is not None else use.params
        if payload is not None:
            place = (action.name, setting.precedence.rank(rule), rule.id)
            record = ActionRecord(action=action.name, rule=rule.id, payload=dict(payload))
            found.append(Plain(record, place, same(action, payload, None)))
    return tuple(found)


def same(action: Action, payload: Any, text: str | None) -> str:  # Any: the action's own JSON
    """What two proposals of an action share where they are one."""
    return f"{action.name} {sorted(payload.items())!r} {text}"


def _is_literal(use: Use) -> bool:
    """Whether a use says the same every time."""
    values = use.params.values()
    return (
        use.when is None and use.reply is None and not any(isinstance(v, Asked | Path | Text) for v in values)
    )


def _is_quiet(action: Action) -> bool:
    """Whether an action stays among us, is only ever added to others, and leaves nothing in memory."""
    is_added = action.slot is None and action.merge == "all" and action.effect == "internal"
    return is_added and not (
        action.original or action.parameters_to("flag") or action.parameters_to("account")
    )
