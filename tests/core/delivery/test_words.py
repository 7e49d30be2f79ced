from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, select

from socialcare.delivery import bodies, lanes, outbox, words
from socialcare.delivery.claiming import Claim, claim
from socialcare.delivery.terms import Terms
from socialcare.model import ActionRecord, Decision
from socialcare.store.database import Database
from socialcare.store.tables import ATTEMPT, AUDIT, DECISION, EFFECT, EVIDENCE, MENTION

if TYPE_CHECKING:
    from tests.core.delivery.stage import TurnedClock

HELD = ActionRecord(action="reply", rule="r1", slot="public", text="hello", state="held", id="d1.0")

Record: TypeAlias = Callable[[Decision], Awaitable[None]]


class Said(NamedTuple):
    ref: str = "d1.0"
    by: str = "maria"
    text: str | None = None
    version: int | None = None


@pytest.fixture
def record(stage: ModuleType, database: Database, terms: Terms) -> Record:
    async def put(decision: Decision) -> None:
        await database.run(partial(outbox.record, decisions=[decision], terms=terms))

    return put


@pytest.fixture
async def held(stage: ModuleType, database: Database, record: Record) -> None:
    await database.run(lambda connection: stage.arrive(connection, stage.mention(1)))
    await record(stage.decided(1, HELD))


@pytest.fixture
async def asked(stage: ModuleType, database: Database, held: None, clock: TurnedClock) -> None:
    """A reply of which a person has to say what became of it."""
    await database.run(stage.change(EFFECT, state="NEEDS_HUMAN", fence=3, attempts=1))


async def test_a_person_agrees_to_what_they_saw(stage: ModuleType, database: Database, held: None) -> None:
    assert await database.run(partial(words.approve, said=Said(version=1))) is None
    row = await database.look(stage.effect)
    assert bodies.approval(row.approval) == bodies.Approval(("maria",), row.body_hash)


async def test_a_word_about_an_older_version_is_not_done(
    database: Database, held: None, stage: ModuleType
) -> None:
    await database.run(stage.change(EFFECT, version=2))
    why = await database.run(partial(words.approve, said=Said(version=1)))
    assert why == "`d1.0` was changed after you saw it: look again"
    assert await database.look(partial(words.stale, ref="d1.0", version=1)) == why


async def test_who_comes_second_hears_what_became_of_it(
    database: Database, held: None, stage: ModuleType
) -> None:
    await database.run(stage.change(EFFECT, state="CANCELLED", reason="the mention is gone"))
    why = await database.run(partial(words.approve, said=Said()))
    assert why == "`d1.0` is cancelled: the mention is gone"


async def test_a_word_that_comes_again_after_a_crash_is_the_same_word(database: Database, held: None) -> None:
    for _ in range(2):
        assert await database.run(partial(words.approve, said=Said(version=1))) is None


async def test_S30_a_second_person_has_to_agree_where_two_are_asked_for(
    stage: ModuleType, database: Database, held: None
) -> None:
    first = await database.run(partial(words.approve, said=Said(), people=2))
    assert first == "a second person has to agree: maria did"
    again = await database.run(partial(words.approve, said=Said(), people=2))
    assert again == first
    assert await database.run(partial(words.approve, said=Said(by="omar"), people=2)) is None
    row = await database.look(stage.effect)
    agreed = bodies.approval(row.approval)
    assert agreed is not None
    assert agreed.by == ("maria", "omar")


async def test_S30_who_agreed_to_other_words_has_not_agreed_to_these(
    stage: ModuleType, database: Database, held: None
) -> None:
    await database.run(partial(words.approve, said=Said(), people=2))
    assert (
        await database.run(partial(words.approve, said=Said(by="omar", text="other"), people=2)) is not None
    )


async def test_S30_an_edit_is_agreed_to_as_it_goes_out(
    stage: ModuleType, database: Database, held: None, record: Record
) -> None:
    await database.run(partial(words.approve, said=Said(text="better  ")))
    ruling = stage.decided(1, replace(HELD, state="allowed", text="better"), event="control")
    await record(replace(ruling, id="later"))
    row = await database.look(stage.effect)
    assert bodies.approval(row.approval) == bodies.Approval(("maria",), row.body_hash)
    assert row.state == "READY"


async def test_it_is_there(stage: ModuleType, database: Database, asked: None) -> None:
    said = Said(text="https://x.com/acme/status/123/")
    assert await database.run(partial(words.settle, said=said)) == "`d1.0` is there"
    row = await database.look(stage.effect)
    assert (row.state, row.remote_id, row.fence) == ("SENT", "123", 4)
    assert await database.look(stage.evidence) == ["there"]


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/acme/status/123",
        "https://x.com/acme/status/123?s=20",
        f"https://x.com/acme/status/123?t={'a' * 250}&s=20#top",
        "https://x.com/acme/status/123/photo/1",
        "https://x.com/i/web/status/123/",
        "x.com/status/status/123",
        "https://social.example/@acme/123",
        " 123 ",
    ],
)
async def test_of_a_link_the_id_of_the_post_is_kept(
    stage: ModuleType, database: Database, asked: None, link: str
) -> None:
    assert await database.run(partial(words.settle, said=Said(text=link))) == "`d1.0` is there"
    assert (await database.look(stage.effect)).remote_id == "123"


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com",
        "https://x.com/?s=20",
        "https://x.com/acme/status/",
        "https://[x.com/1",
        f"https://x.com/{'1' * 201}",
        "https://x.com/acme/our answer",
        "https://x.com/\udcff",
    ],
    ids=str.isascii,
)
async def test_a_link_that_names_no_post_settles_nothing(
    stage: ModuleType, database: Database, asked: None, link: str
) -> None:
    said = await database.run(partial(words.settle, said=Said(text=link)))
    assert said == "the link names no post: copy it from the post itself"
    assert (await database.look(stage.effect)).state == "NEEDS_HUMAN"
    assert await database.look(stage.evidence) == []


async def test_it_is_not_there_and_is_sent(
    stage: ModuleType, database: Database, asked: None, clock: TurnedClock
) -> None:
    assert await database.run(partial(words.retry, said=Said())) == "`d1.0` goes out again"
    row = await database.look(stage.effect)
    assert (row.state, row.not_before) == ("READY", clock.at)
    agreed = bodies.approval(row.approval)
    assert agreed is not None
    assert agreed.by == ("maria",)


async def test_a_person_may_send_it_again_though_the_platform_has_forgotten_our_key(
    stage: ModuleType, database: Database, held: None, asked: None, clock: TurnedClock
) -> None:
    terms = stage.terms(stage.Ledger(clock, idempotency="key"))
    attempt = {"effect": "d1.0", "n": 1, "fence": 3, "started_at": clock.at, "deadline_s": 15.0}
    await database.run(lambda c: c.execute(ATTEMPT.insert().values(**attempt, request_hash="")).rowcount)
    await database.run(stage.change(EFFECT, resent=True))
    clock.turn(4000)
    assert await database.run(partial(words.retry, said=Said())) == "`d1.0` goes out again"
    claimed = await database.run(partial(claim, worker="w1", terms=terms, looked=["d1.0"]))
    assert isinstance(claimed, Claim)


async def test_let_it_be(stage: ModuleType, database: Database, asked: None) -> None:
    await database.run(partial(words.settle, said=Said()))
    row = await database.look(stage.effect)
    assert (row.state, row.reason) == ("CANCELLED", "let be")


async def test_nobody_sends_again_what_may_be_under_way(
    stage: ModuleType, database: Database, asked: None, clock: TurnedClock
) -> None:
    await database.run(stage.change(EFFECT, state="UNKNOWN", unknown_since=clock.at))
    assert (
        await database.run(partial(words.retry, said=Said()))
        == "`d1.0` may still be under way: look again in 180 s"
    )
    clock.turn(180)
    assert await database.run(partial(words.retry, said=Said())) == "`d1.0` goes out again"


async def test_a_word_about_nothing_says_so(database: Database) -> None:
    assert await database.run(partial(words.retry, said=Said("d9.9"))) == "there is no `d9.9`"
    assert await database.run(partial(words.approve, said=Said("d9.9"))) is None


@pytest.mark.parametrize("state", ["REFUSED", "EXPIRED"])
async def test_somebody_has_dealt_with_what_was_not_sent(
    stage: ModuleType, database: Database, held: None, state: str
) -> None:
    await database.run(stage.change(EFFECT, state=state, reason="not summoned"))
    assert await database.run(partial(words.done, said=Said())) == "`d1.0` is done"
    row = await database.look(stage.effect)
    assert (row.state, row.reason) == (state, "not summoned"), "what became of it stays visible"
    assert await database.look(stage.evidence) == ["done"]


async def test_what_may_still_be_sent_is_not_done(stage: ModuleType, database: Database, asked: None) -> None:
    assert (await database.run(partial(words.done, said=Said()))).startswith("`d1.0` is perhaps out")
    assert await database.look(stage.evidence) == []


@pytest.fixture
async def unanswered(stage: ModuleType, database: Database) -> None:
    """A mention that no rule answered."""
    await database.run(lambda connection: stage.arrive(connection, stage.mention(1)))
    await database.run(stage.change(MENTION, state="done"))
    columns = {
        "id": "d1",
        "at": 0.0,
        "event": "mention",
        "outcome": "inbox",
        "account": "acme",
        "policy": "h",
    }

    def decided(connection: Connection) -> None:
        number = connection.execute(select(MENTION.c.id)).scalar_one()
        connection.execute(DECISION.insert().values(mention=number, body=b"{}", **columns))

    await database.run(decided)


async def test_somebody_has_dealt_with_a_mention_that_nothing_answered(
    database: Database, unanswered: None
) -> None:
    said = Said("x:m1")
    assert await database.run(partial(words.done, said=said)) == "`x:m1` is done"
    (row,) = await database.look(lambda connection: connection.execute(select(MENTION)).all())
    assert (row.state, row.reason) == ("handled", "done by maria")
    (told,) = await database.look(lambda connection: connection.execute(select(AUDIT)).all())
    assert (told.what, told.subject, told.by) == ("done", f"mention {row.id}", "maria")
    assert await database.run(partial(words.done, said=said)) == "`x:m1` is handled: nothing more to do"


async def test_a_mention_that_is_not_decided_or_not_there_is_not_done(
    stage: ModuleType, database: Database
) -> None:
    await database.run(lambda connection: stage.arrive(connection, stage.mention(1)))
    assert await database.run(partial(words.done, said=Said("x:m1"))) == "`x:m1` is new: nothing more to do"
    assert await database.run(partial(words.done, said=Said("x:m2"))) == "there is no `x:m2`"


# ---- other words ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def looked(stage: ModuleType, database: Database, asked: None, clock: TurnedClock) -> None:
    """One request was made, and nothing is known of it yet."""
    attempt = {"effect": "d1.0", "n": 1, "fence": 1, "started_at": clock.at, "deadline_s": 5.0}
    await database.run(lambda c: c.execute(ATTEMPT.insert().values(**attempt, request_hash="")).rowcount)


async def look(database: Database, at: float, reason: str = "complete") -> None:
    seen = {"effect": "d1.0", "kind": "empty", "reason": reason, "at": at}
    await database.run(lambda connection: connection.execute(EVIDENCE.insert().values(**seen)).rowcount)


async def test_what_two_look_ups_did_not_find_can_be_said_in_other_words(
    stage: ModuleType, database: Database, looked: None, clock: TurnedClock
) -> None:
    for seconds in (180, 240):
        await look(database, clock.at + seconds)
    assert await database.run(partial(words.edit, said=Said(text="better"))) == "`d1.0` goes out again"
    row = await database.look(stage.effect)
    effect = bodies.read(row.body)
    assert (row.state, row.fence, effect.text) == ("READY", 4, "better")
    assert row.body_hash == bodies.hash_of(effect)
    assert bodies.approval(row.approval) == bodies.Approval(("maria",), row.body_hash)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [(60, 120, "complete"), (60, 240, "complete"), (180, 240, "incomplete")],
)
async def test_what_may_be_there_is_not_said_in_other_words(
    stage: ModuleType,
    database: Database,
    looked: None,
    clock: TurnedClock,
    first: int,
    second: int,
    reason: str,
) -> None:
    await look(database, clock.at + first)
    await look(database, clock.at + second, reason)
    answer = await database.run(partial(words.edit, said=Said(text="better")))
    assert isinstance(answer, words.NotDone)
    assert answer.startswith("nobody knows whether `d1.0` is out")
    assert (await database.look(stage.effect)).state == "NEEDS_HUMAN"


async def test_who_knows_that_it_is_not_there_may_send_it_in_other_words(
    stage: ModuleType, database: Database, looked: None
) -> None:
    assert await database.run(partial(words.retry, said=Said(text="better"))) == "`d1.0` goes out again"
    row = await database.look(stage.effect)
    assert bodies.read(row.body).text == "better"
    assert await database.look(stage.evidence) == ["not there"]


async def test_what_was_never_sent_does_not_go_out_again(
    stage: ModuleType, database: Database, asked: None
) -> None:
    await database.run(stage.change(EFFECT, attempts=0))
    assert await database.run(partial(words.retry, said=Said())) == "`d1.0` goes out"


async def test_it_is_said_what_keeps_an_account_from_sending(database: Database, asked: None) -> None:
    shut = partial(
        lanes.close, account="acme", lane=lanes.EVERYTHING, until=None, reason="wrong keys", by="w"
    )
    await database.run(shut)
    answer = await database.run(partial(words.retry, said=Said()))
    assert answer == "`d1.0` goes out again, once this is mended: wrong keys"


async def test_what_was_refused_as_a_duplicate_can_be_said_in_other_words(
    stage: ModuleType, database: Database, asked: None
) -> None:
    await database.run(stage.change(EFFECT, state="REFUSED", reason="duplicate text"))
    assert await database.run(partial(words.edit, said=Said(text="better"))) == "`d1.0` goes out again"
    row = await database.look(stage.effect)
    assert (row.state, row.reason, row.fence) == ("READY", None, 4)
    assert bodies.approval(row.approval) == bodies.Approval(("maria",), bodies.hash_of(bodies.read(row.body)))
