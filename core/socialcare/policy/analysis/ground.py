"""What every analysis stands on: the policy, the words, a solver, and where to say what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from socialcare.diagnostics import Place, Problems
from socialcare.model import Slot, Vocabulary
from socialcare.policy.analysis.solver import Solver
from socialcare.policy.analysis.subjects import Subjects
from socialcare.policy.deciding.precedence import Precedence
from socialcare.policy.explaining.english_conditions import describe
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, Policy, Rule, Use
from socialcare.policy.walk import leaves

SLOTS: dict[Slot | None, tuple[str, ...]] = {
    "public": ("public",), "private": ("private",), "both": ("public", "private"), None: (),
}  # fmt: skip

_LONGEST = 100


@dataclass(frozen=True)
class Ground:
    """One policy under analysis."""

    policy: Policy
    vocabulary: Vocabulary
    problems: Problems
    _within: dict[str, Solver] = field(default_factory=dict)

    @cached_property
    def subjects(self) -> Subjects:
        """What stands under the paths of the policy."""
        return Subjects(self.policy, self.vocabulary)

    @cached_property
    def solver(self) -> Solver:
        """The solver of conditions that see no answers of look-ups."""
        return Solver(self.subjects)

    @cached_property
    def precedence(self) -> Precedence:
        """The order among rules."""
        return Precedence(self.policy)

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules about mentions that are live, by id: they compete."""
        return [rule for rule in self.policy.rules.values() if rule.status == "live" and rule.at is None]

    @cached_property
    def written(self) -> list[Rule]:
        """Every rule that is not switched off, by id."""
        return [rule for rule in self.policy.rules.values() if rule.status != "off"]

    def within(self, rule: Rule) -> Solver:
        """The solver of what a rule's actions and texts see."""
        if not rule.look_up:
            return self.solver
        if rule.id not in self._within:
            self._within[rule.id] = Solver(self.subjects.within(rule))
        return self._within[rule.id]

    def slot(self, use: Use) -> Slot | None:
        """The voice that an action takes."""
        return self.vocabulary.actions[use.action].slot

    def speaking(self, rule: Rule, slot: str) -> list[Use]:
        """The actions of a rule that take a slot."""
        return [use for use in rule.uses if slot in SLOTS[self.slot(use)]]

    def undecided(self, code: str, place: Place | None, question: str) -> None:
        """Say that something could neither be proved nor refuted."""
        self.problems.note(code, place, f"undecided: {question}")


def applies(use: Use) -> Condition:
    """When an action happens, beside the condition of its rule: its own `when`, and one of its texts."""
    branches = [branch.when for branch in use.reply.branches] if use.reply is not None else [None]
    parts: list[Condition] = [] if use.when is None else [use.when]
    if None not in branches:
        parts.append(AnyOf(tuple(when for when in branches if when is not None)))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def sees_answers(condition: Condition, rule: Rule) -> bool:
    """Whether a condition tests what a look-up of the rule answers."""
    return any(
        isinstance(leaf, Comparison) and leaf.path.partition(".")[0] in rule.look_up
        for leaf in leaves(condition)
    )


def place_of(condition: Condition) -> Place | None:
    """Where a condition begins."""
    return next((leaf.place for leaf in leaves(condition)), None)


def shown(condition: Condition) -> str:
    """A condition in English, cut where it is long."""
    said = describe(condition)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 2]} …"


def texts_written(*rules: Rule) -> Iterator[str]:
    """The mentions that people wrote as tests of some rules."""
    for rule in rules:
        for case in rule.cases:
            yield from (step.mention for step in case.steps if step.mention)
