"""Plain rules: always the same actions, which nothing can keep back and which leave nothing behind."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from socialcare.model import ActionRecord, Outcome
from socialcare.policy.deciding.courses import course
from socialcare.policy.deciding.outcomes import outcome_of, reason_of
from socialcare.policy.deciding.plan import Proposal, Setting
from socialcare.policy.deciding.planner import merged
from socialcare.policy.statements import Rule


class Acts(Struct, frozen=True):
    """What plain rules do together, as the planner and the guards would leave it, and where that leaves the mention."""

    fired: tuple[str, ...]
    records: tuple[ActionRecord, ...]
    outcome: Outcome
    reason: str


class PlainRules:
    """What the plain rules of a setting do, by the numbers that the engine gives them."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._known: dict[tuple[int, ...], Acts | None] = {}

    def acts(self, numbers: tuple[int, ...]) -> Acts | None:
        """What rules of the engine do together if all are plain; `None` if one is not."""
        if numbers in self._known:
            return self._known[numbers]
        acts = self._together([self._setting.engine.rules[number] for number in numbers])
        if len(self._known) < _MOST_KNOWN:
            self._known[numbers] = acts
        return acts

    def _together(self, matched: Sequence[Rule]) -> Acts | None:
        setting = self._setting
        proposals: list[Proposal] = []
        for rule in matched:
            always = course(rule, setting).always
            if always is None or rule.status != "live":
                return None
            proposals += always
        records = tuple(each.record for each in merged(proposals) if each.record is not None)
        outcome = outcome_of(records, setting)
        fired = tuple(sorted(rule.id for rule in matched))
        return Acts(fired, records, outcome, reason_of(records, outcome, setting))


_MOST_KNOWN = 20_000
"""Combinations of rules; few of the possible ones ever meet."""
