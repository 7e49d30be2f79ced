"""What a test sees of a step: the decisions, and on demand the world in which they were made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from socialcare.model import ActionRecord, Decision
from socialcare.policy.deciding.memory import Memory
from socialcare.policy.deciding.plan import Moment, Setting
from socialcare.policy.explaining.why import Miss, Verdict, misses, verdict
from socialcare.policy.explaining.why_lines import act_line, miss_line, spelt, verdict_line
from socialcare.policy.statements import Rule


@dataclass(frozen=True, slots=True)
class Seen:
    """The decisions of one step as one account made them; `moment` and `memory` are those before it, of a mention."""

    decisions: tuple[Decision, ...]
    setting: Setting
    moment: Moment | None = None
    memory: Memory | None = None
    then: Seen | None = None
    unasked: tuple[str, ...] = ()
    """Look-ups that the step gives an answer for and that no rule asked."""

    @property
    def records(self) -> tuple[ActionRecord, ...]:
        """Every action of these decisions."""
        return tuple(record for decision in self.decisions for record in decision.actions)

    @property
    def hints(self) -> tuple[str, ...]:
        """What may be wrong with the test itself."""
        return tuple(f"the answer given for `{name}` was not asked for" for name in self.unasked)

    def fired(self, rule: str) -> bool:
        """Whether a rule fired."""
        return any(rule in decision.fired for decision in self.decisions)

    def became(self) -> str:
        """What came of the step, in one line."""
        if not self.decisions:
            return "nothing was decided"
        ends = "; ".join(f"{decision.outcome} ({decision.reason})" for decision in self.decisions)
        problems = [problem for decision in self.decisions for problem in decision.problems]
        acts = "; ".join(f"{act_line(r, self.setting.zone)} from `{r.rule}`" for r in self.records)
        return ", ".join([ends, *problems]) + (f": {acts}" if acts else "")

    def why(self, rules: Iterable[Rule]) -> tuple[str, ...]:
        """What became of rules: a line each, and one for every test in the way."""
        lines: list[str] = []
        for rule in rules:
            found = self._verdict(rule)
            if found is None:
                continue
            lines.append(f"`{rule.id}` {verdict_line(found, self.setting.zone)}")
            lines += [f"  {self._miss(miss)}" for miss in found.misses]
        return (*lines, *self.hints)

    def why_true(self, rule: Rule) -> tuple[str, ...]:
        """What made the condition of a rule that fired true."""
        if self.moment is None:
            return ()
        held = misses(rule.when, self.moment.world, wanted=False)
        return tuple(
            f"{_where(miss)} `{spelt(miss.test)}` {'does not hold' if miss.wanted else 'holds'}"
            for miss in held
        )

    def nearest(self, rules: Iterable[Rule]) -> list[Rule]:
        """Rules by how far they were from firing, the nearest first."""
        found = [(self._verdict(rule), rule) for rule in rules]
        known = [(one.distance, rule.id, rule) for one, rule in found if one is not None]
        return [rule for _, _, rule in sorted(known, key=lambda each: each[:2])]

    def _verdict(self, rule: Rule) -> Verdict | None:
        if self.moment is None or self.memory is None or not self.decisions:
            return None
        return verdict(rule, self.decisions[-1], self.moment, self.setting, self.memory)

    def _miss(self, miss: Miss) -> str:
        return f"{_where(miss)} {miss_line(miss, self.setting.vocabulary, self.setting.zone)}"


def _where(miss: Miss) -> str:
    return f"{miss.test.place.file}:{miss.test.place.line}"
