"""Policy state as one batch sees it: read once, changed in order, written once.

The shapes of the data are plain JSON, so that every store keeps them unchanged.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from datetime import datetime
from heapq import heappop, heappush
from typing import Any
from zoneinfo import ZoneInfo

from socialcare.policy.deciding import state
from socialcare.policy.deciding.state import Subject
from socialcare.policy.language.times import day_of
from socialcare.policy.statements import Count, Window
from socialcare.ports import Change, Entry, Key


class Memory:
    """What was read of the store, with the batch's own changes on top; `changes` and `expected` go to `commit`.

    Reading a key that the batch did not load is a bug of ours and raises `KeyError`.
    """

    def __init__(self) -> None:
        self._data: MutableMapping[Key, Any] = {}  # Any: as in Entry
        self._versions: MutableMapping[Key, int] = {}
        self._due: dict[Key, float] = {}
        self._agenda: list[tuple[float, Key]] = []
        self._before: dict[Key, Any] = {}
        self.changes: dict[Key, Change] = {}

    def load(self, keys: Iterable[Key], entries: Mapping[Key, Entry]) -> None:
        """Take in what a store has under some keys."""
        self._data.update(dict.fromkeys(keys))
        for key, (data, version) in entries.items():
            self._data[key] = data
            self._versions[key] = version

    def schedule(self, agenda: Iterable[tuple[float, Key]]) -> None:
        """Take in a store's agenda; its keys must be loaded too."""
        for at, key in agenda:
            self._due[key] = at
            heappush(self._agenda, (at, key))

    @property
    def expected(self) -> dict[Key, int]:
        """The versions the changes rest on."""
        versions = self._versions
        return {key: versions.get(key, 0) for key in self.changes}

    def get(self, key: Key) -> Any:  # Any: as in Entry
        """What stands under a loaded key, `None` if nothing."""
        return self._data[key]

    def mark(self, key: Key) -> bool:
        """Set a mark that no condition can see, unless it is set."""
        if self._data[key]:
            return False
        self._data[key] = True
        self.changes[key] = _MARK
        return True

    def put(self, key: Key, data: Any, due: float | None = None) -> None:  # Any: as in Entry
        """Set a key (a new one is expected not to exist), on the agenda for `due` if given; `None` removes it."""
        self._before.setdefault(key, self._data.get(key))
        self._data[key] = data
        self.changes[key] = Change(data, due)
        if self._due:
            self._due.pop(key, None)
        if due is not None:
            self._due[key] = due
            heappush(self._agenda, (due, key))

    def next_due(self, until: float) -> tuple[float, Key] | None:
        """The first entry of the agenda up to and including `until`; it stays there until its key is put again."""
        while self._agenda and self._agenda[0][0] <= until:
            at, key = self._agenda[0]
            if self._due.get(key) == at:
                return at, key
            heappop(self._agenda)
        return None

    def is_due(self, until: datetime) -> bool:
        """Whether anything on the agenda may be due by then."""
        return bool(self._agenda) and self._agenda[0][0] <= until.timestamp()

    def due_at(self, at: float) -> list[Key]:
        """What of the agenda is due at exactly that moment."""
        return sorted(key for key, due in self._due.items() if due == at)

    def pending(self) -> list[Key]:
        """Everything that is on the agenda, as far as it was loaded."""
        return sorted(self._due)

    def begin(self) -> None:
        """From here on `earlier` shows how things stand now."""
        self._before = {}

    def earlier(self) -> "Memory":
        """A view of how things stood at the last `begin`, for what must not see what came since."""
        other = Memory()
        other._data = ChainMap(self._before, self._data)
        return other

    def fork(self) -> "Memory":
        """A view whose changes do not reach this one, for what is only asked."""
        other = Memory()
        other._data = ChainMap({}, self._data)
        other._versions = ChainMap({}, self._versions)
        return other


class Counts(Mapping[str, int]):
    """What the counts of a policy come to for one subject, as they stand now; worked out when asked."""

    __slots__ = ("_counters", "_now", "_tallies", "_zone")

    def __init__(
        self, counters: Mapping[str, Count], subject: Subject, now: datetime, zone: ZoneInfo, memory: Memory
    ) -> None:
        self._counters, self._now, self._zone = counters, now, zone
        self._tallies = {
            name: memory.get(state.count(name, one.per, subject)) for name, one in counters.items()
        }

    def __getitem__(self, name: str) -> int:
        return counted(self._tallies[name], self._counters[name].window, self._now, self._zone)

    def __iter__(self) -> Iterator[str]:
        return iter(self._counters)

    def __len__(self) -> int:
        return len(self._counters)


_MARK = Change(data=True)


def counted(tally: Any, window: Window, now: datetime, zone: ZoneInfo) -> int:  # Any: a tally's own JSON
    """How many a tally holds in the window that ends now: (now − length, now], the calendar day, or for ever."""
    if tally is None:
        return 0
    if window.per_day:
        day, number = tally
        return int(number) if day == day_of(now, zone).isoformat() else 0
    if window.length is None:
        return int(tally)
    since = now.timestamp() - window.length.total_seconds()
    return sum(1 for at in tally if at > since)


def added(tally: Any, window: Window, now: datetime, zone: ZoneInfo) -> Any:  # Any: a tally's own JSON
    """The tally with one more at `now`, without what no later window can see."""
    if window.per_day:
        return [day_of(now, zone).isoformat(), counted(tally, window, now, zone) + 1]
    if window.length is None:
        return counted(tally, window, now, zone) + 1
    at = now.timestamp()
    since = at - window.length.total_seconds()
    return [*(one for one in tally if one > since), at] if tally else [at]
