"""What stands under a path, as the vocabulary and the policy say: its type, its words, whether it may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from socialcare.model import Field, Vocabulary
from socialcare.observed import FIELDS
from socialcare.policy.reading.names import Sort
from socialcare.policy.statements import Policy, Rule

_ALWAYS_THERE = frozenset(one.name for one in FIELDS if not one.may_be_missing)
"""What every mention has. Any other field may be known not to be there: a classifier looked and found none."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a test is about.

    `group` is the path of the record that it is a part of, else its own: tests of one group hang together, groups do not.
    Unknown is what nobody provides, absent what is known not to be there; a part is absent too where the whole is. `values` closes the list of words; `longest` is
    the declared length in characters.
    """

    path: str
    sort: Sort | Literal["flag"]
    group: str
    values: tuple[str, ...] = ()
    may_be_unknown: bool = False
    may_be_absent: bool = False
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Subjects:
    """The subjects of a policy; `answers` are a rule's look-ups by alias, and whether there is an answer for certain."""

    policy: Policy
    vocabulary: Vocabulary
    answers: Mapping[str, tuple[Field, bool]] = field(default_factory=dict)

    def within(self, rule: Rule) -> Subjects:
        """The subjects that the actions and texts of a rule see: the answers of its look-ups too."""
        answers = {
            alias: (self.vocabulary.lookups[asked.lookup].result, alias in rule.only_if_found)
            for alias, asked in rule.look_up.items()
        }
        return Subjects(self.policy, self.vocabulary, answers)

    def of(self, path: str) -> Subject:
        """The subject of a path that the reader has let pass."""
        head, _, part = path.partition(".")
        if path == "time":
            return Subject(path, "moment", path, may_be_unknown=True)
        if head == "counts":
            return Subject(path, "count", path)
        if head == "flags":
            return Subject(path, "flag", path)
        if path in self.policy.formulas:
            return Subject(path, "number", path, may_be_unknown=self._may_fail(path))
        if head in self.answers:
            answer, is_found = self.answers[head]
            return _of(answer, head, part, unknown=False, absent=not is_found)
        known = self.vocabulary.fields.get(path) or self.vocabulary.fields[head]
        part = "" if known.name == path else part
        return _of(
            known, known.name, part, unknown=known.may_be_missing, absent=known.name not in _ALWAYS_THERE
        )

    def _may_fail(self, name: str) -> bool:
        """Whether a formula may have no value: a number in it is missing, or it divides by one that may be zero."""
        formula = self.policy.formulas[name]
        if formula.if_missing is not None:
            return False
        parts = [self.of(path) for path in formula.calc.paths]
        parts += [self.of(part.group) for part in parts]
        return "/" in formula.calc.source or any(part.may_be_unknown or part.may_be_absent for part in parts)


def _of(declared: Field, group: str, part: str, *, unknown: bool, absent: bool) -> Subject:
    """A field or answer, or a part of one."""
    if not part:
        return Subject(group, declared.kind, group, declared.values, unknown, absent, declared.max_length)
    each = next(one for one in declared.parts if one.name == part)
    return Subject(
        f"{group}.{part}",
        each.kind,
        group,
        each.values,
        unknown,
        each.may_be_missing,
        each.max_length,
    )
