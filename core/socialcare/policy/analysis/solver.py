"""Whether a formula over tests can hold: the search of Davis, Putnam, Logemann and Loveland, with a theory for each subject.

Source: M. Davis, G. Logemann, D. Loveland, "A machine program for theorem-proving", 1962; here a test has three values
and formulas keep their shape. A "no" is a proof. A "yes" comes with a value for every subject in question. "Undecided"
is said where a theory could not tell, where a "yes" was refused by whoever asked, and after too many steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from socialcare.policy.analysis.logic import ALWAYS, NEVER, And, Atoms, Claim, Node, Or
from socialcare.policy.analysis.subjects import Subjects
from socialcare.policy.analysis.theory import NO, Found, Theory
from socialcare.policy.analysis.worlds import Picks

_MOST_STEPS = 3_000
_MOST_REFUSED = 12

Held = dict[int, int]
"""What each test is still allowed to be, by number; what is not there may be anything it can be."""


class Solver:
    """The solver of one analysis; answers about a subject are kept, since many conditions ask the same."""

    def __init__(self, subjects: Subjects) -> None:
        self.atoms = Atoms(subjects)
        self._theory = Theory(subjects)
        self._solved: dict[tuple[frozenset[tuple[int, int]], tuple[str, ...]], Found] = {}

    def find(
        self, *goal: Node, accept: Callable[[Picks], bool] | None = None, hints: Sequence[str] = ()
    ) -> Found:
        """Whether some formulas can hold together.

        `accept` has the last word on a "yes". `hints` are texts to try first, because somebody has written them.
        """
        search = _Search(self, accept or (lambda _: True), tuple(hints))
        return search.run({}, list(goal), [], set())

    def facts(self, *goal: Node) -> tuple[Held, list[Or]] | None:
        """What holds wherever some formulas do, and the alternatives that are left; `None` where they cannot hold."""
        held: Held = {}
        left = _propagate(self.atoms, held, list(goal), [], set())
        return None if left is None else (held, left)

    def solve(self, group: str, held: Held, hints: tuple[str, ...] = ()) -> Found:
        """What the theory says of one group."""
        hints = hints if group == "text" else ()
        about = self.atoms.about
        wanted = frozenset(
            (number, members) for number, members in held.items() if about[number].group == group
        )
        if (wanted, hints) not in self._solved:
            tests = [(self.atoms.all[number], members) for number, members in sorted(wanted)]
            self._solved[wanted, hints] = self._theory.solve(group, tests, hints)
        return self._solved[wanted, hints]


@dataclass(slots=True)
class _Search:
    solver: Solver
    accept: Callable[[Picks], bool]
    hints: tuple[str, ...]
    steps: int = 0
    refused: int = 0
    undecided: Found = field(default_factory=lambda: Found("undecided"))

    def run(self, held: Held, pending: list[Node], choices: list[Or], touched: set[str]) -> Found:
        """Search below what is held; `pending` must hold, one part of each of `choices` too."""
        self.steps += 1
        if self.steps > _MOST_STEPS or self.refused >= _MOST_REFUSED:
            return self.undecided
        left = _propagate(self.solver.atoms, held, pending, choices, touched)
        if left is None or any(
            self.solver.solve(group, held, self.hints).verdict == "no" for group in touched
        ):
            return NO
        if not left:
            return self._end(held)
        choice = min(left, key=lambda one: len(one.parts))
        rest = [one for one in left if one is not choice]
        return self._branch(held, choice, rest)

    def _branch(self, held: Held, choice: Or, rest: list[Or]) -> Found:
        """Each part in turn; behind a single test, the others need only be tried where it does not hold."""
        result, excluded = NO, set[str]()
        for part in choice.parts:
            found = self.run(dict(held), [part], rest, set(excluded))
            if found.verdict == "yes":
                return found
            result = found if found.verdict == "undecided" else result
            if isinstance(part, Claim):
                allowed = held.get(part.test, self.solver.atoms.possible[part.test]) & ~part.members
                if not allowed:
                    break
                held[part.test] = allowed
                excluded.add(self.solver.atoms.about[part.test].group)
        return result

    def _end(self, held: Held) -> Found:
        """Nothing is left to choose: every subject gets its value."""
        groups = {self.solver.atoms.about[number].group for number in held}
        solved = [self.solver.solve(group, held, self.hints) for group in sorted(groups)]
        if any(found.verdict != "yes" for found in solved):
            return self.undecided
        picks = {path: value for found in solved for path, value in found.picks.items()}
        if not self.accept(picks):
            self.refused += 1
            return self.undecided
        return Found("yes", picks)


def _propagate(
    atoms: Atoms, held: Held, pending: list[Node], choices: Sequence[Or], touched: set[str]
) -> list[Or] | None:
    """Take over what must hold, and what is left of the choices then; `None` on a contradiction."""
    left = list(choices)
    while True:
        while pending:
            node = pending.pop()
            if isinstance(node, And):
                pending.extend(node.parts)
            elif isinstance(node, Or):
                left.append(node)
            else:
                before = held.get(node.test, atoms.possible[node.test])
                if not before & node.members:
                    return None
                if before & node.members != held.get(node.test):
                    held[node.test] = before & node.members
                    touched.add(atoms.about[node.test].group)
        simpler = [_simpler(choice, held, atoms) for choice in left]
        if NEVER in simpler:
            return None
        left = [node for node in simpler if isinstance(node, Or)]
        pending = [node for node in simpler if not isinstance(node, Or) and node != ALWAYS]
        if not pending:
            return left


def _simpler(node: Node, held: Held, atoms: Atoms) -> Node:
    """What is left of a formula by what is held."""
    if isinstance(node, Claim):
        now = held.get(node.test, atoms.possible[node.test])
        return NEVER if not now & node.members else ALWAYS if now & node.members == now else node
    parts = [_simpler(part, held, atoms) for part in node.parts]
    if isinstance(node, And):
        if NEVER in parts:
            return NEVER
        parts = [part for part in parts if part != ALWAYS]
        return parts[0] if len(parts) == 1 else And(tuple(parts))
    if ALWAYS in parts:
        return ALWAYS
    parts = [part for part in parts if part != NEVER]
    return parts[0] if len(parts) == 1 else Or(tuple(parts))
