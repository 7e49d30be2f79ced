"""The texts of a policy, each with where it is said and what holds there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from socialcare.diagnostics import Place
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.logic import Node
from socialcare.policy.analysis.solver import Solver
from socialcare.policy.language.texts import Placeholder, Text
from socialcare.policy.statements import All, AnyOf, Comparison, Policy, Rule, Use


@dataclass(frozen=True, slots=True)
class Said:
    """One text: `context` holds wherever it is said, in the rule's own solver; `is_spare` marks what `if_too_long` says."""

    rule: Rule
    use: Use
    text: Text
    place: Place
    solver: Solver
    context: tuple[Node, ...]
    is_spare: bool = False

    @property
    def name(self) -> str:
        """What it is, in a message."""
        return f"`{'if_too_long' if self.is_spare else self.use.action}` of `{self.rule.id}`"


def texts_said(ground: Ground) -> Iterator[Said]:
    """Every text of every rule that is not switched off; what `if_too_long` says once for each branch."""
    for rule in ground.written:
        solver = ground.within(rule)
        for use in rule.uses:
            if use.reply is None:
                continue
            context: tuple[Node, ...] = (solver.atoms.true(rule.when), *_of_answers(rule, solver, ground))
            if use.when is not None:
                context = (*context, solver.atoms.true(use.when))
            for branch in use.reply.branches:
                here = context if branch.when is None else (*context, solver.atoms.true(branch.when))
                for text in branch.say.texts:
                    yield Said(rule, use, text, branch.say.place, solver, here)
                if use.reply.if_too_long is not None:
                    spare = use.reply.if_too_long
                    yield Said(rule, use, spare, use.place, solver, here, is_spare=True)
                if branch.when is not None:
                    context = (*context, solver.atoms.not_true(branch.when))


def _of_answers(rule: Rule, solver: Solver, ground: Ground) -> Iterator[Node]:
    """What is known of a rule's look-ups: one that lacks an argument it needs is not called, and answers nothing."""
    for alias, asked in rule.look_up.items():
        needed = {one.name for one in ground.vocabulary.lookups[asked.lookup].parameters if one.required}
        there = [
            Comparison(path, "exists", operand=True, place=asked.place)
            for name, path in asked.fields.items()
            if name in needed
        ]
        nothing = Comparison(alias, "exists", operand=False, place=asked.place)
        if there:
            yield solver.atoms.true(AnyOf((nothing, All(tuple(there)))))


def with_company(text: Text, policy: Policy) -> Text:
    """The text with what is known of it put in: the company's own entries."""
    parts: list[str | Placeholder] = [""]
    for part in text.parts:
        known = _entry(part, policy) if isinstance(part, Placeholder) else part
        last = parts[-1]
        if known is not None and isinstance(last, str):
            parts[-1] = last + known
        else:
            parts += [part, ""] if known is None else [known]
    return Text(text.source, tuple(parts))


def _entry(placeholder: Placeholder, policy: Policy) -> str | None:
    head, _, name = placeholder.path.partition(".")
    return placeholder.show(policy.company.get(name)) if head == "company" else None
