"""What came of a dry run, counted while it runs; memory grows with the policy and not with the mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from socialcare.model import OUTCOMES, ActionRecord, Decision, Event, Mention, Tick
from socialcare.policy.statements import Policy

Fate = Literal["released", "lapsed", "refused"]

OURS = "our own post"
"""The reason of decisions about what we wrote ourselves."""

_LAPSED = ("the hold lapsed", "nobody approved in time")
_SHOWN_TEXT = 280
_MOST_ACCOUNTS = 1_000
_MOST_REASONS = 1_000


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


@dataclass(slots=True)
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
    _day: date | None = None
    _today: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Every rule that is on has figures, whatever happens."""
        for rule in self.policy.rules.values():
            if rule.status != "off":
                self.rules[rule.id] = RuleFigures()

    def see(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Add what was decided about a batch of events."""
        mentions = {one.id: one for one in events if isinstance(one, Mention)}
        for event in events:
            self._time(event)
        fed = sum(isinstance(one, Mention) for one in events)
        for decision in decisions:
            if decision.event == "mention":
                fed -= 1
                self._mention(decision, mentions.get(decision.mention))
            elif decision.mention.startswith("schedule:"):
                self.scheduled += 1
                self._rules(decision)
            else:
                self._hold(decision)
        self.read_again += fed

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

    def _time(self, event: Event) -> None:
        if isinstance(event, Tick):
            return
        if isinstance(event, Mention) and event.at_is_guessed:
            self.guessed_times += 1
            return
        self.since = self.since or event.at
        self.until = event.at

    def _mention(self, decision: Decision, mention: Mention | None) -> None:
        if decision.reason == OURS and decision.outcome == "ignored":
            self.own_posts += 1
            return
        self.mentions += 1
        self.outcomes[decision.outcome] += 1
        self._reason(decision)
        if decision.account not in self.policy.accounts and (
            decision.account in self.unnamed_accounts or len(self.unnamed_accounts) < _MOST_ACCOUNTS
        ):
            self.unnamed_accounts[decision.account] += 1
        if decision.reason == "error":
            self.errors += 1
        self.unknown.update(decision.unknown)
        self._rules(decision)
        self._replies(decision)
        if mention is not None and decision.outcome == "answered":
            self._sample(decision, mention)

    def _reason(self, decision: Decision) -> None:
        key = (decision.outcome, decision.reason)
        if key not in self.reasons and len(self.reasons) >= _MOST_REASONS:
            key = (decision.outcome, "another reason")
        self.reasons[key] += 1

    def _rules(self, decision: Decision) -> None:
        for each in chain(decision):
            for rule in each.fired:
                self._of(rule).fires += 1
            for rule in each.outranked:
                self._of(rule).outranked += 1
            for rule, gate in each.gated.items():
                if gate == "limit":
                    self._of(rule).limited += 1
                else:
                    self._of(rule).gated += 1
            for rule in {action.rule for action in each.shadow}:
                self._of(rule).shadow += 1
            self._actions(each.actions)

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
        self._replies(decision)

    def _replies(self, decision: Decision) -> None:
        """The most replies that one author got on one day of the policy's zone."""
        day = decision.at.astimezone(ZoneInfo(self.policy.zone)).date()
        if day != self._day:
            self._day = day
            self._today.clear()
        key = (decision.platform, decision.author)
        for each in chain(decision):
            self._today[key] += sum(a.action == "reply" and a.state == "allowed" for a in each.actions)
        self.replies_a_day = max(self.replies_a_day, self._today[key])

    def _sample(self, decision: Decision, mention: Mention) -> None:
        for each in chain(decision):
            for action in each.actions:
                said = action.state == "allowed" and action.slot is not None and action.text
                if said and action.rule not in self._samples and action.rule in self.rules:
                    self._samples[action.rule] = Sample(
                        mention=decision.mention,
                        text=mention.text[:_SHOWN_TEXT],
                        author=decision.author,
                        reply=action.text or "",
                        action=action.action,
                        rule=action.rule,
                    )

    def _of(self, rule: str) -> RuleFigures:
        return self.rules.setdefault(rule, RuleFigures())


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
