"""The mentions behind the numbers: a bounded sample for each number, drawn by the mention's own name.

Every mention has a rank, the hash of a seed and its name, and a drawer keeps the mentions of the lowest ranks: a fair sample
without repetition that depends neither on the order of mentions nor on the size of batches. Ranks are the same for every drawer,
so the same mentions stand behind many numbers, and little has to be held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from heapq import heappush, heapreplace
from typing import Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from socialcare.model import ActionRecord, Decision, FieldValue, Mention
from socialcare.simulate.summary import chain

T = TypeVar("T")

Key: TypeAlias = tuple[str, ...]
"""The name of a number, what it is about first: `("rule", "store.hours", "won")`."""

SAMPLES = 12
"""Mentions kept behind one number."""

_LONGEST = 500
_CLUES = 4
_MOST_NUMBERS = 50_000
_ANY = 1 << 64
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Answer(Struct, frozen=True, gc=False):
    """Something a rule would have done about a mention, and what the guards left of it."""

    action: str
    rule: str
    state: str
    text: str
    by: tuple[str, ...]
    why: str
    is_public: bool


class Exhibit(Struct, frozen=True, gc=False):
    """A mention as a report shows it; `clues` are the words on which its fields rest, `at` is in the policy's zone."""

    mention: str
    platform: str
    at: str
    author: str
    account: str
    text: str
    outcome: str
    reason: str
    fired: tuple[str, ...]
    answers: tuple[Answer, ...]
    clues: tuple[str, ...]

    @property
    def name(self) -> str:
        """What identifies it in an archive."""
        return f"{self.platform}:{self.mention}"


def exhibit(mention: Mention, decision: Decision, at: str) -> Exhibit:
    """A mention and what was decided about it, cut to what a report has room for; `at` is its time as it is to be shown."""
    return Exhibit(
        mention=mention.id,
        platform=mention.platform,
        at="" if mention.at_is_guessed else at,
        author=decision.author,
        account=decision.account,
        text=_cut(mention.text),
        outcome=decision.outcome,
        reason=decision.reason,
        fired=tuple(dict.fromkeys(rule for each in chain(decision) for rule in each.fired)),
        answers=tuple(answers(decision)),
        clues=tuple(_clues(decision.fields.items())),
    )


def shown(mention: Mention, decision: Decision, zone: ZoneInfo) -> Exhibit:
    """The same, with the time of the decision in a zone: `Mon 2 Mar 2026, 10:01`."""
    local = decision.at.astimezone(zone)
    day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    at = f"{day} {local.day} {month} {local.year}, {local.hour:02}:{local.minute:02}"
    return exhibit(mention, decision, at)


def answers(decision: Decision) -> Iterator[Answer]:
    """What the rules would have said, and whatever else was kept back."""
    for each in chain(decision):
        for action in each.actions:
            if action.text or action.state != "allowed":
                yield _answer(action)


def rank_of(mention: Mention, seed: int = 0) -> int:
    """Where a mention stands in every draw; 64 bits."""
    name = f"{seed}\0{mention.platform}\0{mention.id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest())


class Drawer(Generic[T]):
    """A number, and the things of the lowest ranks among those that it counts.

    Only what has a rank below `bar` is kept: whoever counts many things looks there before one is made.
    """

    __slots__ = ("_held", "_serial", "_size", "bar", "count")

    def __init__(self, size: int = SAMPLES) -> None:
        self.count = 0
        self.bar = _ANY if size else 0
        self._size = size
        self._serial = 0
        self._held: list[tuple[int, int, T]] = []

    def add(self, rank: int, make: Callable[[], T]) -> None:
        """Count one; it is only made if it is kept."""
        self.count += 1
        if rank < self.bar:
            self.put(rank, make())

    def put(self, rank: int, thing: T) -> None:
        """Keep one of a rank below `bar` that was counted."""
        self._serial += 1
        entry = (-rank, self._serial, thing)
        if len(self._held) < self._size:
            heappush(self._held, entry)
        else:
            heapreplace(self._held, entry)
        if len(self._held) == self._size:
            self.bar = -self._held[0][0]

    def merge(self, other: Drawer[T]) -> None:
        """Count all that another one counts."""
        self.count += other.count
        for negative, _, thing in other._held:
            if -negative < self.bar:
                self.put(-negative, thing)

    def __iter__(self) -> Iterator[T]:
        """What is kept, the lowest rank first."""
        return (thing for _, _, thing in sorted(self._held, key=lambda each: (-each[0], each[1])))


class Numbers:
    """Numbers by name, each with the mentions behind it."""

    def __init__(self) -> None:
        self._drawers: dict[Key, Drawer[Exhibit]] = {}

    def drawer(self, key: Key) -> Drawer[Exhibit]:
        """The drawer of a number, where there is room for one; what comes after stands under the first word of its name."""
        found = self._drawers.get(key)
        if found is None:
            name = key if len(self._drawers) < _MOST_NUMBERS else (key[0], "…")
            found = self._drawers.setdefault(name, Drawer())
        return found

    def of(self, *key: str) -> Drawer[Exhibit]:
        """The number of that name; nothing where nothing was counted."""
        return self._drawers.get(key) or Drawer()

    def under(self, *start: str) -> list[tuple[Key, Drawer[Exhibit]]]:
        """The numbers whose names begin so, by what follows: the greatest first."""
        size = len(start)
        found = [(key[size:], one) for key, one in self._drawers.items() if key[:size] == start]
        return sorted(found, key=lambda pair: (-pair[1].count, pair[0]))


def _answer(action: ActionRecord) -> Answer:
    return Answer(
        action=action.action,
        rule=action.rule,
        state=action.state,
        text=_cut(action.text or ""),
        by=action.by,
        why=action.reason or "",
        is_public=action.slot in ("public", "both"),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _clues(fields: Iterable[tuple[str, FieldValue]]) -> Iterator[str]:
    told = 0
    for name, found in fields:
        if found.evidence and isinstance(found.value, str | float | bool) and told < _CLUES:
            told += 1
            words = ", ".join(f"“{word[:60]}”" for word in found.evidence[:3])
            yield f"{name} {_said(found.value)} ({found.confidence:.0%}): {words}"


def _said(value: str | float | bool) -> str:  # noqa: FBT001 - a value of a field
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value[:60] if isinstance(value, str) else f"{value:g}"
