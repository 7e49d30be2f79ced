"""The store of a dry run: everything in one process, gone when it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec.json import Decoder, Encoder

from socialcare.errors import Conflict
from socialcare.model import Decision
from socialcare.ports import Change, Entry, Key
from socialcare.store.packed import Packed

_ENCODER = Encoder()
_DECODER = Decoder(Entry)
_MARK = Entry(True, 1)  # noqa: FBT003 - the data of a mark


class MemoryStore:
    """Policy state in a dictionary; passes the same contract as any other store.

    A year of mentions leaves millions of small entries, so they are held encoded and under digests of their keys: two keys share a
    digest of 96 bits once in 10^16 archives of a million entries. Most are marks, `True` and never changed again: they are empty.
    """

    def __init__(self) -> None:
        self._entries = Packed()
        self._agenda: dict[Key, float] = {}
        self._read: dict[Key, tuple[bytes, int]] = {}
        """The digests and versions of the keys that were read last: most of them are written next."""

    async def read(self, keys: Collection[Key]) -> dict[Key, Entry]:
        """The entries that exist among `keys`."""
        entries = self._entries
        self._read = known = {}
        found: dict[Key, Entry] = {}
        for key in keys:
            digest, version = _digest(key), 0
            if (content := entries.get(digest)) is not None:
                found[key] = entry = _read(content)
                version = entry.version
            known[key] = digest, version
        return found

    async def commit(
        self,
        changes: Mapping[Key, Change],
        expected: Mapping[Key, int],
        decisions: Sequence[Decision] = (),  # noqa: ARG002 - a dry run keeps decisions in a file
    ) -> None:
        """Write all changes, or raise `Conflict` and write none; a removed key starts again at version 0."""
        known, self._read = self._read, {}
        known.update((key, self._place(key)) for key in {*changes, *expected} if key not in known)
        for key, version in expected.items():
            if known[key][1] != version:
                raise Conflict
        for key, (data, due) in changes.items():
            digest, version = known[key]
            self._write(digest, data, version + 1)
            if self._agenda:
                self._agenda.pop(key, None)
            if due is not None and data is not None:
                self._agenda[key] = due

    def _write(self, digest: bytes, data: Any, version: int) -> None:  # Any: as in Entry
        if data is None:
            self._entries.remove(digest)
            return
        is_mark = data is True and version == _MARK.version
        self._entries.put(digest, b"" if is_mark else _ENCODER.encode(Entry(data, version)))

    async def due(self, until: float) -> list[tuple[float, Key]]:
        """The agenda up to and including `until`, earliest first, then by key."""
        return sorted((at, key) for key, at in self._agenda.items() if at <= until)

    def _place(self, key: Key) -> tuple[bytes, int]:
        """The digest and the version of a key that was not read before."""
        digest = _digest(key)
        content = self._entries.get(digest)
        return digest, _read(content).version if content is not None else 0


def _read(content: bytes) -> Entry:
    return _DECODER.decode(content) if content else _MARK


def _digest(key: Key) -> bytes:
    return blake2b("\0".join(key).encode("utf-8", "surrogatepass"), digest_size=12).digest()
