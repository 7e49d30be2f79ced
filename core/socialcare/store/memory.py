"""The store of a dry run: everything in one process, gone when it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from operator import ne
from typing import Any

from msgspec.msgpack import Decoder, Encoder

from socialcare.errors import Conflict
from socialcare.model import Decision
from socialcare.ports import Change, Entry, Key

_ENCODER = Encoder()
_DECODER = Decoder(Entry)
_MARK = Entry(True, 1)  # noqa: FBT003 - the data of a mark


class MemoryStore:
    """Policy state in a dictionary; passes the same contract as any other store.

    A year of mentions leaves millions of small entries, so they are held packed and under digests of their keys: a third of
    the room, and two keys share a digest of 96 bits once in 10^16 archives of a million entries. Most are marks, `True` and
    never changed again: of these only the digest is held.
    """

    def __init__(self) -> None:
        self._marks: set[bytes] = set()
        self._entries: dict[bytes, bytes] = {}
        self._agenda: dict[Key, float] = {}
        self._digests: dict[Key, bytes] = {}
        """Of the keys that were read last: most of them are written next."""

    async def read(self, keys: Collection[Key]) -> dict[Key, Entry]:
        """The entries that exist among `keys`."""
        self._digests = digests = {key: _digest(key) for key in keys}
        if self._marks.isdisjoint(digests.values()) and self._entries.keys().isdisjoint(digests.values()):
            return {}
        found = {}
        for key, digest in digests.items():
            if digest in self._marks:
                found[key] = _MARK
            elif (content := self._entries.get(digest)) is not None:
                found[key] = _DECODER.decode(content)
        return found

    async def commit(
        self,
        changes: Mapping[Key, Change],
        expected: Mapping[Key, int],
        decisions: Sequence[Decision] = (),  # noqa: ARG002 - a dry run keeps decisions in a file
    ) -> None:
        """Write all changes, or raise `Conflict` and write none; a removed key starts again at version 0."""
        known, self._digests = self._digests, {}
        places = {key: known.get(key) or _digest(key) for key in {*changes, *expected}}
        if self._marks.isdisjoint(places.values()) and self._entries.keys().isdisjoint(places.values()):
            versions = dict.fromkeys(places, 0)
        else:
            versions = {key: self._version(digest) for key, digest in places.items()}
        if any(map(ne, map(versions.__getitem__, expected), expected.values())):
            raise Conflict
        for key, (data, due) in changes.items():
            self._write(places[key], data, versions[key] + 1)
            if self._agenda:
                self._agenda.pop(key, None)
            if due is not None and data is not None:
                self._agenda[key] = due

    def _write(self, digest: bytes, data: Any, version: int) -> None:  # Any: as in Entry
        if data is True and version == _MARK.version:
            self._marks.add(digest)
            return
        self._marks.discard(digest)
        if data is None:
            self._entries.pop(digest, None)
        else:
            self._entries[digest] = _ENCODER.encode(Entry(data, version))

    async def due(self, until: float) -> list[tuple[float, Key]]:
        """The agenda up to and including `until`, earliest first, then by key."""
        return sorted((at, key) for key, at in self._agenda.items() if at <= until)

    def _version(self, digest: bytes) -> int:
        if digest in self._marks:
            return _MARK.version
        content = self._entries.get(digest)
        return _DECODER.decode(content).version if content is not None else 0


def _digest(key: Key) -> bytes:
    return blake2b("\0".join(key).encode("utf-8", "surrogatepass"), digest_size=12).digest()
