"""What the conditions and texts of a policy can see while one event is decided."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypeAlias

from socialcare.model import ABSENT, FieldValue, Value
from socialcare.policy.language.words import line
from socialcare.policy.statements import Condition, Policy

Record: TypeAlias = Mapping[str, Value]

WROTE_FIRST = "author.wrote_first"
"""The one field of a mention that is remembered and not seen."""


class World:
    """Fields, counts, flags, formulas and look-up answers by path; `None` is unknown, `ABSENT` known not to be there.

    `truth` is the engine's way to evaluate a condition. `time` is the moment of the decision, `None` where the archive did
    not say when. `counts` are those before this mention, `closed` the ones that this mention cannot add to; whether it adds
    to another is found out when first asked.
    """

    def __init__(  # noqa: PLR0913 - one for each thing that can be seen
        self,
        policy: Policy,
        fields: Mapping[str, FieldValue],
        *,
        time: datetime | None,
        truth: "Callable[[Condition, World], bool | None]",
        counts: Mapping[str, int],
        closed: Collection[str],
        flags: Mapping[str, Value],
        wrote_first: bool | None = None,
    ) -> None:
        self.policy = policy
        self.fields = fields
        self.time = time
        self.truth = truth
        self.counts = counts
        self.closed = closed
        self.flags = flags
        self.wrote_first = wrote_first
        self.answers: dict[str, Record | None] = {}
        self._signals: dict[str, bool | None] = {}
        self._lines: dict[str, str] = {}
        self._this_counts: dict[str, bool] = {}

    def with_answers(self, answers: Mapping[str, Record | None]) -> "World":
        """The same world, seen by a rule that asked look-ups; what a failed one answered is left out."""
        seen = World.__new__(World)
        seen.__dict__.update(self.__dict__)  # but lines: two rules may call different answers by one name
        seen.__dict__.update(answers=dict(answers), _lines={})
        return seen

    def with_fields(self, fields: Mapping[str, FieldValue]) -> "World":
        """The same world with more to be seen: nothing that was asked before has another answer for it."""
        seen = World.__new__(World)
        seen.__dict__.update(self.__dict__)
        seen.fields = fields
        return seen

    def value(self, path: str) -> FieldValue | None:
        """What stands under a path, e.g. `author.followers`, `counts.talks`, `store.km`, `company.email`."""
        found = self.fields.get(path)
        if found is not None:
            return found
        head, _, part = path.partition(".")
        if head == "counts":
            return FieldValue(float(self.count(part)))
        if head == "flags":
            return FieldValue(self.flags.get(part, False))
        if head == "company" and part:
            return FieldValue(self.policy.company.get(part))
        if path == WROTE_FIRST and self.wrote_first is not None:
            return FieldValue(self.wrote_first)
        if path in self.policy.formulas:
            return self._formula(path)
        if head in self.answers:
            return _part(self.answers[head], part)
        record = self.fields.get(head)
        if record is None or not part:
            return None
        return _part(record.value if isinstance(record.value, Mapping) else None, part)

    def number(self, path: str) -> float | None:
        """The number under a path, `None` where it is unknown, absent or no number."""
        found = self.value(path)
        value = found.value if found is not None else None
        return float(value) if isinstance(value, int | float) else None

    def signal(self, name: str) -> bool | None:
        """Whether a named condition holds, found out once."""
        if name not in self._signals:
            self._signals[name] = self.truth(self.policy.signals[name], self)
        return self._signals[name]

    def line(self, path: str) -> str:
        """The words of a text field, each between single spaces."""
        if path not in self._lines:
            found = self.value(path)
            self._lines[path] = (
                line(str(found.value)) if found is not None and found.value is not None else " "
            )
        return self._lines[path]

    def count(self, name: str) -> int:
        """A count with this mention in it, if it counts."""
        return self.counts.get(name, 0) + self.this_counts(name)

    def this_counts(self, name: str) -> bool:
        """Whether this mention adds to a count."""
        if name not in self._this_counts:
            self._this_counts[name] = (
                name not in self.closed and self.truth(self.policy.counts[name].when, self) is True
            )
        return self._this_counts[name]

    def arrives(self, name: str, bound: float) -> bool:
        """Whether this mention brings a count to the number."""
        return self.this_counts(name) and self.count(name) == bound

    def _formula(self, name: str) -> FieldValue | None:
        formula = self.policy.formulas[name]
        number = formula.calc.value(self.number)
        if number is None:
            number = formula.if_missing
        return None if number is None else FieldValue(number)


def _part(record: Record | None, part: str) -> FieldValue:
    """A part of a record, or the record itself; a record that is not there has no parts."""
    if record is None:
        return ABSENT
    return FieldValue(record.get(part)) if part else FieldValue(record)
