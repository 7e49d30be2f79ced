"""Counting by batches comes to what counting decision by decision does."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import (
    OUTCOMES,
    ActionRecord,
    Author,
    Control,
    Decision,
    Event,
    Mention,
    Slot,
    State,
    Tick,
)
from socialcare.policy.statements import Policy
from socialcare.simulate import summary as counted
from socialcare.simulate.summary import OURS, GuardFigures, Held, RuleFigures, Summary, chain, fate

DeskFor = Callable[..., Desk]

POLICY = """
socialcare: 1
accounts: {main: AcmeCo}
zone: Europe/Berlin
rules:
  a: {when: {text: {has: open}}, do: {reply: Hi}}
  b: {when: {text: {has: broken}}, do: {label: b}}
  c: {status: shadow, when: {text: {has: novel}}, do: {label: c}}
guards:
  night: {hold: [public]}
  twice: {limit: {of: public, at_most: 1, per: author, in: 1d}}
"""
MIDNIGHT = datetime(2026, 3, 28, 23, tzinfo=UTC)
"""In Berlin; clocks go forward two hours later."""

RULES = st.sampled_from(["a", "b", "c"])
NAMES = st.lists(RULES, max_size=2, unique=True).map(tuple)
MOMENTS = st.builds(
    lambda hours, minutes: MIDNIGHT + timedelta(hours=hours, minutes=minutes),
    st.integers(-30, 60),
    st.sampled_from([-1, 0, 1, 30]),
)
ACTIONS = st.builds(
    ActionRecord,
    action=st.sampled_from(["reply", "label"]),
    rule=RULES | st.just("night"),  # what a guard asks for has its name
    slot=st.sampled_from([None, *get_args(Slot)]),
    state=st.sampled_from(get_args(State)),
    by=st.lists(st.sampled_from(["night", "twice", "x.sealed"]), max_size=2).map(tuple),
    text=st.sampled_from([None, "", "Hi"]),
    reason=st.sampled_from([None, "too long: 301 of 280", "no value for place, text", "the hold lapsed"]),
    id=st.sampled_from([None, "h.1"]),
)
ALONE = st.builds(
    Decision,
    id=st.just("d"),
    event=st.sampled_from(["mention", "mention", "mention", "tick", "control"]),
    mention=st.sampled_from(["1", "2", "schedule:c:09:00"]),
    at=MOMENTS,
    account=st.sampled_from(["main", "other", "another", ""]),
    author=st.sampled_from(["ann", "bob"]),
    outcome=st.sampled_from(OUTCOMES),
    policy=st.just("p"),
    reason=st.sampled_from(["rule a", "rule b", "error", OURS, "x"]),
    fired=NAMES,
    actions=st.lists(ACTIONS, max_size=3).map(tuple),
    unknown=st.sampled_from([(), ("place",), ("place", "author.followers")]),
    outranked=st.dictionaries(RULES, RULES, max_size=1),
    gated=st.dictionaries(RULES, st.sampled_from(["limit", "rollout"]), max_size=1),
    shadow=st.lists(ACTIONS, max_size=2).map(tuple),
)
DECISIONS = ALONE | st.builds(lambda one, then: replace(one, then=then), ALONE, ALONE)
EVENTS = (
    st.builds(
        Mention,
        id=st.sampled_from(["1", "2"]),
        text=st.sampled_from(["open", "x" * 300]),
        author=st.just(Author(id="1")),
        at=MOMENTS,
        at_is_guessed=st.booleans(),
    )
    | st.builds(Tick, at=MOMENTS)
    | st.builds(Control, at=MOMENTS, word=st.just("approve"), ref=st.just("h.1"))
)
BATCHES = st.lists(st.tuples(st.lists(EVENTS, max_size=4), st.lists(DECISIONS, max_size=4)), max_size=4)


class Plain:
    """The same figures, one decision at a time."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.sums: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.unknown: Counter[str] = Counter()
        self.unnamed: Counter[str] = Counter()
        self.missing: Counter[tuple[str, str]] = Counter()
        self.rules = {rule.id: RuleFigures() for rule in policy.rules.values() if rule.status != "off"}
        self.guards: dict[str, GuardFigures] = {}
        self.held = Held()
        self.samples: dict[str, tuple[str, str, str]] = {}
        self.times: list[datetime] = []
        self.day: object = None
        self.today: Counter[tuple[str, str]] = Counter()
        self.replies_a_day = 0

    def see(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        mentions = {event.id: event for event in events if isinstance(event, Mention)}
        for event in events:
            self.sums["read"] += isinstance(event, Mention)
            if isinstance(event, Mention) and event.at_is_guessed:
                self.sums["guessed"] += 1
            elif not isinstance(event, Tick):
                self.times.append(event.at)
        for decision in decisions:
            if decision.event == "mention":
                self.sums["read"] -= 1
                self.mention(decision, mentions.get(decision.mention))
            elif decision.mention.startswith("schedule:"):
                self.sums["scheduled"] += 1
                self.of_rules(decision)
            else:
                for action in decision.actions:
                    if action.id is not None and action.state != "held":
                        setattr(self.held, fate(action), getattr(self.held, fate(action)) + 1)
                self.replies(decision)

    def mention(self, decision: Decision, mention: Mention | None) -> None:
        if decision.reason == OURS and decision.outcome == "ignored":
            self.sums["own"] += 1
            return
        self.sums["mentions"] += 1
        self.outcomes[decision.outcome] += 1
        reason = (decision.outcome, decision.reason)
        if reason not in self.reasons and len(self.reasons) >= counted._MOST_REASONS:
            reason = (decision.outcome, "another reason")
        self.reasons[reason] += 1
        unnamed = decision.account not in self.policy.accounts
        if unnamed and (decision.account in self.unnamed or len(self.unnamed) < counted._MOST_ACCOUNTS):
            self.unnamed[decision.account] += 1
        self.sums["errors"] += decision.reason == "error"
        self.unknown.update(decision.unknown)
        self.of_rules(decision)
        self.replies(decision)
        if mention is not None and decision.outcome == "answered":
            for action in self.actions(decision):
                said = action.state == "allowed" and action.slot is not None and action.text
                if said and action.rule in self.rules:
                    first = (mention.text[:280], decision.author, action.text or "")
                    self.samples.setdefault(action.rule, first)

    def of_rules(self, decision: Decision) -> None:
        for each in chain(decision):
            for rule in each.fired:
                self.of(rule).fires += 1
            for rule in each.outranked:
                self.of(rule).outranked += 1
            for rule, gate in each.gated.items():
                self.of(rule).limited += gate == "limit"
                self.of(rule).gated += gate != "limit"
            for rule in {action.rule for action in each.shadow}:
                self.of(rule).shadow += 1
            marks = set()
            for action in each.actions:
                if action.rule in self.rules:
                    marks |= {(action.rule, figure) for figure in self.of_action(action)}
            for rule, figure in marks:
                setattr(self.of(rule), figure, getattr(self.of(rule), figure) + 1)

    def of_action(self, action: ActionRecord) -> Iterator[str]:
        if action.slot is not None:
            yield "wins"
        if action.state == "allowed":
            return
        yield action.state
        self.held.actions += action.state == "held"
        for name in action.by:
            guard = self.guards.setdefault(name, GuardFigures())
            guard.held += action.state == "held"
            guard.forbade += action.state != "held"
        self.sums["over limit"] += "twice" in action.by
        if (action.reason or "").startswith("too long"):
            yield "too_long"
        if (action.reason or "").startswith("no value for "):
            yield "unresolved"
            for name in (action.reason or "").removeprefix("no value for ").split(", "):
                self.missing[action.rule, name] += 1

    def replies(self, decision: Decision) -> None:
        day = decision.at.astimezone(ZoneInfo(self.policy.zone)).date()
        if day != self.day:
            self.day = day
            self.today.clear()
        key = (decision.platform, decision.author)
        self.today[key] += sum(
            one.action == "reply" and one.state == "allowed" for one in self.actions(decision)
        )
        self.replies_a_day = max(self.replies_a_day, self.today[key])

    def actions(self, decision: Decision) -> list[ActionRecord]:
        return [action for each in chain(decision) for action in each.actions]

    def of(self, rule: str) -> RuleFigures:
        return self.rules.setdefault(rule, RuleFigures())


@pytest.fixture
def policy(desk_for: DeskFor) -> Policy:
    return desk_for(POLICY).setting.policy


@pytest.fixture(autouse=True)
def few_reasons_and_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "_MOST_REASONS", 4)
    monkeypatch.setattr(counted, "_MOST_ACCOUNTS", 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES)
def test_batches_are_counted_as_their_decisions_are_one_by_one(
    batches: list[tuple[list[Event], list[Decision]]], policy: Policy
) -> None:
    fast, plain = Summary(policy), Plain(policy)
    for events, decisions in batches:
        fast.see(events, decisions)
        plain.see(events, decisions)
    sums = {
        "read": fast.read_again,
        "guessed": fast.guessed_times,
        "scheduled": fast.scheduled,
        "own": fast.own_posts,
        "mentions": fast.mentions,
        "errors": fast.errors,
        "over limit": fast.over_limit,
    }
    assert sums == {name: plain.sums[name] for name in sums}
    assert (fast.since, fast.until) == ((plain.times[0], plain.times[-1]) if plain.times else (None, None))
    assert (fast.outcomes, fast.reasons, fast.unknown, fast.missing) == (
        plain.outcomes,
        plain.reasons,
        plain.unknown,
        plain.missing,
    )
    assert list(fast.unnamed_accounts.items()) == list(plain.unnamed.items())
    assert (fast.rules, fast.guards, fast.held) == (plain.rules, plain.guards, plain.held)
    assert fast.replies_a_day == plain.replies_a_day
    found = {one.rule: (one.text, one.author, one.reply) for one in fast.samples(9)}
    assert found == plain.samples
