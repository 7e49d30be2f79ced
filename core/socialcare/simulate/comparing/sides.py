"""Runs two policies over the same mentions at the same recorded times, and pairs what they decide."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from itertools import tee
from typing import NamedTuple

from socialcare.desk import Desk
from socialcare.model import Decision, Mention
from socialcare.simulate.replay import BATCH, replay
from socialcare.simulate.summary import OURS


class Pair(NamedTuple):
    """A mention, and what each policy decides about it."""

    mention: Mention
    old: Decision
    new: Decision


async def side_by_side(
    mentions: Iterable[Mention], old: Desk, new: Desk, *, batch: int = BATCH
) -> AsyncIterator[list[Pair]]:
    """Pairs in the order of the archive, as far as both policies have come; our own posts are left out.

    Whichever policy is behind goes on, so that little waits for the other.
    """
    feeds = tee(mentions)
    runs = [replay(feed, desk, batch=batch) for feed, desk in zip(feeds, (old, new), strict=True)]
    waiting: list[dict[str, tuple[Mention, Decision]]] = [{}, {}]
    fed, is_over = [0, 0], [False, False]
    while not all(is_over):
        side = min((place for place in (0, 1) if not is_over[place]), key=lambda place: fed[place])
        step = await anext(runs[side], None)
        if step is None:
            is_over[side] = True
            continue
        events, decisions = step
        there = {(one.platform, one.id): one for one in events if isinstance(one, Mention)}
        fed[side] += len(there)
        for decision in decisions:
            mention = there.get((decision.platform, decision.mention))
            if decision.event == "mention" and mention is not None and decision.reason != OURS:
                waiting[side][mention.key] = (mention, decision)
        yield _met(waiting)


def _met(waiting: list[dict[str, tuple[Mention, Decision]]]) -> list[Pair]:
    mine, theirs = waiting
    found = []
    for key in [key for key in mine if key in theirs]:
        mention, old = mine.pop(key)
        found.append(Pair(mention, old, theirs.pop(key)[1]))
    return found
