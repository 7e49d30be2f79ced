"""SC501, SC502: rules that no test holds, or that no test holds back."""

from __future__ import annotations

from socialcare.policy.analysis.ground import Ground
from socialcare.policy.cases import Expected
from socialcare.policy.deciding.concerns import concerns
from socialcare.policy.statements import ALWAYS, Rule


def check_tested(ground: Ground) -> None:
    """Report rules without a test, and rules without one in which they stay quiet; not those on a schedule."""
    for rule in ground.written:
        if rule.at is not None:
            continue
        if not rule.cases:
            ground.problems.warning(
                "SC501", rule.place, f"no test stands under the rule `{rule.id}`",
                fix='write what it is for: `tests: [{mention: "…", expect: {fires: true}}]`',
            )  # fmt: skip
        elif rule.when != ALWAYS and not _is_held_back(rule, ground):
            ground.problems.warning(
                "SC502", rule.place, f"no test says when the rule `{rule.id}` stays quiet",
                fix='write what it is not for: `tests: [{mention: "…", expect: {fires: false}}]`',
            )  # fmt: skip


def _is_held_back(rule: Rule, ground: Ground) -> bool:
    return any(_is_negative(step.expect, rule, ground) for case in rule.cases for step in case.steps)


def _is_negative(expected: Expected, rule: Rule, ground: Ground) -> bool:
    """Whether it is expected that the rule does not fire, or that one of its actions never happens."""
    if expected.fires is False:
        return True
    return any(concerns(expected.never, ground.vocabulary.actions[use.action]) for use in rule.uses)
