"""What the tests of delivery play on: a clock they turn, a platform with a ledger, a database full of what was decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, select

from socialcare.delivery import outbox
from socialcare.delivery.states import Effects
from socialcare.delivery.terms import Term, Terms
from socialcare.model import ActionRecord, Author, Decision, Mention
from socialcare.sending import Answer, Effect, Found, OwnPost
from socialcare.store.tables import ATTEMPT, CONTROL, EFFECT, EVIDENCE, MENTION, METADATA

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


class TurnedClock:
    """A clock that stands until it is turned; who sleeps wakes when their time has come."""

    def __init__(self) -> None:
        self.at = NOON
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at - NOON + 1000

    @property
    def sleepers(self) -> int:
        """How many wait for their time."""
        return sum(not waiting.done() for _, waiting in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.at + seconds, waiting))
        await waiting

    def turn(self, seconds: float) -> None:
        self.at += seconds
        for until, waiting in self._sleepers:
            if until <= self.at and not waiting.done():
                waiting.set_result(None)
        self._sleepers = [one for one in self._sleepers if not one[1].done()]


@dataclass
class Ledger:
    """A platform that does what its script says, request by request, and writes down what it really posted."""

    clock: TurnedClock
    name: str = "ledger"
    doc: str = "a platform of the tests"
    platform: str = "x"
    actions: frozenset[str] = frozenset({"reply"})
    idempotency: Literal["client_id", "key", "none"] = "none"
    key_ttl: float = 3600.0
    look_up: Literal["by_id", "by_reply_target", "none"] = "by_reply_target"
    lag: float = 60.0
    most_seconds: float = 15.0
    script: list[Any] = field(
        default_factory=list
    )  # Any: an Answer, an exception, or the word for what happens
    posts: list[OwnPost] = field(default_factory=list)
    requests: list[Effect] = field(default_factory=list)
    requested: asyncio.Event = field(default_factory=asyncio.Event)
    there: bool | None = True
    complete: bool = True

    def client_key(self, effect: Effect) -> str | None:
        return None if self.idempotency == "none" else f"key-{effect.id}"

    async def send(self, effect: Effect, may_write: Callable[[], bool]) -> Answer:
        what = self.script.pop(0) if self.script else "ok"
        if what == "late":
            self.clock.turn(5.0)
        if what == "raises before":
            raise ConnectionError("no way there")
        if not may_write():
            return Answer(kind="unsent", reason="too late")
        self.requests.append(effect)
        self.requested.set()
        if what == "hangs":
            await asyncio.Event().wait()
        if what == "raises after":
            raise ConnectionError("the line is dead")
        if isinstance(what, Answer):
            return what
        post = self.post(effect)
        if what == "applied and lost":
            raise ConnectionError("the line is dead")
        return Answer(kind="sent", remote_id=post.id, status=201, charged=True)

    def post(self, effect: Effect) -> OwnPost:
        answers = effect.mention.id if effect.mention is not None else None
        at = datetime.fromtimestamp(self.clock.at, UTC)
        made = OwnPost(f"p{len(self.posts) + 1}", at, answers, effect.text or "", effect.client_key)
        self.posts.append(made)
        return made

    async def find(self, effect: Effect, since: datetime) -> Found:
        return Found(tuple(self.posts), self.complete)

    async def own_posts(self, account: str, since: datetime) -> Found:
        return Found(tuple(self.posts), self.complete)

    async def is_there(self, mention: Mention) -> bool | None:
        return self.there

    async def close(self) -> None:
        pass


def terms(*ledgers: Ledger, **terms: Any) -> Terms:  # Any: the fields of Term
    """The terms of some platforms, all alike."""
    entries = {
        (one.platform, action): Term(sender=one, lane=one.name, **{"public": bool(one.platform), **terms})
        for one in ledgers
        for action in one.actions
    }
    return Terms(entries)


def mention(number: int = 1, *, author: str = "7", at: float = NOON) -> Mention:
    return Mention(
        id=f"m{number}",
        root=f"m{number}",
        text="where is my order?",
        author=Author(id=author),
        at=datetime.fromtimestamp(at, UTC),
    )


def arrive(connection: Connection, *mentions: Mention, at: float = NOON) -> None:
    """Mentions as intake leaves them."""
    for one in mentions:
        connection.execute(
            MENTION.insert().values(
                platform=one.platform,
                root=one.root,
                newest=one.id,
                account="acme",
                author=f"{one.platform}:{one.author.id}",
                shard=1,
                feed="x.mentions",
                arrived_at=at,
                state="new",
                body=msgspec.json.encode(one),
            )
        )


def decided(number: int = 1, *actions: ActionRecord, **more: Any) -> Decision:  # Any: the fields of Decision
    said = actions or (ActionRecord(action="reply", rule="r1", slot="public", text=f"hello {number}"),)
    return Decision(
        id=f"d{number}",
        **{
            "mention": f"m{number}",
            "at": datetime.fromtimestamp(NOON, UTC),
            "account": "acme",
            "author": "7",
            "outcome": "answered",
            "policy": "h",
            "actions": said,
            **more,
        },
    )


def empty(connection: Connection) -> None:
    for table in reversed(METADATA.sorted_tables):
        if table is not CONTROL:
            connection.execute(table.delete())
    connection.execute(
        CONTROL.update().values(
            kill_switch=False, kill_reason=None, amnesia=False, forgot_at=None, timeline=0, policy=None
        )
    )


def set_up(connection: Connection, **control: Any) -> None:  # Any: the columns of `control`
    connection.execute(CONTROL.update().values(epoch=1, **control))


def planned(connection: Connection, terms: Terms, *numbers: int, **made: Any) -> None:  # Any: as mention
    """Mentions that came, and a reply to each that is ready."""
    for number in numbers or (1,):
        arrive(connection, mention(number, **made))
        outbox.record(connection, [decided(number)], terms)


def effect(connection: Connection, name: str = "d1.0") -> Effects:
    return connection.execute(select(EFFECT).where(EFFECT.c.id == name)).one()


def states(connection: Connection) -> dict[str, str]:
    return {row.id: row.state for row in connection.execute(select(EFFECT).order_by(EFFECT.c.id))}


def evidence(connection: Connection, name: str = "d1.0") -> list[str]:
    asked = select(EVIDENCE.c.kind).where(EVIDENCE.c.effect == name).order_by(EVIDENCE.c.id)
    return list(connection.execute(asked).scalars())


def attempts(connection: Connection) -> Sequence[Any]:  # Any: rows of `attempt`
    return connection.execute(select(ATTEMPT).order_by(ATTEMPT.c.id)).all()


def change(table: Any, **columns: Any) -> Callable[[Connection], None]:  # Any: a table and its columns
    return partial(_change, table=table, columns=columns)


def _change(connection: Connection, table: Any, columns: dict[str, Any]) -> None:  # Any: as change
    connection.execute(table.update().values(**columns))
