"""Holds what a test expects against what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from socialcare.model import ActionRecord, Value
from socialcare.policy.cases import Case, Expected
from socialcare.policy.explaining.why_lines import act_line, shown, span
from socialcare.policy.language.words import bare
from socialcare.policy.statements import Rule
from socialcare.ports import Action
from socialcare.trial.results import Failure
from socialcare.trial.seen import Seen

_NEAREST = 2
"""How many rules are explained where an action is missing and the test belongs to none."""


def check(expected: Expected, seen: Seen, case: Case) -> Iterator[Failure]:
    """Every expectation that was not met."""
    failures = [*_of_decision(expected, seen, case)]
    yield from failures
    if expected.then is not None and seen.then is not None:
        yield from check(expected.then, seen.then, case)
    elif expected.then is not None and not failures:
        yield _failure(expected.then, "a handover", seen, case)


def _of_decision(expected: Expected, seen: Seen, case: Case) -> Iterator[Failure]:
    yield from _fires(expected, seen, case)
    if expected.outcome is not None:
        outcomes = [decision.outcome for decision in seen.decisions]
        if expected.outcome not in outcomes[-1:]:
            yield _failure(expected, f"outcome {expected.outcome}", seen, case)
    for action, asked in expected.actions.items():
        yield from _action(action, asked, expected, seen, case)
    for action in expected.never:
        for record in _out(seen, action):
            text = f": {record.text}" if record.text else ""
            happened = f"{act_line(record, seen.setting.zone)} from `{record.rule}`{text}"
            why = seen.why_true(seen.setting.policy.rules[record.rule])
            yield Failure(expected.place, f"never {action}", happened, why)
    for state, names in (("forbidden", expected.forbidden_by), ("held", expected.held_by)):
        for name in names:
            if not any(record.state == state and name in record.by for record in seen.records):
                yield _failure(expected, f"something {state} by `{name}`", seen, case)
    for path, value in expected.fields.items():
        yield from _field(path, value, expected, seen)
    accounts = [decision.account for decision in seen.decisions]
    if expected.account is not None and expected.account not in accounts:
        happened = f"{', '.join(accounts) or 'nobody'} decided"
        yield Failure(expected.place, f"account {expected.account} decides", happened)


def _fires(expected: Expected, seen: Seen, case: Case) -> Iterator[Failure]:
    if expected.fires is None:
        return
    if case.rule is None:
        fired = any(decision.fired for decision in seen.decisions)
        if fired is not expected.fires:
            words = "some rule fires" if expected.fires else "no rule fires"
            yield _failure(expected, words, seen, case)
        return
    if seen.fired(case.rule) is expected.fires:
        return
    rule = seen.setting.policy.rules[case.rule]
    if expected.fires:
        yield Failure(expected.place, f"`{rule.id}` fires", seen.became(), seen.why([rule]))
    else:
        yield Failure(expected.place, f"`{rule.id}` does not fire", "it fired", seen.why_true(rule))


def _action(action: str, asked: Any, expected: Expected, seen: Seen, case: Case) -> Iterator[Failure]:
    """`asked` is `True`, a bare value, or a map (Any: an action's own JSON)."""
    wants = asked if isinstance(asked, Mapping) else {}
    records = [record for record in seen.records if record.action == action]
    states = _states(wants.get("state"), expected)
    wanted = f"{action} {wants['state']}" if "state" in wants else action
    fitting = [record for record in records if _is_in_state(record, states)]
    if not fitting:
        yield _failure(expected, wanted, seen, case, action)
        return
    if asked is True:
        return
    if not isinstance(asked, Mapping):
        shorthand = seen.setting.vocabulary.actions[action].shorthand
        if shorthand is None:
            wants = {"equals": asked}
        elif _has_each(shorthand, asked, fitting):
            return
        else:
            wants = {shorthand: asked}
    spans = _spans(seen.setting.vocabulary.actions[action])
    faults = [list(_faults(record, wants, spans)) for record in fitting]
    best = min(faults, key=len)
    if not best:
        return
    record = fitting[faults.index(best)]
    for want, is_ in best:
        rule = seen.setting.policy.rules.get(record.rule)
        why = (f"it comes from `{record.rule}`, {rule.place.file}:{rule.place.line}",) if rule else ()
        yield Failure(expected.place, f"{action} with {want}", is_, (*why, *seen.hints))


def _states(state: str | None, expected: Expected) -> Mapping[str, frozenset[str]]:
    """The states that will do; one that is held or forbidden will if the guard that did it is expected to."""
    if state is not None:
        return {state: frozenset()}
    return {
        "allowed": frozenset(),
        "held": frozenset(expected.held_by),
        "forbidden": frozenset(expected.forbidden_by),
    }


def _is_in_state(record: ActionRecord, states: Mapping[str, frozenset[str]]) -> bool:
    by = states.get(record.state)
    if by is None:
        return False
    return len(states) == 1 or record.state == "allowed" or bool(by & set(record.by))


def _has_each(shorthand: str, asked: Any, records: list[ActionRecord]) -> bool:
    """Whether the records together bring every value of a list: `label: [routed, returns]`."""
    return all(any(_same(r.payload.get(shorthand), value) for r in records) for value in _each(asked))


def _spans(action: Action) -> frozenset[str]:
    """The parameters of an action that are lengths of time."""
    fields = action.params.model_fields if action.params is not None else {}
    found = ((name, field.annotation) for name, field in fields.items())
    return frozenset(name for name, kind in found if timedelta in (kind, *get_args(kind)))


def _faults(
    record: ActionRecord, wants: Mapping[str, Any], spans: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """What is asked of an action and not so: the wish, and what is there."""
    for name, want in wants.items():
        if name in _OF_TEXT:
            yield from _text_faults(name, want, record.text or "")
        elif name == "by":
            for guard in _each(want):
                if guard not in record.by:
                    yield f"`{guard}` among its guards", f"its guards are {', '.join(record.by) or 'none'}"
        elif name != "state" and not _same(record.payload.get(name), want):
            is_ = record.payload.get(name)
            show = _span if name in spans else _plain
            yield f"{name} {show(want)}", f"{name} is {show(is_)}"


_OF_TEXT = ("contains", "equals", "matches")


def _text_faults(
    name: str, want: Any, text: str
) -> Iterator[tuple[str, str]]:  # Any: a text, several, a pattern
    if name == "contains":
        wishes = [f"`{w}` in its text" for w in _each(want) if str(w).casefold() not in text.casefold()]
    elif name == "equals":
        wishes = [] if text == str(want) else [f"the text `{want}`"]
    else:
        wishes = [] if want.search(text) is not None else [f"a text that matches `{want.source}`"]
    for wish in wishes:
        yield wish, f"its text is `{text}`"


def _each(value: Any) -> Sequence[Any]:  # Any: one or several
    return value if isinstance(value, list | tuple) else (value,)


def _same(is_: Any, want: Any) -> bool:  # Any: an action's own JSON
    is_, want = _data(is_), _data(want)
    if isinstance(is_, str) and isinstance(want, str):
        return bare(is_) == bare(want)
    if isinstance(is_, Mapping) and isinstance(want, Mapping):
        return all(_same(is_.get(name), value) for name, value in want.items())
    return bool(is_ == want)


def _data(value: Any) -> Any:  # Any: an action's own JSON
    return value.total_seconds() if isinstance(value, timedelta) else value


def _span(value: Any) -> str:  # Any: seconds, a length, or nothing
    value = _data(value)
    return span(timedelta(seconds=value)) if isinstance(value, int | float) else _plain(value)


def _plain(value: Any) -> str:  # Any: an action's own JSON
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _field(path: str, value: Value, expected: Expected, seen: Seen) -> Iterator[Failure]:
    found = seen.moment.world.value(path) if seen.moment is not None else None
    actual = found.value if found is not None else None
    if _agree(actual, value):
        return
    field = seen.setting.vocabulary.fields.get(path)
    kind, zone = field.kind if field is not None else "", seen.setting.zone
    happened = f"`{path}` is {shown(actual, kind, zone)}" if found is not None else f"`{path}` is unknown"
    yield Failure(expected.place, f"`{path}` is {shown(value, kind, zone)}", happened, _evidence(path, seen))


def _agree(actual: Value, value: Value) -> bool:
    if isinstance(actual, tuple) or isinstance(value, tuple):
        one, other = _words(actual), _words(value)
        return one == other
    if isinstance(actual, str) and isinstance(value, str):
        return bare(actual) == bare(value)
    if isinstance(actual, datetime) or isinstance(value, datetime):
        return actual == value
    if isinstance(actual, int | float) and isinstance(value, int | float):
        return abs(actual - value) < 1e-9
    if isinstance(actual, Mapping) and isinstance(value, Mapping):
        return all(_agree(actual.get(name), part) for name, part in value.items())
    return actual == value


def _words(value: Value) -> set[str]:
    return {bare(str(word)) for word in (value if isinstance(value, tuple) else (value,)) if word is not None}


def _evidence(path: str, seen: Seen) -> tuple[str, ...]:
    """Where a value came from."""
    found = seen.moment.world.value(path) if seen.moment is not None else None
    if found is None or not found.provider:
        return ()
    words = f", from {', '.join(f'`{word}`' for word in found.evidence)}" if found.evidence else ""
    return (f"{found.provider} says so with confidence {found.confidence:.2g}{words}",)


def _out(seen: Seen, action: str) -> list[ActionRecord]:
    """The actions of a word that would go out: now, or once they are released."""
    return [r for r in seen.records if r.action == action and r.state != "forbidden"]


def _failure(expected: Expected, wanted: str, seen: Seen, case: Case, action: str | None = None) -> Failure:
    return Failure(expected.place, wanted, seen.became(), seen.why(_concerned(seen, case, action)))


def _concerned(seen: Seen, case: Case, action: str | None) -> list[Rule]:
    """The rules to explain: the test's own; for an action, the nearest that propose it."""
    rules = seen.setting.policy.rules
    if case.rule is not None:
        return [rules[case.rule]]
    if action is None:
        return []
    return seen.nearest([rule for rule in rules.values() if any(u.action == action for u in rule.uses)])[
        :_NEAREST
    ]
