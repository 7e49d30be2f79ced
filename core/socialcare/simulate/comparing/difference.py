"""The figures of a comparison, counted while it runs, with the mentions behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import blake2b
from zoneinfo import ZoneInfo

from socialcare.model import Decision, Mention
from socialcare.policy.statements import Policy
from socialcare.simulate.comparing.causes import Cause, Causes
from socialcare.simulate.comparing.changes import MEANING, Change, changes
from socialcare.simulate.comparing.sides import Pair
from socialcare.simulate.findings.exhibits import Drawer, Exhibit, exhibit, rank_of

FOLLOW_UP = 86_400.0
"""Seconds in which somebody's next mention counts as following up, where the archive knows no conversations."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A mention that changes: what each policy does, what of it changes, and which statements make the difference."""

    old: Exhibit
    new: Exhibit
    changes: tuple[Change, ...]
    causes: tuple[Cause, ...]


@dataclass(slots=True)
class Difference:
    """What the new policy changes; `see` adds pairs.

    Mentions that follow a changed public act in their conversation are `counterfactual`: had the other answer been given, they
    might not have been written. They are in none of the figures but their own.
    """

    old: Policy
    new: Policy
    mentions: int = 0
    counterfactual: int = 0
    counterfactual_changed: int = 0
    since: datetime | None = None
    until: datetime | None = None
    counts: Counter[Change] = field(default_factory=Counter)
    any_changed: int = 0
    matrix: dict[tuple[str, str], Drawer[Changed]] = field(default_factory=dict)
    kinds: dict[Change, Drawer[Changed]] = field(default_factory=dict)
    causes: dict[Cause, Drawer[Changed]] = field(default_factory=dict)
    _finder: Causes = field(init=False)
    _touched: dict[bytes, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at the two policies before any mention comes."""
        self._finder = Causes(self.old, self.new)

    @property
    def statements(self) -> list[Cause]:
        """Every statement that is not the same."""
        return self._finder.statements

    @property
    def figures(self) -> dict[str, int]:
        """Mentions by what changes for them, by the words of `--fail-on`."""
        return {"changed": self.any_changed, **{name: self.counts[name] for name in MEANING}}

    def see(self, pairs: Iterable[Pair]) -> None:
        """Compare what was decided about some mentions."""
        for mention, old, new in pairs:
            self.since = self.since or mention.at
            self.until = mention.at
            found = changes(old, new)
            if self._follows(mention, old):
                self.counterfactual += 1
                self.counterfactual_changed += bool(found)
            else:
                self._count(mention, old, new, found)
            if "public_changed" in found:
                for name in _names(mention, old):
                    self._touched[name] = mention.at.timestamp()

    def _count(self, mention: Mention, old: Decision, new: Decision, found: frozenset[Change]) -> None:
        self.mentions += 1
        rank = rank_of(mention)
        if not found:
            self.matrix.setdefault((old.outcome, new.outcome), Drawer(0)).add(rank, _never)
            return
        causes = self._finder.of(old, new)
        make = partial(self._shown, mention, old, new, found, causes)
        self.counts.update(found)
        self.any_changed += found != {"trace_changed"}
        cell = (old.outcome, new.outcome)
        if old.outcome == new.outcome:
            self.matrix.setdefault(cell, Drawer(0)).add(rank, make)
        else:
            self.matrix.setdefault(cell, Drawer()).add(rank, make)
        for change in found:
            self.kinds.setdefault(change, Drawer()).add(rank, make)
        if found != {"trace_changed"}:
            self.causes.setdefault(causes[0], Drawer()).add(rank, make)

    def _shown(
        self,
        mention: Mention,
        old: Decision,
        new: Decision,
        found: frozenset[Change],
        causes: tuple[Cause, ...],
    ) -> Changed:
        local = mention.at.astimezone(ZoneInfo(self.new.zone))
        at = f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
        told = tuple(each for each in MEANING if each in found)
        return Changed(exhibit(mention, old, at), exhibit(mention, new, at), told, causes)

    def _follows(self, mention: Mention, decision: Decision) -> bool:
        """Whether a mention comes after a changed public act in its conversation."""
        conversation, author = _names(mention, decision)
        if mention.conversation:
            return conversation in self._touched
        before = self._touched.get(author)
        return before is not None and mention.at.timestamp() - before <= FOLLOW_UP


def _names(mention: Mention, decision: Decision) -> tuple[bytes, bytes]:
    """What a conversation is known by, and what an author at an account of ours."""
    conversation = mention.conversation or mention.root or mention.id
    return (
        _digest("conversation", mention.platform, conversation),
        _digest("author", mention.platform, mention.author.id, decision.account),
    )


def _digest(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _never() -> Changed:
    raise AssertionError("a drawer of size 0 keeps nothing")
