"""SC310, SC311: rules that never win because another always does, and pairs of which only the id says who wins."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from socialcare.model import Refers
from socialcare.policy.analysis.contenders import Contender, Index, contenders
from socialcare.policy.analysis.ground import SLOTS, Ground, applies, texts_written
from socialcare.policy.analysis.witness import witness, written
from socialcare.policy.deciding.implies import more_specific
from socialcare.policy.deciding.precedence import Precedence
from socialcare.policy.statements import All, AnyOf, Condition, Rule, Use

_MOST_SHOWN = 3
"""Pairs shown of one rule; who mends these sees the next."""

_MOST_SEARCHED = 3_000
"""Pairs put to the solver; beyond, rules are too many and too alike to tell."""


def check_rivals(ground: Ground) -> None:
    """Report rules that another always outranks, and pairs that nothing orders."""
    found = contenders(ground)
    _report_shadowed(found, ground)
    duels = _Duels(ground)
    for group in _of_one_rank(found).values():
        duels.report(group)


def _of_one_rank(found: list[Contender]) -> dict[str, list[Contender]]:
    groups: dict[str, list[Contender]] = defaultdict(list)
    for one in found:
        groups[one.rule.rank].append(one)
    return groups


@dataclass(slots=True)
class _Duels:
    """The pairs of rules of one rank, and how many of them were put to the solver."""

    ground: Ground
    searched: int = 0

    def report(self, group: list[Contender]) -> None:
        """Report the pairs that nothing orders, a few of each rule."""
        for place, one in enumerate(group):
            shown = 0
            for other in group[place + 1 :]:
                if one.excludes(other) or self._is_settled(one.rule, other.rule):
                    continue
                self.searched += 1
                if self.searched > _MOST_SEARCHED:
                    self.ground.undecided("SC311", one.rule.place, f"whether other rules of rank {one.rule.rank} match with `{one.rule.id}`")  # fmt: skip
                    return
                shown += self._duel(one, other)
                if shown == _MOST_SHOWN:
                    break

    def _is_settled(self, one: Rule, other: Rule) -> bool:
        """Whether something before the id says who wins, or the two are never active together."""
        precedence, signals = self.ground.precedence, self.ground.policy.signals
        return (
            _apart(one, other)
            or precedence.is_ordered(one, other)
            or more_specific(one.when, other.when, signals)
            or more_specific(other.when, one.when, signals)
        )

    def _duel(self, one: Contender, other: Contender) -> bool:
        """Look for a mention that both rules answer, and report it; whether there is one."""
        ground = self.ground
        shared = [
            All((claim, other.claims[slot])) for slot, claim in one.claims.items() if slot in other.claims
        ]
        if not shared:
            return False
        together: Condition = shared[0] if len(shared) == 1 else AnyOf(tuple(shared))
        verdict, picks = witness([together], ground, list(texts_written(one.rule, other.rule)))
        first, second = one.rule, other.rule
        if verdict == "undecided":
            ground.undecided(
                "SC311", second.place, f"whether a mention is for `{first.id}` and `{second.id}` alike"
            )
        if verdict != "yes":
            return False
        winner, loser = (
            (first, second) if ground.precedence.first([first, second]) is first else (second, first)
        )
        ground.problems.warning(
            "SC311", loser.place, f"only the id says that `{winner.id}` wins over `{loser.id}`",
            label="both match the mention below", also=((winner.place, "the other one"),),
            fix="\n".join([
                f"write `wins_over: [{loser.id}]` into `{winner.id}`, or the other way round, or give one another rank; both match:",
                *written(picks, ground),
            ]),
        )  # fmt: skip
        return True


def _apart(one: Rule, other: Rule) -> bool:
    """Whether one rule ends before the other begins."""
    return any(
        first.active.until is not None
        and second.active.since is not None
        and first.active.until <= second.active.since
        for first, second in ((one, other), (other, one))
    )


def _report_shadowed(found: list[Contender], ground: Ground) -> None:
    certain = {one.rule.id: claims for one in found if (claims := _certain(one.rule, ground))}
    index = Index(one for one in found if one.rule.id in certain)
    for one in found:
        shadows = (
            other
            for other in index.implied_by(one)
            if _comes_first(other.rule, one.rule, ground.precedence)
            and _is_shadowed(one, other, certain[other.rule.id], found, ground)
        )
        by = next(shadows, None)
        if by is None:
            continue
        kept = [use.action for use in one.rule.uses if ground.slot(use) is None]
        ground.problems.warning(
            "SC310", one.rule.place, f"`{one.rule.id}` never answers: wherever it fires, `{by.rule.id}` does and wins",
            label=f"what is left of it is {', '.join(f'`{word}`' for word in dict.fromkeys(kept))}" if kept else "",
            also=((by.rule.place, f"of rank {by.rule.rank}"),),
            fix=f"narrow `{by.rule.id}`, or let `{one.rule.id}` win",
        )  # fmt: skip


def _certain(rule: Rule, ground: Ground) -> dict[str, Condition]:
    """By slot or `both`, when a rule takes it for certain: no gate, look-up or code of an action can keep it back."""
    if rule.limit or rule.rollout or rule.look_up:
        return {}
    ways: dict[str, list[Condition]] = defaultdict(list)
    for use in rule.uses:
        slot = ground.slot(use)
        if slot is not None and _is_unhindered(use, ground):
            ways[slot].append(applies(use))
    return {
        slot: rule.when if All(()) in each else All((rule.when, AnyOf(tuple(each))))
        for slot, each in ways.items()
    }


def _is_unhindered(use: Use, ground: Ground) -> bool:
    """Whether an action happens whenever its conditions hold; a handover is off where a mention was handed over."""
    action = ground.vocabulary.actions[use.action]
    fields = action.params.model_fields.values() if action.params is not None else ()
    hands_over = any(
        isinstance(mark, Refers) and mark.to == "account" for one in fields for mark in one.metadata
    )
    return action.propose is None and not hands_over


def _is_shadowed(
    one: Contender, by: Contender, claims: dict[str, Condition], found: list[Contender], ground: Ground
) -> bool:
    if not _covers(by.rule, one.rule):
        return False
    atoms = ground.solver.atoms
    for slot in {ground.slot(use) for use in one.rule.uses} - {None}:
        wanted = set(SLOTS[slot])
        taking = [
            claim
            for taken, claim in claims.items()
            if taken in wanted
            or (taken == "both" and (slot == "both" or not _half_taken(by, wanted, found, ground)))
        ]
        lost = AnyOf(tuple(taking))
        if not taking or one.shows_without(lost):
            return False
        if ground.solver.find(atoms.true(one.rule.when), atoms.not_true(lost)).verdict != "no":
            return False
    return True


def _half_taken(by: Contender, wanted: set[str], found: list[Contender], ground: Ground) -> bool:
    """Whether a rule that comes no later than `by` may take the other slot alone, and so keep `by` from taking both."""
    return any(
        other is not by
        and ground.precedence.rank(other.rule) <= ground.precedence.rank(by.rule)
        and any(ground.slot(use) in {"public", "private"} - wanted for use in other.rule.uses)
        for other in found
    )


def _comes_first(one: Rule, other: Rule, precedence: Precedence) -> bool:
    """Whether one rule wins over another, and not by its id."""
    if precedence.rank(one) != precedence.rank(other):
        return precedence.rank(one) < precedence.rank(other)
    return precedence.is_ordered(one, other) and precedence.first([one, other]) is one


def _covers(by: Rule, one: Rule) -> bool:
    """Whether a rule is active whenever another is."""
    mine, theirs = by.active, one.active
    begins = mine.since is None or (theirs.since is not None and mine.since <= theirs.since)
    ends = mine.until is None or (theirs.until is not None and mine.until >= theirs.until)
    return begins and ends
