"""Reads statements back as English sentences, for reviews: what a rule says, not how it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from socialcare.model import Vocabulary
from socialcare.policy.explaining.english_conditions import describe
from socialcare.policy.explaining.why_lines import limit_words, moment, span
from socialcare.policy.language.texts import Text
from socialcare.policy.language.times import DAYS
from socialcare.policy.reading.params import shape_of_model
from socialcare.policy.reading.scalars import SPAN
from socialcare.policy.statements import (
    ALWAYS,
    Asked,
    Condition,
    Guard,
    Limit,
    Path,
    Policy,
    Reply,
    Rule,
    Say,
    Signal,
    Use,
)  # fmt: skip
from socialcare.policy.walk import conditions_of, leaves


def read_rule(rule: Rule, policy: Policy, vocabulary: Vocabulary) -> str:
    """A rule in sentences, one a line, with the signals it uses."""
    spans = _spans(vocabulary)
    lines = [f"Rule `{rule.id}`, of rank {rule.rank}{_status(rule.status)}.", f"{_occasion(rule)},"]
    if rule.look_up:
        lines.append(
            f"then look up {_and(_look_up(alias, asked, spans) for alias, asked in rule.look_up.items())},"
        )
    if rule.only_if_found:
        lines.append(f"and only if {_and(f'`{alias}`' for alias in rule.only_if_found)} was found,")
    steps = [_use(use, spans) for use in rule.uses]
    lines.append(f"then {f'{chr(10)}and '.join(steps)}.")
    lines += _terms(rule, policy)
    lines += _meanings([*conditions_of(rule)], policy)
    return "\n".join(lines) + "\n"


def read_guard(guard: Guard, policy: Policy) -> str:
    """A guard in sentences, one a line, with the signals it uses."""
    binds = (
        "It always binds."
        if guard.when == ALWAYS
        else f"It binds unless this is known to be false: {describe(guard.when)}."
    )
    lines = [f"Guard `{guard.id}`{_sealed(guard)} {_effect(guard)}{_status(guard.status)}.", binds]
    if guard.hold is not None and guard.hold.expires is not None:
        lines.append(f"What was held for {span(guard.hold.expires)} goes to the inbox.")
    if guard.approval is not None and guard.approval.within is not None:
        told = (
            f"then {_and(guard.approval.notify)} is told"
            if guard.approval.notify
            else "then nothing more happens"
        )
        lines.append(f"They have {span(guard.approval.within)}, {told}.")
    if guard.pause_account is not None:
        lines.append(f"Over the limit, the account is paused for {span(guard.pause_account)}.")
    if guard.notify:
        lines.append(f"It tells {_and(guard.notify)} when it binds.")
    if guard.excepted:
        lines.append(f"It does not bind {_and(sorted(guard.excepted))}.")
    if guard.because:
        lines.append(f"Because: {guard.because}")
    return "\n".join([*lines, *_meanings([guard.when], policy)]) + "\n"


def read_signal(name: str, policy: Policy) -> str:
    """A signal in one sentence, with the signals it uses."""
    condition = policy.signals[name]
    return (
        "\n".join([f"`{name}` means: {describe(condition)}.", *_meanings([condition], policy, known={name})])
        + "\n"
    )


def _sealed(guard: Guard) -> str:
    return " (built in)" if guard.sealed else ""


def _effect(guard: Guard) -> str:
    """What a guard does with which actions."""
    acts = _or(guard.acts)
    if guard.forbid:
        return f"forbids {acts}"
    if guard.hold is not None:
        until = f"`{guard.hold.until}` opens" if guard.hold.until else "a person releases it"
        return f"holds {acts} until {until}"
    if guard.approval is not None:
        return f"lets {_and(guard.approval.by)} approve {acts}"
    if guard.limit is not None:
        return f"allows {limit_words(replace(guard.limit, of=(acts,)))}"
    shares = guard.budget.shares.items() if guard.budget is not None else ()
    return f"allows {_and(f'at most {share * 100:.4g} % {kind}' for kind, share in shares)} among {acts}{_per(guard)}"


def _per(guard: Guard) -> str:
    """The key and window of a budget, as of a limit."""
    budget = guard.budget
    if budget is None:
        return ""
    return limit_words(Limit(0, budget.per, budget.window)).removeprefix("at most 0")


def _status(status: str) -> str:
    return {"live": "", "shadow": ", in shadow (traced, never acting)", "off": ", switched off"}[status]


def _occasion(rule: Rule) -> str:
    when = "" if rule.when == ALWAYS else describe(rule.when)
    if rule.at is None:
        return f"When {when}" if when else "For every mention"
    days = (
        "every day" if len(rule.at.every) == 7 else f"every {_or(DAYS[day] for day in sorted(rule.at.every))}"
    )
    calendar = f" inside the calendar `{rule.at.calendar}`" if rule.at.calendar else ""
    missed = "run late" if rule.at.if_missed == "run" else "left out"
    said = f"On {days} at {rule.at.at:%H:%M}{calendar} ({missed} if missed)"
    return f"{said}, when {when}" if when else said


Spans = frozenset[tuple[str, str]]
"""Look-up or action, and a parameter of it that is a span of time."""


def _spans(vocabulary: Vocabulary) -> Spans:
    found = {
        (one.name, each.name)
        for one in vocabulary.lookups.values()
        for each in one.parameters
        if each.kind == "duration"
    }
    for action in vocabulary.actions.values():
        keys = shape_of_model(action.params).keys if action.params is not None else {}
        found |= {(action.name, name) for name, key in keys.items() if key.shape is SPAN}
    return frozenset(found)


def _look_up(alias: str, asked: Asked, spans: Spans) -> str:
    return f"`{alias}` from {_asked(asked, spans)}"


def _asked(asked: Asked, spans: Spans) -> str:
    given = [f"{name}: `{path}`" for name, path in asked.fields.items()]
    given += [_parameter(asked.lookup, name, value, spans) for name, value in asked.literals.items()]
    said = f"`{asked.lookup}`" + (f" ({_and(given)})" if given else "")
    return f"{said} or otherwise {asked.otherwise}" if asked.otherwise else said


def _use(use: Use, spans: Spans) -> str:
    if use.reply is not None:
        said = f"{use.action} {_reply(use.reply)}"
    elif len(use.params) == 1:
        said = f"{use.action} {_value(next(iter(use.params.values())), spans)}"
    else:
        params = [_parameter(use.action, name, value, spans) for name, value in use.params.items()]
        said = f"{use.action}" + (f" ({_and(params)})" if params else "")
    return said if use.when is None else f"{said}, but only when {describe(use.when)}"


def _parameter(of: str, name: str, value: Any, spans: Spans) -> str:  # Any: as in _value
    shown = span(timedelta(seconds=value)) if (of, name) in spans else _value(value, spans)
    return f"{name}: {shown}"


def _reply(reply: Reply) -> str:
    branches = [(branch.when, _say(branch.say)) for branch in reply.branches]
    if len(branches) == 1 and branches[0][0] is None:
        said = branches[0][1]
    else:
        said = "\n  or else ".join(
            text if when is None else f"if {describe(when)}: {text}" for when, text in branches
        )
        said = f"the first of these that holds:\n  {said}"
    if reply.if_too_long is not None:
        said += f"\n  or, if that is too long, “{_flat(reply.if_too_long.source)}”"
    if reply.media is not None:
        said += f", with the media `{reply.media}`"
    return said + (f", counted as {reply.counts_as}" if reply.counts_as else "")


def _say(say: Say) -> str:
    return _or(f"“{_flat(text.source)}”" for text in say.texts)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _value(value: Any, spans: Spans) -> str:  # Any: a parameter of an action, which is its plugin's own
    if isinstance(value, Asked):
        return _asked(value, spans)
    if isinstance(value, Path):
        return f"the number `{value.name}`"
    if isinstance(value, Text):
        return f"“{_flat(value.source)}”"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"({_and(f'{_value(name, spans)}: {_value(each, spans)}' for name, each in value.items())})"
    if isinstance(value, tuple):
        return _and(_value(each, spans) for each in value)
    return f"{value:.10g}" if isinstance(value, int | float) else str(value)


def _terms(rule: Rule, policy: Policy) -> Iterator[str]:
    """Everything about a rule that is no condition and no action."""
    zone = ZoneInfo(policy.zone)
    if rule.limit is not None:
        still = (
            f"; {_and(rule.limit.but_still)} happens though the limit is reached"
            if rule.limit.but_still
            else ""
        )
        yield f"It acts {limit_words(rule.limit)}{still}."
    if rule.active.since is not None:
        yield f"It counts from {moment(rule.active.since, zone)}."
    if rule.active.until is not None:
        yield f"It counts until {moment(rule.active.until, zone)}."
    if rule.rollout is not None:
        yield f"It is live for {rule.rollout.percent:g} % by {rule.rollout.by}."
    if rule.wins_over:
        yield f"It wins over {_and(f'`{name}`' for name in rule.wins_over)}."
    if rule.owner:
        yield f"Owner: {rule.owner}."
    if rule.because:
        yield f"Because: {rule.because}"


def _meanings(conditions: list[Condition], policy: Policy, known: set[str] | None = None) -> Iterator[str]:
    """What the signals mean that some conditions use, directly or through others, each once."""
    seen = known or set()
    waiting = list(conditions)
    while waiting:
        for leaf in leaves(waiting.pop(0)):
            if isinstance(leaf, Signal) and leaf.name not in seen:
                seen.add(leaf.name)
                condition = policy.signals[leaf.name]
                waiting.append(condition)
                yield f"Here `{leaf.name}` means: {describe(condition)}."


def _and(words: Iterable[str]) -> str:
    return " and ".join(words)


def _or(words: Iterable[str]) -> str:
    return " or ".join(words)
