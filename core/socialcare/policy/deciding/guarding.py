"""What the guards leave of a plan: forbid over need_approval over hold, then limits and budgets."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from socialcare.model import ActionRecord
from socialcare.policy.deciding import state
from socialcare.policy.deciding.memory import Memory, added, counted
from socialcare.policy.deciding.plan import Moment, Proposal, Setting
from socialcare.policy.statements import Budget, Guard, Status


class End(Struct, frozen=True):
    """The end of a guard's patience: at this moment the people of `tell` hear of it, or, if there are none, the act lapses."""

    at: datetime
    guard: str
    tell: tuple[str, ...] = ()
    why: str = ""


class Guarded(Struct, frozen=True):
    """A proposal and what the guards said: the record, and what its hold depends on.

    `release` is when it is to be put before the guards again, `ends` what each guard lets happen when nobody acts.
    """

    proposal: Proposal
    record: ActionRecord
    release: datetime | None = None
    ends: tuple[End, ...] = ()
    notify: tuple[tuple[str, str], ...] = ()
    """Guard and person: whom to tell that the guard bound."""


def guard(
    proposals: Sequence[Proposal],
    moment: Moment,
    setting: Setting,
    memory: Memory,
    *,
    cleared: frozenset[str] = frozenset(),
    statuses: tuple[Status, ...] = ("live",),
) -> list[Guarded]:
    """Put every proposal before every guard; limits and budgets count what they allow, in order.

    `cleared` are guards that a person or the clock has released. `statuses` says which guards speak.
    """
    if not proposals:
        return []
    return [_guarded(p, moment, setting, memory, cleared, statuses) for p in proposals]


def _binding(guards: Sequence[Guard], moment: Moment) -> list[Guard]:
    """The guards that bind in a moment: their condition is not false."""
    world, truth = moment.world, moment.world.truth
    return [g for g in guards if truth(g.when, world) is not False and _is_active(g, moment.now)]


def _is_active(guard: Guard, now: datetime) -> bool:
    since, until = guard.active.since, guard.active.until
    return (since is None or since <= now) and (until is None or now < until)


def _guarded(
    proposal: Proposal,
    moment: Moment,
    setting: Setting,
    memory: Memory,
    cleared: frozenset[str],
    statuses: tuple[Status, ...],
) -> Guarded:
    action, rule = proposal.action, proposal.rule
    guards = _binding(setting.guards_over(action, rule, statuses), moment)
    record = ActionRecord(
        action=action.name,
        rule=rule.id,
        slot=proposal.slot,
        text=proposal.text,
        payload=dict(proposal.payload),
    )
    forbidding = tuple(g.id for g in guards if g.forbid)
    if forbidding:
        return _told(Guarded(proposal, _forbidden(record, forbidding)), guards, forbidding)
    approving = [g for g in guards if g.approval is not None and g.id not in cleared]
    holding = [g for g in guards if _holds(g, moment, setting) and g.id not in cleared]
    pause = _pause(proposal, moment, setting, memory)
    if approving or holding or pause is not None or proposal.problem is not None:
        return _held(proposal, record, approving, holding, pause, moment, setting)
    over = [g for g in guards if _is_over(g, proposal, moment, setting, memory)]
    if over:
        names = tuple(g.id for g in over)
        pausing = [g for g in over if g.pause_account is not None]
        if pausing and len(pausing) == len(over):
            until = moment.now + max(g.pause_account or timedelta() for g in pausing)
            memory.put(state.paused(moment.subject.account), {"until": until.timestamp(), "by": names[0]})
            kept = replace(record, state="held", by=names, until=until, reason="the account is paused")
            return _told(Guarded(proposal, kept, release=until), guards, names)
        return _told(Guarded(proposal, _forbidden(record, names)), guards, names)
    for g in guards:
        _count(g, proposal, moment, setting, memory)
    return Guarded(proposal, record)


def _holds(guard: Guard, moment: Moment, setting: Setting) -> bool:
    """Whether a guard holds now; one that holds until a calendar opens holds nothing while that is open."""
    if guard.hold is None:
        return False
    return guard.hold.until is None or not setting.policy.calendars[guard.hold.until].is_inside(moment.now)


def _pause(
    proposal: Proposal, moment: Moment, setting: Setting, memory: Memory
) -> Mapping[str, Any] | None:  # Any: a pause's own JSON
    """The pause of the account that keeps an act back: until when, and the guard (or `pause`) that it comes from."""
    pause = memory.get(state.paused(moment.subject.account)) if proposal.action.effect != "internal" else None
    if pause is None or moment.now.timestamp() >= pause["until"]:
        return None
    by = setting.policy.guards.get(pause["by"])
    return None if by is not None and {proposal.rule.id, proposal.rule.rank} & by.excepted else pause


def _forbidden(record: ActionRecord, by: tuple[str, ...]) -> ActionRecord:
    return replace(record, state="forbidden", by=by)


def _told(guarded: Guarded, guards: Sequence[Guard], names: tuple[str, ...]) -> Guarded:
    """Whom the guards that bound want told."""
    told = tuple((g.id, person) for g in guards if g.id in names for person in g.notify)
    return replace(guarded, notify=told)


def _held(
    proposal: Proposal,
    record: ActionRecord,
    approving: Sequence[Guard],
    holding: Sequence[Guard],
    pause: Mapping[str, Any] | None,  # Any: as above
    moment: Moment,
    setting: Setting,
) -> Guarded:
    by = tuple(g.id for g in (*approving, *holding)) + ((str(pause["by"]),) if pause is not None else ())
    opens = [
        setting.policy.calendars[g.hold.until].next_start(moment.now)
        if g.hold is not None and g.hold.until
        else None
        for g in holding
    ]
    if pause is not None:
        opens.append(datetime.fromtimestamp(pause["until"], tz=moment.now.tzinfo))
    ends_alone = not approving and proposal.problem is None and None not in opens and bool(opens)
    release = max(at for at in opens if at is not None) if ends_alone else None
    ends = [
        End(moment.now + g.hold.expires, g.id, why="the hold lapsed")
        for g in holding
        if g.hold is not None and g.hold.expires is not None
    ]
    ends += [
        End(moment.now + g.approval.within, g.id, g.approval.notify, "nobody approved in time")
        for g in approving
        if g.approval is not None and g.approval.within is not None
    ]
    kept = replace(record, state="held", by=by, until=release, reason=proposal.problem)
    guarded = Guarded(proposal, kept, release=release, ends=tuple(ends))
    return _told(guarded, [*approving, *holding], by)


def _is_over(guard: Guard, proposal: Proposal, moment: Moment, setting: Setting, memory: Memory) -> bool:
    if guard.limit is not None:
        key = state.limit(
            state.kind_of("guard", guard.status), guard.first_id, guard.limit.per, moment.subject
        )
        used = counted(memory.get(key), guard.limit.window, moment.now, setting.zone)
        return used >= guard.limit.at_most
    kind = proposal.counts_as
    if guard.budget is not None and kind is not None and kind in guard.budget.shares:
        key = state.limit(
            state.kind_of("budget", guard.status), guard.first_id, guard.budget.per, moment.subject
        )
        tallies = memory.get(key) or {}
        return not within_share(
            of_kind=counted(tallies.get(kind), guard.budget.window, moment.now, setting.zone),
            of_all=counted(tallies.get(""), guard.budget.window, moment.now, setting.zone),
            share=guard.budget.shares[kind],
        )
    return False


def within_share(*, of_kind: int, of_all: int, share: float) -> bool:
    """Whether one more act of a kind stays in its share: n_kind + 1 ≤ p × max(n_all + 1, 1/p) (rules.md §3.15)."""
    if share <= 0:
        return False
    return of_kind + 1 <= share * max(of_all + 1, 1 / share) + 1e-9


def _count(guard: Guard, proposal: Proposal, moment: Moment, setting: Setting, memory: Memory) -> None:
    if guard.limit is not None:
        key = state.limit(
            state.kind_of("guard", guard.status), guard.first_id, guard.limit.per, moment.subject
        )
        memory.put(key, added(memory.get(key), guard.limit.window, moment.now, setting.zone))
    if guard.budget is not None:
        key = state.limit(
            state.kind_of("budget", guard.status), guard.first_id, guard.budget.per, moment.subject
        )
        memory.put(key, _spent(memory.get(key) or {}, guard.budget, proposal.counts_as, moment.now, setting))


def _spent(
    tallies: dict[str, object], budget: Budget, kind: str | None, now: datetime, setting: Setting
) -> dict[str, object]:
    """The tallies of a budget with one more act: all under the empty word, and the act's own kind."""
    after = {**tallies, "": added(tallies.get(""), budget.window, now, setting.zone)}
    if kind is not None and kind in budget.shares:
        after[kind] = added(tallies.get(kind), budget.window, now, setting.zone)
    return after
