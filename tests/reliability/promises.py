"""What the product acknowledged, and what of it a database does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, select, text
from tests.reliability.company import Platform

from socialcare.delivery import audit
from socialcare.delivery.states import FINAL, State
from socialcare.model import Decision, Mention
from socialcare.store.decisions import _ENCODER as STORED
from socialcare.store.intake import cursor_of
from socialcare.store.tables import ATTEMPT, DECISION, EFFECT, MENTION

FEED = "feed"
"""The feed of which the cursor is kept."""

_MENTION = msgspec.json.Decoder(Mention)

_Rows: TypeAlias = Mapping[str, Row[Any]]  # Any: rows of a table, by their names


@dataclass
class Told:
    """What was acknowledged: to feeds and webhooks, to the platform by a request, to whoever reads figures and the audit trail.

    Mentions in `noticed` may be gone, those in `gone` are.
    """

    mentions: dict[str, Mention] = field(default_factory=dict)
    noticed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    cursor: str | None = None
    decisions: dict[str, Decision] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    heads: list[audit.Head] = field(default_factory=list)

    def reached(self, effect: str, state: State) -> None:
        """An effect is in a state."""
        self.states[effect] = state

    def counted(self) -> Counter[str]:
        """How much of each."""
        final = sum(state in FINAL for state in self.states.values())
        return Counter(mentions=len(self.mentions), decisions=len(self.decisions), outcomes=final)


def missing(connection: Connection, told: Told, platform: Platform) -> Iterator[str]:
    """What is damaged, missing, or not as it was told, one line each."""
    yield from _damage(connection)
    mentions = {row.root: row for row in connection.execute(select(MENTION))}
    yield from _mentions(told, mentions)
    if told.cursor is not None and int(cursor_of(connection, FEED) or -1) < int(told.cursor):
        yield f"the cursor stands before {told.cursor}"
    decisions = {row.id: row for row in connection.execute(select(DECISION))}
    effects = {row.id: row for row in connection.execute(select(EFFECT))}
    for one in told.decisions.values():
        yield from _decision(one, told, decisions, effects)
        if one.event == "mention" and one.mention in mentions and mentions[one.mention].state == "new":
            yield f"mention {one.mention} is to be decided again"
    intents = {(row.effect, row.n) for row in connection.execute(select(ATTEMPT))}
    yield from (f"request {one} has no intent" for one in platform.requests if one not in intents)
    for name, state in told.states.items():
        if state in FINAL and (name not in effects or effects[name].state != state):
            yield f"effect {name} is not {state}"
    if (broken := audit.verify(connection, told.heads)) is not None:
        yield f"audit trail, row {broken.seq}: {broken.why}"


def _damage(connection: Connection) -> Iterator[str]:
    for check in ("integrity_check", "foreign_key_check"):
        found = connection.execute(text(f"PRAGMA {check}")).all()
        yield from (f"{check}: {row}" for row in found if row[0] != "ok")


def _mentions(told: Told, mentions: _Rows) -> Iterator[str]:
    for name, one in told.mentions.items():
        row = mentions.get(name)
        if row is None:
            yield f"mention {name} is missing"
        elif row.state == "gone" and name in told.noticed:
            continue  # its text is removed
        elif name in told.gone:
            yield f"mention {name} is not gone"
        elif _MENTION.decode(row.body) != one:
            yield f"mention {name} is not as it was"


def _decision(one: Decision, told: Told, decisions: _Rows, effects: _Rows) -> Iterator[str]:
    row = decisions.get(one.id)
    if row is None:
        yield f"decision {one.id} is missing"
    elif one.mention not in told.noticed and row.body != STORED.encode(one):
        yield f"decision {one.id} is not as it was"
    for number, action in enumerate(one.actions):
        name = action.id or f"{one.id}.{number}"
        if action.action == "reply" and action.state != "forbidden" and name not in effects:
            yield f"effect {name} is missing"
