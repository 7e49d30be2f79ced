"""What a plan leaves behind: tallies, flags, texts seen, candidates used. Written once, after the plan is whole."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from socialcare.model import Value
from socialcare.policy.deciding import cases, state
from socialcare.policy.deciding.guarding import Guarded
from socialcare.policy.deciding.memory import Memory, added
from socialcare.policy.deciding.plan import Draft, Moment, Setting
from socialcare.policy.deciding.state import Subject
from socialcare.policy.deciding.world import World
from socialcare.policy.statements import Limit, Use
from socialcare.ports import Action


def settle(
    draft: Draft,
    guarded: Sequence[Guarded],
    moment: Moment,
    setting: Setting,
    memory: Memory,
    *,
    ledger: str = "limit",
) -> None:
    """Use up limits, candidates and texts of the rules that acted, and remember what they were told to remember.

    A rule acted when one of its actions ended allowed or held. What shadow rules would do (`ledger` `shadow-limit`)
    uses up shadow limits only.
    """
    acted = [one.rule for one in draft.proposals if one.record is not None]
    acted += [one.proposal.rule for one in guarded if one.record.state != "forbidden"]
    for rule in {rule.id: rule for rule in acted if rule.limit is not None or rule.look_up}.values():
        if rule.limit is not None and rule.id not in draft.gated:
            _use_up(rule.limit, ledger, rule.first_id, moment, setting, memory)
        if ledger == "limit":
            for chosen in draft.chosen.get(rule.id, ()):
                uses = memory.get(state.used(chosen.lookup)) or {}
                tally = added(uses.get(chosen.candidate), chosen.window, moment.now, setting.zone)
                memory.put(state.used(chosen.lookup), {**uses, chosen.candidate: tally})
    if ledger != "limit":
        return
    for each in guarded:
        proposal = each.proposal
        if each.record.state == "forbidden":
            continue
        if proposal.text_number is not None and _has_several(proposal.rule.uses, proposal.action.name):
            key = state.said(proposal.rule.first_id, proposal.action.name, moment.subject)
            memory.put(key, {**(memory.get(key) or {}), str(proposal.text_number): moment.now.timestamp()})
        if each.record.state == "allowed":
            carry_out(proposal.action, proposal.payload, moment, setting, memory)


def carry_out(
    action: Action,
    payload: Mapping[str, Any],  # Any: the action's own JSON
    moment: Moment,
    setting: Setting,
    memory: Memory,
) -> None:
    """What an act leaves behind when it becomes allowed, at once or later: flags, and our posts counted."""
    _remember(action, payload, moment, memory)
    if action.within is not None:
        cases.start(action, payload, moment, memory)
    if action.original:
        count_posts(moment.subject, moment.now, setting, memory)


def open_once(guarded: Guarded, moment: Moment, memory: Memory, decision: str, mention: str) -> Guarded:
    """Of an action of which there is one a conversation, the second joins the first: `joined` says so."""
    action = guarded.proposal.action
    if action.merge != "one" or guarded.record.state == "forbidden":
        return guarded
    key = state.once(action.name, moment.subject)
    first = memory.get(key)
    if first is None:
        memory.put(key, cases.opened(decision, mention, guarded.proposal.rule.id, moment))
    payload = {**guarded.record.payload, "joined": first is not None}
    return replace(guarded, record=replace(guarded.record, payload=payload))


def count_mention(
    world: World | None, subject: Subject, now: datetime, setting: Setting, memory: Memory
) -> None:
    """Add the mention to every count for which its `when` is true; `None` is a world where it is for all."""
    for name, counter in setting.policy.counts.items():
        if world is not None and not world.this_counts(name):
            continue
        key = state.count(name, counter.per, subject)
        memory.put(key, added(memory.get(key), counter.window, now, setting.zone))
        if counter.of == "interaction":
            memory.put(state.talk(name, counter.per, subject), now.timestamp())


def count_posts(subject: Subject, now: datetime, setting: Setting, memory: Memory) -> None:
    """Add a post of ours to the counts of our posts."""
    for name, counter in setting.policy.counts.items():
        if counter.of == "our_post":
            key = state.count(name, counter.per, subject)
            memory.put(key, added(memory.get(key), counter.window, now, setting.zone))


def flags_of(action: Action, payload: Mapping[str, Any]) -> dict[str, Value]:  # Any: the action's own JSON
    """The flags that an action sets: its parameter marked as a map of flags."""
    found: dict[str, Value] = {}
    for name in action.parameters_to("flag"):
        found.update(payload.get(name) or {})
    return {name.removeprefix("flags."): value for name, value in found.items()}


def _remember(action: Action, payload: Mapping[str, Any], moment: Moment, memory: Memory) -> None:
    if flags := flags_of(action, payload):
        key = state.flags(moment.subject)
        memory.put(key, {**(memory.get(key) or {}), **flags})


def _use_up(
    limit: Limit, ledger: str, statement: str, moment: Moment, setting: Setting, memory: Memory
) -> None:
    key = state.limit(ledger, statement, limit.per, moment.subject)
    memory.put(key, added(memory.get(key), limit.window, moment.now, setting.zone))


def _has_several(uses: Iterable[Use], action: str) -> bool:
    return any(
        use.action == action
        and use.reply is not None
        and any(len(b.say.texts) > 1 for b in use.reply.branches)
        for use in uses
    )
