"""The pure phase: what is seen of mentions, and which rules may hold, before any state is read.

It depends on nothing but the mention and the desk's policy, so it may run anywhere, in any order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import Decision, Event, FieldValue, Mention
from socialcare.policy.deciding.engine import Screened
from socialcare.policy.deciding.state import subject_of
from socialcare.record import Occasion, recorded_plainly

Sight: TypeAlias = Decision | Occasion | None
"""What comes of looking at an event: a decision where no state has a say in it, the occasion to be decided, or nothing to look at."""

Fields: TypeAlias = dict[str, FieldValue]

View: TypeAlias = tuple[str, Fields, Screened] | None
"""What is known of a mention: the account that it concerns, its fields, and the rules that may hold."""


async def view(events: Sequence[Event], desk: Desk) -> list[View]:
    """What is known of each event; of ticks, controls and our own posts nothing."""
    ours = desk.company.wrote
    mentions = [event for event in events if isinstance(event, Mention) and not ours(event)]
    accounts, fields = await _observed(mentions, desk)
    views: list[View] = list(zip(accounts, fields, _screened(mentions, fields, desk), strict=True))
    if len(views) == len(events):
        return views
    known = dict(zip(map(id, mentions), views, strict=True))
    return [known.get(id(event)) for event in events]


def sights(events: Sequence[Event], views: Sequence[View], desk: Desk) -> list[Sight]:
    """What comes of what is known of each event: a decision if only plain rules can meet it, with its occasion if it is counted."""
    together, setting, forgets, tells_of_now = desk.plain.acts, desk.setting, desk.forgets, desk.tells_of_now
    made: list[Sight] = []
    for event, known in zip(events, views, strict=True):
        if known is None or not isinstance(event, Mention):
            made.append(None)
            continue
        account, fields, screened = known
        sure, undecided = screened
        acts = together(sure) if tells_of_now and not undecided else None
        decided = recorded_plainly(event, account, fields, acts, setting) if acts is not None else None
        if decided is not None and forgets:
            made.append(decided)
        else:
            made.append(_occasion(event, account, fields, screened, decided))
    return made


async def look(events: Sequence[Event], desk: Desk) -> list[Sight]:
    """What comes of looking at each event."""
    return sights(events, await view(events, desk), desk)


async def occasion_of(mention: Mention, desk: Desk) -> Occasion:
    """A mention as an occasion, whether or not state has a say in it."""
    (account,), fields = await _observed([mention], desk)
    (screened,) = _screened([mention], fields, desk)
    return _occasion(mention, account, fields[0], screened)


def look_as(
    mention: Mention, account: str, fields: Mapping[str, FieldValue], desk: Desk, without: str
) -> Occasion:
    """See a mention that was handed over, `fields` being what the first account has seen, `without` the handover."""
    seen = {**fields, **desk.observe_all(mention, account), **desk.pins.get(mention.id, {})}
    (screened,) = _screened([mention], [seen], desk)
    return replace(_occasion(mention, account, seen, screened), hop=2, without=frozenset([without]))


async def _observed(mentions: Sequence[Mention], desk: Desk) -> tuple[list[str], list[Fields]]:
    """The account that each mention concerns, and what is known of it."""
    accounts = [desk.company.account_of(mention, desk.account) for mention in mentions]
    fields = await desk.seam.fields(desk.pure, mentions)
    if desk.assume:
        fields = [{**desk.assume, **found} for found in fields]
    observe, pins = desk.observe.add, desk.pins
    for mention, account, found in zip(mentions, accounts, fields, strict=True):
        observe(found, mention, account)
        if pins:
            found.update(pins.get(mention.id, {}))
    if desk.outside:
        await _ask_outside(mentions, fields, desk)
    return accounts, fields


async def _ask_outside(mentions: Sequence[Mention], fields: Sequence[Fields], desk: Desk) -> None:
    """Let the classifiers that read the outside speak of the mentions of which something depends on it."""
    wanted = [
        at
        for at, mention in enumerate(mentions)
        if desk.keep_input or desk.tier.is_needed((fields[at], None if mention.at_is_guessed else mention.at))
    ]
    some = [mentions[at] for at in wanted]
    for at, found in zip(wanted, await desk.seam.fields(desk.outside, some) if some else (), strict=True):
        seen = fields[at]
        pinned = desk.pins.get(mentions[at].id, {})
        seen.update((name, value) for name, value in found.items() if name not in pinned)


def _screened(mentions: Sequence[Mention], fields: Sequence[Fields], desk: Desk) -> list[Screened]:
    """The rules that may hold for each mention."""
    times = [None if mention.at_is_guessed else mention.at for mention in mentions]
    return desk.setting.engine.screen(list(zip(fields, times, strict=True)))


def _occasion(
    mention: Mention, account: str, fields: Fields, screened: Screened, decided: Decision | None = None
) -> Occasion:
    return Occasion(
        key=mention.key,
        event="mention",
        subject=subject_of(mention, account),
        now=mention.at,
        time=None if mention.at_is_guessed else mention.at,
        fields=fields,
        screened=screened,
        mention=mention,
        decided=decided,
    )
