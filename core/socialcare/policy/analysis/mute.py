"""SC312: actions that a guard always forbids."""

from __future__ import annotations

from socialcare.policy.analysis.ground import Ground, applies
from socialcare.policy.deciding.concerns import concerns
from socialcare.policy.statements import Active, Guard, Rule


def check_mute(ground: Ground) -> None:
    """Report the actions of a rule that a guard forbids wherever the rule fires."""
    guards = [
        guard
        for guard in ground.policy.guards.values()
        if guard.forbid and guard.status == "live" and guard.active == Active()
    ]
    for rule in ground.written:
        told: set[str] = set()
        for guard in guards:
            if not {rule.id, rule.rank} & guard.excepted:
                told |= _report(rule, guard, told, ground)


def _report(rule: Rule, guard: Guard, told: set[str], ground: Ground) -> set[str]:
    """Report each action once, with the first guard that forbids it."""
    solver = ground.within(rule)
    muted: set[str] = set()
    for use in rule.uses:
        if use.action in told or not concerns(guard.acts, ground.vocabulary.actions[use.action]):
            continue
        fires = (solver.atoms.true(rule.when), solver.atoms.true(applies(use)))
        spared = solver.find(*fires, solver.atoms.false(guard.when)).verdict
        if spared == "undecided":
            ground.undecided(
                "SC312", use.place, f"whether `{guard.id}` always forbids `{use.action}` of `{rule.id}`"
            )
        if spared == "no" and solver.find(*fires).verdict != "no":
            muted.add(use.action)
            ground.problems.warning(
                "SC312", use.place, f"`{use.action}` of `{rule.id}` never goes out: the guard `{guard.id}` always forbids it",
                label="built in" if guard.sealed else "",
                also=() if guard.sealed else ((guard.place, guard.because or "the guard"),),
                fix=guard.because or "take the action out" if guard.sealed else f"narrow the guard, or write `except: [{rule.id}]` there",
            )  # fmt: skip
    return muted
