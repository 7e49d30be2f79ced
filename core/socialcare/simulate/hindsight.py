"""Looks back at one decision: replays what came before it, and tells what became of every rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from socialcare.desk import Desk, make, moment_of
from socialcare.model import Decision, Event, Mention
from socialcare.pipeline import decide, foresee
from socialcare.policy.explaining.why import Explanation, explain
from socialcare.simulate.replay import BATCH, with_ticks


@dataclass(frozen=True, slots=True)
class Hindsight:
    """A mention, what was decided, and why: one explanation for each account that decided it; none for our own posts."""

    mention: Mention
    decision: Decision
    explanations: tuple[Explanation, ...]


async def look_back(mentions: Iterable[Mention], desk: Desk, wanted: str) -> Hindsight | None:
    """Decide the mentions in order up to the one of that id, and explain it; `None` where there is none."""
    waiting: list[Event] = []
    for event in with_ticks(mentions, desk):
        if isinstance(event, Mention) and event.id == wanted:
            await decide(waiting, desk)
            return await _look(event, desk)
        waiting.append(event)
        if len(waiting) == BATCH:
            await decide(waiting, desk)
            waiting = []
    return None


async def _look(mention: Mention, desk: Desk) -> Hindsight:
    explanations = [] if desk.company.wrote(mention) else await _explained(mention, desk)
    decisions = [one for one in await decide([mention], desk) if one.event == "mention"]
    decision = decisions[0] if decisions else explanations[0].decision
    return Hindsight(mention, decision, tuple(explanations))


async def _explained(
    mention: Mention, desk: Desk, account: str | None = None, without: frozenset[str] = frozenset()
) -> list[Explanation]:
    """The explanation of the account that decides, then those of the accounts it hands over to."""
    occasion, memory = await foresee(mention, desk, account, without=without)
    moment = moment_of(occasion, desk, memory)
    decision = (await make(occasion, desk, memory.fork())).decision
    found = [explain(decision, moment, desk.setting, memory)]
    for record in decision.actions:
        receiver = desk.receiver(record)
        if receiver is not None and record.state == "allowed":
            found += await _explained(mention, desk, receiver, frozenset([record.action]))
    return found
