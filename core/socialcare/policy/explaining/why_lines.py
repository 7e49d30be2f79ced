"""An explanation in words: one line for what became of a rule, one for each test in its way."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from socialcare.model import ActionRecord, Value, Vocabulary
from socialcare.policy.explaining.masking import masked
from socialcare.policy.explaining.why import Binding, Miss, Verdict
from socialcare.policy.statements import Comparison, Guard, Limit, Rule

_SHOWN_VALUES = 4
_SHOWN_TEXT = 60
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))


def spelt(test: Comparison) -> str:
    """A test as it is written in a policy: `author.followers: {above: 50000}`; a long list cut."""
    written = list(test.written[:_SHOWN_VALUES]) or [str(test.operand)]
    if len(test.written) > _SHOWN_VALUES:
        written.append(f"{len(test.written) - _SHOWN_VALUES} more")
    value = ", ".join(written)
    value = f"[{value}]" if len(test.written) > 1 else value
    if test.list_name is not None:
        value = test.list_name if test.op == "in" else f"{{in: {test.list_name}}}"
    if test.of == "confidence":
        return f"{test.path}: {{confidence: {{{test.op}: {value}}}}}"
    bare = test.op in ("equals", "exactly") and not isinstance(test.operand, float)
    return f"{test.path}: {value}" if bare else f"{test.path}: {{{test.op}: {value}}}"


def shown(value: Value, kind: str, zone: ZoneInfo) -> str:
    """A value as a person reads it, without personal data."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value, zone)
    if isinstance(value, int | float):
        return span(timedelta(seconds=value)) if kind == "duration" else f"{value:.10g}"
    if isinstance(value, tuple):
        return ", ".join(masked(word) for word in value) or "nothing"
    if isinstance(value, Mapping):
        parts = (f"{name}: {shown(part, '', zone)}" for name, part in value.items() if part is not None)
        return "{" + ", ".join(parts) + "}"
    text = " ".join(masked(value).split())
    return f"`{text}`" if len(text) <= _SHOWN_TEXT else f"`{text[:_SHOWN_TEXT]}…`"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment to the minute, in the policy's zone."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def span(length: timedelta) -> str:
    """A length of time in its greatest unit: `24h` as `1d`."""
    seconds = length.total_seconds()
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.3g}{unit}"
    return f"{seconds:.3g}s"


def miss_line(miss: Miss, vocabulary: Vocabulary, zone: ZoneInfo) -> str:
    """What a test would have to be, and what it is."""
    field = vocabulary.fields.get(miss.test.path)
    kind = field.kind if field is not None else ""
    needed = f"`{spelt(miss.test)}` is needed" if miss.wanted else f"`{spelt(miss.test)}` must not hold"
    if miss.signals:
        needed += f" (signal {' → '.join(f'`{name}`' for name in miss.signals)})"
    if miss.truth is None:
        return f"{needed}, and nobody says what it is"
    if miss.test.path == "text":
        return f"{needed}, and the text {_text_is(miss)}"
    if miss.actual is None:
        return f"{needed}, and where it is missing the rule says {'no' if miss.wanted else 'yes'}"
    if miss.test.of == "confidence":
        return f"{needed}, and its confidence is {miss.actual.confidence:.2g}"
    return f"{needed}, and it is {shown(miss.actual.value, kind, zone)}"


def _text_is(miss: Miss) -> str:
    """How the text differs from what is needed of it."""
    if miss.test.op in ("has", "contains"):
        return "has nothing of it" if miss.wanted else "has it"
    return "does not" if miss.wanted else "does"


def change_line(miss: Miss) -> str:
    """The change that would let a test come out as needed."""
    return f"`{spelt(miss.test)}` {'would have to hold' if miss.wanted else 'would have to stop holding'}"


def verdict_line(verdict: Verdict, zone: ZoneInfo) -> str:
    """What became of a rule, in one line."""
    line = _standing(verdict, zone)
    if verdict.rule.status == "shadow":
        line += ", in shadow"
    acts = "; ".join(act_line(record, zone) for record in verdict.actions)
    return f"{line}: {acts}" if acts else line


def _standing(verdict: Verdict, zone: ZoneInfo) -> str:
    if verdict.standing == "gated":
        return f"gated: {_gate(verdict, zone)}"
    if verdict.standing == "outranked":
        return f"outranked by `{verdict.detail}`"
    if verdict.standing == "failed":
        return f"failed, {away(verdict.distance)}"
    if verdict.standing == "unknown":
        return f"unknown, {away(verdict.distance)}"
    if verdict.standing == "scheduled":
        return "about a schedule, not about mentions"
    return "switched off" if verdict.standing == "off" else "fired"


def _gate(verdict: Verdict, zone: ZoneInfo) -> str:
    limit = verdict.rule.limit
    if verdict.detail != "limit" or limit is None:
        rollout = verdict.rule.rollout
        if verdict.detail == "rollout" and rollout is not None:
            return f"not among the {rollout.percent:g} % of the rollout by {rollout.by}"
        return verdict.detail
    until = f", until {moment(verdict.until, zone)}" if verdict.until is not None else ", for good"
    return f"its limit is used up ({limit_words(limit)}){until}"


def limit_words(limit: Limit) -> str:
    """A limit in words: `at most 1 per conversation in 24h`."""
    parts = [f"at most {limit.at_most}"]
    if limit.of:
        parts.append(f"of {', '.join(limit.of)}")
    if limit.per:
        parts.append(f"per {' and '.join(limit.per)}")
    if limit.window.per_day:
        parts.append("a day")
    elif limit.window.length is not None:
        parts.append(f"in {span(limit.window.length)}")
    return " ".join(parts)


def away(distance: int) -> str:
    """How far a rule was from firing."""
    return "one condition away" if distance == 1 else f"{distance} conditions away"


def act_line(record: ActionRecord, zone: ZoneInfo) -> str:
    """What became of one action."""
    line = f"{record.action} {record.state}"
    if record.by:
        line += f" by {', '.join(f'`{name}`' for name in record.by)}"
    if record.until is not None:
        line += f" until {moment(record.until, zone)}"
    return f"{line} ({masked(record.reason)})" if record.reason else line


def binding_line(binding: Binding, zone: ZoneInfo) -> str:
    """What a guard does that bound, until when, and why it is there."""
    line = f"{guard_words(binding.guard)}"
    if binding.until is not None:
        joint = "that is" if binding.guard.hold is not None else "until"
        line += f", {joint} {moment(binding.until, zone)}"
    return f"{line} ({binding.guard.because})" if binding.guard.because else line


def guard_words(guard: Guard) -> str:
    """What a guard does with which actions."""
    acts = ", ".join(guard.acts)
    if guard.forbid:
        words = f"forbids {acts}"
    elif guard.hold is not None:
        words = f"holds {acts}" + (f" until `{guard.hold.until}`" if guard.hold.until else " until released")
    elif guard.approval is not None:
        words = f"wants {', '.join(guard.approval.by)} to approve {acts}"
    elif guard.limit is not None:
        words = f"allows {limit_words(guard.limit)}"
    else:
        budget = guard.budget
        shares = budget.shares.items() if budget is not None else ()
        words = "allows " + ", ".join(f"{kind} {share:.3g} of the acts" for kind, share in shares)
    return words + (", sealed" if guard.sealed else "") + (", in shadow" if guard.status == "shadow" else "")


def gates_of(rule: Rule, zone: ZoneInfo) -> Iterator[str]:
    """The gates of a rule that may stop it though its condition holds."""
    if rule.status != "live":
        yield f"its status is `{rule.status}`"
    if rule.active.since is not None:
        yield f"it is not active before {moment(rule.active.since, zone)}"
    if rule.active.until is not None:
        yield f"it is not active from {moment(rule.active.until, zone)}"
    if rule.rollout is not None:
        yield f"its rollout: live for {rule.rollout.percent:g} % by {rule.rollout.by}"
    if rule.limit is not None:
        yield f"its limit: {limit_words(rule.limit)}"
    for alias, asked in rule.look_up.items():
        missing = "answers nothing or fails" if alias in rule.only_if_found else "fails"
        yield f"its look-up `{asked.lookup}`, if it {missing}"
