"""Which statement makes a decision change: found by holding the two plans against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from socialcare.model import ActionRecord, Decision
from socialcare.policy.statements import ALWAYS, Comparison, Condition, Guard, Policy, Rule, Signal, Use
from socialcare.policy.walk import conditions_of, leaves, paths_of
from socialcare.simulate.comparing.changes import records
from socialcare.simulate.summary import chain

How = Literal["added", "removed", "changed", "through", "earlier"]
"""`through`: something it refers to changed; `earlier`: neither did, but an earlier mention was decided otherwise."""


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """A statement, and how it makes a difference; `detail` names what it refers to, where that is what changed."""

    kind: Literal["rule", "guard", "policy"]
    name: str
    how: How
    detail: str = ""

    def __str__(self) -> str:
        """In a few words."""
        if self.how == "earlier":
            return f"{self.kind} {self.name}, unchanged: an earlier mention was decided otherwise"
        if self.how == "through":
            return f"{self.kind} {self.name}, through {self.detail}"
        return f"{self.kind} {self.name}, {self.how}"


@dataclass(frozen=True)
class Causes:
    """Finds causes between two policies."""

    old: Policy
    new: Policy

    @cached_property
    def statements(self) -> list[Cause]:
        """Every rule and guard that was added, removed or changed, in itself or in what it refers to."""
        rules = {self._first(name) for policy in (self.old, self.new) for name in policy.rules}
        guards = {name for policy in (self.old, self.new) for name in policy.guards}
        found = [self._rule(name) for name in sorted(rules)] + [self._guard(name) for name in sorted(guards)]
        return [one for one in found if one.how != "earlier"]

    def of(self, old: Decision, new: Decision) -> tuple[Cause, ...]:
        """What makes two decisions differ, the likeliest first; at least one if they do."""
        found = dict.fromkeys(self._of_records(old, new))
        if not found:
            differing = {self._first(name) for name in _matched(old) ^ _matched(new)}
            found = dict.fromkeys(map(self._rule, sorted(differing)))
        ranked = sorted(found, key=lambda cause: cause.how == "earlier")
        return tuple(ranked) or (Cause("policy", "as a whole", "changed"),)

    def _of_records(self, old: Decision, new: Decision) -> Iterator[Cause]:
        before, after = (
            {(one.action, self._first(one.rule)): one for one in records(each)} for each in (old, new)
        )
        keys = sorted({*before, *after}, key=lambda key: (_weight(before.get(key), after.get(key)), key))
        for key in keys:
            one, other = before.get(key), after.get(key)
            if one is not None and other is not None:
                yield from self._changed(one, other)
            elif one is None:
                yield self._missing(key[1], old)
            else:
                yield self._missing(key[1], new)

    def _changed(self, one: ActionRecord, other: ActionRecord) -> Iterator[Cause]:
        """The causes of an action of both plans that is not the same in both."""
        if set(one.by) != set(other.by):
            yield from (self._guard(name) for name in sorted(set(one.by) ^ set(other.by)))
        elif (one.state, one.text, one.payload, one.reason) != (
            other.state,
            other.text,
            other.payload,
            other.reason,
        ):
            yield self._rule(self._first(one.rule))

    def _missing(self, name: str, where: Decision) -> Cause:
        """Why a plan lacks an action of a rule: another rule took its place, or the rule itself did not act."""
        for each in chain(where):
            for loser, winner in each.outranked.items():
                if self._first(loser) == name:
                    by_itself = self._rule(name)
                    return by_itself if by_itself.how != "earlier" else self._rule(self._first(winner))
        return self._rule(name)

    def _rule(self, name: str) -> Cause:
        one, other = self._rules[0].get(name), self._rules[1].get(name)
        shown = other.id if other is not None else (one.id if one is not None else name)
        if one is None or other is None:
            if one is other:
                return self._guard(name)  # a notification that a guard asks for
            return Cause("rule", shown, "added" if one is None else "removed")
        if _substance(one) != _substance(other):
            return Cause("rule", shown, "changed")
        return self._through(Cause("rule", shown, "earlier"), [*conditions_of(other)], paths_of(other))

    def _guard(self, name: str) -> Cause:
        one, other = self.old.guards.get(name), self.new.guards.get(name)
        if one is None or other is None:
            return Cause(
                "guard", name, "earlier" if one is other else ("added" if one is None else "removed")
            )
        if _substance_of_guard(one) != _substance_of_guard(other):
            return Cause("guard", name, "changed")
        calendars = [f"calendar {other.hold.until}"] if other.hold is not None and other.hold.until else []
        return self._through(Cause("guard", name, "earlier"), [other.when], (), calendars)

    def _through(
        self, cause: Cause, conditions: list[Condition], paths: Iterable[str], more: Iterable[str] = ()
    ) -> Cause:
        """The same cause, by what changed of what it refers to."""
        referred = sorted([*_referred(conditions, paths, self.new), *more], key=_depth)
        found = next((name for name in referred if name in self._changed_data), None)
        return replace(cause, how="through", detail=found) if found else cause

    def _first(self, name: str) -> str:
        """The id that a rule had first, so that a renamed rule is the same."""
        for policy in (self.new, self.old):
            if name in policy.rules:
                return policy.rules[name].first_id
        return name

    @cached_property
    def _rules(self) -> tuple[dict[str, Rule], dict[str, Rule]]:
        old, new = (
            {rule.first_id: rule for rule in policy.rules.values()} for policy in (self.old, self.new)
        )
        return old, new

    @cached_property
    def _changed_data(self) -> frozenset[str]:
        """Lists, signals, formulas, counts, calendars and the company's data that differ, with what they are."""
        found = set()
        sections = (
            (
                "list",
                {name: one.words for name, one in self.old.lists.items()},
                {name: one.words for name, one in self.new.lists.items()},
            ),
            (
                "signal",
                {name: _unlisted(one) for name, one in self.old.signals.items()},
                {name: _unlisted(one) for name, one in self.new.signals.items()},
            ),
            ("formula", self.old.formulas, self.new.formulas),
            ("count", self.old.counts, self.new.counts),
            ("calendar", self.old.calendars, self.new.calendars),
            ("company", self.old.company, self.new.company),
        )
        for kind, old, new in sections:
            found |= {f"{kind} {name}" for name in {*old, *new} if old.get(name) != new.get(name)}
        return frozenset(found)


def _referred(conditions: list[Condition], paths: Iterable[str], policy: Policy) -> Iterator[str]:
    """What conditions and paths refer to, signals opened, as `kind name`."""
    seen: set[str] = set()
    open_conditions = list(conditions)
    for path in paths:
        yield from _of_path(path)
    while open_conditions:
        for leaf in leaves(open_conditions.pop()):
            if isinstance(leaf, Signal):
                if leaf.name not in seen:
                    seen.add(leaf.name)
                    yield f"signal {leaf.name}"
                    open_conditions.append(policy.signals.get(leaf.name, ALWAYS))
                continue
            yield from _of_test(leaf)
            name = leaf.path.removeprefix("counts.")
            if leaf.path.startswith("counts.") and name in policy.counts and f"counts.{name}" not in seen:
                seen.add(f"counts.{name}")
                open_conditions.append(policy.counts[name].when)


def _of_test(test: Comparison) -> Iterator[str]:
    if test.list_name is not None:
        yield f"list {test.list_name}"
    if test.op in ("inside", "outside"):
        yield f"calendar {test.operand}"
    yield from _of_path(test.path)


def _of_path(path: str) -> Iterator[str]:
    head, _, rest = path.partition(".")
    if head in ("counts", "company"):
        yield f"{'count' if head == 'counts' else head} {rest}"
    yield f"formula {path}"


def _depth(name: str) -> bool:
    """Signals and counts come last: where what they are made of changed, that is the cause."""
    return name.startswith(("signal ", "count "))


def _substance(rule: Rule) -> Rule:
    """A rule without what only its readers see, and without the words of lists, which are compared on their own."""
    uses = tuple(_unlisted_use(use) for use in rule.uses)
    return replace(
        rule,
        id=rule.first_id,
        was=(),
        cases=(),
        owner=None,
        because=None,
        when=_unlisted(rule.when),
        uses=uses,
    )


def _substance_of_guard(guard: Guard) -> Guard:
    return replace(guard, was=(), owner=None, because=None, when=_unlisted(guard.when))


def _unlisted_use(use: Use) -> Use:
    reply = use.reply
    if reply is not None:
        branches = tuple(
            replace(each, when=None if each.when is None else _unlisted(each.when)) for each in reply.branches
        )
        reply = replace(reply, branches=branches)
    return replace(use, when=None if use.when is None else _unlisted(use.when), reply=reply)


def _unlisted(condition: Condition) -> Condition:
    if isinstance(condition, Signal):
        return condition
    if isinstance(condition, Comparison):
        return replace(condition, operand=condition.list_name) if condition.list_name else condition
    return replace(condition, parts=tuple(map(_unlisted, condition.parts)))


def _matched(decision: Decision) -> set[str]:
    return {rule for each in chain(decision) for rule in (*each.fired, *each.gated)}


def _weight(one: ActionRecord | None, other: ActionRecord | None) -> int:
    """What is said in public comes first, then what is said in private, then the rest."""
    slots = {each.slot for each in (one, other) if each is not None}
    return 0 if slots & {"public", "both"} else 1 if "private" in slots else 2
