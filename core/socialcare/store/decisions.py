"""Decision records, kept in the order in which they were committed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.json import Encoder
from sqlalchemy import Connection, select, tuple_

from socialcare.model import Decision
from socialcare.store.tables import DECISION, MENTION

_ENCODER = Encoder()


def keep_decisions(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Store decisions, each with the mention that it is about, if it is about one that is stored."""
    keys = {(one.platform, one.mention) for one in decisions}
    asked = select(MENTION.c.platform, MENTION.c.newest, MENTION.c.id)
    found = connection.execute(asked.where(tuple_(MENTION.c.platform, MENTION.c.newest).in_(keys)))
    rows = {(platform, newest): number for platform, newest, number in found}
    connection.execute(
        DECISION.insert(),
        [
            {
                "id": one.id,
                "mention": rows.get((one.platform, one.mention)),
                "at": one.at.timestamp(),
                "event": one.event,
                "outcome": one.outcome,
                "account": one.account,
                "policy": one.policy,
                "body": _ENCODER.encode(one),
            }
            for one in decisions
        ],
    )
