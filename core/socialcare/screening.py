"""The pure phase: what is seen of mentions, and which rules may hold, before any state is read.

It depends on nothing but the mention and the desk's policy, so it may run anywhere, in any order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import Decision, FieldValue, Mention
from socialcare.policy.deciding.engine import Screened, Seen
from socialcare.policy.deciding.state import subject_of
from socialcare.record import Occasion, recorded_plainly

Fields: TypeAlias = Mapping[str, FieldValue]
Row: TypeAlias = tuple[Mention, str, Fields, Screened]
"""A mention, the account that it concerns, what is seen of it, and the rules that may hold."""


async def look(mentions: Sequence[Mention], desk: Desk) -> list[Decision | Occasion]:
    """What comes of each mention: a decision where no state has a say in it, else the occasion to be decided."""
    return [_decided(*row, desk) or _occasion(*row) for row in await _rows(mentions, desk)]


async def occasion_of(mention: Mention, desk: Desk) -> Occasion:
    """A mention as an occasion, whether or not state has a say in it."""
    (row,) = await _rows([mention], desk)
    return _occasion(*row)


def look_as(
    mention: Mention, account: str, fields: Mapping[str, FieldValue], desk: Desk, without: str
) -> Occasion:
    """See a mention that was handed over, `fields` being what the first account has seen, `without` the handover."""
    seen = {**fields, **desk.observe_all(mention, account), **desk.pins.get(mention.id, {})}
    (row,) = _screened([(mention, account, seen)], desk)
    return replace(_occasion(*row), hop=2, without=frozenset([without]))


async def _rows(mentions: Sequence[Mention], desk: Desk) -> list[Row]:
    company, observe, pins = desk.company, desk.observe, desk.pins
    rows = []
    for mention, found in zip(mentions, await desk.seam.fields(desk.asked, mentions), strict=True):
        account = company.account_of(mention, desk.account)
        fields = {**desk.assume, **found} if desk.assume else found
        fields.update(observe(mention, account))
        if pins and mention.id in pins:
            fields.update(pins[mention.id])
        rows.append((mention, account, fields))
    return _screened(rows, desk)


def _screened(rows: Sequence[tuple[Mention, str, Fields]], desk: Desk) -> list[Row]:
    events = [Seen(fields, None if mention.at_is_guessed else mention.at) for mention, _, fields in rows]
    screened = desk.setting.engine.screen(events)
    return [(*row, rules) for row, rules in zip(rows, screened, strict=True)]


def _decided(
    mention: Mention, account: str, fields: Fields, screened: Screened, desk: Desk
) -> Decision | None:
    """The decision about a mention that only plain rules can meet, and that nobody counts."""
    if screened.open or not desk.forgets:
        return None
    acts = desk.plain.acts(screened.sure)
    return None if acts is None else recorded_plainly(mention, account, fields, acts, desk.setting)


def _occasion(mention: Mention, account: str, fields: Fields, screened: Screened) -> Occasion:
    return Occasion(
        key=mention.key,
        event="mention",
        subject=subject_of(mention, account),
        now=mention.at,
        time=None if mention.at_is_guessed else mention.at,
        fields=fields,
        screened=screened,
        mention=mention,
    )
