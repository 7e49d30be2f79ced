"""A whole dry run: mentions in order through a desk, and the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from socialcare.desk import Desk
from socialcare.model import Decision, Event, Mention
from socialcare.pipeline import decide
from socialcare.screening import sights
from socialcare.simulate.pool import Pool
from socialcare.simulate.replay import BATCH, replay, with_ticks
from socialcare.simulate.summary import Summary

See = Callable[[Sequence[Event], Sequence[Decision]], None]


async def run(
    mentions: Iterable[Mention], desk: Desk, *, also: See | None = None, batch: int = BATCH
) -> Summary:
    """Decide every mention of an ordered archive; `also` is shown each batch, its events and what was decided."""
    summary = Summary(desk.setting.policy)
    async for events, decisions in replay(mentions, desk, batch=batch):
        summary.see(events, decisions)
        if also is not None:
            also(events, decisions)
    return summary


async def run_pooled(mentions: Iterable[Mention], desk: Desk, pool: Pool, *, also: See) -> Summary:
    """The same, looked at by the processes of a pool."""
    summary = Summary(desk.setting.policy)
    async for events, looked in pool.look(with_ticks(mentions, desk), BATCH):
        seen = None
        if looked.views is not None:
            desk.seam.failures.add_all(looked.told)
            seen = sights(events, looked.views, desk)
        decisions = await decide(events, desk, seen)
        summary.see(events, decisions)
        also(events, decisions)
    return summary
