"""The store of a dry run: everything in one process, gone when it ends."""

from collections.abc import Collection, Mapping

from socialcare.errors import Conflict
from socialcare.ports import Change, Entry, Key


class MemoryStore:
    """Policy state in a dictionary; passes the same contract as any other store."""

    def __init__(self) -> None:
        self._entries: dict[Key, Entry] = {}
        self._agenda: dict[Key, float] = {}

    async def read(self, keys: Collection[Key]) -> dict[Key, Entry]:
        """The entries that exist among `keys`."""
        entries = self._entries
        return {key: entries[key] for key in keys if key in entries}

    async def commit(self, changes: Mapping[Key, Change], expected: Mapping[Key, int]) -> None:
        """Write all changes, or raise `Conflict` and write none; a removed key starts again at version 0."""
        nothing = Entry(None, 0)
        if any(self._entries.get(key, nothing).version != version for key, version in expected.items()):
            raise Conflict
        for key, change in changes.items():
            version = self._entries.get(key, nothing).version
            self._agenda.pop(key, None)
            if change.data is None:
                self._entries.pop(key, None)
                continue
            self._entries[key] = Entry(change.data, version + 1)
            if change.due is not None:
                self._agenda[key] = change.due

    async def due(self, until: float) -> list[tuple[float, Key]]:
        """The agenda up to and including `until`, earliest first, then by key."""
        return sorted((at, key) for key, at in self._agenda.items() if at <= until)
