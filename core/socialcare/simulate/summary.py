"""What came of a dry run, counted while it runs; memory grows with the policy and not with the mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Literal
from zoneinfo import ZoneInfo

from socialcare.model import OUTCOMES, ActionRecord, Decision, Event, Mention, Tick
from socialcare.policy.statements import Policy
from socialcare.simulate.rows import Row
from socialcare.simulate.spans import NEVER, day_of

Fate = Literal["released", "lapsed", "refused"]

OURS = "our own post"
"""The reason of decisions about what we wrote ourselves."""

_LAPSED = ("the hold lapsed", "nobody approved in time")
_SHOWN_TEXT = 280
_MOST_ACCOUNTS = 1_000
_MOST_REASONS = 1_000

_END = attrgetter("event", "outcome", "reason", "account", "unknown")
"""Where a decision left its event: few ends, many decisions."""


@dataclass(slots=True)
class RuleFigures:
    """What became of a rule.

    `fires` matched and passed its gates; `wins` took the public or the private voice; `outranked` lost it to another rule;
    `forbidden` and `held` had an action kept back; `limited` matched with its own limit used up; `gated` was stopped by another
    gate; `too_long` and `unresolved` had a text that was too long or missed a value. Each counts decisions.
    """

    fires: int = 0
    wins: int = 0
    outranked: int = 0
    forbidden: int = 0
    held: int = 0
    limited: int = 0
    gated: int = 0
    too_long: int = 0
    unresolved: int = 0
    shadow: int = 0


@dataclass(slots=True)
class GuardFigures:
    """How many actions a guard forbade or held."""

    forbade: int = 0
    held: int = 0


@dataclass(slots=True)
class Held:
    """What became of held actions: let go later, lapsed, forbidden in the end, or still waiting."""

    actions: int = 0
    released: int = 0
    lapsed: int = 0
    refused: int = 0

    @property
    def waiting(self) -> int:
        """Those that nobody has decided."""
        return self.actions - self.released - self.lapsed - self.refused


@dataclass(frozen=True, slots=True)
class Sample:
    """What somebody wrote, and what would have been said to it, by which rule."""

    mention: str
    text: str
    author: str
    reply: str
    action: str
    rule: str


@dataclass(slots=True, repr=False)  # what runs it may spell it out, with the whole policy
class Summary:
    """The figures of a dry run; `see` adds a batch."""

    policy: Policy
    mentions: int = 0
    own_posts: int = 0
    read_again: int = 0
    guessed_times: int = 0
    errors: int = 0
    scheduled: int = 0
    over_limit: int = 0
    since: datetime | None = None
    until: datetime | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: dict[str, RuleFigures] = field(default_factory=dict)
    guards: dict[str, GuardFigures] = field(default_factory=dict)
    held: Held = field(default_factory=Held)
    unknown: Counter[str] = field(default_factory=Counter)
    unnamed_accounts: Counter[str] = field(default_factory=Counter)
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)
    replies_a_day: int = 0
    _samples: dict[str, Sample] = field(default_factory=dict)
    _zone: ZoneInfo = field(init=False, repr=False)
    _day: date | None = None
    _begins: datetime = NEVER
    _ends: datetime = NEVER
    _today: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Every rule that is on has figures, whatever happens."""
        self._zone = ZoneInfo(self.policy.zone)
        for rule in self.policy.rules.values():
            if rule.status != "off":
                self.rules[rule.id] = RuleFigures()

    def see(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Add what was decided about a batch of events."""
        self.read_again += self._read(events)
        self._all_ended(decisions)
        fired: list[str] = []
        for decision in decisions:
            if decision.event != "mention":
                self._in_time(decision)
                continue
            if decision.reason == OURS and decision.outcome == "ignored":
                continue
            if not self._begins <= decision.at < self._ends:
                self._date(decision.at)
            each: Decision | None = decision
            while each is not None:
                fired += each.fired
                if each.outranked or each.gated or each.shadow:
                    self._passed_over(each)
                for action in each.actions:
                    if action.slot is not None or action.state != "allowed" or action.action == "reply":
                        self._said(each.actions, decision, events)
                        break
                each = each.then
        self._fired(fired)

    def see_apart(self, rows: Sequence[Row], first: Sequence[Row]) -> None:
        """Add a batch that was decided apart; `first` are those not read before."""
        self.read_again += len(rows)
        dated = [row for row in rows if not row.at_is_guessed]
        self.guessed_times += len(rows) - len(dated)
        if dated:
            self.since = self.since or dated[0].at
            self.until = dated[-1].at
        self._all_ended(first)
        self._fired(each for row in first for each in row.fired)

    @property
    def wanting(self) -> int:
        """The mentions that were not ignored."""
        return self.mentions - self.outcomes["ignored"]

    @property
    def unanswered(self) -> float:
        """The share of mentions, those ignored left out, that got no answer at once, 0 to 1."""
        return (self.wanting - self.outcomes["answered"]) / self.wanting if self.wanting else 0.0

    @property
    def dead_rules(self) -> list[str]:
        """The rules that are on and never fired."""
        shadow = {rule.id for rule in self.policy.rules.values() if rule.status == "shadow"}
        return [name for name, one in self.rules.items() if not (one.shadow if name in shadow else one.fires)]

    @property
    def lacking(self) -> list[str]:
        """The fields that the policy reads and no mention had."""
        decided = self.mentions - self.errors
        return sorted(name for name, count in self.unknown.items() if count == decided)

    @property
    def too_long(self) -> int:
        """The texts that were too long."""
        return sum(one.too_long for one in self.rules.values())

    @property
    def unresolved(self) -> int:
        """The texts that missed a value."""
        return sum(one.unresolved for one in self.rules.values())

    def samples(self, number: int) -> list[Sample]:
        """The first answer of each rule, of the rules that answered most."""
        ranked = sorted(self._samples, key=lambda rule: (-self.rules[rule].wins, rule))
        return [self._samples[rule] for rule in ranked[:number]]

    def _read(self, events: Sequence[Event]) -> int:
        """How many mentions were read; the first and the last moment that is known are kept."""
        read = 0
        for event in events:
            if isinstance(event, Mention):
                read += 1
                if event.at_is_guessed:
                    self.guessed_times += 1
                    continue
            elif isinstance(event, Tick):
                continue
            if self.since is None:
                self.since = event.at
            self.until = event.at
        return read

    def _fired(self, rules: Iterable[str]) -> None:
        for rule, count in Counter(rules).items():
            self._of(rule).fires += count

    def _all_ended(self, decisions: Sequence[Decision | Row]) -> None:
        """Where the mentions of a batch ended."""
        for (event, outcome, reason, account, unknown), count in Counter(map(_END, decisions)).items():
            if event != "mention":
                continue
            self.read_again -= count
            if reason == OURS and outcome == "ignored":
                self.own_posts += count
                continue
            self._ended(outcome, reason, count)
            self._concerned(account, count)
            for name in unknown:
                self.unknown[name] += count

    def _ended(self, outcome: str, reason: str, count: int) -> None:
        """Mentions that ended alike."""
        self.mentions += count
        self.outcomes[outcome] += count
        known = (outcome, reason) in self.reasons or len(self.reasons) < _MOST_REASONS
        self.reasons[outcome, reason if known else "another reason"] += count
        if reason == "error":
            self.errors += count

    def _concerned(self, account: str, count: int) -> None:
        """An account that mentions concerned."""
        if account not in self.policy.accounts and (
            account in self.unnamed_accounts or len(self.unnamed_accounts) < _MOST_ACCOUNTS
        ):
            self.unnamed_accounts[account] += count

    def _in_time(self, decision: Decision) -> None:
        """What came with time and of no mention: a schedule, or the end of a hold."""
        if not decision.mention.startswith("schedule:"):
            self._hold(decision)
            return
        self.scheduled += 1
        for each in chain(decision):
            for rule in each.fired:
                self._of(rule).fires += 1
            self._passed_over(each)
            self._actions(each.actions)

    def _passed_over(self, decision: Decision) -> None:
        """The rules that lost, were stopped, or would have acted."""
        for rule in decision.outranked:
            self._of(rule).outranked += 1
        for rule, gate in decision.gated.items():
            if gate == "limit":
                self._of(rule).limited += 1
            else:
                self._of(rule).gated += 1
        for rule in {action.rule for action in decision.shadow}:
            self._of(rule).shadow += 1

    def _said(self, actions: Sequence[ActionRecord], decision: Decision, events: Sequence[Event]) -> None:
        """Actions that take a voice or were kept back, and whom they answer."""
        self._actions(actions)
        self._replies(actions, decision)
        if decision.outcome == "answered":
            self._sample(actions, decision, events)

    def _actions(self, actions: Sequence[ActionRecord]) -> None:
        marks: set[tuple[str, str]] = set()
        for action in actions:
            if action.rule not in self.rules:
                continue
            if action.slot is not None:
                marks.add((action.rule, "wins"))
            if action.state == "allowed":
                continue
            marks.add((action.rule, action.state))
            self.held.actions += action.state == "held"
            for name in action.by:
                bound = self.guards.setdefault(name, GuardFigures())
                if action.state == "held":
                    bound.held += 1
                else:
                    bound.forbade += 1
            guards = [self.policy.guards[name] for name in action.by if name in self.policy.guards]
            self.over_limit += any(one.limit is not None or one.budget is not None for one in guards)
            if action.reason is not None and action.reason.startswith("too long"):
                marks.add((action.rule, "too_long"))
            if action.reason is not None and action.reason.startswith("no value for "):
                marks.add((action.rule, "unresolved"))
                for name in action.reason.removeprefix("no value for ").split(", "):
                    self.missing[action.rule, name] += 1
        for rule, figure in marks:
            figures = self._of(rule)
            setattr(figures, figure, getattr(figures, figure) + 1)

    def _hold(self, decision: Decision) -> None:
        """What came of an action that was held."""
        for action in decision.actions:
            if action.id is None or action.state == "held":
                continue
            word = fate(action)
            setattr(self.held, word, getattr(self.held, word) + 1)
        self._date(decision.at)
        for each in chain(decision):
            self._replies(each.actions, decision)

    def _date(self, at: datetime) -> None:
        """The day of the policy's zone that a moment lies in, and from when until when a moment does."""
        local = at.astimezone(self._zone)
        day = local.date()
        if day != self._day:
            self._day = day
            self._today.clear()
        self._begins, self._ends = day_of(local)

    def _replies(self, actions: Sequence[ActionRecord], decision: Decision) -> None:
        """The most replies that one author got on one day."""
        number = sum([action.action == "reply" and action.state == "allowed" for action in actions])
        if number:
            key = (decision.platform, decision.author)
            self._today[key] += number
            self.replies_a_day = max(self.replies_a_day, self._today[key])

    def _sample(self, actions: Sequence[ActionRecord], decision: Decision, events: Sequence[Event]) -> None:
        """The first answer of a rule."""
        for action in actions:
            said = action.state == "allowed" and action.slot is not None and action.text
            if not said or action.rule in self._samples or action.rule not in self.rules:
                continue
            for event in events:
                if isinstance(event, Mention) and event.id == decision.mention:
                    self._samples[action.rule] = Sample(
                        mention=decision.mention,
                        text=event.text[:_SHOWN_TEXT],
                        author=decision.author,
                        reply=action.text or "",
                        action=action.action,
                        rule=action.rule,
                    )

    def _of(self, rule: str) -> RuleFigures:
        found = self.rules.get(rule)
        return found if found is not None else self.rules.setdefault(rule, RuleFigures())


def fate(action: ActionRecord) -> Fate:
    """What became of an action that was held, read off a later record about it."""
    if action.state == "allowed":
        return "released"
    return "lapsed" if action.reason in _LAPSED else "refused"


def chain(decision: Decision) -> Iterator[Decision]:
    """The decision, and those of the accounts it was handed over to."""
    found: Decision | None = decision
    while found is not None:
        yield found
        found = found.then


def figures(summary: Summary) -> Mapping[str, float]:
    """The figures of the whole run, by the words that `simulations:` uses; `unanswered` is a share."""
    return {
        "mentions": summary.mentions,
        **{outcome: summary.outcomes[outcome] for outcome in OUTCOMES},
        "unanswered": summary.unanswered,
        "too_long": summary.too_long,
        "unresolved": summary.unresolved,
        "over_limit": summary.over_limit,
        "replies_per_author_per_day": summary.replies_a_day,
        "dead_rules": len(summary.dead_rules),
    }
