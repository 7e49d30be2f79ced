"""The naive matcher: every condition of every rule, one after the other. Simple enough to be believed by reading.

It is the meaning of the language; any faster engine is held against it. Truth is Kleene's: `True`, `False`, `None` for unknown.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from socialcare.model import FieldValue, Value
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, Guard, NoneOf, Op, Rule
from socialcare.policy.words import bare, contains, ends_with, exactly, starts_with
from socialcare.policy.world import World

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
    if test.op == "within":
        return _OF_TIME["within"](test, world)
    return _OF_WORDS[test.op](test, found, world)


def rules(candidates: Iterable[Rule], world: World) -> list[Rule]:
    """The rules whose `when` is true."""
    return [rule for rule in candidates if truth(rule.when, world) is True]


def guards(candidates: Iterable[Guard], world: World) -> list[Guard]:
    """The guards that bind: those whose `when` is not false."""
    return [guard for guard in candidates if truth(guard.when, world) is not False]


def _equals(test: Comparison, found: FieldValue, world: World) -> bool:
    if isinstance(test.operand, bool | float):
        return found.value == test.operand
    return any(bare(word) in test.operand for word in _words_of(found.value))


def _words_of(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _has(test: Comparison, found: FieldValue, world: World) -> bool:
    line = world.line(test.path)
    return any(phrase.found_in(line) for phrase in test.operand)


def _has_all(test: Comparison, found: FieldValue, world: World) -> bool:
    line = world.line(test.path)
    return all(phrase.found_in(line) for phrase in test.operand)


def _raw(holds: Callable[[str, str], bool]) -> Callable[[Comparison, FieldValue, World], bool]:
    def check(test: Comparison, found: FieldValue, world: World) -> bool:
        return any(holds(str(found.value), item) for item in test.operand)

    return check


def _matches(test: Comparison, found: FieldValue, world: World) -> bool:
    return any(pattern.search(str(found.value)) is not None for pattern in test.operand)


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
    "inside": lambda test, world: world.policy.calendars[test.operand].is_inside(world.time),
    "outside": lambda test, world: not world.policy.calendars[test.operand].is_inside(world.time),
    "within": _within,
    "exists": lambda test, world: (world.time is not None) is test.operand,
}

_OF_WORDS: dict[Op, Callable[[Comparison, FieldValue, World], bool]] = {
    "equals": _equals,
    "in": _equals,
    "has": _has,
    "has_all": _has_all,
    "contains": _raw(contains),
    "exactly": _raw(exactly),
    "starts_with": _raw(starts_with),
    "ends_with": _raw(ends_with),
    "matches": _matches,
}
