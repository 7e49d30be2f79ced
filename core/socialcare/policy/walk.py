"""Walks over what a policy's statements refer to: comparisons, signals, paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from socialcare.policy.language.texts import Text
from socialcare.policy.statements import Asked, Comparison, Condition, Path, Policy, Reply, Rule, Signal, Use


def leaves(condition: Condition) -> Iterator[Comparison | Signal]:
    """The comparisons and names of signals of a condition, in the order written."""
    if isinstance(condition, Comparison | Signal):
        yield condition
        return
    for part in condition.parts:
        yield from leaves(part)


def conditions_of(rule: Rule) -> Iterator[Condition]:
    """Every condition of a rule: its own, those of its actions and of their branches."""
    yield rule.when
    for use in rule.uses:
        if use.when is not None:
            yield use.when
        for branch in use.reply.branches if use.reply else ():
            if branch.when is not None:
                yield branch.when


def texts_of(reply: Reply) -> Iterator[Text]:
    """Every text that a speaking action may say."""
    for branch in reply.branches:
        yield from branch.say.texts
    if reply.if_too_long is not None:
        yield reply.if_too_long


def paths_of(rule: Rule) -> Iterator[str]:
    """The paths that a rule reads outside conditions: placeholders, arguments of look-ups, numbers, media."""
    for asked in rule.look_up.values():
        yield from asked.fields.values()
    for use in rule.uses:
        yield from _paths_of_use(use)


def _paths_of_use(use: Use) -> Iterator[str]:
    if use.reply is not None:
        for text in texts_of(use.reply):
            yield from (placeholder.path for placeholder in text.paths)
        if use.reply.media is not None:
            yield use.reply.media
    for value in use.params.values():
        yield from _paths_in(value)


def _paths_in(value: Any) -> Iterator[str]:  # Any: an action's own JSON with our values in it
    if isinstance(value, Path):
        yield value.name
    elif isinstance(value, Text):
        yield from (placeholder.path for placeholder in value.paths)
    elif isinstance(value, Asked):
        yield from value.fields.values()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _paths_in(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _paths_in(each)


def paths_read(policy: Policy) -> set[str]:
    """Every path that any live or shadow statement reads, through signals, counts and formulas."""
    conditions: list[Condition] = [count.when for count in policy.counts.values()]
    paths: set[str] = set()
    for rule in policy.rules.values():
        if rule.status != "off":
            conditions.extend(conditions_of(rule))
            paths.update(paths_of(rule))
    conditions.extend(guard.when for guard in policy.guards.values() if guard.status != "off")
    seen: set[str] = set()
    while conditions:
        for leaf in leaves(conditions.pop()):
            if isinstance(leaf, Comparison):
                paths.add(leaf.path)
            elif leaf.name not in seen:
                seen.add(leaf.name)
                conditions.append(policy.signals[leaf.name])
    return _with_formulas(paths, policy)


def _with_formulas(paths: Iterable[str], policy: Policy) -> set[str]:
    found: set[str] = set()
    open_paths = list(paths)
    while open_paths:
        path = open_paths.pop()
        if path in found:
            continue
        found.add(path)
        if path in policy.formulas:
            open_paths.extend(policy.formulas[path].calc.paths)
    return found
