"""The compiled engine: what a mention has none of costs nothing.

Every rule is found by its pivot, the rarest of the clauses without which it cannot hold; one scan of a text finds the pivots of all
rules. What a cell of equal values, or the pivot, says already is not asked again; the rest is a small function made when first needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialcare.model import FieldValue
from socialcare.policy.deciding.engine import Screened, Seen
from socialcare.policy.deciding.states import States
from socialcare.policy.deciding.world import World
from socialcare.policy.matching.atoms import Atoms
from socialcare.policy.matching.cells import Cells, give_slots
from socialcare.policy.matching.closures import Closures
from socialcare.policy.matching.index import Index
from socialcare.policy.matching.pivots import Pivots, Rarity
from socialcare.policy.matching.reader import Reader
from socialcare.policy.matching.scanning import Column, Fields, Scanner
from socialcare.policy.matching.sight import Sight
from socialcare.policy.matching.worlds import Worlds
from socialcare.policy.statements import Policy, Rule

_NOTHING = Screened((), ())


class Matcher:
    """Finds rules; `sample` are past texts, by which rare words are known."""

    def __init__(self, policy: Policy, rules: Sequence[Rule], *, sample: Sequence[str] = ()) -> None:
        self.rules = rules
        self._policy = policy
        self._sight = Sight(policy)
        self._worlds = Worlds()
        self.truth = self._worlds.truth
        atoms, states = Atoms(), States(policy)
        reader = Reader(policy, atoms, states, state=True)
        read = [reader.read(rule.when) for rule in rules]
        formulas = [node for node, _ in read]
        self._stateful = frozenset(number for number, (_, with_state) in enumerate(read) if with_state)
        tests = give_slots(formulas)
        texts: list[Fields] = [{"text": FieldValue(text)} for text in sample]
        counted = Scanner(atoms, (), self._resolve).hits(texts) if texts else []
        closures = Closures(policy)
        index = Index(formulas, Pivots(atoms, Rarity(atoms, counted)), closures)
        self._scanner = Scanner(atoms, index.hits, self._resolve)
        self.unindexed: Mapping[str, str] = {rules[n].id: reason for n, reason in index.unindexed().items()}
        """Rules that every mention is held against, by id, and why nothing of them can be looked for."""
        self._cells = Cells(tests, index, self._resolve)
        surely = Reader(policy, atoms, states, state=False)
        self._surely = {n: closures.of(surely.read(rules[n].when)[0]) for n in self._stateful}

    def screen(self, events: Sequence[Seen]) -> list[Screened]:
        """For each event the rules that may hold; those left out do not."""
        fields = [event[0] for event in events]
        hits = self._scanner.hits(fields)
        cells = self._cells.of(fields)
        sight, stateful, made = self._sight, self._stateful, tuple.__new__
        screened: list[Screened] = []
        for (held, time), cell, found in zip(events, cells, hits, strict=True):
            holding = {
                number
                for hit in found
                for number, check in cell[hit]
                if check is None or check(held, found, time, sight)
            }
            if cell.always:
                holding.update(
                    [n for n, check in cell.always if check is None or check(held, found, time, sight)]
                )
            if not holding:
                screened.append(_NOTHING)
                continue
            if stateful.isdisjoint(holding):
                screened.append(made(Screened, (tuple(sorted(holding)), ())))
            else:
                surely = self._surely
                sure = {n for n in holding if n not in stateful or surely[n](held, found, time, sight)}
                screened.append(Screened(tuple(sorted(sure)), tuple(sorted(holding - sure))))
        return screened

    def holds(self, number: int, world: World) -> bool:
        """Whether an open rule holds."""
        return self._worlds.true(self.rules[number].when)(world)

    def _resolve(self, path: str, events: Sequence[Fields]) -> Column:
        """What stands under a path in each event."""
        if "." not in path and path not in self._policy.formulas:
            return [fields.get(path) for fields in events]
        return [fields.get(path) or self._sought(path, fields) for fields in events]

    def _sought(self, path: str, fields: Fields) -> FieldValue | None:
        head = path.partition(".")[0]
        if head not in fields and head != "company" and path not in self._policy.formulas:
            return None
        return self._sight.value(path, fields)
