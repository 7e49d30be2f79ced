from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pytest
from sqlalchemy import select

from socialcare.delivery import outbox, switch, words
from socialcare.delivery.claiming import Claim, Ended, LookFirst, claim
from socialcare.delivery.remembering import ASKED, Remembering
from socialcare.delivery.terms import Terms
from socialcare.errors import Interrupted
from socialcare.model import ActionRecord, Decision
from socialcare.sending import Found, OwnPost
from socialcare.store.database import Database
from socialcare.store.decisions import keep_decisions
from socialcare.store.tables import CONTROL, EDIT, EFFECT, MENTION

if TYPE_CHECKING:
    from tests.core.delivery.stage import Ledger

QUIET = 180.0

Forget: TypeAlias = Callable[[], Any]  # Any: awaited


class Said(NamedTuple):
    ref: str = "d1.0"
    by: str = "maria"
    text: str | None = None
    version: int | None = None


@pytest.fixture
def forget(stage: ModuleType, database: Database, clock: Any) -> Forget:
    """It is noticed now that the database has forgotten something."""

    async def forget() -> None:
        await database.run(stage.change(CONTROL, amnesia=True, forgot_at=clock.at))

    return forget


@pytest.fixture
def remembering(database: Database, terms: Terms, clock: Any) -> Remembering:
    return Remembering(database, terms, clock)


@pytest.fixture
def remember(remembering: Remembering, ledger: Ledger, clock: Any) -> Forget:
    """Wait, and read back."""

    async def remember() -> bool:
        assert not await remembering.remember(["acme"], [ledger])
        clock.turn(QUIET)
        return await remembering.remember(["acme"], [ledger])

    return remember


def post(stage: ModuleType, number: int, to: str | None) -> OwnPost:
    return OwnPost(f"p{number}", datetime.fromtimestamp(stage.NOON, UTC), to, "hello")


async def claimed(database: Database, terms: Terms, *looked: str) -> Claim | LookFirst | Ended | None:
    return await database.run(partial(claim, worker="w1", terms=terms, looked=looked))


async def decide(database: Database, terms: Terms, decision: Decision) -> None:
    def kept(connection: Any) -> None:  # Any: a Connection
        keep_decisions(connection, [decision])
        outbox.record(connection, [decision], terms)

    await database.run(kept)


async def test_a_reply_that_is_read_back_was_sent(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger, forget: Forget, remember: Forget
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    await forget()
    ledger.posts = [post(stage, 1, "m1")]
    assert await remember()
    row = await database.look(stage.effect)
    assert (row.state, row.remote_id) == ("SENT", "p1")
    assert (await database.look(switch.standing)).open


async def test_nothing_is_sent_before_our_newest_posts_can_be_seen(
    stage: ModuleType,
    database: Database,
    ledger: Ledger,
    remembering: Remembering,
    forget: Forget,
    clock: Any,
) -> None:
    """A post of some seconds ago is not shown yet, and a request may be under way still."""
    await forget()
    for _ in range(3):
        assert not await remembering.remember(["acme"], [ledger])
        assert not (await database.look(switch.standing)).open
        clock.turn(QUIET / 3 - 1)
    clock.turn(3)
    assert await remembering.remember(["acme"], [ledger])
    assert (await database.look(switch.standing)).open


async def test_what_is_noticed_anew_is_waited_for_anew(
    database: Database, ledger: Ledger, remembering: Remembering, forget: Forget, clock: Any
) -> None:
    await forget()
    assert not await remembering.remember(["acme"], [ledger])
    clock.turn(QUIET)
    await forget()
    assert not await remembering.remember(["acme"], [ledger])
    assert not (await database.look(switch.standing)).open


async def test_what_is_noticed_while_it_is_read_back_holds(
    database: Database, ledger: Ledger, remember: Forget, forget: Forget, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def own_posts(_account: str, _since: datetime) -> Found:
        await forget()
        return Found((), complete=True)

    monkeypatch.setattr(ledger, "own_posts", own_posts)
    await forget()
    with pytest.raises(Interrupted, match="again"):
        await remember()
    assert not (await database.look(switch.standing)).open


async def test_a_reply_that_even_the_decision_is_forgotten_of_is_not_given_again(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger, forget: Forget, remember: Forget
) -> None:
    await forget()
    ledger.posts = [post(stage, 1, "m1")]
    await remember()
    await database.run(lambda connection: stage.arrive(connection, stage.mention(1)))
    await database.run(partial(outbox.record, decisions=[stage.decided(1)], terms=terms))
    found = await database.look(lambda connection: connection.execute(select(EFFECT.c.state)).scalars().all())
    assert found == ["SENT"]


async def test_a_reply_to_an_edit_is_not_given_again_though_nobody_knew_whose_edit_it_was(
    stage: ModuleType, database: Database, terms: Terms, ledger: Ledger, forget: Forget, remember: Forget
) -> None:
    await forget()
    ledger.posts = [post(stage, 1, "m1b")]
    await remember()
    await database.run(lambda connection: stage.planned(connection, terms, 1))

    def edited(connection: Any) -> None:  # Any: a Connection
        number = connection.execute(select(MENTION.c.id)).scalar_one()
        connection.execute(EDIT.insert().values(platform="x", id="m1b", mention=number))

    await database.run(edited)
    assert await claimed(database, terms) == Ended("d1.0", "NEEDS_HUMAN")


async def test_what_was_ready_and_is_not_read_back_waits_for_a_person(
    stage: ModuleType, database: Database, terms: Terms, forget: Forget, remember: Forget
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    await forget()
    await remember()
    assert await claimed(database, terms) == Ended("d1.0", "NEEDS_HUMAN")
    assert (await database.look(stage.effect)).reason == ASKED
    await database.run(partial(words.retry, said=Said()))
    assert isinstance(await claimed(database, terms, "d1.0"), Claim)


async def test_a_reply_that_is_decided_afterwards_is_given(
    stage: ModuleType, database: Database, terms: Terms, clock: Any, forget: Forget, remember: Forget
) -> None:
    """Answers were read back: what is not among them was not given."""
    await forget()
    await remember()
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    assert isinstance(await claimed(database, terms, "d1.0"), Claim)


@pytest.mark.parametrize(
    "said",
    [
        ActionRecord(action="dm", rule="r1", slot="private", text="write to us"),
        ActionRecord(action="badge", rule="r1", text="gold"),
    ],
    ids=["a message", "what a plugin adds"],
)
async def test_what_is_not_read_back_is_put_to_a_person_once(
    stage: ModuleType,
    database: Database,
    ledger: Ledger,
    clock: Any,
    forget: Forget,
    remember: Forget,
    said: ActionRecord,
) -> None:
    ledger.actions = frozenset({"dm", "badge"})
    terms = stage.terms(ledger)
    clock.turn(600)
    await forget()
    await remember()
    await database.run(
        lambda connection: stage.arrive(connection, stage.mention(1), stage.mention(2, at=clock.at))
    )
    await decide(database, terms, stage.decided(1, said))
    assert await claimed(database, terms, "d1.0") == Ended("d1.0", "NEEDS_HUMAN")
    await database.run(partial(words.retry, said=Said()))
    assert isinstance(await claimed(database, terms, "d1.0"), Claim)
    await database.run(stage.change(EFFECT, state="SENT"))
    await decide(database, terms, stage.decided(2, said))
    assert isinstance(await claimed(database, terms, "d2.0"), Claim)


async def test_what_a_restored_clock_runs_again_is_put_to_a_person(
    stage: ModuleType, database: Database, ledger: Ledger, clock: Any, forget: Forget, remember: Forget
) -> None:
    """A post on schedule may be out since; one that comes due later goes out."""
    ledger.actions = frozenset({"post"})
    terms = stage.terms(ledger)
    clock.turn(600)
    await forget()
    await remember()
    said = ActionRecord(action="post", rule="r1", slot="public", text="Good morning")
    for number, at in ((1, stage.NOON + 300), (2, clock.at)):
        due = datetime.fromtimestamp(at, UTC)
        run = stage.decided(number, said, mention=f"schedule:r1:{number}", event="tick", at=due)
        await decide(database, terms, run)
    assert await claimed(database, terms) == Ended("d1.0", "NEEDS_HUMAN")
    second = await claimed(database, terms)
    assert isinstance(second, Claim)
    assert second.effect.id == "d2.0"


async def test_what_is_done_at_least_once_is_neither_waited_for_nor_asked_about(
    stage: ModuleType, database: Database, ledger: Ledger, clock: Any, forget: Forget
) -> None:
    await database.run(lambda connection: stage.arrive(connection, stage.mention(1)))
    ledger.platform, ledger.actions, ledger.look_up = "", frozenset({"notify"}), "none"
    terms = stage.terms(ledger)
    told = ActionRecord(action="notify", rule="r1", payload={"to": "mara"})
    await decide(database, terms, stage.decided(1, told))
    await forget()
    assert await Remembering(database, terms, clock).remember(["acme"], [ledger])
    assert isinstance(await claimed(database, terms), Claim)


async def test_while_not_everything_could_be_read_back_nothing_is_sent(
    database: Database, ledger: Ledger, forget: Forget, remember: Forget
) -> None:
    await forget()
    ledger.complete = False
    with pytest.raises(Interrupted, match="read back: acme"):
        await remember()
    assert not (await database.look(switch.standing)).open


async def test_a_sender_that_fails_leaves_it_unread(
    database: Database, ledger: Ledger, forget: Forget, remember: Forget, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def own_posts(_account: str, _since: datetime) -> Found:
        raise ConnectionError("no way there")

    monkeypatch.setattr(ledger, "own_posts", own_posts)
    await forget()
    with pytest.raises(Interrupted, match="read back: acme"):
        await remember()
    assert not (await database.look(switch.standing)).open


async def test_an_account_for_which_a_sender_does_not_speak_keeps_nobody_waiting(
    database: Database, ledger: Ledger, forget: Forget, remember: Forget, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def own_posts(_account: str, _since: datetime) -> Found | None:
        return None

    monkeypatch.setattr(ledger, "own_posts", own_posts)
    await forget()
    assert await remember()
    assert (await database.look(switch.standing)).open


async def test_reading_begins_before_what_was_sent_last_before_it_was_noticed(  # noqa: PLR0917 - fixtures
    stage: ModuleType,
    database: Database,
    terms: Terms,
    ledger: Ledger,
    clock: Any,
    forget: Forget,
    remembering: Remembering,
    remember: Forget,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither what is read back meanwhile nor what ends meanwhile says that all before it is known."""
    asked: list[datetime] = []

    async def own_posts(_account: str, since: datetime) -> Found:
        asked.append(since)
        return Found((post(stage, 9, "m9"),), complete=False)

    monkeypatch.setattr(ledger, "own_posts", own_posts)
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    await database.run(stage.change(EFFECT, state="SENT"))
    clock.turn(86_400)
    await forget()
    clock.turn(10)
    await database.run(lambda connection: stage.planned(connection, terms, 2))
    await database.run(
        lambda connection: (
            connection.execute(
                EFFECT.update().where(EFFECT.c.id == "d2.0").values(state="SENT", changed_at=clock.at)
            ).rowcount
        )
    )
    with pytest.raises(Interrupted):
        await remember()
    with pytest.raises(Interrupted):
        await remembering.remember(["acme"], [ledger])
    assert [one.timestamp() for one in asked] == [stage.NOON - 3600] * 2


async def test_reading_back_twice_is_reading_back_once(
    stage: ModuleType, database: Database, ledger: Ledger, forget: Forget, remember: Forget, clock: Any
) -> None:
    ledger.posts = [post(stage, 1, "m1"), post(stage, 2, None)]
    for _ in range(2):
        await forget()
        assert await remember()
    found = await database.look(
        lambda connection: connection.execute(select(EFFECT.c.remote_id)).scalars().all()
    )
    assert found == ["p1"]
