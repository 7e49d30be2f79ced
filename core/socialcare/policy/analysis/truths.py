"""SC301, SC302, SC303: conditions that never hold, that always hold, and alternatives that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from socialcare.diagnostics import Place
from socialcare.policy.analysis.ground import Ground, place_of, shown
from socialcare.policy.analysis.logic import Node
from socialcare.policy.analysis.solver import Solver
from socialcare.policy.analysis.theory import Verdict
from socialcare.policy.deciding.implies import implies
from socialcare.policy.language.words import Phrase
from socialcare.policy.statements import (
    ALWAYS,
    All,
    Comparison,
    Condition,
    Rule,
    Signal,
    Use,
)
from socialcare.policy.walk import leaves


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition under analysis, and what is said if it cannot hold (`never`), or cannot but hold (`always`).

    `context` holds wherever it is asked, and `before` says in addition that nothing earlier was taken. `binds` marks a
    guard's: unknown counts for it like true. `both_ways` marks a signal's, which may stand under `none` as well.
    """

    condition: Condition
    place: Place
    never: str
    always: str
    solver: Solver
    context: tuple[Node, ...] = ()
    before: tuple[Node, ...] = ()
    binds: bool = False
    both_ways: bool = False

    def holds(self, condition: Condition) -> Node:
        """That it holds."""
        atoms = self.solver.atoms
        return atoms.not_false(condition) if self.binds else atoms.true(condition)

    def fails(self, condition: Condition) -> Node:
        """That it does not hold."""
        atoms = self.solver.atoms
        return atoms.false(condition) if self.binds else atoms.not_true(condition)

    def can(self, *nodes: Node) -> Verdict:
        """Whether something can be where it is asked."""
        return self.solver.find(*self.context, *nodes).verdict


def check_truths(ground: Ground) -> None:
    """Report what never holds, what always holds, and what could be left out."""
    lists: set[Place] = set()
    for asked in _asked(ground):
        if not _is_constant(asked, ground):
            _report_redundant(asked, ground)
        for leaf in leaves(asked.condition):
            if isinstance(leaf, Comparison) and leaf.place not in lists:
                lists.add(leaf.place)
                _report_covered(leaf, ground)


def _asked(ground: Ground) -> Iterator[Asked]:
    policy, solver = ground.policy, ground.solver
    for name, condition in policy.signals.items():
        said, place = f"the signal `{name}` is", place_of(condition)
        if place is not None:
            yield Asked(condition, place, f"{said} never true", f"{said} always true", solver, both_ways=True)
    for count in policy.counts.values():
        said = f"the count `{count.name}` counts"
        yield Asked(count.when, count.place, f"{said} nothing", f"{said} everything", solver)
    for guard in policy.guards.values():
        if guard.status != "off" and not guard.sealed:
            said = f"the guard `{guard.id}`"
            yield Asked(
                guard.when, guard.place, f"{said} never binds", f"{said} always binds", solver, binds=True
            )
    for rule in ground.written:
        said = f"the rule `{rule.id}`"
        yield Asked(rule.when, rule.place, f"{said} never fires", f"{said} always fires", solver)
        for use in rule.uses:
            yield from _of_use(use, rule, ground)


def _of_use(use: Use, rule: Rule, ground: Ground) -> Iterator[Asked]:
    """The conditions of an action and of its texts, asked where the rule fires."""
    solver = ground.within(rule)
    fires = solver.atoms.true(rule.when)
    if solver.find(fires).verdict == "no":
        return
    said = f"`{use.action}` of `{rule.id}`"
    context: tuple[Node, ...] = (fires,)
    if use.when is not None:
        always = f"{said} always happens, with its `when` as without"
        yield Asked(use.when, use.place, f"{said} never happens", always, solver, context)
        context = (*context, solver.atoms.true(use.when))
    before: tuple[Node, ...] = ()
    for number, branch in enumerate(use.reply.branches if use.reply is not None else (), start=1):
        never = f"text {number} of {said} is never said"
        always = f"text {number} of {said} is always said, so that none behind it is"
        when = branch.when if branch.when is not None else ALWAYS
        yield Asked(when, branch.say.place, never, always, solver, context, before)
        before = (*before, solver.atoms.not_true(when))


def _is_constant(asked: Asked, ground: Ground) -> bool:
    """Report a condition that cannot hold, or cannot but hold."""
    can_hold = asked.can(*asked.before, asked.holds(asked.condition))
    if can_hold == "no":
        also = tuple((place, shown(part)) for part in _core(asked) if (place := place_of(part)) is not None)
        ground.problems.warning(
            "SC301", asked.place, asked.never, label="no mention can be so" if also else "", also=also,
            fix="change the condition, or take it out",
        )  # fmt: skip
        return True
    if can_hold == "undecided":
        ground.undecided("SC301", asked.place, f"whether {asked.never}")
    if asked.condition == ALWAYS:
        return True
    if asked.can(asked.fails(asked.condition)) == "no":
        ground.problems.warning(
            "SC302", asked.place, asked.always, label=shown(asked.condition),
            fix="leave the condition out if that is meant",
        )  # fmt: skip
        return True
    return False


def _core(asked: Asked) -> list[Condition]:
    """Those parts of a condition that exclude each other, as few as leave nothing possible."""
    parts = list(_conjuncts(asked.condition))
    for part in list(parts):
        rest = [other for other in parts if other is not part]
        if asked.can(*asked.before, *map(asked.holds, rest)) == "no":
            parts = rest
    return parts


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition


def _report_redundant(asked: Asked, ground: Ground) -> None:
    """Take alternatives out as long as nothing changes, and report each."""
    condition, found = asked.condition, True
    while found:
        found = False
        for part, smaller in _without_one(condition):
            if _same(condition, smaller, asked):
                ground.problems.warning(
                    "SC303", place_of(part), f"this alternative changes nothing: {shown(part)}",
                    label="the rest of the condition says so already, or it cannot be", fix="take it out",
                )  # fmt: skip
                condition, found = smaller, True
                break


def _same(one: Condition, other: Condition, asked: Asked) -> bool:
    """Whether two conditions hold in the same worlds; of a signal, also fail in the same."""
    ways = [(asked.holds(one), asked.fails(other)), (asked.holds(other), asked.fails(one))]
    if asked.both_ways:
        atoms = asked.solver.atoms
        ways += [(atoms.false(one), atoms.not_false(other)), (atoms.false(other), atoms.not_false(one))]
    return all(asked.can(*way) == "no" for way in ways)


def _without_one(condition: Condition) -> Iterator[tuple[Condition, Condition]]:
    """Every alternative of a condition, the last first, with the condition that is left without it."""
    if isinstance(condition, Comparison | Signal):
        return
    parts = condition.parts
    for place in reversed(range(len(parts))):
        before, part, after = parts[:place], parts[place], parts[place + 1 :]
        if not isinstance(condition, All) and len(parts) > 1:
            yield part, replace(condition, parts=(*before, *after))
        for alternative, smaller in _without_one(part):
            yield alternative, replace(condition, parts=(*before, smaller, *after))


def _report_covered(test: Comparison, ground: Ground) -> None:
    """Report a word, phrase or piece of a list that another one of it covers."""
    if test.op not in ("has", "contains", "starts_with", "ends_with") or test.list_name is not None:
        return
    single = [replace(test, operand=(item,)) for item in test.operand]
    kept = list(single)
    for one in single:
        by = next((other for other in kept if other is not one and implies(one, other, {})), None)
        if by is not None:
            kept.remove(one)
            ground.problems.warning(
                "SC303", test.place, f"`{_word(one)}` changes nothing here: `{_word(by)}` finds it already",
                fix="take it out",
            )  # fmt: skip


def _word(single: Comparison) -> str:
    item = single.operand[0]
    if isinstance(item, Phrase):
        return " ".join(word + "*" * star for word, star in zip(item.words, item.stars, strict=True))
    return str(item)
