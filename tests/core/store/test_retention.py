"""S36 and S37: nothing that a person wrote stays longer than it may, and nothing is answered twice for it."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select, update

from socialcare.listening import Arrival
from socialcare.model import ActionRecord, Author, Decision, FieldValue, Mention, Reject
from socialcare.ports import Change
from socialcare.sending import Effect
from socialcare.store.database import Database, open_database
from socialcare.store.decisions import keep_decisions
from socialcare.store.intake import Taken, take_in
from socialcare.store.retention import AT_ONCE, erase_author, purge
from socialcare.store.sql import SqlStore
from socialcare.store.tables import (
    AUDIT,
    DECISION,
    EFFECT,
    EVIDENCE,
    MENTION,
    METADATA,
    REJECT,
    STATE,
    TOMBSTONE,
    WORD,
)

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DAY = 86_400.0
SECRET = "a-secret-of-ann"


def mention(name: str, author: str = "7") -> Mention:
    return Mention(id=name, text=SECRET, author=Author(id=author, handle=SECRET, name=SECRET), at=AT)


def _decided(connection: Connection, name: str, state: str) -> None:
    """A mention as it is once it was decided: a decision, an effect, evidence, a word of a person, a row of the audit trail."""
    action = ActionRecord(action="reply", rule="r", text=SECRET, payload={"to": SECRET}, slot="public")
    decision = Decision(
        id=f"d{name}",
        mention=name,
        at=AT,
        account="acme",
        author=SECRET,
        outcome="answered",
        policy="p",
        fired=("r",),
        actions=(action,),
        shadow=(action,),
        fields={"text": FieldValue(SECRET)},
        input={"event": SECRET},
        near=(SECRET,),
        then=Decision(
            id="then", mention=name, at=AT, account="b", author=SECRET, outcome="held", policy="p", fields={}
        ),
    )
    keep_decisions(connection, [decision])
    (row,) = connection.execute(select(MENTION.c.id).where(MENTION.c.newest == name)).scalars()
    connection.execute(update(MENTION).where(MENTION.c.id == row).values(state="done"))
    body = Effect(
        id=f"e{name}",
        account="acme",
        platform="x",
        action="reply",
        text=SECRET,
        payload={"a": SECRET},
        mention=mention(name),
    )
    columns = {
        "platform": "x",
        "root": name,
        "slot": "public",
        "account": "acme",
        "author": "x:7",
        "action": "reply",
        "rule": "r",
    }
    times = dict.fromkeys(("created_at", "changed_at", "not_before"), 1.0)
    connection.execute(
        EFFECT.insert().values(
            id=f"e{name}",
            decision=f"d{name}",
            mention=row,
            state=state,
            body_hash="",
            body=msgspec.json.encode(body),
            **columns,
            **times,
        )
    )
    connection.execute(
        EVIDENCE.insert().values(effect=f"e{name}", kind="answer", remote_id="99", reason=SECRET, at=1.0)
    )
    connection.execute(
        WORD.insert().values(at=1.0, word="approve", ref=f"e{name}", by="bob", text=SECRET, done_at=1.0)
    )
    connection.execute(
        AUDIT.insert().values(
            seq=row,
            at=1.0,
            what="approved",
            subject=f"e{name}",
            by="bob",
            body=b"{}",
            personal=SECRET.encode(),
            prev_hash="",
            hash="",
        )
    )


def everything(connection: Connection) -> str:
    """All that any table holds, as text."""
    rows = (row for table in METADATA.sorted_tables for row in connection.execute(select(table)).all())
    return repr([tuple(row) for row in rows])


def column(connection: Connection, of: Any) -> list[Any]:  # Any: a column and what it holds
    return list(connection.execute(select(of)).scalars())


@pytest.fixture
async def lived_in(database: Database) -> Database:
    """A database with a mention of Ann's that was answered, one that waits, and what is remembered of her."""
    arrivals: list[Arrival] = [mention("10"), mention("11"), mention("20", author="8")]
    arrivals.append(Reject(file="", row=0, reason="?", raw=f'{{"author": "7", "text": "{SECRET}"}}'))
    await database.run(partial(take_in, arrivals=arrivals, feed="f", cursor=None))
    await database.run(partial(_decided, name="10", state="SENT"))
    state = {
        ("flags", "x:7"): Change(SECRET),
        ("count", "talks", "account=acme", "author=x:7"): Change(SECRET),
        ("said", "r", "reply", "x:7"): Change(SECRET),
        ("held", "e10"): Change(SECRET),
        ("flags", "x:77"): Change(1),
        ("count", "talks", "author=x:70"): Change(1),
        ("seen", "x:10"): Change(data=True),
    }
    await SqlStore(database).commit(state, {})
    return database


async def test_S37_nothing_of_an_author_is_left_but_ids_and_what_was_done(lived_in: Database) -> None:
    await lived_in.run(
        lambda connection: connection.execute(MENTION.delete().where(MENTION.c.newest == "20"))
    )
    assert SECRET in await lived_in.look(everything)
    assert await lived_in.run(partial(erase_author, author="x:7")) == 2
    left = await lived_in.look(everything)
    assert SECRET not in left
    assert SECRET.encode().hex() not in left
    assert "x:7'" not in left
    assert await lived_in.look(partial(column, of=EFFECT.c.state)) == ["SENT"]
    assert await lived_in.look(partial(column, of=EVIDENCE.c.remote_id)) == ["99"]
    (kept,) = await lived_in.look(partial(column, of=DECISION.c.body))
    assert (msgspec.json.decode(kept)["fired"], msgspec.json.decode(kept)["outcome"]) == (["r"], "answered")


async def test_S37_the_state_of_an_author_goes_and_that_of_others_stays(lived_in: Database) -> None:
    await lived_in.run(partial(erase_author, author="x:7"))
    keys = [key.replace("\x1f", " ") for key in await lived_in.look(partial(column, of=STATE.c.key))]
    assert sorted(keys) == ["count talks author=x:70", "flags x:77", "seen x:10"]


async def test_S37_the_cases_of_an_author_go_and_those_of_others_in_the_same_conversation_stay(
    lived_in: Database,
) -> None:
    def kept(author: str, conversation: str) -> Change:
        return Change({"id": "d1", "mention": "10", "rule": "r", "subject": ["acme", author, conversation]})

    before = set(await lived_in.look(partial(column, of=STATE.c.key)))
    theirs = {
        ("once", "case", "x:10"): kept("x:7", "x:10"),
        ("once", "case", "x:dm-7"): kept("x:7", "x:dm-7"),
        ("talk", "talks", "conversation=x:dm-7"): Change(1.0),
        ("held", "without a sender"): kept("x:7", "x:10"),
    }
    others = {
        ("once", "case", "x:11"): kept("x:8", "x:11"),
        ("once", "ticket", "x:10"): kept("x:8", "x:10"),
        ("once", "case", "x:dm-77"): kept("x:77", "x:dm-77"),
        ("once", "case", "mastodon:dm-7"): kept("mastodon:7", "mastodon:dm-7"),
        ("talk", "talks", "conversation=x:7"): Change(1.0),
        ("held", "another"): kept("x:8", "x:11"),
    }
    await SqlStore(lived_in).commit({**theirs, **others}, {})
    word = {"at": 1.0, "word": "close", "by": "bob", "ref": "x:dm-7", "done_at": 1.0}
    await lived_in.run(lambda connection: connection.execute(WORD.insert().values(**word)))
    await lived_in.run(partial(erase_author, author="x:7"))
    left = set(await lived_in.look(partial(column, of=STATE.c.key))) - before
    assert left == {"\x1f".join(key) for key in others}
    assert "x:dm-7'" not in await lived_in.look(everything)


async def test_S37_what_an_author_wrote_is_not_taken_in_again(lived_in: Database) -> None:
    await lived_in.run(partial(erase_author, author="x:7"))
    assert len(await lived_in.look(partial(column, of=TOMBSTONE.c.hmac))) == 2
    again: list[Arrival] = [mention("10"), mention("11")]
    assert await lived_in.run(partial(take_in, arrivals=again, feed="f", cursor=None)) == Taken(gone=2)
    states = await lived_in.look(partial(column, of=MENTION.c.state))
    assert sorted(states) == ["gone", "gone", "new"]


async def test_S37_what_waits_to_be_sent_to_them_loses_its_words_and_its_mention(database: Database) -> None:
    await database.run(partial(take_in, arrivals=[mention("10")], feed="f", cursor=None))
    await database.run(partial(_decided, name="10", state="READY"))
    assert await database.run(partial(erase_author, author="x:7")) == 1
    (body,) = await database.look(partial(column, of=EFFECT.c.body))
    effect = msgspec.json.decode(body, type=Effect)
    assert (effect.text, effect.mention and effect.mention.id) == (None, "10")
    assert await database.look(partial(column, of=MENTION.c.state)) == ["gone"]


@pytest.mark.parametrize("author", ["", ":", "x:", "x", ":7", "x:404"])
async def test_S37_who_is_not_named_is_not_erased(lived_in: Database, author: str) -> None:
    before = await lived_in.look(everything)
    assert await lived_in.run(partial(erase_author, author=author)) == 0
    assert await lived_in.look(everything) == before


@pytest.fixture
async def aged(lived_in: Database) -> Database:
    """All of it as if it had come a hundred days ago."""

    def age(connection: Connection) -> None:
        then = connection.execute(select(MENTION.c.arrived_at)).scalars().first()
        assert then is not None
        for table, name in ((MENTION, "arrived_at"), (REJECT, "at"), (WORD, "at"), (AUDIT, "at")):
            connection.execute(update(table).values({name: then - 100 * DAY}))

    await lived_in.run(age)
    return lived_in


async def test_S36_texts_go_when_their_time_is_over_and_what_waits_stays(aged: Database) -> None:
    assert await aged.run(partial(purge, texts=90 * DAY, audit=400 * DAY)) == 2
    bodies = await aged.look(
        lambda connection: dict(connection.execute(select(MENTION.c.newest, MENTION.c.body)).all())
    )
    assert bodies.pop("10") is None
    assert all(bodies.values())
    (body,) = await aged.look(partial(column, of=EFFECT.c.body))
    assert SECRET not in str(body)
    assert await aged.look(partial(column, of=REJECT.c.raw)) == []
    assert await aged.look(partial(column, of=WORD.c.text)) == [None]
    assert await aged.look(partial(column, of=AUDIT.c.personal)) == [None]
    assert sorted(await aged.look(partial(column, of=MENTION.c.author))) == ["x:7", "x:7", "x:8"]
    assert await aged.run(partial(purge, texts=90 * DAY, audit=400 * DAY)) == 0


async def test_S36_nothing_goes_before_its_time(aged: Database) -> None:
    before = await aged.look(everything)
    assert await aged.run(partial(purge, texts=101 * DAY, audit=400 * DAY)) == 0
    assert await aged.look(everything) == before


@pytest.mark.parametrize("state", ["HELD", "READY", "SENDING", "UNKNOWN", "NEEDS_HUMAN"])
async def test_S36_a_text_of_which_an_answer_is_under_way_stays(aged: Database, state: str) -> None:
    await aged.run(lambda connection: connection.execute(update(EFFECT).values(state=state)))
    await aged.run(partial(purge, texts=90 * DAY, audit=400 * DAY))
    assert all(await aged.look(partial(column, of=MENTION.c.body)))


async def test_S36_the_audit_trail_loses_its_beginning_and_never_its_newest_row(database: Database) -> None:
    def fill(connection: Connection) -> None:
        rest = {"what": "w", "subject": "s", "by": "b", "body": b"{}", "prev_hash": "", "hash": ""}
        connection.execute(
            AUDIT.insert(), [{"seq": seq, "at": float(seq), **rest} for seq in range(1, AT_ONCE + 100)]
        )

    await database.run(fill)
    assert await database.run(partial(purge, texts=1.0, audit=1.0)) == AT_ONCE
    assert await database.run(partial(purge, texts=1.0, audit=1.0)) == 98
    assert await database.run(partial(purge, texts=1.0, audit=1.0)) == 0
    assert await database.look(partial(column, of=AUDIT.c.seq)) == [AT_ONCE + 99]


async def test_the_salt_of_the_hashes_is_one_for_ever_and_differs_between_databases(
    url: str, tmp_path: Any
) -> None:  # Any: a path
    graves = []
    for address in (url, url, f"sqlite:///{tmp_path}/other.db"):
        database = await open_database(address)
        await database.run(partial(erase_author, author="x:7"))
        await database.run(partial(take_in, arrivals=[mention("10")], feed="f", cursor=None))
        await database.run(partial(erase_author, author="x:7"))
        graves.append(await database.look(partial(column, of=TOMBSTONE.c.hmac)))
        await database.close()
    assert graves[0] == graves[1] != graves[2]
