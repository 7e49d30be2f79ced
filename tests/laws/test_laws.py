"""The laws of the language, stated for one decision on the same prior state."""

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import replace as with_pins
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from socialcare.model import ActionRecord, Decision
from socialcare.pipeline import decide

seeds = st.integers(0, 10**6)
law = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def plan(decision: Decision | None) -> Any:
    """What a decision does, apart from what is only told about it."""
    if decision is None:
        return None
    return (
        decision.outcome,
        decision.actions and [without_ids(a) for a in decision.actions],
        plan(decision.then),
    )


def without_ids(record: ActionRecord) -> tuple[Any, ...]:
    return (
        record.action,
        record.rule,
        record.state,
        record.by,
        record.text,
        sorted(map(str, record.payload.items())),
    )


def public(decision: Decision) -> list[tuple[str, str | None]]:
    chain = [decision, *([decision.then] if decision.then is not None else [])]
    return [
        (a.rule, a.text)
        for one in chain
        for a in one.actions
        if a.state == "allowed" and a.action in ("reply", "quote", "repost", "post")
    ]


@law
@given(seed=seeds)
async def test_the_plan_does_not_depend_on_the_order_of_statements(
    seed: int, bench: Any, make_case: Callable[[int], Any]
) -> None:
    case = make_case(seed)
    changed = copy.deepcopy(case.policy)
    random = Random(seed)
    for table in ("rules", "guards"):
        entries = list(changed[table].items())
        random.shuffle(entries)
        changed[table] = dict(entries)
    before, after = await bench.decide(case), await bench.decide(case, changed)
    assert plan(before) == plan(after)
    assert before.policy == after.policy


@law
@given(seed=seeds)
async def test_one_guard_more_never_makes_a_public_act_more(
    seed: int, bench: Any, make_case: Callable[[int], Any]
) -> None:
    case, other = make_case(seed), make_case(seed + 1)
    more = copy.deepcopy(case.policy)
    extra = copy.deepcopy(next(iter(other.policy["guards"].values())))
    extra.pop("except", None)
    more["guards"]["extra"] = extra
    assert set(public(await bench.decide(case, more))) <= set(public(await bench.decide(case)))


@law
@given(seed=seeds)
async def test_a_rule_of_lower_rank_never_changes_a_public_answer_already_won(
    seed: int, bench: Any, make_case: Callable[[int], Any]
) -> None:
    case, other = make_case(seed), make_case(seed + 1)
    more = copy.deepcopy(case.policy)
    more["ranks"] = [*more["ranks"], "fallback"]
    extra = copy.deepcopy(other.policy["rules"]["r0"])
    extra.pop("wins_over", None)
    more["rules"]["extra"] = {**extra, "rank": "fallback", "status": "live"}
    before, after = await bench.decide(case), await bench.decide(case, more)
    won = [a for a in before.actions if a.slot in ("public", "both")]
    assert [without_ids(a) for a in won] == [
        without_ids(a) for a in after.actions if a.slot in ("public", "both") and a.rule != "extra"
    ]
    if won:
        assert not any(a.slot in ("public", "both") for a in after.actions if a.rule == "extra")


@law
@given(seed=seeds)
async def test_shadow_statements_never_change_the_plan(
    seed: int, bench: Any, make_case: Callable[[int], Any]
) -> None:
    case = make_case(seed)
    without = copy.deepcopy(case.policy)
    for table in ("rules", "guards"):
        without[table] = {name: one for name, one in without[table].items() if one.get("status") != "shadow"}
        if not without[table]:
            del without[table]
    rules, names = without["rules"], {*without["rules"], *without["ranks"]}
    for key, one in [("wins_over", one) for one in rules.values()] + [
        ("except", one) for one in without.get("guards", {}).values()
    ]:
        kept = [name for name in one.pop(key, ()) if name in names]
        one.update({key: kept} if kept else {})
    assert plan(await bench.decide(case)) == plan(await bench.decide(case, without))


@law
@given(seed=seeds, cut=st.integers(0, 6))
async def test_deciding_a_batch_equals_deciding_one_by_one(
    seed: int, cut: int, bench: Any, make_case: Callable[[int], Any]
) -> None:
    case = make_case(seed)
    policy = bench.policy(case.policy)
    events = [
        replace(
            case.mention,
            id=f"{case.mention.id}{n}",
            at=case.mention.at + timedelta(hours=7 * n),
            conversation=f"c{n % 2}",
        )
        for n in range(6)
    ]
    pins = {event.id: case.pins for event in events}

    async def run(batches: list[list[Any]]) -> list[Decision]:
        desk = with_pins(await bench.desk(case, policy), pins=pins)
        return [decision for batch in batches for decision in await decide(batch, desk)]

    whole = await run([events])
    assert whole == await run([[event] for event in events]) == await run([events[:cut], events[cut:]])
    assert not [decision.problems for decision in whole if decision.reason == "error"]


@law
@given(seed=seeds)
async def test_deciding_twice_equals_deciding_once(
    seed: int, bench: Any, make_case: Callable[[int], Any]
) -> None:
    case = make_case(seed)
    desk = await bench.desk(case, bench.policy(case.policy))
    assert len(await decide([case.mention, case.mention], desk)) == 1
    assert await decide([case.mention], desk) == []


async def test_the_cases_are_rich_enough_for_the_laws_to_mean_something(
    bench: Any, make_case: Callable[[int], Any]
) -> None:
    met: Counter[str] = Counter()
    number = 600
    for seed in range(number):
        case = make_case(seed)
        decision = await bench.decide(case)
        limits = [gate for gate in decision.gated.values() if gate == "limit"]
        ranks = [case.policy["rules"][name].get("rank", "normal") for name in decision.fired]
        met["fires"] += bool(decision.fired)
        met["unknown"] += bool(decision.unknown)
        met["guard binds"] += any(a.by for a in decision.actions)
        met["limit used up"] += bool(limits)
        met["tie"] += any(
            ranks[decision.fired.index(name)] == ranks[decision.fired.index(winner)]
            for name, winner in decision.outranked.items()
            if name in decision.fired and winner in decision.fired
        )
        met["shadow"] += bool(decision.shadow)
        assert decision.reason != "error", decision.problems
    assert met["fires"] >= number / 3, met
    for kind in ("unknown", "guard binds", "limit used up", "tie", "shadow"):
        assert met[kind] >= number / 20, (kind, met)
