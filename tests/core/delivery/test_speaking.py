from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar, cast

import pytest
from sqlalchemy import Connection

from socialcare.delivery import lanes, switch
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import Terms
from socialcare.errors import Interrupted
from socialcare.sending import Answer, Effect, Found
from socialcare.store.database import Database
from socialcare.store.tables import MENTION

if TYPE_CHECKING:
    from tests.core.delivery.stage import Ledger, TurnedClock

T = TypeVar("T")


@pytest.fixture
def speaker(database: Database, terms: Terms, clock: TurnedClock) -> Speaker:
    return Speaker(database, terms, clock, "w1")


@pytest.fixture
async def ready(stage: ModuleType, database: Database, terms: Terms) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))


async def test_a_reply_goes_out_once(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None
) -> None:
    assert await speaker.speak_once()
    assert not await speaker.speak_once()
    assert [post.text for post in ledger.posts] == ["hello 1"]
    assert await database.look(stage.states) == {"d1.0": "SENT"}


async def test_five_seconds_after_the_intent_no_byte_is_written(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None
) -> None:
    ledger.script = ["late"]
    assert await speaker.speak_once()
    assert ledger.requests == []
    assert await database.look(stage.states) == {"d1.0": "READY"}


@pytest.mark.parametrize(("what", "state"), [("raises before", "READY"), ("raises after", "UNKNOWN")])
async def test_what_a_sender_raises_is_unknown_only_after_it_was_allowed_to_write(
    stage: ModuleType,
    database: Database,
    speaker: Speaker,
    ledger: Ledger,
    ready: None,
    what: str,
    state: str,
) -> None:
    ledger.script = [what]
    await speaker.speak_once()
    assert await database.look(stage.states) == {"d1.0": state}


async def test_a_request_that_takes_too_long_is_unknown(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None, clock: TurnedClock
) -> None:
    ledger.script = ["hangs"]
    speaking = asyncio.create_task(speaker.speak_once())
    await ledger.requested.wait()
    clock.turn(15)
    await speaking
    assert await database.look(stage.states) == {"d1.0": "UNKNOWN"}


async def test_who_is_stopped_in_a_request_writes_down_that_it_is_unknown(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None
) -> None:
    ledger.script = ["hangs"]
    speaking = asyncio.create_task(speaker.speak_once())
    await ledger.requested.wait()
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    assert await database.look(stage.states) == {"d1.0": "UNKNOWN"}


async def test_unsent_after_it_was_allowed_to_write_is_not_believed(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None
) -> None:
    ledger.script = [Answer(kind="unsent", reason="the line broke")]
    await speaker.speak_once()
    assert await database.look(stage.states) == {"d1.0": "UNKNOWN"}


async def test_a_sender_that_writes_after_it_was_stopped_is_not_allowed_to(
    stage: ModuleType,
    database: Database,
    speaker: Speaker,
    ledger: Ledger,
    ready: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allowed: list[bool] = []
    writers: list[asyncio.Task[None]] = []

    async def send(_effect: Effect, may_write: Callable[[], bool]) -> Answer:
        async def write() -> None:
            allowed.append(may_write())

        speaking.cancel()
        writers.append(asyncio.create_task(write()))
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    monkeypatch.setattr(ledger, "send", send)
    speaking = asyncio.create_task(speaker.speak_once())
    with pytest.raises(asyncio.CancelledError):
        await speaking
    await asyncio.gather(*writers)
    assert (allowed, await database.look(stage.states)) == ([False], {"d1.0": "READY"})


async def test_a_sender_that_answers_with_nonsense_spoils_nothing(
    stage: ModuleType,
    database: Database,
    speaker: Speaker,
    ledger: Ledger,
    ready: None,
    clock: TurnedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def send(_effect: Effect, may_write: Callable[[], bool]) -> Answer:
        may_write()
        return cast("Answer", "done")

    async def find(_effect: Effect, _since: datetime) -> Found:
        return cast("Found", [1, 2])

    monkeypatch.setattr(ledger, "send", send)
    monkeypatch.setattr(ledger, "find", find)
    await speaker.speak_once()
    for _ in range(4):
        await speaker.reconcile()
        clock.turn(60)
    assert await database.look(stage.states) == {"d1.0": "UNKNOWN"}
    assert set(await database.look(stage.evidence)) == {"unknown", "failed"}


async def test_the_kill_switch_stops_what_is_claimed_and_not_written(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None
) -> None:
    speaker.halted = True
    await speaker.speak_once()
    assert ledger.requests == []
    assert await database.look(stage.states) == {"d1.0": "READY"}


async def test_the_kill_switch_is_noticed(database: Database, speaker: Speaker) -> None:
    await database.run(lambda connection: switch.kill(connection, "stop", by="maria"))
    await speaker.watch_switch()
    assert speaker.halted


async def test_a_mention_that_is_old_is_looked_up_and_then_answered(
    speaker: Speaker, ledger: Ledger, ready: None, clock: TurnedClock
) -> None:
    clock.turn(700)
    assert await speaker.speak_once()
    assert ledger.posts == []
    assert await speaker.speak_once()
    assert len(ledger.posts) == 1


async def test_a_mention_that_is_not_there_any_more_is_not_answered(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None, clock: TurnedClock
) -> None:
    clock.turn(700)
    ledger.there = False
    await speaker.speak_once()
    assert await database.look(stage.states) == {"d1.0": "CANCELLED"}
    assert await database.look(lambda connection: connection.execute(MENTION.select()).one().state) == "gone"


async def test_five_failures_hold_up_their_account_and_one_request_tries_again(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, terms: Terms, clock: TurnedClock
) -> None:
    def plan(connection: Connection) -> None:
        for number in range(1, 9):
            stage.arrive(connection, stage.mention(number))
            account = "other" if number == 8 else "acme"
            stage.outbox.record(connection, [stage.decided(number, account=account)], terms)

    await database.run(plan)
    ledger.script = ["raises after"] * 5
    for _ in range(8):
        await speaker.speak_once()
    assert [one.account for one in ledger.requests] == ["acme"] * 5 + ["other"]
    clock.turn(60)
    for _ in range(3):
        await speaker.speak_once()
    assert len(ledger.posts) == 3


async def test_no_request_is_made_while_a_lane_is_closed(
    database: Database, speaker: Speaker, ledger: Ledger, stage: ModuleType, terms: Terms, clock: TurnedClock
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1, 2))
    ledger.script = [Answer(kind="unsent", until=clock.at + 300, status=429)]
    for _ in range(5):
        await speaker.speak_once()
        clock.turn(59)
    assert len(ledger.requests) == 1
    clock.turn(20)
    assert await database.look(lanes.closed) == []
    for _ in range(4):
        await speaker.speak_once()
    assert len(ledger.posts) == 2


async def test_who_is_asked_to_stop_finishes_what_is_under_way(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, ready: None, clock: TurnedClock
) -> None:
    ledger.script = ["hangs"]
    stop = asyncio.Event()
    running = asyncio.create_task(speaker.run(stop, lines=2))
    await ledger.requested.wait()
    stop.set()
    clock.turn(15)
    await running
    assert await database.look(stage.states) == {"d1.0": "UNKNOWN"}


async def test_one_idle_line_looks_for_work_and_none_begins_any_once_it_was_asked_to_stop(
    stage: ModuleType, database: Database, speaker: Speaker, ledger: Ledger, terms: Terms, clock: TurnedClock
) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(speaker.run(stop, lines=3))
    async with asyncio.timeout(10):
        while clock.sleepers < 4:  # noqa: ASYNC110 - reconciler, switch, sweep, one of three lines: nobody tells of them
            await asyncio.sleep(0)
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    assert clock.sleepers == 4
    stop.set()
    await running
    assert ledger.requests == []
    assert await database.look(stage.states) == {"d1.0": "READY"}


async def test_each_post_is_noted_beside_the_database(tmp_path: Path, speaker: Speaker, ready: None) -> None:
    speaker.copy = tmp_path / "care.epoch"
    await speaker.speak_once()
    assert b'"epoch":2' in speaker.copy.read_bytes()


async def test_an_outcome_outlives_a_database_that_is_away(
    stage: ModuleType, database: Database, terms: Terms, clock: TurnedClock, ledger: Ledger, ready: None
) -> None:
    class Away:
        """The database, which is away for the second transaction."""

        def __init__(self) -> None:
            self.runs = 0
            self.gone = asyncio.Event()
            self.look = database.look

        async def run(self, transaction: Callable[[Connection], T]) -> T:
            self.runs += 1
            if self.runs == 2:
                self.gone.set()
                raise Interrupted("away")
            return await database.run(transaction)

    away = Away()
    speaking = asyncio.create_task(Speaker(cast("Database", away), terms, clock, "w1").speak_once())
    await away.gone.wait()
    await asyncio.sleep(0)
    clock.turn(10)
    await speaking
    assert await database.look(stage.states) == {"d1.0": "SENT"}


async def test_several_that_are_unknown_are_looked_for_by_one_reading(
    stage: ModuleType,
    database: Database,
    speaker: Speaker,
    ledger: Ledger,
    terms: Terms,
    clock: TurnedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, *range(1, 5)))
    ledger.script = ["applied and lost", "raises after", "applied and lost", "raises after"]
    for _ in ledger.script[:]:
        await speaker.speak_once()
    read: list[str] = []

    async def own_posts(account: str, since: datetime) -> Found:
        read.append(account)
        return Found(tuple(ledger.posts), complete=True)

    monkeypatch.setattr(ledger, "own_posts", own_posts)
    for _ in range(3):
        await speaker.reconcile()
        clock.turn(60)
    assert await database.look(stage.states) == {
        "d1.0": "SENT",
        "d2.0": "UNKNOWN",
        "d3.0": "SENT",
        "d4.0": "UNKNOWN",
    }
    assert read == ["acme", "acme"]
    for name, post in (("d1.0", "p1"), ("d3.0", "p2")):
        assert (await database.look(partial(stage.effect, name=name))).remote_id == post
