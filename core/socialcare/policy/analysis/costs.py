"""SC601, SC602: rules that the compiled engine cannot look up, where they make every mention notably dearer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from socialcare.diagnostics import Diagnostic, Place, Severity
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.prices import PATTERN, Tried, Unfound, unfound
from socialcare.policy.statements import Comparison, Condition, Policy
from socialcare.policy.walk import leaves

WARNED = 30.0
"""Microseconds a mention. A dry run takes about as many for all it does, so with as many again it takes twice the time."""
NOTED = 5.0
"""Below it nobody would notice."""
_NAMED = 0.01
"""A rule that takes less is hardly ever asked."""
_SHOWN = 3
_LONGEST = 60

_by_cost = attrgetter("cost")


@dataclass(slots=True)
class _Trial:
    """A pattern that is tried where it stands, whatever the mention says: microseconds a mention, and the rules that ask it."""

    tried: Tried
    place: Place
    cost: float = 0.0
    rules: list[str] = field(default_factory=list)


def check_costs(ground: Ground) -> None:
    """Report patterns with nothing to look for, one by one, and the other rules that cannot be looked up together."""
    found = list(unfound(ground.policy, [rule for rule in ground.written if rule.at is None]))
    trials = _trials(found, ground.policy)
    if (severity := _severity(total := sum(trial.cost for trial in trials))) is not None:
        for trial in trials:
            ground.problems.add(_of_pattern(trial, total, severity))
    others = [one for one in found if not one.patterns and one.cost >= _NAMED]
    if (severity := _severity(total := sum(one.cost for one in others))) is not None:
        ground.problems.add(_of_rules(sorted(others, key=_by_cost, reverse=True), total, severity))


def _severity(cost: float) -> Severity | None:
    """How loudly a cost is told, by what `_shown` rounds it to."""
    return "warning" if round(cost) >= WARNED else "note" if round(cost) >= NOTED else None


def _of_pattern(trial: _Trial, total: float, severity: Severity) -> Diagnostic:
    path, source = trial.tried
    shown = source if len(source) <= _LONGEST else f"{source[:_LONGEST]}…"
    where = (
        "every mention"
        if trial.cost > 0.9 * PATTERN * len(trial.rules)
        else "every mention that other tests let through"
    )
    by = f"`{trial.rules[0]}`" if len(trial.rules) == 1 else f"{len(trial.rules):,} rules"
    return Diagnostic(
        "SC601", severity, f"nothing in the pattern `{shown}` can be looked up, so {by} must try it on {where}", trial.place,
        label=f"about {_shown(trial.cost)} a mention; all such patterns: {_shown(total)}",
        fix=rf"put a word into it that every fit has, as in `order \d+`, or test one beside it: `{path}: {{has: […]}}`",
    )  # fmt: skip


def _of_rules(rules: Sequence[Unfound], total: float, severity: Severity) -> Diagnostic:
    """The dearest of the rules, with the next ones beside it."""
    first, *others = rules
    message = (
        f"{len(rules):,} rules have no word or handle to be looked up by, so mentions are held against each of them"
        if others
        else f"the rule `{first.rule.id}` has no word or handle to be looked up by, so mentions are held against it"
    )
    label = f"about {_shown(first.cost)} a mention"
    return Diagnostic(
        "SC602", severity, message, first.rule.place,
        label=f"{label}; all {len(rules):,} of them: {_shown(total)}" if others else label,
        fix="add what must stand in a mention, a word or a list of handles; a value such as `intent: …` helps too",
        also=tuple((one.rule.place, f"about {_shown(one.cost)}") for one in others[: _SHOWN - 1]),
    )  # fmt: skip


def _trials(rules: Sequence[Unfound], policy: Policy) -> list[_Trial]:
    """The patterns with nothing to look for, by where they stand."""
    trials: dict[tuple[Tried, Place], _Trial] = {}
    for rule, _, patterns in rules:
        left = dict(patterns)
        for test in _tests(rule.when, policy) if left else ():
            for pattern in test.operand if test.op == "matches" else ():
                tried = (test.path, pattern.source)
                cost = left.pop(tried, None)
                if cost is not None:
                    trial = trials.setdefault((tried, test.place), _Trial(tried, test.place))
                    trial.cost += cost
                    trial.rules.append(rule.id)
    return list(trials.values())


def _tests(condition: Condition, policy: Policy) -> Iterator[Comparison]:
    """The comparisons of a condition and of the signals that it uses, each signal once."""
    left, met = [condition], set[str]()
    while left:
        for leaf in leaves(left.pop()):
            if isinstance(leaf, Comparison):
                yield leaf
            elif leaf.name not in met:
                met.add(leaf.name)
                left.append(policy.signals[leaf.name])


def _shown(cost: float) -> str:
    return f"{cost:,.0f} µs" if cost >= 10 else f"{cost:.2g} µs"
