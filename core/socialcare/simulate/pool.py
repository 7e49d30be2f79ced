"""Looks at past mentions in several processes, while one ordered pass keeps the state.

Looking depends on nothing but the mention and the policy, so that the decisions are those of one process, byte for byte.
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from msgspec.msgpack import Decoder, Encoder

from socialcare.desk import Desk
from socialcare.model import Decision, Event, Mention
from socialcare.screening import View, sights, view
from socialcare.seam import Told
from socialcare.simulate.decisions import DecisionWriter
from socialcare.simulate.summary import PlainFigures, Summary

_ENCODER = Encoder()
_DECODER = Decoder(list[Event])
_AHEAD = 3
"""Batches a process that are on their way: enough that none waits, few enough that memory stays flat."""


class Whole(NamedTuple):
    """A batch in whose decisions no state has a say: the lines of the decisions file, and the figures."""

    lines: bytes
    figures: PlainFigures


class Looked(NamedTuple):
    """What a process made of a batch: what is known of each event, or all that comes of them; neither, if the process died.

    `told` is what went wrong in plugins.
    """

    views: Sequence[View] | None = None
    whole: Whole | None = None
    told: Told = {}  # noqa: RUF012 - never changed


Batch = tuple[Sequence[Event], Looked]


class Pool:
    """Processes that look at mentions.

    `whole` says that nobody needs to see single decisions but in the decisions file; `unsealed` stands in each of its lines.
    """

    def __init__(self, executor: ProcessPoolExecutor, workers: int, look: Callable[[bytes], Looked]) -> None:
        self._executor = executor
        self._ahead = workers * _AHEAD
        self._look = look

    async def look(self, events: Iterable[Event], batch: int) -> AsyncIterator[Batch]:
        """Each batch of events with what was seen of it, in order."""
        waiting: deque[tuple[Sequence[Event], asyncio.Future[Looked]]] = deque()
        rest = iter(events)
        while some := list(islice(rest, batch)):
            waiting.append((some, self._sent(some)))
            if len(waiting) > self._ahead:
                yield await _arrived(*waiting.popleft())
        while waiting:
            yield await _arrived(*waiting.popleft())

    def _sent(self, events: Sequence[Event]) -> asyncio.Future[Looked]:
        try:
            return asyncio.wrap_future(self._executor.submit(self._look, _ENCODER.encode(events)))
        except BrokenProcessPool:
            gone: asyncio.Future[Looked] = asyncio.get_running_loop().create_future()
            gone.set_result(Looked())
            return gone


async def _arrived(events: Sequence[Event], looked: asyncio.Future[Looked]) -> Batch:
    """What a process made of a batch; of one that died nothing, and the ordered pass looks itself."""
    try:
        return events, await looked
    except BrokenProcessPool:
        return events, Looked()


@contextmanager
def pool(
    workers: int,
    desk: Desk,
    opened: Callable[[], Desk],
    *,
    whole: bool = False,
    unsealed: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Pool]:
    """Processes that look at mentions as `desk` does; where they cannot inherit it, each opens its own with `opened`."""
    global _desk  # noqa: PLW0603 - what a forked process inherits it finds here
    context = multiprocessing.get_context("fork" if _CAN_FORK else "spawn")
    _desk = desk if _CAN_FORK else None
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(opened,)) as executor:
        executor.submit(_nothing).result()  # all are forked now, before there are threads
        look = partial(_look, whole=whole and desk.forgets and not desk.scheduled, unsealed=dict(unsealed))
        try:
            yield Pool(executor, workers, look)
        finally:
            _desk = None
            executor.shutdown(wait=False, cancel_futures=True)


_CAN_FORK = sys.platform == "linux"
_desk: Desk | None = None


def _nothing() -> None:
    pass


def _begin(opened: Callable[[], Desk]) -> None:
    global _desk  # noqa: PLW0603 - a process has one desk, made once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the run stops the parent
    if _desk is None:
        _desk = opened()


def _look(content: bytes, *, whole: bool, unsealed: Mapping[str, str]) -> Looked:
    desk = _desk
    if desk is None:
        raise RuntimeError("a process without a desk")
    events = _DECODER.decode(content)
    views = asyncio.run(view(events, desk))
    told = desk.seam.failures.take()
    done = _whole(events, views, desk, unsealed) if whole else None
    return Looked(None if done is not None else views, done, told)


def _whole(
    events: Sequence[Event], views: Sequence[View], desk: Desk, unsealed: Mapping[str, str]
) -> Whole | None:
    """The batch as a whole, if every event is a post with a decision in which no state has a say."""
    decisions = [one for one in sights(events, views, desk) if isinstance(one, Decision)]
    posts = [event for event in events if isinstance(event, Mention) and event.kind == "post"]
    if not len(decisions) == len(posts) == len(events):
        return None
    summary = Summary(desk.setting.policy)
    summary.see(events, decisions)
    file = io.BytesIO()
    DecisionWriter(file, unsealed).write_all(decisions)
    return Whole(file.getvalue(), summary.plain)
