"""SC313: mentions that are handed over in a circle, so that no account answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from socialcare.model import Refers
from socialcare.policy.analysis.ground import Ground, applies
from socialcare.policy.analysis.logic import Node
from socialcare.policy.language.words import bare
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, Rule, Signal, Use

_MOST = 1_000
"""Ways round that are followed; no company has so many accounts that hand over to each other."""


@dataclass(frozen=True, slots=True)
class Handover:
    """An action that gives a mention to an account."""

    rule: Rule
    use: Use
    to: str


def check_loops(ground: Ground) -> None:
    """Report circles of handovers that one mention can go round."""
    handovers = [each for rule in ground.rules for each in _handovers(rule, ground)]
    for way in islice(_circles(handovers, ground), _MOST):
        verdict = ground.solver.find(*_round(way, ground)).verdict
        accounts = " → ".join([way[-1].to, *(each.to for each in way)])
        if verdict == "undecided":
            ground.undecided(
                "SC313", way[0].use.place, f"whether a mention is handed over in a circle: {accounts}"
            )
        if verdict == "yes":
            ground.problems.warning(
                "SC313", way[0].use.place, f"a mention can be handed over in a circle: {accounts}",
                label="what was handed over is not handed on, so it stays where nobody wanted it",
                also=tuple((each.use.place, f"`{each.rule.id}` hands over to `{each.to}`") for each in way[1:]),
                fix="say under `account` from which accounts a rule hands over, so that no mention comes back",
            )  # fmt: skip


def _handovers(rule: Rule, ground: Ground) -> Iterator[Handover]:
    for use in rule.uses:
        params = ground.vocabulary.actions[use.action].params
        for name, one in params.model_fields.items() if params is not None else ():
            if any(isinstance(mark, Refers) and mark.to == "account" for mark in one.metadata):
                to = use.params.get(name)
                if isinstance(to, str):
                    yield Handover(rule, use, to)


def _circles(handovers: Sequence[Handover], ground: Ground) -> Iterator[list[Handover]]:
    """Ways round from an account back to it, each once, that come to no account twice."""
    accounts = {each.to for each in handovers}
    starts = [
        {account for account in accounts if ground.solver.find(_fires(each, account, ground)).verdict != "no"}
        for each in handovers
    ]
    ways = [[number] for number in range(len(handovers))]
    for way in ways:
        here = handovers[way[-1]].to
        if here in starts[way[0]]:
            yield [handovers[number] for number in way]
        met = {handovers[number].to for number in way}
        ways += [
            [*way, number]
            for number in range(way[0] + 1, len(handovers))
            if here in starts[number] and handovers[number].to not in met
        ]


def _round(way: Sequence[Handover], ground: Ground) -> list[Node]:
    """What must be true of one mention to go round: each rule fires while the account before it looks."""
    return [_fires(each, way[place - 1].to, ground) for place, each in enumerate(way)]


def _fires(handover: Handover, account: str, ground: Ground) -> Node:
    """That the rule hands over what an account looks at."""
    condition = All((handover.rule.when, applies(handover.use)))
    return ground.solver.atoms.true(_as_seen_by(condition, account, ground))


def _as_seen_by(condition: Condition, account: str, ground: Ground) -> Condition:
    """A condition with the account that looks put in."""
    if isinstance(condition, Comparison):
        if condition.path != "account" or condition.op not in ("equals", "in"):
            return condition
        return All(()) if bare(account) in condition.operand else AnyOf(())
    if isinstance(condition, Signal):
        return _as_seen_by(ground.policy.signals[condition.name], account, ground)
    return replace(condition, parts=tuple(_as_seen_by(part, account, ground) for part in condition.parts))
