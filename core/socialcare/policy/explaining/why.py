"""Why a rule fired or not: the tests that stood in its way, what gated or outranked it, what the guards said.

Pure: it looks at a decision and at the world in which it was made, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from socialcare.model import ActionRecord, Decision, FieldValue
from socialcare.policy.deciding import state
from socialcare.policy.deciding.concerns import about, concerns
from socialcare.policy.deciding.memory import Memory, counted
from socialcare.policy.deciding.naive import truth
from socialcare.policy.deciding.plan import Moment, Setting
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Guard,
    Limit,
    NoneOf,
    Rule,
    Signal,
    Window,
)

Standing = Literal["fired", "gated", "outranked", "unknown", "failed", "scheduled", "off"]
"""What became of a rule; in the order in which an explanation tells them."""

_ORDER: tuple[Standing, ...] = ("fired", "gated", "outranked", "unknown", "failed", "scheduled", "off")


@dataclass(frozen=True, slots=True)
class Miss:
    """A test that is not as its rule needs it: `wanted` is what it would have to be, `truth` what it is.

    `actual` is what it compares, `None` where that is unknown. `signals` are the named conditions around it, outermost
    first.
    """

    test: Comparison
    wanted: bool
    truth: bool | None
    actual: FieldValue | None
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """A guard that held or forbade something: its tests, and until when its limit or hold lasts, if that is known."""

    guard: Guard
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule.

    `detail` is the gate, or the rule that won its slot; `until` when a limit frees again. `misses` are all tests that are
    not as needed, `nearest` the fewest that would have to change. `actions` is what is left of what it proposed.
    """

    rule: Rule
    standing: Standing
    detail: str = ""
    until: datetime | None = None
    misses: tuple[Miss, ...] = ()
    nearest: tuple[Miss, ...] = ()
    actions: tuple[ActionRecord, ...] = ()

    @property
    def distance(self) -> int:
        """How many tests are between the rule and firing."""
        return len(self.nearest)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, what became of every rule (the nearest first), and the guards that bound by id."""

    decision: Decision
    verdicts: tuple[Verdict, ...]
    bindings: dict[str, Binding]


def explain(decision: Decision, moment: Moment, setting: Setting, memory: Memory) -> Explanation:
    """Tell what became of every rule; `memory` is the state before the decision."""
    rules = setting.policy.rules.values()
    verdicts = [verdict(rule, decision, moment, setting, memory) for rule in rules]
    verdicts.sort(key=lambda one: (_ORDER.index(one.standing), one.distance, one.rule.id))
    names = {name for record in (*decision.actions, *decision.shadow) for name in record.by}
    bindings = {
        name: Binding(
            setting.policy.guards[name], _until(setting.policy.guards[name], moment, setting, memory)
        )
        for name in sorted(names & setting.policy.guards.keys())
    }
    return Explanation(decision, tuple(verdicts), bindings)


def verdict(rule: Rule, decision: Decision, moment: Moment, setting: Setting, memory: Memory) -> Verdict:
    """What became of one rule."""
    if rule.status == "off":
        return Verdict(rule, "off")
    if rule.at is not None:
        return Verdict(rule, "scheduled")
    records = decision.shadow if rule.status == "shadow" else decision.actions
    actions = tuple(record for record in records if record.rule == rule.id)
    held = truth(rule.when, moment.world)
    if held is not True:
        found = tuple(misses(rule.when, moment.world))
        return Verdict(
            rule,
            "unknown" if held is None else "failed",
            misses=found,
            nearest=nearest(rule.when, moment.world),
        )
    if rule.id in decision.gated:
        gate = decision.gated[rule.id]
        until = None
        if gate == "limit" and rule.limit is not None:
            ledger = state.kind_of("limit", rule.status)
            until = _limit_until(rule.limit, ledger, rule.first_id, moment, setting, memory)
        return Verdict(rule, "gated", gate, until, actions=actions)
    if rule.id in decision.outranked:
        return Verdict(rule, "outranked", decision.outranked[rule.id], actions=actions)
    return Verdict(rule, "fired", actions=actions)


def near_misses(rules: Iterable[Rule], world: World, at_most: int = 3) -> list[tuple[str, int]]:
    """The rules that came closest to firing, with the number of tests in the way."""
    distances = ((len(nearest(rule.when, world)), rule.id) for rule in rules)
    return [(rule, distance) for distance, rule in sorted(distances) if distance][:at_most]


def misses(
    condition: Condition, world: World, *, wanted: bool = True, signals: tuple[str, ...] = ()
) -> Iterator[Miss]:
    """Every test that keeps a condition from being as wanted; none where it is."""
    if truth(condition, world) is wanted:
        return
    if isinstance(condition, Comparison):
        yield _miss(condition, world, wanted, signals)
    elif isinstance(condition, Signal):
        inner = world.policy.signals[condition.name]
        yield from misses(inner, world, wanted=wanted, signals=(*signals, condition.name))
    else:
        inside = not wanted if isinstance(condition, NoneOf) else wanted
        for part in condition.parts:
            yield from misses(part, world, wanted=inside, signals=signals)


def nearest(
    condition: Condition, world: World, *, wanted: bool = True, signals: tuple[str, ...] = ()
) -> tuple[Miss, ...]:
    """The fewest tests that would have to come out differently for a condition to be as wanted."""
    if isinstance(condition, Comparison):
        return () if truth(condition, world) is wanted else (_miss(condition, world, wanted, signals),)
    if isinstance(condition, Signal):
        inner = world.policy.signals[condition.name]
        return nearest(inner, world, wanted=wanted, signals=(*signals, condition.name))
    inside = not wanted if isinstance(condition, NoneOf) else wanted
    ways = [nearest(part, world, wanted=inside, signals=signals) for part in condition.parts]
    if _needs_all(condition, wanted=wanted):
        return tuple({(miss.test, miss.wanted): miss for way in ways for miss in way}.values())
    return min(ways, key=len, default=())


def _needs_all(condition: All | AnyOf | NoneOf, *, wanted: bool) -> bool:
    """Whether every part must be as wanted, or one is enough."""
    return wanted if isinstance(condition, All | NoneOf) else not wanted


def _miss(test: Comparison, world: World, wanted: bool, signals: tuple[str, ...]) -> Miss:  # noqa: FBT001 - as in Miss
    actual = None if test.path == "time" else world.value(test.path)
    if test.path == "time" and world.time is not None:
        actual = FieldValue(world.time)
    return Miss(test, wanted, truth(test, world), actual, signals)


def _until(guard: Guard, moment: Moment, setting: Setting, memory: Memory) -> datetime | None:
    """When a guard stops binding, as far as that is known."""
    if guard.limit is not None:
        ledger = state.kind_of("guard", guard.status)
        return _limit_until(guard.limit, ledger, guard.first_id, moment, setting, memory)
    if guard.hold is not None and guard.hold.until is not None:
        return setting.policy.calendars[guard.hold.until].next_start(moment.now)
    return guard.active.until


def _limit_until(
    limit: Limit, ledger: str, statement: str, moment: Moment, setting: Setting, memory: Memory
) -> datetime | None:
    tally = memory.get(state.limit(ledger, statement, limit.per, moment.subject))
    return frees_at(tally, limit.at_most, limit.window, moment.now, setting.zone)


def frees_at(
    tally: Any,  # Any: a tally's own JSON
    at_most: int,
    window: Window,
    now: datetime,
    zone: ZoneInfo,
) -> datetime | None:
    """When a limit that is reached has room for one more, in UTC; `None` where it never has, or is not reached."""
    if counted(tally, window, now, zone) < at_most:
        return None
    if window.per_day:
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, datetime.min.time(), tzinfo=zone).astimezone(now.tzinfo)
    if window.length is None:
        return None
    since = now.timestamp() - window.length.total_seconds()
    inside = sorted(at for at in tally if at > since)
    return datetime.fromtimestamp(inside[-at_most], now.tzinfo) + window.length


def obstacles(rule: Rule, setting: Setting) -> tuple[list[Guard], dict[str, list[Rule]]]:
    """What could keep a rule's actions back: the guards that concern them, and by slot the rules that come before it.

    A rule comes before another where both match and it would win the slot.
    """
    actions = [setting.vocabulary.actions[use.action] for use in rule.uses]
    guards = [
        guard
        for guard in setting.policy.guards.values()
        if guard.status != "off"
        and rule.id not in guard.excepted
        and rule.rank not in guard.excepted
        and any(concerns(about(guard), action) for action in actions)
    ]
    before: dict[str, list[Rule]] = {}
    for slot in ("public", "private"):
        if not claims(rule, slot, setting):
            continue
        rivals = [
            other
            for other in setting.policy.rules.values()
            if other.id != rule.id
            and other.status == "live"
            and (other.at is None) == (rule.at is None)
            and claims(other, slot, setting)
        ]
        before[slot] = [other for other in rivals if setting.precedence.first([rule, other]) is other]
    return guards, before


def claims(rule: Rule, slot: str, setting: Setting) -> bool:
    """Whether one of a rule's actions takes a slot."""
    return any(setting.vocabulary.actions[use.action].slot in (slot, "both") for use in rule.uses)
