"""Replays past mentions: the same `decide`, on a desk with a memory store, by the recorded clock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from socialcare.agenda import times
from socialcare.desk import Desk
from socialcare.model import Decision, Event, Mention, Tick
from socialcare.pipeline import decide

BATCH = 500
"""Events decided at once; no decision depends on it."""

_AHEAD = timedelta(days=7)


async def replay(
    mentions: Iterable[Mention], desk: Desk, *, batch: int = BATCH
) -> AsyncIterator[tuple[Sequence[Event], list[Decision]]]:
    """Decide mentions that are in order of time; batch by batch the events and what was decided.

    Time passes as recorded: schedules come when they were due, holds end, and the last moment is that of the last mention.
    """
    events = with_ticks(mentions, desk)
    while some := list(islice(events, batch)):
        yield some, await decide(some, desk)
        await asyncio.sleep(0)  # whoever wants to stop the run gets a word in


def with_ticks(mentions: Iterable[Mention], desk: Desk) -> Iterator[Event]:
    """The mentions, with a tick at every moment for which a rule is scheduled, and one at the end."""
    reached: datetime | None = None
    due: deque[datetime] = deque()
    last: Mention | None = None
    for mention in mentions:
        last = mention
        if desk.scheduled and not mention.at_is_guessed:
            reached = reached or mention.at
            if mention.at > reached:
                until = mention.at + _AHEAD
                due.extend(_moments(desk, reached, until))
                reached = until
            while due and due[0] <= mention.at:
                yield Tick(at=due.popleft())
        yield mention
    if last is not None:
        yield Tick(at=last.at)


def _moments(desk: Desk, after: datetime, until: datetime) -> Iterator[datetime]:
    return iter(dict.fromkeys(at for at, _ in times(desk.setting.policy, desk.scheduled, after, until)))
