"""Looks at past mentions in several processes, while one ordered pass keeps the state; or has them decided there, where there is none.

Looking depends on nothing but the mention and the policy, so that the decisions are those of one process, byte for byte.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import NamedTuple

from msgspec.msgpack import Decoder, Encoder

from socialcare.desk import Desk
from socialcare.model import Event, Mention
from socialcare.screening import View, view
from socialcare.seam import Told
from socialcare.simulate.apart import Surprise, alone, decided_apart
from socialcare.simulate.replay import BATCH
from socialcare.simulate.rows import Row

_ENCODER = Encoder()
_EVENTS = Decoder(list[Event])
_MENTIONS = Decoder(list[Mention])
_ROWS = Decoder(list[Row])
_AHEAD = 3
"""Batches a process that are on their way: enough that none waits, few enough that memory stays flat."""


class Looked(NamedTuple):
    """What a process made of a batch: what is known of each event, if the process lived; `told` is what went wrong in plugins."""

    views: Sequence[View] | None = None
    told: Told = {}  # noqa: RUF012 - never changed


Batch = tuple[Sequence[Event], Looked]


class Pool:
    """Processes that look at mentions, or decide them."""

    def __init__(self, executor: ProcessPoolExecutor, workers: int) -> None:
        self._executor = executor
        self._ahead = workers * _AHEAD

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

    def decide(
        self, mentions: Iterable[Mention], unsealed: Mapping[str, str], *, batch: int = BATCH
    ) -> Iterator[list[Row]]:
        """Each batch of mentions, decided apart, in order; `unsealed` stands in each line of the decisions file.

        Raises:
            Surprise: a process died, or a plugin failed.
        """
        job = partial(_decide, unsealed=dict(unsealed))
        waiting: deque[Future[bytes | None]] = deque()
        rest = iter(mentions)
        try:
            while some := list(islice(rest, batch)):
                waiting.append(self._executor.submit(job, _ENCODER.encode(some)))
                if len(waiting) > self._ahead:
                    yield _decided(waiting.popleft())
            while waiting:
                yield _decided(waiting.popleft())
        except BrokenProcessPool as error:
            raise Surprise from error

    def _sent(self, events: Sequence[Event]) -> asyncio.Future[Looked]:
        try:
            return asyncio.wrap_future(self._executor.submit(_look, _ENCODER.encode(events)))
        except BrokenProcessPool:
            gone: asyncio.Future[Looked] = asyncio.get_running_loop().create_future()
            gone.set_result(Looked())
            return gone


def _decided(rows: Future[bytes | None]) -> list[Row]:
    content = rows.result()
    if content is None:
        raise Surprise
    return _ROWS.decode(content)


async def _arrived(events: Sequence[Event], looked: asyncio.Future[Looked]) -> Batch:
    """What a process made of a batch; of one that died nothing, and the ordered pass looks itself."""
    try:
        return events, await looked
    except BrokenProcessPool:
        return events, Looked()


@contextmanager
def pool(workers: int, desk: Desk, opened: Callable[[], Desk]) -> Iterator[Pool]:
    """Processes that do as `desk` does; where they cannot inherit it, each opens its own with `opened`."""
    global _desk  # noqa: PLW0603 - what a forked process inherits it finds here
    context = multiprocessing.get_context("fork" if _CAN_FORK else "spawn")
    _desk = desk if _CAN_FORK else None
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(opened,)) as executor:
        executor.submit(_nothing).result()  # all are forked now, before there are threads
        try:
            yield Pool(executor, workers)
        finally:
            _desk = None
            executor.shutdown(wait=False, cancel_futures=True)


_CAN_FORK = sys.platform == "linux"
_desk: Desk | None = None
_apart: Desk | None = None


def _nothing() -> None:
    pass


def _begin(opened: Callable[[], Desk]) -> None:
    global _desk, _apart  # noqa: PLW0603 - a process has one desk, made once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the run stops the parent
    if _desk is None:
        _desk = opened()
    _apart = alone(_desk)


def _here(desk: Desk | None) -> Desk:
    if desk is None:
        raise RuntimeError("a process without a desk")
    return desk


def _look(content: bytes) -> Looked:
    desk = _here(_desk)
    views = asyncio.run(view(_EVENTS.decode(content), desk))
    return Looked(views, desk.seam.failures.take())


def _decide(content: bytes, unsealed: Mapping[str, str]) -> bytes | None:
    desk = _here(_apart)
    rows = asyncio.run(decided_apart(_MENTIONS.decode(content), desk, unsealed))
    return None if desk.seam.failures.take() else _ENCODER.encode(rows)
