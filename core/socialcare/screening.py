"""The pure phase: what is seen of mentions, and which rules may hold, before any state is read.

It depends on nothing but the mention and the desk's policy, so it may run anywhere, in any order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from socialcare.desk import Desk
from socialcare.model import FieldValue, Mention
from socialcare.policy.deciding.engine import Screened, Seen
from socialcare.policy.deciding.state import subject_of
from socialcare.record import Occasion


class Sight(Struct, frozen=True):
    """What is seen of a mention: the account of ours that it concerns, its fields, the rules that may hold."""

    account: str
    fields: Mapping[str, FieldValue]
    screened: Screened


async def look(mentions: Sequence[Mention], desk: Desk) -> list[Sight]:
    """See each mention as the account that it concerns."""
    company, observe, pins = desk.company, desk.observe, desk.pins
    accounts = [company.account_of(mention, desk.account) for mention in mentions]
    classified = await desk.seam.fields(desk.asked, mentions)
    rows: list[Mapping[str, FieldValue]] = []
    for mention, account, found in zip(mentions, accounts, classified, strict=True):
        fields = {**desk.assume, **found} if desk.assume else found
        fields.update(observe(mention, account))
        if mention.id in pins:
            fields.update(pins[mention.id])
        rows.append(fields)
    return _screened(mentions, accounts, rows, desk)


def look_as(mention: Mention, account: str, fields: Mapping[str, FieldValue], desk: Desk) -> Sight:
    """See a mention as another account of ours sees it, `fields` being what one has seen."""
    seen = {**fields, **desk.observe(mention, account), **desk.pins.get(mention.id, {})}
    (sight,) = _screened([mention], [account], [seen], desk)
    return sight


def occasion_of(mention: Mention, sight: Sight, *, without: frozenset[str] = frozenset()) -> Occasion:
    """A mention as one account of ours sees it; `without` the handover when it was handed over."""
    return Occasion(
        key=mention.key,
        event="mention",
        subject=subject_of(mention, sight.account),
        now=mention.at,
        time=None if mention.at_is_guessed else mention.at,
        fields=sight.fields,
        screened=sight.screened,
        mention=mention,
        hop=2 if without else 1,
        without=without,
    )


def _screened(
    mentions: Sequence[Mention],
    accounts: Sequence[str],
    rows: Sequence[Mapping[str, FieldValue]],
    desk: Desk,
) -> list[Sight]:
    events = [
        Seen(row, None if mention.at_is_guessed else mention.at)
        for mention, row in zip(mentions, rows, strict=True)
    ]
    return list(map(Sight, accounts, rows, desk.setting.engine.screen(events)))
