"""Looks back at one decision: replays what came before it, tells what became of every rule, and how its holds ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from socialcare.desk import Desk, make, moment_of
from socialcare.model import Decision, Event, Mention
from socialcare.pipeline import decide, foresee
from socialcare.policy.explaining.why import Explanation, explain
from socialcare.simulate.replay import BATCH, with_ticks


@dataclass(frozen=True, slots=True)
class Hindsight:
    """A mention, what was decided, and why: one explanation for each account that decided it; none for our own posts.

    `later` is what was decided about its held actions afterwards; `waits` whether one still waits when the archive ends.
    """

    mention: Mention
    decision: Decision
    explanations: tuple[Explanation, ...]
    later: tuple[Decision, ...] = ()
    waits: bool = False


async def look_back(mentions: Iterable[Mention], desk: Desk, wanted: str) -> Hindsight | None:
    """Decide the mentions in order up to the one of that id, and explain it; `None` where there is none.

    Where something of it is held, those after it are decided too, until all of that has come to an end.
    """
    waiting: list[Event] = []
    events = with_ticks(mentions, desk)
    for event in events:
        if isinstance(event, Mention) and event.id == wanted:
            await decide(waiting, desk)
            return await _followed(await _look(event, desk), events, desk)
        waiting.append(event)
        if len(waiting) == BATCH:
            await decide(waiting, desk)
            waiting = []
    return None


async def _followed(found: Hindsight, events: Iterator[Event], desk: Desk) -> Hindsight:
    """The same, with what became of its holds."""
    later: list[Decision] = []
    held = _held(found.decision)
    while held and (some := list(islice(events, BATCH))):
        for one in await decide(some, desk):
            if one.event != "mention" and one.mention == found.mention.id and held:
                later.append(one)
                held = (held - {record.id for record in one.actions}) | _held(one)
    return replace(found, later=tuple(later), waits=bool(held))


def _held(decision: Decision) -> frozenset[str | None]:
    """The held actions of a decision, and of the account that it was handed to."""
    own = frozenset(record.id for record in decision.actions if record.state == "held")
    return own | _held(decision.then) if decision.then is not None else own


async def _look(mention: Mention, desk: Desk) -> Hindsight:
    explanations = [] if desk.company.wrote(mention) else await _explained(mention, desk)
    decisions = [one for one in await decide([mention], desk) if one.event == "mention"]
    decision = decisions[0] if decisions else explanations[0].decision
    return Hindsight(mention, decision, tuple(explanations))


async def _explained(
    mention: Mention, desk: Desk, account: str | None = None, without: str = ""
) -> list[Explanation]:
    """The explanation of the account that decides, then those of the accounts it hands over to."""
    occasion, memory = await foresee(mention, desk, account, without=without)
    moment = moment_of(occasion, desk, memory)
    decision = (await make(occasion, desk, memory.fork())).decision
    found = [explain(decision, moment, desk.setting, memory)]
    for record in decision.actions:
        receiver = desk.receiver(record)
        if receiver is not None and record.state == "allowed":
            found += await _explained(mention, desk, receiver, record.action)
    return found
