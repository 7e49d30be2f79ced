"""All that a report shows of a dry run beside the figures of its summary, gathered while it runs, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from heapq import heappush, heappushpop
from zoneinfo import ZoneInfo

from socialcare.desk import Desk
from socialcare.model import ActionRecord, Decision, Event, Mention
from socialcare.policy.deciding.plan import Setting
from socialcare.simulate.findings.beside import BrandReplies
from socialcare.simulate.findings.charges import Charges
from socialcare.simulate.findings.exhibits import Exhibit, Key, Numbers, exhibit, rank_of
from socialcare.simulate.findings.inbox import Inbox
from socialcare.simulate.findings.timeline import Timeline
from socialcare.simulate.summary import OURS, chain, fate

FOLLOWERS = 400
SEEN_BY = 0.2
"""Followers of somebody whose archive does not say, and the share of followers who see a post: the source texts' figures."""

_MOST_HELD = 20_000
_LOUDEST = 10


@dataclass(slots=True)
class Reach:
    """How many people may have read the complaints that nobody answered; `loudest` by how many, the most first."""

    complaints: int = 0
    people: float = 0.0
    guessed: int = 0
    _loudest: list[tuple[float, int, Exhibit]] = field(default_factory=list)

    def add(self, mention: Mention, rank: int, make: Callable[[], Exhibit]) -> None:
        """Count a complaint."""
        followers = mention.author.followers
        people = SEEN_BY * (
            (FOLLOWERS if followers is None else followers) + FOLLOWERS * (mention.retweets or 0)
        )
        self.complaints += 1
        self.people += people
        self.guessed += followers is None
        if len(self._loudest) < _LOUDEST:
            heappush(self._loudest, (people, -rank, make()))
        elif (people, -rank) > self._loudest[0][:2]:
            heappushpop(self._loudest, (people, -rank, make()))

    @property
    def loudest(self) -> list[tuple[float, Exhibit]]:
        """The complaints that most people may have read."""
        return [
            (people, one) for people, _, one in sorted(self._loudest, key=lambda each: each[:2], reverse=True)
        ]


class Findings:
    """What a report is written from; `see` adds a batch."""

    def __init__(self, desk: Desk, *, seed: int = 0) -> None:
        self._desk = desk
        self._seed = seed
        self._zone = ZoneInfo(desk.setting.policy.zone)
        self._held: dict[str, tuple[int, Exhibit]] = {}
        self.numbers = Numbers()
        self.timeline = Timeline()
        self.inbox = Inbox()
        self.brand = BrandReplies()
        self.charges = Charges(desk.setting.channels)
        self.reach = Reach()
        self.has_intent = False

    def see(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Add what was decided about a batch of events."""
        mentions = {(one.platform, one.id): one for one in events if isinstance(one, Mention)}
        for decision in decisions:
            mention = mentions.get((decision.platform, decision.mention))
            if decision.event == "mention" and mention is not None:
                self._mention(mention, decision)
            elif not decision.mention.startswith("schedule:"):
                self._hold(decision)
            else:
                self._bill(decision, summoned=False)

    def _mention(self, mention: Mention, decision: Decision) -> None:
        rank = rank_of(mention, self._seed)
        local = decision.at.astimezone(self._zone)

        @cache
        def make() -> Exhibit:
            return exhibit(mention, decision, f"{local:%a} {local.day} {local:%b %Y, %H:%M}")

        self.brand.see(mention, decision, rank, make)
        if decision.reason == OURS and decision.outcome == "ignored":
            return
        is_waiting = decision.outcome not in ("answered", "ignored")
        keys = [*self._of_mention(decision), *_of_rules(decision)]
        if not mention.at_is_guessed:
            self.timeline.add(local, decision.outcome, rank, make)
            cell = (str(local.weekday()), str(local.hour))
            keys.append(("hour", *cell))
            if is_waiting:
                keys.append(("unanswered hour", *cell))
        if is_waiting:
            keys.append(("unanswered",))
        intent = decision.fields.get("intent")
        self.has_intent = self.has_intent or intent is not None
        if is_waiting and intent is not None and intent.value == "complaint":
            keys.append(("unanswered complaint",))
            self.reach.add(mention, rank, make)
        self.numbers.add(keys, rank, make)
        self.inbox.see(mention, decision, rank, make)
        self.charges.read(mention.platform)
        summoned = self._desk.company.addressed(mention, decision.account) == "direct"
        self._bill(decision, summoned=summoned)
        for each in chain(decision):
            for action in each.actions:
                if action.state == "held" and action.id is not None and len(self._held) < _MOST_HELD:
                    self._held[action.id] = (rank, make())

    def _of_mention(self, decision: Decision) -> Iterator[Key]:
        yield ("outcome", decision.outcome)
        yield ("reason", decision.outcome, decision.reason)
        yield ("account", decision.account, decision.outcome)
        for each in chain(decision):
            for action in each.actions:
                if action.state == "allowed" and action.slot is not None:
                    yield ("said", decision.platform, action.action)

    def _hold(self, decision: Decision) -> None:
        """What became of what was held."""
        self._bill(decision, summoned=True)
        for action in decision.actions:
            if action.id is None or action.state == "held":
                continue
            rank, shown = self._held.pop(action.id, (0, None))
            if shown is not None:
                self.numbers.add([("held", fate(action))], rank, partial(_itself, shown))

    def _bill(self, decision: Decision, *, summoned: bool) -> None:
        for each in chain(decision):
            for action in each.actions:
                if action.state == "allowed" and action.slot is not None:
                    self.charges.say(decision.platform, action, summoned=summoned)

    @property
    def setting(self) -> Setting:
        """The policy, and the words and platforms that it was run with."""
        return self._desk.setting

    @property
    def still_held(self) -> list[Exhibit]:
        """Some of the mentions whose answer waits when the archive ends."""
        return [one for _, one in sorted(self._held.values(), key=lambda each: each[0])[:12]]


def _of_rules(decision: Decision) -> Iterator[Key]:
    """The names of the numbers about rules and guards that a decision adds to."""
    for each in chain(decision):
        for rule in each.fired:
            yield ("rule", rule, "fires")
        for rule, winner in each.outranked.items():
            yield ("rule", rule, "outranked")
            yield ("outranked", rule, winner)
        for rule, gate in each.gated.items():
            yield ("rule", rule, "limited" if gate == "limit" else "gated")
            yield ("gate", rule, gate)
        for action in each.shadow:
            yield ("rule", action.rule, "shadow")
        for action in each.actions:
            yield from _of_action(action)


def _of_action(action: ActionRecord) -> Iterator[Key]:
    if action.slot is not None:
        yield ("rule", action.rule, "wins")
    if action.state == "allowed":
        return
    yield ("rule", action.rule, action.state)
    for guard in action.by:
        yield ("guard", guard, action.state)
        yield (action.state, action.rule, guard)
    reason = action.reason or ""
    if reason.startswith("too long"):
        yield ("rule", action.rule, "too_long")
    if reason.startswith("no value for "):
        yield ("rule", action.rule, "unresolved")
        for name in reason.removeprefix("no value for ").split(", "):
            yield ("missing", action.rule, name)


def _itself(shown: Exhibit) -> Exhibit:
    return shown
