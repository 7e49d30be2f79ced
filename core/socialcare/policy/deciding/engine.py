"""What finds the rules that match: two engines with one meaning.

The naive one reads every condition of every rule and is the meaning of the language; the compiled one skips the rules of which a mention
has nothing. Planning, guarding and all else is shared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from socialcare.model import FieldValue
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import Condition, Policy, Rule

Seen: TypeAlias = tuple[Mapping[str, FieldValue], datetime | None]
"""What is known of an event before the policy's state is read: its fields, and its moment where the archive has one."""


class Screened(NamedTuple):
    """Rules by number, ascending: `sure` hold whatever the state says; of the `open` ones the state decides."""

    sure: tuple[int, ...]
    open: tuple[int, ...]


class Engine(Protocol):
    """Says which rules hold.

    `screen` is pure, and may be called in another process; `holds` and `truth` see the state as well.
    """

    rules: Sequence[Rule]

    def screen(self, events: Sequence[Seen]) -> list[Screened]:
        """For each event the rules that may hold; those left out do not."""
        ...

    def holds(self, number: int, world: World) -> bool:
        """Whether an open rule holds."""
        ...

    def truth(self, condition: Condition, world: World) -> bool | None:
        """Whether any condition of the policy holds; `None` is unknown."""
        ...


class Naive:
    """The engine that reads every condition of every rule (`--engine naive`): the oracle of the other."""

    def __init__(self, policy: Policy, rules: Sequence[Rule]) -> None:  # noqa: ARG002 - as every engine is made
        self.rules = rules
        self._all = Screened((), tuple(range(len(rules))))

    def screen(self, events: Sequence[Seen]) -> list[Screened]:
        """Every rule is open for every event."""
        return [self._all] * len(events)

    def holds(self, number: int, world: World) -> bool:
        """Whether a rule's condition is true."""
        return naive.truth(self.rules[number].when, world) is True

    def truth(self, condition: Condition, world: World) -> bool | None:
        """As the language means it."""
        return naive.truth(condition, world)
