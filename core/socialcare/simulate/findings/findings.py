"""All that a report shows of a dry run beside the figures of its summary, gathered while it runs, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappush, heappushpop
from zoneinfo import ZoneInfo

from socialcare.desk import Desk
from socialcare.model import ActionRecord, Decision, Event, Mention
from socialcare.policy.deciding.plan import Setting
from socialcare.simulate.findings.beside import BrandReplies
from socialcare.simulate.findings.charges import Charges
from socialcare.simulate.findings.exhibits import (
    Drawer,
    Exhibit,
    Key,
    Numbers,
    rank_of,
    shown,
)
from socialcare.simulate.findings.inbox import Inbox
from socialcare.simulate.findings.timeline import Timeline
from socialcare.simulate.spans import NEVER, hour_of
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
        self._zone = zone = ZoneInfo(desk.setting.policy.zone)
        self._hour = self._begins = self._ends = NEVER
        self._cell = ("", "")
        self._held: dict[str, tuple[int, Exhibit]] = {}
        self.numbers = Numbers()
        self.timeline = Timeline()
        self.inbox = Inbox(zone)
        self.brand = BrandReplies(zone, seed=seed)
        self.charges = Charges(desk.setting.channels)
        self.reach = Reach()
        self.has_intent = False

    def see(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Add what was decided about a batch of events."""
        self.brand.see(events, decisions)
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
        if decision.reason == OURS and decision.outcome == "ignored":
            return
        rank = rank_of(mention, self._seed)
        make = partial(shown, mention, decision, self._zone)
        drawers = self._ends_of(decision)
        is_plain = _is_plain(decision)
        if is_plain:
            drawers += [self.numbers.drawer(("rule", rule, "fires")) for rule in decision.fired]
        else:
            keys = dict.fromkeys((*_of_voices(decision), *_of_rules(decision)))
            drawers += [self.numbers.drawer(key) for key in keys]
        drawers += self._moments_of(mention, decision)
        intent = decision.fields.get("intent")
        self.has_intent = self.has_intent or intent is not None
        if _is_waiting(decision) and intent is not None and intent.value == "complaint":
            drawers.append(self.numbers.drawer(("unanswered complaint",)))
            self.reach.add(mention, rank, make)
        _count(drawers, rank, make)
        self.inbox.see(mention, decision, rank)
        self.charges.read(mention.platform)
        if not is_plain:
            self._acts(mention, decision, rank, make)

    def _ends_of(self, decision: Decision) -> list[Drawer[Exhibit]]:
        """The numbers about where a mention ended."""
        drawer, outcome = self.numbers.drawer, decision.outcome
        return [
            drawer(("outcome", outcome)),
            drawer(("reason", outcome, decision.reason)),
            drawer(("account", decision.account, outcome)),
        ]

    def _moments_of(self, mention: Mention, decision: Decision) -> list[Drawer[Exhibit]]:
        """The numbers about when a mention came, and whether it waits for an answer."""
        drawer, is_waiting = self.numbers.drawer, _is_waiting(decision)
        drawers = []
        if not mention.at_is_guessed:
            if not self._begins <= decision.at < self._ends:
                self._hour = decision.at.astimezone(self._zone)
                self._begins, self._ends = hour_of(self._hour)
                self._cell = (str(self._hour.weekday()), str(self._hour.hour))
            drawers += [
                self.timeline.drawer(self._hour, decision.outcome),
                drawer(("hour", *self._cell)),
            ]
            if is_waiting:
                drawers.append(drawer(("unanswered hour", *self._cell)))
        if is_waiting:
            drawers.append(drawer(("unanswered",)))
        return drawers

    def _acts(self, mention: Mention, decision: Decision, rank: int, make: Callable[[], Exhibit]) -> None:
        """What was said costs, and what was held may be seen again."""
        summoned = self._desk.company.addressed(mention, decision.account) == "direct"
        self._bill(decision, summoned=summoned)
        for each in chain(decision):
            for action in each.actions:
                if action.state == "held" and action.id is not None and len(self._held) < _MOST_HELD:
                    self._held[action.id] = (rank, make())

    def _hold(self, decision: Decision) -> None:
        """What became of what was held."""
        self._bill(decision, summoned=True)
        for action in decision.actions:
            if action.id is None or action.state == "held":
                continue
            rank, held = self._held.pop(action.id, (0, None))
            if held is not None:
                self.numbers.drawer(("held", fate(action))).add(rank, partial(_itself, held))

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


def _count(drawers: Sequence[Drawer[Exhibit]], rank: int, make: Callable[[], Exhibit]) -> None:
    """Count a mention in each; it is made once, and only if one of them keeps it."""
    made: Exhibit | None = None
    for drawer in drawers:
        drawer.count += 1
        if rank < drawer.bar:
            if made is None:
                made = make()
            drawer.put(rank, made)


def _is_waiting(decision: Decision) -> bool:
    return decision.outcome not in ("answered", "ignored")


def _is_plain(decision: Decision) -> bool:
    """Whether there is nothing to tell of its rules but that they fired."""
    if decision.then is not None or decision.outranked or decision.gated or decision.shadow:
        return False
    return not [one for one in decision.actions if one.slot is not None or one.state != "allowed"]


def _of_voices(decision: Decision) -> Iterator[Key]:
    """The names of the numbers about what was said."""
    for each in chain(decision):
        for action in each.actions:
            if action.state == "allowed" and action.slot is not None:
                yield ("said", decision.platform, action.action)


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


def _itself(held: Exhibit) -> Exhibit:
    return held
