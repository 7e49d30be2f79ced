"""Puts past mentions, or what was decided about them, in order of time without holding all: what does not fit is sorted in files."""

from __future__ import annotations

import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from operator import attrgetter
from sys import getsizeof
from typing import BinaryIO, Generic, TypeAlias, TypeVar
from weakref import finalize

from msgspec.msgpack import Decoder, Encoder

from socialcare.model import Mention
from socialcare.simulate.rows import Row

ROOM = 65_536
"""Mentions held at once, about a kilobyte each."""

_MB = 1024 * 1024

_BLOCK = 500
"""Mentions that are written, read back and merged at once."""

_MOST_FILES = 64
_ENCODER = Encoder()

T = TypeVar("T", Mention, Row)
Key: TypeAlias = tuple[datetime, str, str]

_PARTS = ("at", "platform", "id")
order: Callable[[Mention | Row], Key] = attrgetter(*_PARTS)
"""What the order of events goes by: time, platform, id."""


@dataclass(frozen=True, slots=True)
class _Form(Generic[T]):
    """How things are read back from a file, which of their parts may be very long, and how many bytes of these are held."""

    decoder: Decoder[list[T]]
    long: Callable[[T], str | bytes]
    room: int


_MENTIONS = _Form(Decoder(list[Mention]), attrgetter("text"), 32 * _MB)
_ROWS = _Form(Decoder(list[Row]), attrgetter("line"), 80 * _MB)


def ordered_rows(rows: Iterable[Row], *, room: int = ROOM) -> tuple[int, Iterator[Row]]:
    """As `ordered`, of mentions that are decided already."""
    return _ordered(rows, _ROWS, room)


def ordered(mentions: Iterable[Mention], *, room: int = ROOM) -> tuple[int, Iterator[Mention]]:
    """How many mentions there are, and the mentions in order; of equal ones the first read comes first.

    Up to `room` of them are held. What is in order already is written and read back as it is, without being merged. The
    files have no names: they are gone with what reads them, however that ends.
    """
    return _ordered(mentions, _MENTIONS, room)


def _ordered(things: Iterable[T], form: _Form[T], room: int) -> tuple[int, Iterator[T]]:
    unread = iter(things)
    runs: list[_Run[T]] = []
    held: list[T] = []
    number = size = 0
    while some := list(islice(unread, min(room, _BLOCK))):
        held += some
        size += sum(map(getsizeof, map(form.long, some)))
        if len(held) >= room or size >= form.room:
            number += len(held)
            _write(_sorted(held), runs, form)
            held, size = [], 0
    number += len(held)
    if not runs:
        return number, iter(_sorted(held))
    _write(_sorted(held), runs, form)
    return number, chain.from_iterable(_merged(runs))


def _sorted(things: list[T]) -> list[T]:
    """The things in order, put there: one sort by each part of the key is faster than one by all of it."""
    for part in reversed(_PARTS):
        things.sort(key=attrgetter(part))
    return things


def _write(things: list[T], runs: list[_Run[T]], form: _Form[T]) -> None:
    """Add to the run that these follow on, else begin another."""
    if not things:
        return
    if not runs or order(things[0]) < runs[-1].last:
        if len(runs) == _MOST_FILES:
            whole = _Run(form.decoder)
            for block in _merged(runs):
                whole.write(block)
            runs[:] = [whole]
        runs.append(_Run(form.decoder))
    for start in range(0, len(things), _BLOCK):
        runs[-1].write(things[start : start + _BLOCK])


def _merged(runs: list[_Run[T]]) -> Iterator[list[T]]:
    """The things of all runs in order, some at a time: those no later than the block that ends first, and that block.

    Of equal ones those of an earlier run come first.
    """
    unread = [run.read() for run in runs]
    blocks = [next(each, []) for each in unread]
    while ends := [(order(block[-1]), number) for number, block in enumerate(blocks) if block]:
        end, first = min(ends)
        ready: list[list[T]] = []
        for number, block in enumerate(blocks):
            if cut := (bisect_right if number <= first else bisect_left)(block, end, key=order):
                ready.append(block[:cut])
                blocks[number] = block[cut:]
        blocks[first] = next(unread[first], [])
        yield ready[0] if len(ready) == 1 else _sorted(list(chain(*ready)))


class _Run(Generic[T]):
    """Things in order, in a file."""

    def __init__(self, decoder: Decoder[list[T]]) -> None:
        self._decoder: Decoder[list[T]] = decoder
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the run
        finalize(self, self._file.close)
        self.last: Key

    def write(self, block: list[T]) -> None:
        content = _ENCODER.encode(block)
        self._file.write(len(content).to_bytes(4) + content)
        self.last = order(block[-1])

    def read(self) -> Iterator[list[T]]:
        self._file.seek(0)
        while size := self._file.read(4):
            yield self._decoder.decode(self._file.read(int.from_bytes(size)))
