"""Cases: what was given to a person, until when an answer is due, and whom to tell when nobody gave one."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from socialcare.policy.deciding import state
from socialcare.policy.deciding.memory import Memory
from socialcare.policy.deciding.plan import Moment, Setting
from socialcare.policy.deciding.state import Subject
from socialcare.ports import Action, Key

Case: TypeAlias = dict[str, Any]  # Any: as it is stored, plain JSON
"""A case as it is stored: `id` of the decision that opened it, `at`, `mention`, `rule`, `subject`; with a clock `to`, `until` and
`tell`; `breached` or `answered` when that came.
"""


def opened(decision: str, mention: str, rule: str, moment: Moment) -> Case:
    """A case that was opened just now."""
    subject = moment.subject
    whom = [subject.account, subject.author, subject.conversation]
    return {"id": decision, "at": moment.now.timestamp(), "mention": mention, "rule": rule, "subject": whom}


def start(
    action: Action, payload: Mapping[str, Any], moment: Moment, memory: Memory
) -> None:  # Any: the action's own JSON
    """Start the clock of a case, unless it is running: who joins a case does not wait anew."""
    key = state.once(action.name, moment.subject)
    within = payload.get(action.within or "")
    case = memory.get(key)
    if within is None or case is None or "until" in case:
        return
    until = moment.now.timestamp() + float(within)
    breach = payload.get(action.breach or "") or {}
    memory.put(key, {**case, "to": payload.get("to"), "until": until, "tell": breach.get("notify")}, until)


def clocked(setting: Setting) -> Iterator[str]:
    """The actions of the policy that open cases with a clock."""
    used = {use.action for rule in setting.policy.rules.values() for use in rule.uses}
    return (name for name in sorted(used) if setting.vocabulary.actions[name].within is not None)


def answer(subject: Subject, at: float, setting: Setting, memory: Memory) -> None:
    """A person had us answer in a conversation: the clocks of its cases stop."""
    for name in clocked(setting):
        key = state.once(name, subject)
        case = memory.get(key)
        if case is not None and "until" in case and "answered" not in case:
            memory.put(key, {**case, "answered": at})


def breach(key: Key, memory: Memory) -> Case:
    """Nobody answered in time: the case stays open, and its clock is over."""
    case: Case = {**memory.get(key), "breached": True}
    memory.put(key, case)
    return case


def reason(case: Case) -> str:
    """Why somebody is told."""
    return f"no answer within {timedelta(seconds=round(case['until'] - case['at']))}"
