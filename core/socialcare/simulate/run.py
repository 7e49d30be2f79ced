"""A whole dry run: mentions in order through a desk, and the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from socialcare.desk import Desk
from socialcare.model import Decision, Event, Mention
from socialcare.simulate.replay import BATCH, replay
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
