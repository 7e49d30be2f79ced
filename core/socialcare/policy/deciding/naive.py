"""The naive matcher: every condition of every rule, one after the other. Simple enough to be believed by reading.

It is the meaning of the language; any faster engine is held against it. Truth is Kleene's: `True`, `False`, `None` for unknown.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from socialcare.model import Value
from socialcare.policy.deciding.world import World
from socialcare.policy.language.words import Phrase, bare, contains, ends_with, exactly, starts_with
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Op, Rule

Truth = bool | None


def truth(condition: Condition, world: World) -> Truth:
    """Whether a condition holds in a world."""
    if isinstance(condition, Comparison):
        return compare(condition, world)
    if isinstance(condition, All):
        return every(truth(part, world) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return some(truth(part, world) for part in condition.parts)
    if isinstance(condition, NoneOf):
        return opposite(some(truth(part, world) for part in condition.parts))
    return world.signal(condition.name)


def every(truths: Iterable[Truth]) -> Truth:
    """False if one is false, else unknown if one is unknown, else true."""
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def some(truths: Iterable[Truth]) -> Truth:
    """True if one is true, else unknown if one is unknown, else false."""
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def opposite(one: Truth) -> Truth:
    """The other way round; unknown stays unknown."""
    return None if one is None else not one


def compare(test: Comparison, world: World) -> Truth:
    """Whether one comparison holds: unknown fields answer `if_missing`, absent ones are equal to nothing."""
    if test.path == "time":
        return test.if_missing if world.time is None else _OF_TIME[test.op](test, world)
    if test.op == "reaches":
        return world.arrives(test.path.removeprefix("counts."), test.operand)
    found = world.value(test.path)
    if found is None:
        return test.if_missing
    if test.of == "confidence":
        return _OF_NUMBERS[test.op](found.confidence, test.operand)
    if test.op == "exists":
        return (found.value is not None) is test.operand
    if found.value is None:
        return False
    if test.op in _OF_NUMBERS:
        return isinstance(found.value, int | float) and _OF_NUMBERS[test.op](float(found.value), test.operand)
    if test.op in _OF_LINES:
        return _OF_LINES[test.op](world.line(test.path), test.operand)
    if test.op in _OF_TEXTS:
        return any(_OF_TEXTS[test.op](str(found.value), item) for item in test.operand)
    if test.op == "within":
        return _within(test, world)
    return _equals(found.value, test.operand)


def rules(candidates: Iterable[Rule], world: World) -> list[Rule]:
    """The rules whose `when` is true."""
    return [rule for rule in candidates if truth(rule.when, world) is True]


def _equals(value: Value, operand: Any) -> bool:  # Any: a bool, a number or folded words
    if isinstance(operand, bool | float):
        return value == operand
    words = value if isinstance(value, tuple) else (str(value),)
    return any(bare(word) in operand for word in words)


def _inside(test: Comparison, world: World) -> Truth:
    calendar = world.policy.calendars[test.operand]
    return None if world.time is None else calendar.is_inside(world.time)


def _within(test: Comparison, world: World) -> Truth:
    found = world.value(test.path)
    if found is None or world.time is None:
        return test.if_missing
    since = world.time - timedelta(seconds=test.operand)
    return since <= found.value <= world.time  # type: ignore[operator]  # the reader allows `within` on times only


_OF_NUMBERS: dict[Op, Callable[[float, float], bool]] = {
    "at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
    "above": lambda value, bound: value > bound,
    "below": lambda value, bound: value < bound,
}

_OF_TIME: dict[Op, Callable[[Comparison, World], Truth]] = {
    "inside": _inside,
    "outside": lambda test, world: opposite(_inside(test, world)),
    "exists": lambda test, world: (world.time is not None) is test.operand,
}

_OF_LINES: dict[Op, Callable[[str, tuple[Phrase, ...]], bool]] = {
    "has": lambda line, phrases: any(phrase.found_in(line) for phrase in phrases),
    "has_all": lambda line, phrases: all(phrase.found_in(line) for phrase in phrases),
}

_OF_TEXTS: dict[Op, Callable[[str, Any], bool]] = {  # Any: a string, of `matches` a pattern
    "contains": contains,
    "exactly": exactly,
    "starts_with": starts_with,
    "ends_with": ends_with,
    "matches": lambda text, pattern: pattern.search(text) is not None,
}
