"""Puts past mentions in order of time without holding them all: what does not fit is sorted in files."""

from __future__ import annotations

import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from operator import attrgetter
from sys import getsizeof
from typing import BinaryIO, TypeAlias
from weakref import finalize

from msgspec.msgpack import Decoder, Encoder

from socialcare.model import Mention

ROOM = 65_536
"""Mentions held at once, about a kilobyte each."""

_ROOM_OF_TEXTS = 32 * 1024 * 1024
"""Bytes of their texts, some of which are very long."""

_BLOCK = 500
"""Mentions that are written, read back and merged at once."""

_MOST_FILES = 64
_ENCODER = Encoder()
_DECODER = Decoder(list[Mention])

Key: TypeAlias = tuple[datetime, str, str]

_PARTS = ("at", "platform", "id")
order: Callable[[Mention], Key] = attrgetter(*_PARTS)
"""What the order of events goes by: time, platform, id."""

_TEXT = attrgetter("text")


def ordered(mentions: Iterable[Mention], *, room: int = ROOM) -> tuple[int, Iterator[Mention]]:
    """How many mentions there are, and the mentions in order; of equal ones the first read comes first.

    Up to `room` of them are held. What is in order already is written and read back as it is, without being merged. The
    files have no names: they are gone with what reads them, however that ends.
    """
    unread = iter(mentions)
    runs: list[_Run] = []
    held: list[Mention] = []
    number = size = 0
    while some := list(islice(unread, min(room, _BLOCK))):
        held += some
        size += sum(map(getsizeof, map(_TEXT, some)))
        if len(held) >= room or size >= _ROOM_OF_TEXTS:
            number += len(held)
            _write(_sorted(held), runs)
            held, size = [], 0
    number += len(held)
    if not runs:
        return number, iter(_sorted(held))
    _write(_sorted(held), runs)
    return number, chain.from_iterable(_merged(runs))


def _sorted(mentions: list[Mention]) -> list[Mention]:
    """The mentions in order, put there: one sort by each part of the key is faster than one by all of it."""
    for part in reversed(_PARTS):
        mentions.sort(key=attrgetter(part))
    return mentions


def _write(mentions: list[Mention], runs: list[_Run]) -> None:
    """Add to the run that these follow on, else begin another."""
    if not mentions:
        return
    if not runs or order(mentions[0]) < runs[-1].last:
        if len(runs) == _MOST_FILES:
            whole = _Run()
            for block in _merged(runs):
                whole.write(block)
            runs[:] = [whole]
        runs.append(_Run())
    for start in range(0, len(mentions), _BLOCK):
        runs[-1].write(mentions[start : start + _BLOCK])


def _merged(runs: list[_Run]) -> Iterator[list[Mention]]:
    """The mentions of all runs in order, some at a time: those no later than the block that ends first, and that block.

    Of equal ones those of an earlier run come first.
    """
    unread = [run.read() for run in runs]
    blocks = [next(each, []) for each in unread]
    while ends := [(order(block[-1]), number) for number, block in enumerate(blocks) if block]:
        end, first = min(ends)
        ready: list[list[Mention]] = []
        for number, block in enumerate(blocks):
            if cut := (bisect_right if number <= first else bisect_left)(block, end, key=order):
                ready.append(block[:cut])
                blocks[number] = block[cut:]
        blocks[first] = next(unread[first], [])
        yield ready[0] if len(ready) == 1 else _sorted(list(chain(*ready)))


class _Run:
    """Mentions in order, in a file."""

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the run
        finalize(self, self._file.close)
        self.last: Key

    def write(self, block: list[Mention]) -> None:
        content = _ENCODER.encode(block)
        self._file.write(len(content).to_bytes(4) + content)
        self.last = order(block[-1])

    def read(self) -> Iterator[list[Mention]]:
        self._file.seek(0)
        while size := self._file.read(4):
            yield _DECODER.decode(self._file.read(int.from_bytes(size)))
