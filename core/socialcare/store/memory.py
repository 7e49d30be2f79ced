"""The store of a dry run: everything in one process, gone when it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b

from msgspec.json import Decoder, Encoder

from socialcare.errors import Conflict
from socialcare.ports import Change, Entry, Key

_ENCODER = Encoder()
_DECODER = Decoder(Entry)
_NOTHING = Entry(None, 0)


class MemoryStore:
    """Policy state in a dictionary; passes the same contract as any other store.

    A year of mentions leaves millions of small entries, so they are held packed and under digests of their keys: a third of
    the room, and two keys share a digest of 96 bits once in 10^16 archives of a million entries.
    """

    def __init__(self) -> None:
        self._entries: dict[bytes, bytes] = {}
        self._agenda: dict[Key, float] = {}

    async def read(self, keys: Collection[Key]) -> dict[Key, Entry]:
        """The entries that exist among `keys`."""
        packed = ((key, self._entries.get(_digest(key))) for key in keys)
        return {key: _DECODER.decode(content) for key, content in packed if content is not None}

    async def commit(self, changes: Mapping[Key, Change], expected: Mapping[Key, int]) -> None:
        """Write all changes, or raise `Conflict` and write none; a removed key starts again at version 0."""
        if any(self._version(_digest(key)) != version for key, version in expected.items()):
            raise Conflict
        for key, change in changes.items():
            self._agenda.pop(key, None)
            digest = _digest(key)
            if change.data is None:
                self._entries.pop(digest, None)
                continue
            self._entries[digest] = _ENCODER.encode(Entry(change.data, self._version(digest) + 1))
            if change.due is not None:
                self._agenda[key] = change.due

    async def due(self, until: float) -> list[tuple[float, Key]]:
        """The agenda up to and including `until`, earliest first, then by key."""
        return sorted((at, key) for key, at in self._agenda.items() if at <= until)

    def _version(self, digest: bytes) -> int:
        content = self._entries.get(digest)
        return _DECODER.decode(content).version if content is not None else _NOTHING.version


def _digest(key: Key) -> bytes:
    return blake2b("\0".join(key).encode("utf-8", "surrogatepass"), digest_size=12).digest()
