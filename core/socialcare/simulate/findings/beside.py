"""What the brand did about the same mentions, where the archive has its own replies, beside what the policy would have done."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from msgspec import Struct

from socialcare.model import Decision, Event, Mention
from socialcare.observed import Company
from socialcare.simulate.findings.deeds import DEEDS, deeds
from socialcare.simulate.findings.exhibits import Drawer, Exhibit, rank_of, shown
from socialcare.simulate.summary import OURS, chain

WAITING = 20_000
"""Mentions that wait for a reply of the brand, and replies that wait for their mention; the oldest are let go."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A mention, and the words of the brand that answered it."""

    exhibit: Exhibit
    reply: str
    waited: float | None


class _Open(Struct, gc=False):
    """A mention that the brand may yet answer."""

    mention: Mention
    decision: Decision
    theirs: frozenset[str] | None = None
    reply: str = ""
    waited: float | None = None


@dataclass(slots=True)
class Kind:
    """One deed in the mentions that both answered: by both, by one of them only, or by neither."""

    both: Drawer[Beside] = field(default_factory=Drawer)
    policy_only: Drawer[Beside] = field(default_factory=Drawer)
    brand_only: Drawer[Beside] = field(default_factory=Drawer)
    neither: Drawer[Beside] = field(default_factory=Drawer)

    @property
    def pairs(self) -> int:
        """The mentions compared."""
        return self.both.count + self.policy_only.count + self.brand_only.count + self.neither.count

    @property
    def agreement(self) -> float:
        """The share of them in which both did it or neither did, 0 to 1."""
        return (self.both.count + self.neither.count) / self.pairs if self.pairs else 0.0


@dataclass(slots=True)
class Comparison:
    """The mentions that the brand answered: by the policy's outcome, by what each did, and how long people waited (seconds).

    `outcomes` counts all of them, `kinds` those that the policy would have answered too, at once or from a hold.
    """

    outcomes: dict[str, Drawer[Beside]] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=lambda: {deed: Kind() for deed in DEEDS})
    waits: array[float] = field(default_factory=lambda: array("f"))

    @property
    def answered(self) -> int:
        """The mentions that the brand answered."""
        return sum(one.count for one in self.outcomes.values())

    @property
    def compared(self) -> int:
        """Those that the policy would have answered too."""
        return self.kinds[DEEDS[0]].pairs

    def waited(self, share: float) -> float | None:
        """How long a share of the people waited at most, in seconds; 0.5 gives the median."""
        if not self.waits:
            return None
        return sorted(self.waits)[min(len(self.waits) - 1, int(share * len(self.waits)))]


class OurReplies:
    """Looks for replies of ours while an archive is read: one that has none has nothing for a policy to stand beside."""

    def __init__(self, company: Company) -> None:
        self.found = False
        self._company = company

    def see(self, mentions: Sequence[Mention]) -> None:
        """Look at some more."""
        if not self.found:
            replies = [mention for mention in mentions if mention.in_reply_to is not None]
            self.found = any(map(self._company.wrote, replies))


class BrandReplies:
    """Pairs mentions with the brand's replies to them while the archive passes, whichever comes first.

    `zone` is that of the times shown, `seed` that of the draw of samples.
    """

    def __init__(self, zone: ZoneInfo, *, seed: int = 0) -> None:
        self.comparison = Comparison()
        self._zone = zone
        self._seed = seed
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._early: OrderedDict[str, list[Mention]] = OrderedDict()

    def see(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Look at what was decided about a batch of events, mentions and posts of ours."""
        mentions = {(one.platform, one.id): one for one in events if isinstance(one, Mention)}
        for decision in decisions:
            mention = mentions.get((decision.platform, decision.mention))
            if decision.event != "mention" or mention is None:
                continue
            if decision.reason == OURS and decision.outcome == "ignored":
                self._reply(mention)
            else:
                self._mention(mention, decision)

    def finish(self) -> Comparison:
        """The whole comparison; nothing more is seen after it."""
        while self._open:
            self._close(self._open.popitem(last=False)[1])
        return self.comparison

    def _mention(self, mention: Mention, decision: Decision) -> None:
        name = f"{mention.platform}:{mention.id}"
        one = _Open(mention, decision)
        self._open[name] = one
        for reply in self._early.pop(name, ()):
            _answer(one, reply)
        if len(self._open) > WAITING:
            self._close(self._open.popitem(last=False)[1])

    def _reply(self, reply: Mention) -> None:
        if reply.in_reply_to is None:
            return
        name = f"{reply.platform}:{reply.in_reply_to}"
        if (one := self._open.get(name)) is not None:
            _answer(one, reply)
            return
        self._early.setdefault(name, []).append(reply)
        if len(self._early) > WAITING:
            self._early.popitem(last=False)

    def _close(self, one: _Open) -> None:
        if one.theirs is None:
            return
        beside = Beside(shown(one.mention, one.decision, self._zone), one.reply, one.waited)
        rank = rank_of(one.mention, self._seed)
        if one.waited is not None:
            self.comparison.waits.append(one.waited)
        self.comparison.outcomes.setdefault(one.decision.outcome, Drawer()).add(rank, lambda: beside)
        ours = said(one.decision)
        if ours is None:
            return
        for deed, kind in self.comparison.kinds.items():
            did, brand_did = deed in ours, deed in one.theirs
            drawer = (
                (kind.both if brand_did else kind.policy_only)
                if did
                else (kind.brand_only if brand_did else kind.neither)
            )
            drawer.add(rank, lambda: beside)


def said(decision: Decision) -> frozenset[str] | None:
    """What the policy's own words do, allowed or held for a person; `None` where it says nothing to the author."""
    spoken = [
        action
        for each in chain(decision)
        for action in each.actions
        if action.slot is not None and action.text and action.state != "forbidden"
    ]
    if not spoken:
        return None
    found = frozenset().union(*(deeds(action.text or "") for action in spoken))
    return found | {DEEDS[0]} if any(action.slot == "private" for action in spoken) else found


def _answer(one: _Open, reply: Mention) -> None:
    """Add a reply; a brand may answer in several posts."""
    first = one.theirs is None
    one.theirs = (one.theirs or frozenset()) | deeds(reply.text)
    one.reply = reply.text[:500] if first else f"{one.reply} ‖ {reply.text}"[:800]
    if first and not one.mention.at_is_guessed and not reply.at_is_guessed:
        one.waited = max(0.0, (reply.at - one.mention.at).total_seconds())
