"""Every field of every mention, whatever the rules need of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from itertools import islice

from msgspec import Struct

from socialcare.desk import Desk
from socialcare.model import FieldValue, Mention
from socialcare.observed import Observer
from socialcare.policy.deciding.world import WROTE_FIRST

BATCH = 500


class Classified(Struct):
    """A mention's id and its fields; a field that is unknown is left out, one that is absent has the value `None`."""

    mention: str
    fields: dict[str, FieldValue]


async def classified(
    mentions: Iterable[Mention], desk: Desk, *, batch: int = BATCH
) -> AsyncIterator[list[Classified]]:
    """The fields of mentions, batch by batch, seen as the account that each concerns."""
    rest, observe = iter(mentions), Observer(desk.company)
    while some := list(islice(rest, batch)):
        found = await desk.seam.fields(desk.classifiers, some)
        lines = []
        for mention, values in zip(some, found, strict=True):
            account = desk.company.account_of(mention, desk.account)
            seen = observe(mention, account)
            seen[WROTE_FIRST] = FieldValue(mention.kind == "message")
            lines.append(Classified(mention.id, dict(sorted({**values, **seen}.items()))))
        yield lines
