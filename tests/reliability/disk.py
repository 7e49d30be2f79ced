"""A disk that forgets: what was not synced when the power went may be there, be there in part, or not at all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Lock

_JUNK = 0.1
"""How often a sector that was being written holds neither what it was nor what it was to be."""


class PowerIsOff(Exception):  # noqa: N818 - what happened, not an error of the disk
    """The disk does nothing any more."""


@dataclass(eq=False, slots=True)
class File:
    """The bytes that a power cut cannot take, and what was asked for since: writes (place, bytes), new sizes."""

    name: str
    durable: bytearray = field(default_factory=bytearray)
    asked: list[tuple[int, bytes] | int] = field(default_factory=list)


@dataclass(slots=True)
class Disk:
    """One folder; the power goes at the step `cut_at`, of all that write, sync, make, shorten or remove a file.

    A sync of a file makes its bytes durable, a sync of the folder the names: which file stands under which. The step at which
    the power goes is begun and not ended; `cut_in` says which it was.
    """

    rng: random.Random
    cut_at: int
    steps: int = 0
    cut_in: str = "nothing"
    left: Mapping[str, bytes] | None = None
    _names: dict[str, File] = field(default_factory=dict)
    _durable_names: dict[str, File] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    @classmethod
    def holding(cls, folder: Path, rng: random.Random, cut_at: int) -> Disk:
        """A disk on which everything in a folder is durable."""
        disk = cls(rng, cut_at)
        for path in folder.iterdir():
            disk._names[path.name] = File(path.name, bytearray(path.read_bytes()))
        disk._durable_names = dict(disk._names)
        return disk

    @property
    def is_on(self) -> bool:
        """Whether there is power."""
        return self.left is None

    def demand_power(self) -> None:
        """Raises `PowerIsOff`."""
        if not self.is_on:
            raise PowerIsOff

    def file(self, name: str) -> File:
        """The file of that name, made if there is none."""
        with self._one_at_a_time:
            self.demand_power()
            if name not in self._names:
                self._names[name] = File(name)
                self._step(f"make {name}")
            return self._names[name]

    def write(self, file: File, place: int, data: bytes) -> None:
        """Write into a file, or behind its end."""
        with self._one_at_a_time:
            self.demand_power()
            file.asked.append((place, data))
            self._step(f"write {file.name}")

    def truncate(self, file: File, size: int) -> None:
        """Give a file a size."""
        with self._one_at_a_time:
            self.demand_power()
            file.asked.append(size)
            self._step(f"shorten {file.name}")

    def remove(self, name: str) -> None:
        """Remove a name."""
        with self._one_at_a_time:
            self.demand_power()
            self._names.pop(name, None)
            self._step(f"remove {name}")

    def sync(self, file: File) -> None:
        """Make durable what was written to a file so far."""
        with self._one_at_a_time:
            self.demand_power()
            self._step(f"sync {file.name}")
            for one in file.asked:
                _apply(file.durable, one)
            file.asked.clear()

    def sync_folder(self) -> None:
        """Make durable which names there are."""
        with self._one_at_a_time:
            self.demand_power()
            self._step("sync the folder")
            self._durable_names = dict(self._names)

    def cut(self) -> Mapping[str, bytes]:
        """Switch the power off, if it is on; the files that are left."""
        with self._one_at_a_time:
            if self.left is None:
                self.left = self._leave()
            return self.left

    def _step(self, what: str) -> None:
        self.steps += 1
        if self.steps == self.cut_at:
            self.cut_in = what
            self.left = self._leave()
            raise PowerIsOff

    def _leave(self) -> dict[str, bytes]:
        kept = self.rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        sector = self.rng.choice((512, 4096))
        left = {}
        for name in sorted({*self._names, *self._durable_names}):
            file = self.rng.choice((self._names.get(name), self._durable_names.get(name)))
            if file is not None:
                left[name] = self._left_of(file, kept, sector)
        return left

    def _left_of(self, file: File, kept: float, sector: int) -> bytes:
        found = bytearray(file.durable)
        for one in file.asked:
            if isinstance(one, int):
                if self.rng.random() < kept:
                    _apply(found, one)
                continue
            place, data = one
            for begin, piece in _sectors(place, data, sector):
                if self.rng.random() < kept:
                    _apply(found, (begin, piece))
                elif self.rng.random() < _JUNK:
                    _apply(found, (begin, self.rng.randbytes(len(piece))))
        return bytes(found)


def _apply(content: bytearray, asked: tuple[int, bytes] | int) -> None:
    if isinstance(asked, int):
        del content[asked:]
        content.extend(bytes(asked - len(content)))
        return
    place, data = asked
    if place > len(content):
        content.extend(bytes(place - len(content)))
    content[place : place + len(data)] = data


def _sectors(place: int, data: bytes, sector: int) -> list[tuple[int, bytes]]:
    """A write in the pieces that reach the disk whole."""
    borders = [place, *range(place - place % sector + sector, place + len(data), sector), place + len(data)]
    return [(begin, data[begin - place : end - place]) for begin, end in pairwise(borders)]
