"""t1: everything that arrives is stored once, whatever comes again, late, or is taken back."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, permutations
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, func, select, update

from socialcare.errors import Interrupted
from socialcare.listening import Arrival, Gone
from socialcare.model import Author, Mention, Reject
from socialcare.store.admission import shard_of
from socialcare.store.database import Database
from socialcare.store.intake import Intake, Taken, cursor_of, take_in
from socialcare.store.tables import CURSOR, MENTION, REJECT, SHARDS, TOMBSTONE

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NAMES = count()


def mention(
    name: str, root: str = "", text: str = "my bag is lost", platform: str = "x", **more: Any
) -> Mention:  # Any: fields
    author = Author(id="7", handle="ann", name="Ann")
    return msgspec.structs.replace(
        Mention(id=name, root=root, text=text, author=author, at=AT, platform=platform), **more
    )


def gone(name: str, platform: str = "x") -> Gone:
    return Gone(id=name, platform=platform, at=AT)


def rows(connection: Connection, platform: str = "x") -> dict[str, Row[Any]]:  # Any: a row of `mention`
    found = connection.execute(select(MENTION).where(MENTION.c.platform == platform).order_by(MENTION.c.id))
    return {row.root: row for row in found}


def text_of(row: Row[Any]) -> str:  # Any: as above
    return msgspec.json.decode(row.body, type=Mention).text


def decide(connection: Connection, root: str, platform: str = "x") -> None:
    here = (MENTION.c.platform == platform) & (MENTION.c.root == root) & (MENTION.c.state == "new")
    connection.execute(update(MENTION).where(here).values(state="done"))


async def take(database: Database, *arrivals: Arrival, cursor: str | None = None) -> Taken:
    return await database.run(partial(take_in, arrivals=arrivals, feed="x.mentions", cursor=cursor))


async def test_a_mention_is_stored_with_all_that_it_takes_to_decide_it(database: Database) -> None:
    one = mention("10", account="acme", text="ünïcode 🧳")
    assert await take(database, one, cursor="c1") == Taken(new=1)
    (row,) = (await database.look(rows)).values()
    assert (row.root, row.newest, row.account, row.author, row.state, row.version) == (
        "10",
        "10",
        "acme",
        "x:7",
        "new",
        1,
    )
    assert (row.feed, row.arrived_at, row.tries, row.shard) == (
        "x.mentions",
        1_700_000_000.0,
        0,
        shard_of("x:7"),
    ) or (database.dialect == "postgresql")
    assert msgspec.json.decode(row.body, type=Mention) == one
    assert await database.look(partial(cursor_of, feed="x.mentions")) == "c1"
    assert await database.look(partial(cursor_of, feed="x.search")) is None


async def test_a_batch_without_a_cursor_leaves_the_feed_where_it_was(database: Database) -> None:
    await take(database, cursor="c1")
    assert await take(database, mention("10")) == Taken(new=1)
    assert await database.look(partial(cursor_of, feed="x.mentions")) == "c1"


async def test_the_cursor_moves_only_with_what_came_before_it(database: Database) -> None:
    def fail(connection: Connection) -> None:
        take_in(connection, [mention("10")], "x.mentions", "c1")
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(fail)
    assert await database.look(rows) == {}
    assert await database.look(partial(cursor_of, feed="x.mentions")) is None


async def test_the_same_mention_is_stored_once_however_it_comes(database: Database) -> None:
    assert await take(database, mention("10"), mention("10")) == Taken(new=1, duplicates=1)
    assert await take(database, mention("10", root="10")) == Taken(duplicates=1)
    await database.run(partial(decide, root="10"))
    assert await take(database, mention("10")) == Taken(duplicates=1)
    (row,) = (await database.look(rows)).values()
    assert (row.state, row.version) == ("done", 1)


async def test_the_same_id_on_two_platforms_is_two_mentions(database: Database) -> None:
    assert await take(database, mention("10"), mention("10", platform="mastodon")) == Taken(new=2)


async def test_mentions_keep_the_order_in_which_they_came(database: Database) -> None:
    names = [str(number * 7 % 101) for number in range(1, 101)]
    await take(database, *(mention(name) for name in names))
    assert list(await database.look(rows)) == names


async def test_of_an_edit_the_newest_is_kept_and_decided_if_none_was(database: Database) -> None:
    await take(database, mention("10"))
    assert await take(database, mention("12", root="10", text="third")) == Taken(edits=1)
    assert await take(database, mention("11", root="10", text="second")) == Taken(duplicates=1)
    assert await take(database, mention("11", root="10", text="second")) == Taken(duplicates=1)
    (row,) = (await database.look(rows)).values()
    assert (row.root, row.newest, row.version, row.state, text_of(row)) == ("10", "12", 2, "new", "third")


async def test_an_edit_after_the_decision_never_waits_again(database: Database) -> None:
    await take(database, mention("10"))
    await database.run(partial(decide, root="10"))
    assert await take(database, mention("11", root="10", text="second")) == Taken(edits=1)
    (row,) = (await database.look(rows)).values()
    assert (row.state, row.newest, row.version) == ("done", "11", 2)


async def test_an_edit_of_what_could_not_be_decided_is_tried_again(database: Database) -> None:
    await take(database, mention("10"))
    broken = update(MENTION).values(state="quarantined", tries=3, reason="it killed us")
    await database.run(lambda connection: connection.execute(broken))
    await take(database, mention("11", root="10"))
    (row,) = (await database.look(rows)).values()
    assert (row.state, row.tries, row.reason) == ("new", 0, None)


async def test_of_ids_that_are_no_numbers_the_moment_of_writing_says_which_is_newer(
    database: Database,
) -> None:
    later, earlier = AT + timedelta(minutes=2), AT - timedelta(minutes=2)
    await take(database, mention("at://a"))
    assert await take(database, mention("at://b", root="at://a", at=earlier)) == Taken(duplicates=1)
    assert await take(database, mention("at://c", root="at://a", at=later)) == Taken(edits=1)
    arrived_later = mention("at://d", root="at://a", at=later + timedelta(minutes=5), written=AT)
    assert await take(database, arrived_later) == Taken(duplicates=1)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_in_whatever_order_edits_and_a_deletion_come_nothing_is_left_to_answer(
    database: Database, order: Sequence[int]
) -> None:
    arrivals: list[Arrival] = [mention("10"), mention("11", root="10"), mention("12", root="10"), gone("11")]
    for number in order:
        await take(database, arrivals[number])
    found = await database.look(rows)
    assert [row.state for row in found.values()] in ([], ["gone"])
    assert not any(row.body for row in found.values())
    assert (await take(database, *arrivals)).new == 0


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_in_whatever_order_edits_come_the_newest_is_answered(
    database: Database, order: Sequence[int]
) -> None:
    edits = [mention("10", text="1"), mention("11", root="10", text="2"), mention("12", root="10", text="3")]
    taken = await take(database, *(edits[number] for number in order))
    assert taken.new == 1
    (row,) = (await database.look(rows)).values()
    assert (row.root, row.newest, text_of(row)) == ("10", "12", "3")


HISTORIES = {
    "with, then without": [mention("10"), mention("11", root="10"), mention("11")],
    "an edit that alone we have heard of": [mention("11", root="10"), mention("11")],
    "without, then with": [mention("11"), mention("11", root="10"), mention("10")],
    "the beginning of a history is missing": [
        mention("11", root="10"),
        mention("12", root="11"),
        mention("12"),
    ],
    "all that we have heard of, and later ones": [
        mention("11", root="10"),
        mention("11"),
        mention("12", root="10"),
        mention("12"),
        mention("12", root="11"),
    ],
}


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("arrivals", HISTORIES.values(), ids=HISTORIES)
async def test_an_edit_that_comes_without_its_history_is_no_other_mention(
    database: Database, arrivals: Sequence[Mention], *, at_once: bool
) -> None:
    groups = [arrivals] if at_once else [[one] for one in arrivals]
    taken = [await take(database, *group) for group in groups]
    assert sum(one.new for one in taken) == 1
    (row,) = (await database.look(rows)).values()
    assert row.newest == max(one.id for one in arrivals)
    assert (await take(database, *arrivals)) == Taken(duplicates=len(arrivals))
    assert await take(database, gone(arrivals[0].id)) == Taken(gone=1)
    (row,) = (await database.look(rows)).values()
    assert row.state == "gone"
    assert (await take(database, *arrivals)) == Taken(gone=len(arrivals))


async def test_a_mention_that_is_gone_loses_its_content_and_leaves_a_keyed_hash(database: Database) -> None:
    await take(database, mention("10"))
    assert await take(database, gone("10")) == Taken(gone=1)
    assert await take(database, gone("10")) == Taken(duplicates=1)
    (row,) = (await database.look(rows)).values()
    assert (row.state, row.body, row.reason) == ("gone", None, "deleted")
    (grave,) = await database.look(
        lambda connection: connection.execute(select(TOMBSTONE.c.hmac)).scalars().all()
    )
    assert len(grave) == 64
    assert await take(database, mention("10"), mention("11", root="10")) == Taken(gone=2)


async def test_what_was_decided_keeps_its_content_until_its_answers_have_ended(database: Database) -> None:
    await take(database, mention("10"))
    await database.run(partial(decide, root="10"))
    await take(database, gone("10"))
    (row,) = (await database.look(rows)).values()
    assert row.state == "gone"
    assert row.body is not None  # the delivery removes it, once nothing is under way


async def test_what_is_gone_before_it_came_is_not_taken_in(database: Database) -> None:
    assert await take(database, gone("10"), mention("10")) == Taken(gone=2)
    assert await database.look(rows) == {}


async def test_a_mention_that_comes_and_goes_in_one_batch_is_gone(database: Database) -> None:
    assert await take(database, mention("10"), gone("10")) == Taken(new=1, gone=1)
    (row,) = (await database.look(rows)).values()
    assert (row.state, row.body) == ("gone", None)


async def test_what_cannot_be_read_is_kept_with_the_reason(database: Database) -> None:
    assert await take(database, Reject(file="stream", row=1, reason="no JSON", raw="{")) == Taken(rejected=1)
    (row,) = await database.look(lambda connection: connection.execute(select(REJECT)).all())
    assert (row.feed, row.reason, row.raw) == ("x.mentions", "no JSON", "{")


# ---- the door -------------------------------------------------------------------------------------------------------

WILD = {
    "a NUL": {"text": "a\0b", "author": Author(id="7", handle="a\0", name="\0", description="\0")},
    "half of a pair": {"text": "a\ud800b", "lang": "\udfff", "mentioned": ("\ud800",)},
    "too large a number": {"likes": 2**63, "retweets": 10**5_000, "replies": -(2**70)},
    "an account with a NUL": {"account": "ac\0me"},
}


@pytest.mark.parametrize("fields", WILD.values(), ids=WILD)
async def test_S2_what_only_one_database_takes_is_repaired_for_both(
    database: Database, fields: dict[str, Any]
) -> None:
    assert await take(database, mention("10", **fields)) == Taken(new=1)
    (row,) = (await database.look(rows)).values()
    stored = msgspec.json.decode(row.body, type=Mention)
    assert "\0" not in repr(stored.text)
    assert b"\\u0000" not in row.body
    if "text" in fields:
        assert stored.text == "a\ufffdb"
    assert (stored.likes, stored.retweets, stored.replies) == (None, None, None)


UNREADABLE = {
    "too long a text": {"text": "x" * 70_000},
    "a NUL in the id": {"id": "1\x000"},
    "half of a pair in the root": {"root": "\ud800"},
    "an id of five thousand digits": {"id": "1" * 5_000},
    "a rounded id": {"id": "1.7e18"},
    "an id with a blank": {"conversation": "1 2"},
    "no id of the author": {"author": Author(id="")},
    "a platform that is none": {"platform": "X; --"},
    "an account without end": {"account": "a" * 300},
    "a moment without a zone": {"at": datetime(2026, 1, 1)},  # noqa: DTZ001 - the case
    "an id that is a number": {"id": 10},
    "a NaN": {"at": float("nan")},
    "a text that is none": {"text": None},
    "a count that is a word": {"likes": "many"},
}


@pytest.mark.parametrize("fields", UNREADABLE.values(), ids=UNREADABLE)
async def test_S2_S3_what_cannot_be_repaired_is_kept_as_a_reject(
    database: Database, fields: dict[str, Any]
) -> None:
    assert await take(database, mention("9"), mention("10", **fields), mention("11")) == Taken(
        new=2, rejected=1
    )
    (row,) = await database.look(lambda connection: connection.execute(select(REJECT)).all())
    assert row.reason
    assert len(row.raw) <= 2_000


async def test_S2_notices_and_rejects_pass_the_door_too(database: Database) -> None:
    taken = await take(
        database,
        Gone(id="\ud800", platform="x", at=AT),
        Gone(id="10", platform="x", at=AT, why="a\0b"),
        Reject(file="\0", row=1, reason="\0\ud800", raw="\0\ud800" * 5_000),
        cursor="c\0\ud800",
    )
    assert taken == Taken(gone=1, rejected=2)
    assert await database.look(partial(cursor_of, feed="x.mentions")) == "c\ufffd\ufffd"


async def test_S4_no_payload_sets_what_is_ours(database: Database) -> None:
    wire = b'{"type":"mention","id":"10","text":"hi","author":{"id":"7"},"at":"2026-01-01T00:00:00Z","state":"done","version":9}'
    await take(database, msgspec.json.decode(wire, type=Mention))
    (row,) = (await database.look(rows)).values()
    assert (row.state, row.version) == ("new", 1)


# ---- at the same time -------------------------------------------------------------------------------------------------


async def test_each_of_many_callers_is_answered_for_what_they_brought(database: Database) -> None:
    intake = Intake(database)
    taken = await asyncio.gather(
        *(intake.accept([mention(str(n // 2))], f"feed.{n % 3}", f"c{n}") for n in range(2, 400))
    )
    assert sum(one.new for one in taken) == 199
    assert sum(one.duplicates for one in taken) == 199
    assert len(await database.look(rows)) == 199
    cursors = await database.look(
        lambda connection: dict(connection.execute(select(CURSOR.c.feed, CURSOR.c.cursor)).all())
    )
    assert cursors == {"feed.0": "c399", "feed.1": "c397", "feed.2": "c398"}


async def test_a_caller_that_is_cancelled_harms_no_other(database: Database) -> None:
    intake = Intake(database)
    for patience in range(60):
        callers = [
            asyncio.create_task(intake.accept([mention(f"{patience}{n:02}")], "x.mentions", None))
            for n in range(10, 14)
        ]
        for _ in range(patience % 6):
            await asyncio.sleep(0)
        callers[patience % 4].cancel()
        results = await asyncio.gather(*callers, return_exceptions=True)
        assert [one for one in results if not isinstance(one, BaseException)].count(Taken(new=1)) >= 3
    assert 180 <= len(await database.look(rows)) <= 240


async def test_callers_of_a_database_that_is_gone_are_told(database: Database) -> None:
    intake = Intake(database)
    await database.close()
    with pytest.raises(Interrupted):
        await intake.accept([mention("10")], "x.mentions", None)


async def test_two_workers_that_hear_the_same_store_it_once(database: Database) -> None:
    one, other = Intake(database), Intake(database)
    same = [mention(str(n)) for n in range(200)]
    taken = await asyncio.gather(
        *(one.accept([each], "x.stream", None) for each in same),
        *(other.accept([each], "x.mentions", None) for each in reversed(same)),
    )
    assert sum(each.new for each in taken) == 200
    assert (
        await database.look(
            lambda connection: connection.execute(select(func.count()).select_from(MENTION)).scalar()
        )
        == 200
    )


def test_shards_are_the_same_for_ever() -> None:
    assert [shard_of(f"x:{n}") for n in range(5)] == [58, 6, 27, 28, 1]
    assert {shard_of(str(n)) for n in range(2_000)} == set(range(SHARDS))


# ---- all orders -------------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["come", "go", "decide"]), st.integers(1, 2), st.integers(0, 2)), max_size=4
    ),
    max_size=6,
)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each example has a platform of its own
@given(batches=STEPS)
async def test_the_intake_holds_what_a_person_with_a_list_would(
    database: Database, batches: list[list[tuple[str, int, int]]]
) -> None:
    platform = f"p{next(NAMES)}"
    listed: dict[str, dict[str, Any]] = {}
    deleted: set[str] = set()
    for batch in batches:
        arrivals: list[Arrival] = []
        for word, thread, edit in batch:
            root, name = str(thread * 10), str(thread * 10 + edit)
            known = listed.get(root)
            if word == "decide":
                await take(database, *arrivals)
                arrivals.clear()
                await database.run(partial(decide, root=root, platform=platform))
                if known and known["state"] == "new":
                    known["state"] = "done"
            elif word == "go":
                arrivals.append(gone(name, platform))
                deleted.add(name)
                if name == root or (known and name in known["heard"]):
                    deleted.add(root)
            else:
                arrivals.append(mention(name, root if edit else "", text=name, platform=platform))
                if name in deleted:
                    deleted.add(root)
                elif root not in deleted:
                    known = listed.setdefault(root, {"newest": name, "state": "new", "heard": set()})
                    known["newest"] = max(known["newest"], name)
                    known["heard"].add(name)
            if root in deleted and known:
                known["state"] = "gone"
        await take(database, *arrivals)
    found = await database.look(partial(rows, platform=platform))
    assert {root: row.state for root, row in found.items()} == {
        root: one["state"] for root, one in listed.items()
    }
    for root, row in found.items():
        if row.state != "gone":
            assert (row.newest, text_of(row)) == (listed[root]["newest"],) * 2
