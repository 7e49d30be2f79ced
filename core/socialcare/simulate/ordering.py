"""Puts past mentions in order of time without holding them all: what does not fit is sorted in files."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import BinaryIO
from weakref import finalize

from msgspec.msgpack import Decoder, Encoder

from socialcare.model import Mention

ROOM = 20_000
"""Mentions held at once."""

_MOST_FILES = 64
_ENCODER = Encoder()
_DECODER = Decoder(Mention)

Key = tuple[datetime, str, str]


def order(mention: Mention) -> Key:
    """What the order of events goes by: time, platform, id."""
    return mention.at, mention.platform, mention.id


def ordered(mentions: Iterable[Mention], *, room: int = ROOM) -> tuple[int, Iterator[Mention]]:
    """How many mentions there are, and the mentions in order; of equal ones the first read comes first.

    What is in order already is written and read back as it is, without being sorted or merged. The files have no
    names: they are gone with what reads them, however that ends.
    """
    runs: list[_Run] = []
    held: list[Mention] = []
    number = 0
    for mention in mentions:
        held.append(mention)
        if len(held) == room:
            number += room
            _write(_sorted(held), runs)
            held = []
    number += len(held)
    rest = _sorted(held)
    if not runs:
        return number, iter(rest)
    return number, heapq.merge(*(run.read() for run in runs), rest, key=order)


def _sorted(mentions: list[Mention]) -> list[Mention]:
    if any(order(one) > order(next_one) for one, next_one in pairwise(mentions)):
        mentions.sort(key=order)
    return mentions


def _write(mentions: list[Mention], runs: list[_Run]) -> None:
    """Add to the run that these follow on, else begin another."""
    if not runs or order(mentions[0]) < runs[-1].last:
        if len(runs) == _MOST_FILES:
            merged = _Run()
            merged.write(heapq.merge(*(run.read() for run in runs), key=order))
            runs[:] = [merged]
        runs.append(_Run())
    runs[-1].write(mentions)


class _Run:
    """Mentions in order, in a file."""

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the run
        finalize(self, self._file.close)
        self.last: Key

    def write(self, mentions: Iterable[Mention]) -> None:
        for mention in mentions:
            content = _ENCODER.encode(mention)
            self._file.write(len(content).to_bytes(4) + content)
            self.last = order(mention)

    def read(self) -> Iterator[Mention]:
        self._file.seek(0)
        while size := self._file.read(4):
            yield _DECODER.decode(self._file.read(int.from_bytes(size)))
