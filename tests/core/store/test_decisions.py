"""t2: state, decisions and what follows from them are committed together or not at all."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Row, select, update

from socialcare.errors import Conflict, Interrupted
from socialcare.listening import Arrival
from socialcare.model import Author, Decision, Mention
from socialcare.ports import Change
from socialcare.store.database import Database
from socialcare.store.decisions import keep_decisions
from socialcare.store.intake import take_in
from socialcare.store.sql import SqlStore, key_of, name_of
from socialcare.store.tables import CURSOR, DECISION, MENTION

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
KEY = ("flags", "x:7")


def decision(name: str, mention: str) -> Decision:
    return Decision(
        id=name, mention=mention, at=AT, account="acme", author="ann", outcome="inbox", policy="p"
    )


def decided(connection: Connection) -> list[Row[Any]]:  # Any: a row of `decision`
    return list(connection.execute(select(DECISION).order_by(DECISION.c.seq)).all())


async def take(database: Database, *names: str) -> None:
    arrivals: list[Arrival] = [Mention(id=name, text="hi", author=Author(id="7"), at=AT) for name in names]
    await database.run(partial(take_in, arrivals=arrivals, feed="f", cursor=None))


async def test_decisions_are_kept_in_order_with_the_mention_that_they_are_about(database: Database) -> None:
    await take(database, "10", "11")
    decisions = [decision("b", "11"), decision("a", "10"), decision("c", ""), decision("d", "unheard of")]
    await SqlStore(database, keep_decisions).commit({KEY: Change(1)}, {KEY: 0}, decisions)
    found = await database.look(decided)
    assert [row.id for row in found] == ["b", "a", "c", "d"]
    assert [row.mention for row in found] == [2, 1, None, None]
    assert [msgspec.json.decode(row.body)["id"] for row in found] == ["b", "a", "c", "d"]


async def test_a_decision_is_about_its_mention_by_whichever_edit(database: Database) -> None:
    await take(database, "9", "10")
    for name in ("11", "12", "13"):
        edit = Mention(id=name, root="10", text="hi", author=Author(id="7"), at=AT)
        await database.run(partial(take_in, arrivals=[edit], feed="f", cursor=None))
    decisions = [decision(f"d{name}", name) for name in ("10", "11", "12", "13", "14")]
    await SqlStore(database, keep_decisions).commit({KEY: Change(1)}, {KEY: 0}, decisions)
    assert [row.mention for row in await database.look(decided)] == [2, 2, 2, 2, None]


async def test_what_else_a_commit_does_is_part_of_it(database: Database) -> None:
    seen: list[str] = []

    def also(connection: Connection, decisions: Sequence[Decision]) -> None:
        keep_decisions(connection, decisions)
        seen.extend(row.id for row in decided(connection))
        connection.execute(CURSOR.insert().values(feed="f", at=1.0))

    store = SqlStore(database, also)
    await store.commit({KEY: Change(1)}, {KEY: 0}, [decision("a", "")])
    assert seen == ["a"]
    assert await database.look(
        lambda connection: connection.execute(select(CURSOR.c.feed)).scalars().all()
    ) == ["f"]


async def test_a_mention_that_changed_meanwhile_undoes_the_whole_commit(database: Database) -> None:
    def also(connection: Connection, decisions: Sequence[Decision]) -> None:
        keep_decisions(connection, decisions)
        connection.execute(update(MENTION).values(state="done"))
        raise Interrupted("changed")

    await take(database, "10")
    store = SqlStore(database, also)
    with pytest.raises(Interrupted, match="changed"):
        await store.commit({KEY: Change(1)}, {KEY: 0}, [decision("a", "10")])
    assert await store.read([KEY]) == {}
    assert await database.look(decided) == []
    assert await database.look(
        lambda connection: connection.execute(select(MENTION.c.state)).scalars().all()
    ) == ["new"]


async def test_a_conflict_keeps_no_decision(database: Database) -> None:
    store = SqlStore(database, keep_decisions)
    with pytest.raises(Conflict):
        await store.commit({KEY: Change(1)}, {KEY: 3}, [decision("a", "")])
    assert await database.look(decided) == []


async def test_of_two_workers_that_decide_on_the_same_state_one_is_told(database: Database) -> None:
    one, other = SqlStore(database, keep_decisions), SqlStore(database, keep_decisions)
    lost = 0
    for number in range(20):
        for store in (one, other):
            try:
                await store.commit(
                    {KEY: Change(number)}, {KEY: number}, [decision(f"{number}.{id(store)}", "")]
                )
            except Conflict:
                lost += 1
    assert lost == 20
    assert len(await database.look(decided)) == 20


@pytest.mark.parametrize("key", [("a",), ("a", "b"), ("",), ("\x1f", "\x1a", "\0", "\ud800"), ("\x1a001f",)])
def test_a_key_is_read_off_its_name(key: tuple[str, ...]) -> None:
    assert key_of(name_of(key)) == key
