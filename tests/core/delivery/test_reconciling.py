from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest

from socialcare.delivery import leases, outcomes, reconciling
from socialcare.delivery.claiming import Claim, claim
from socialcare.delivery.reconciling import Watch, next_step
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import Terms
from socialcare.sending import Answer, Found, OwnPost
from socialcare.store.database import Database
from socialcare.store.tables import EDIT, EFFECT

if TYPE_CHECKING:
    from tests.core.delivery.stage import Ledger, TurnedClock

Begin: TypeAlias = Callable[..., Awaitable[Terms]]
Play: TypeAlias = Callable[[Terms, int], Awaitable[str]]


@pytest.fixture
def begin(stage: ModuleType, database: Database) -> Begin:
    """A reply whose request was made, and of which nobody knows what became; its terms."""

    async def begin(
        ledger: Ledger, answer: Literal["unknown", "duplicate"] = "unknown", **more: bool
    ) -> Terms:
        terms: Terms = stage.terms(ledger, **more)
        await database.run(lambda connection: stage.planned(connection, terms, 1))
        claimed = await database.run(partial(claim, worker="w1", terms=terms))
        assert isinstance(claimed, Claim)
        term = terms.of_effect(claimed.effect)
        assert term is not None
        told = partial(outcomes.answered, claim=claimed, answer=Answer(kind=answer), term=term, worker="w1")
        await database.run(told)
        return terms

    return begin


@pytest.fixture
def play(stage: ModuleType, database: Database, clock: TurnedClock) -> Play:
    """Reconcile every ten seconds for a while; the state in the end."""

    async def play(terms: Terms, seconds: int) -> str:
        speaker = Speaker(database, terms, clock, "w1")
        for _ in range(seconds // 10):
            await speaker.reconcile()
            clock.turn(10)
        states: dict[str, str] = await database.look(stage.states)
        return states["d1.0"]

    return play


def reply(stage: ModuleType, to: str | None = "m1", key: str | None = None) -> OwnPost:
    return OwnPost("p9", datetime.fromtimestamp(stage.NOON, UTC), to, "hello", key)


async def test_what_is_found_was_sent(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play
) -> None:
    terms = await begin(ledger)
    ledger.posts = [reply(stage)]
    assert await play(terms, 80) == "SENT"
    assert (await database.look(stage.effect)).remote_id == "p9"
    assert await database.look(stage.evidence) == ["unknown", "found"]


async def test_an_answer_to_any_edit_that_is_known_is_found(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play
) -> None:
    terms = await begin(ledger)
    row = (await database.look(stage.effect)).mention
    edits = [{"platform": "x", "id": name, "mention": row} for name in ("m1b", "m1c")]
    await database.run(lambda connection: connection.execute(EDIT.insert(), edits))
    ledger.posts = [reply(stage, "m1b")]
    assert await play(terms, 80) == "SENT"


async def test_of_what_answers_nothing_the_word_of_its_sender_is_taken(
    ledger: Ledger, begin: Begin, play: Play, clock: TurnedClock
) -> None:
    terms = await begin(ledger)
    ledger.posts = [OwnPost("p9", datetime.fromtimestamp(clock.at, UTC), None, "hello https://t.co/links")]
    assert await play(terms, 120) == "SENT"


async def test_what_another_effect_has_made_is_not_taken_for_this_one(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play, clock: TurnedClock
) -> None:
    terms = await begin(ledger)
    await database.run(lambda connection: stage.planned(connection, terms, 2))
    await Speaker(database, terms, clock, "w1").speak_once()
    ledger.posts = [post._replace(in_reply_to=None) for post in ledger.posts]
    assert (await database.look(partial(stage.effect, name="d2.0"))).remote_id == ledger.posts[0].id
    assert await play(terms, 120) == "UNKNOWN"


async def test_a_look_that_finds_what_was_given_up_meanwhile_ends_it(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin
) -> None:
    await begin(ledger)
    (doubt,) = await database.look(partial(reconciling.doubts, worker="w1"))
    await database.run(stage.change(EFFECT, state="READY", owner=None, fence=7))
    found = Found([ledger.post(doubt.effect)], complete=True)
    assert await database.run(partial(reconciling.looked, doubt=doubt, found=found, by="w1")) == "SENT"


async def test_our_key_is_known_again(stage: ModuleType, ledger: Ledger, begin: Begin, play: Play) -> None:
    ledger.idempotency = "client_id"
    terms = await begin(ledger)
    ledger.posts = [reply(stage, None, "key-d1.0")]
    assert await play(terms, 80) == "SENT"


async def test_what_is_not_found_waits_for_a_person_after_half_an_hour(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play
) -> None:
    terms = await begin(ledger)
    assert await play(terms, 1790) == "UNKNOWN"
    assert await play(terms, 30) == "NEEDS_HUMAN"
    assert set(await database.look(stage.evidence)) == {"unknown", "empty"}


async def test_who_may_send_once_more_does_so_after_two_looks_in_quiet(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play, clock: TurnedClock
) -> None:
    terms = await begin(ledger, resend_once=True)
    before = clock.at
    while (await database.look(stage.states))["d1.0"] == "UNKNOWN":
        await play(terms, 600)
    row = await database.look(stage.effect)
    assert (row.state, row.resent) == ("READY", True)
    assert clock.at - before < 1800


async def test_looks_that_do_not_see_everything_prove_nothing(
    ledger: Ledger, begin: Begin, play: Play
) -> None:
    terms = await begin(ledger, resend_once=True)
    ledger.complete = False
    assert await play(terms, 1820) == "NEEDS_HUMAN"


async def test_it_is_sent_again_once_only(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play
) -> None:
    terms = await begin(ledger, resend_once=True)
    await database.run(stage.change(EFFECT, resent=True))
    assert await play(terms, 1820) == "NEEDS_HUMAN"


async def test_a_text_that_the_platform_has_already_is_found_or_refused(
    ledger: Ledger, begin: Begin, play: Play
) -> None:
    terms = await begin(ledger, "duplicate")
    assert await play(terms, 900) == "REFUSED"


async def test_with_an_id_of_our_own_one_look_after_the_quiet_time_is_enough(
    ledger: Ledger, begin: Begin, play: Play
) -> None:
    ledger.idempotency, ledger.look_up, ledger.lag = "client_id", "by_id", 5.0
    terms = await begin(ledger)
    assert await play(terms, 20) == "UNKNOWN"
    assert await play(terms, 130) == "READY"


async def test_with_a_key_it_is_sent_again_while_the_platform_surely_knows_the_key(
    ledger: Ledger, begin: Begin, play: Play
) -> None:
    ledger.idempotency = "key"
    terms = await begin(ledger)
    assert await play(terms, 40) == "READY"


async def test_with_a_key_that_may_be_forgotten_it_is_as_without_one(
    database: Database, ledger: Ledger, begin: Begin, play: Play, clock: TurnedClock
) -> None:
    ledger.idempotency, ledger.key_ttl = "key", 20.0
    terms = await begin(ledger)
    assert await play(terms, 1820) == "NEEDS_HUMAN"


async def test_a_key_that_became_old_while_it_waited_is_not_used(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play, clock: TurnedClock
) -> None:
    ledger.idempotency = "key"
    terms = await begin(ledger)
    assert await play(terms, 40) == "READY"
    clock.turn(1900)
    await database.run(partial(claim, worker="w1", terms=terms))
    assert await database.look(stage.states) == {"d1.0": "NEEDS_HUMAN"}


async def test_what_only_our_own_people_see_is_repeated_until_it_succeeds(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, play: Play, clock: TurnedClock
) -> None:
    ledger.platform, ledger.look_up = "", "none"
    terms = await begin(ledger)
    speaker = Speaker(database, terms, clock, "w1")
    ledger.script = ["raises after"] * 3
    for _ in range(60):
        await speaker.reconcile()
        await speaker.speak_once()
        clock.turn(10)
    assert await database.look(stage.states) == {"d1.0": "SENT"}
    assert {one.id for one in ledger.requests} == {"d1.0"}


async def test_late_proof_is_believed(
    stage: ModuleType, database: Database, ledger: Ledger, terms: Terms
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    claimed = await database.run(partial(claim, worker="w1", terms=terms))
    await database.run(partial(reconciling.take_over, worker="w2"))
    late = Answer(kind="sent", remote_id="p1")
    assert isinstance(claimed, Claim)
    term = terms.of_effect(claimed.effect)
    assert term is not None
    await database.run(partial(outcomes.answered, claim=claimed, answer=late, term=term, worker="w1"))
    await Speaker(database, terms, ledger.clock, "w2").reconcile()
    row = await database.look(stage.effect)
    assert (row.state, row.remote_id) == ("SENT", "p1")


async def test_the_proof_that_nothing_was_written_makes_it_ready(
    stage: ModuleType, database: Database, ledger: Ledger, terms: Terms
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    claimed = await database.run(partial(claim, worker="w1", terms=terms))
    await database.run(partial(reconciling.take_over, worker="w2"))
    assert isinstance(claimed, Claim)
    term = terms.of_effect(claimed.effect)
    assert term is not None
    unsent = Answer(kind="unsent")
    await database.run(partial(outcomes.answered, claim=claimed, answer=unsent, term=term, worker="w1"))
    await Speaker(database, terms, ledger.clock, "w2").reconcile()
    assert await database.look(stage.states) == {"d1.0": "READY"}


async def test_only_what_a_living_worker_does_not_send_is_taken_over(
    stage: ModuleType, database: Database, terms: Terms, clock: TurnedClock
) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    await database.run(partial(leases.join, worker="w1", host="a", pid=1))
    await database.run(partial(claim, worker="w1", terms=terms))
    assert await database.run(partial(reconciling.take_over, worker="w2")) == 0
    clock.turn(46)
    assert await database.run(partial(reconciling.take_over, worker="w2")) == 1
    row = await database.look(stage.effect)
    assert (row.state, row.owner, row.fence) == ("UNKNOWN", "w2", 2)


async def test_who_is_alone_takes_over_at_once(stage: ModuleType, database: Database, terms: Terms) -> None:
    await database.run(lambda connection: stage.planned(connection, terms, 1))
    await database.run(partial(leases.join, worker="w1", host="a", pid=1))
    await database.run(partial(claim, worker="w1", terms=terms))
    assert await database.run(partial(reconciling.take_over, worker="w2", alone=True)) == 1


async def test_what_a_dead_worker_watched_is_watched_by_another_since_then(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin, clock: TurnedClock
) -> None:
    await begin(ledger)
    clock.turn(60)
    await database.run(partial(reconciling.take_over, worker="w2"))
    row = await database.look(stage.effect)
    assert (row.owner, row.unknown_since, row.fence) == ("w2", stage.NOON, 3)


def test_looks_become_rarer() -> None:
    watch = Watch(0.0)
    looks = []
    for steady in range(0, 1800, 10):
        if steady >= watch.next_look(60):
            watch.looks.append((float(steady), True))
            looks.append(steady)
    assert looks == [60, 120, 180, 300, 540, 1020]
    assert timedelta(seconds=looks[1] - looks[0]) >= timedelta(minutes=1)


async def test_who_takes_over_late_looks_at_once_before_a_person_is_asked(
    stage: ModuleType,
    database: Database,
    ledger: Ledger,
    terms: Terms,
    begin: Begin,
    clock: TurnedClock,
) -> None:
    await begin(ledger)
    clock.turn(reconciling.PATIENCE + 60)
    await database.run(partial(reconciling.take_over, worker="w2"))
    (doubt,) = await database.look(partial(reconciling.doubts, worker="w2"))
    term, steady = terms.of_effect(doubt.effect), clock.steady()
    watch = Watch(steady)
    assert next_step(doubt, watch, term, steady) == "look"
    watch.looks.append((steady, True))
    assert next_step(doubt, watch, term, steady) == "ask"


async def test_what_another_looked_for_already_is_not_looked_for_at_once(
    stage: ModuleType,
    database: Database,
    ledger: Ledger,
    terms: Terms,
    begin: Begin,
    clock: TurnedClock,
) -> None:
    await begin(ledger)
    clock.turn(120)
    await database.run(partial(reconciling.take_over, worker="w2"))
    (doubt,) = await database.look(partial(reconciling.doubts, worker="w2"))
    await database.run(partial(reconciling.looked, doubt=doubt, found=Found((), True), by="w2"))
    (doubt,) = await database.look(partial(reconciling.doubts, worker="w2"))
    term, steady = terms.of_effect(doubt.effect), clock.steady()
    assert next_step(doubt, Watch(steady), term, steady) == "wait"
    assert next_step(doubt, Watch(steady - 60), term, steady) == "look"


async def test_an_effect_without_terms_waits_for_a_person(
    stage: ModuleType, database: Database, ledger: Ledger, begin: Begin
) -> None:
    await begin(ledger)
    (doubt,) = await database.look(partial(reconciling.doubts, worker="w1"))
    assert next_step(doubt, Watch(0.0), None, 0.0) == "wait"
