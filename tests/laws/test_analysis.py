"""What is proved of a policy without a mention agrees with what is decided about mentions."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from socialcare.diagnostics import Problems
from socialcare.model import Decision
from socialcare.policy.analysis.analyse import analyse
from socialcare.policy.deciding.implies import more_specific
from socialcare.policy.deciding.precedence import Precedence
from socialcare.policy.statements import Policy

seeds = st.integers(0, 10**6)
law = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAME = re.compile(r"`([^`]+)`")


def names(problems: Problems, code: str, severity: str = "warning") -> list[list[str]]:
    """The names in the messages of a code."""
    return [
        NAME.findall(item.message)
        for item in problems.items
        if item.code == code and item.severity == severity
    ]


def hops(decision: Decision) -> Iterator[Decision]:
    yield decision
    if decision.then is not None:
        yield decision.then


@law
@given(seed=seeds)
async def test_what_never_happens_never_does(seed: int, bench: Any, make_case: Callable[[int], Any]) -> None:
    case = make_case(seed)
    found = analyse(bench.policy(case.policy), bench.brought.vocabulary)
    decision = await bench.decide(case)
    live = [record for one in hops(decision) for record in one.actions]
    never = [item.message for item in found.items if item.code == "SC301" and item.severity == "warning"]
    silent = {NAME.findall(message)[0] for message in never if message.startswith("the rule")}
    assert not silent & {name for one in hops(decision) for name in one.fired}
    shadowed = {name for name, *_ in names(found, "SC310")}
    assert not [record for record in live if record.rule in shadowed and record.slot is not None]
    mute = {(action, rule) for action, rule, *_ in names(found, "SC312")}
    assert not [
        record for record in live if (record.action, record.rule) in mute and record.state != "forbidden"
    ]


@law
@given(seed=seeds)
@example(seed=14941)  # what loses a voice to another has a condition of its own that does not hold
async def test_a_tie_that_the_id_breaks_was_foretold(
    seed: int, bench: Any, make_case: Callable[[int], Any]
) -> None:
    case = make_case(seed)
    policy: Policy = bench.policy(case.policy)
    found = analyse(policy, bench.brought.vocabulary)
    foretold = [set(pair) for pair in names(found, "SC311") + names(found, "SC311", "note")]
    shown = Counter(name for pair in foretold for name in pair)
    for one in hops(await bench.decide(case)):
        for loser, winner in one.outranked.items():
            pair = policy.rules[loser], policy.rules[winner]
            specific = any(more_specific(a.when, b.when, policy.signals) for a, b in (pair, pair[::-1]))
            if pair[0].rank == pair[1].rank and not specific and not Precedence(policy).is_ordered(*pair):
                assert {loser, winner} in foretold or max(shown[loser], shown[winner]) >= 3


def test_the_policies_are_rich_enough_for_the_laws_to_mean_something(
    bench: Any, make_case: Callable[[int], Any]
) -> None:
    met: Counter[str] = Counter()
    for seed in range(300):
        met.update(
            item.code
            for item in analyse(bench.policy(make_case(seed).policy), bench.brought.vocabulary).items
        )
    for code in ("SC301", "SC303", "SC310", "SC311", "SC312"):
        assert met[code] >= 3, met
