"""Writes what a test says has happened before: flags, counts, rules that fired.

A rule that fired, `given: {fired: {rule: 3h ago}}`, fired once, then, in the conversation of the test, and left what it would
have left: a use of its own limit, the case that it opened (so that a later one joins it), the first of its texts as seen,
the flags that it sets, and one use of every limit of a guard that counts its actions and does not except it, whether or
not the guard's `when` held then: a limit that does not bind now does not matter.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from socialcare.desk import Desk
from socialcare.model import ActionRecord
from socialcare.policy.cases import Given
from socialcare.policy.deciding import state
from socialcare.policy.deciding.concerns import concerns
from socialcare.policy.deciding.guarding import Guarded
from socialcare.policy.deciding.memory import Memory, added
from socialcare.policy.deciding.plan import Draft, Moment, Proposal
from socialcare.policy.deciding.settle import open_once, settle
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import Guard, Limit, Rule

_JUST_NOW = timedelta(seconds=1)


async def remember(given: Given, subject: Subject, at: datetime, desk: Desk) -> None:
    """Put into the desk's store what a test says is so at a moment."""
    if not (given.flags or given.counts or given.fired):
        return
    memory = Memory()
    keys = desk.touched.by_any(subject)
    memory.load(keys, await desk.store.read(keys))
    for rule, ago in sorted(given.fired.items(), key=lambda pair: pair[1], reverse=True):
        _fired(desk.setting.policy.rules[rule], _moment(subject, at - ago, desk), desk, memory)
    if given.flags:
        flags = memory.get(state.flags(subject)) or {}
        memory.put(state.flags(subject), {**flags, **given.flags})
    for name, number in given.counts.items():
        _counted(name, number, subject, at - _JUST_NOW, desk, memory)
    await desk.store.commit(memory.changes, memory.expected)


async def start_clock(at: datetime, desk: Desk) -> None:
    """Let the clock of schedules stand a little before a test begins, so that what is due at its moment comes."""
    memory = Memory()
    memory.load([state.CLOCK], await desk.store.read([state.CLOCK]))
    memory.put(state.CLOCK, (at - _JUST_NOW).timestamp())
    await desk.store.commit(memory.changes, memory.expected)


def _counted(name: str, number: int, subject: Subject, at: datetime, desk: Desk, memory: Memory) -> None:
    """A count as it stood before the mention of the test."""
    counter = desk.setting.policy.counts[name]
    tally = None
    for _ in range(number):
        tally = added(tally, counter.window, at, desk.setting.zone)
    memory.put(state.count(name, counter.per, subject), tally)


def _fired(rule: Rule, moment: Moment, desk: Desk, memory: Memory) -> None:
    setting = desk.setting
    proposals = [
        Proposal(action, rule, action.slot, payload=use.params, text_number=0 if action.speaks else None)
        for use in rule.uses
        for action in (setting.vocabulary.actions[use.action],)
    ]
    allowed = [
        Guarded(one, ActionRecord(action=one.action.name, rule=rule.id, slot=one.slot)) for one in proposals
    ]
    opened = [open_once(one, moment, memory, "given", "given") for one in allowed]
    settle(Draft(), opened, moment, setting, memory, ledger=state.kind_of("limit", rule.status))
    for guard, limit in _limits(rule, desk):
        key = state.limit(state.kind_of("guard", guard.status), guard.first_id, limit.per, moment.subject)
        memory.put(key, added(memory.get(key), limit.window, moment.now, setting.zone))


def _limits(rule: Rule, desk: Desk) -> Iterator[tuple[Guard, Limit]]:
    """The guards whose limits count what the rule did."""
    actions = [desk.setting.vocabulary.actions[use.action] for use in rule.uses]
    for guard in desk.setting.policy.guards.values():
        if guard.limit is None or guard.status == "off" or {rule.id, rule.rank} & guard.excepted:
            continue
        if any(concerns(guard.limit.of, action) for action in actions):
            yield guard, guard.limit


def _moment(subject: Subject, at: datetime, desk: Desk) -> Moment:
    """A moment of which only the time and the people matter."""
    world = World(
        desk.setting.policy,
        {},
        time=at,
        truth=lambda _condition, _world: None,
        counts={},
        closed=frozenset(),
        flags={},
    )
    return Moment(world, subject, at, desk.channel("x"))
