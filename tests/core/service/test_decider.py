"""What waits is decided in order, once, and given back whole where it cannot be."""

from collections.abc import Callable
from dataclasses import replace as with_other
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, event, select

from socialcare.errors import Interrupted
from socialcare.listening import Gone
from socialcare.model import Decision, Mention
from socialcare.service.decider import BATCH, MOST_TRIES, close, take_up
from socialcare.service.run import Service
from socialcare.store.database import Database, open_database
from socialcare.store.intake import take_in
from socialcare.store.tables import DECISION, MENTION, SHARD, SHARDS

ALL = tuple(range(SHARDS))
Made = Callable[..., Mention]


async def bring(database: Database, *mentions: Any) -> None:
    await database.run(partial(take_in, arrivals=mentions, feed="line", cursor=None))


async def decided(database: Database) -> list[str]:
    """The ids of mentions in the order in which they were decided."""
    asked = select(MENTION.c.root).join(DECISION, DECISION.c.mention == MENTION.c.id).order_by(DECISION.c.seq)
    return await database.look(lambda connection: list(connection.execute(asked).scalars()))


async def tries(database: Database) -> dict[str, int]:
    asked = select(MENTION.c.root, MENTION.c.tries)
    return await database.look(lambda connection: {row.root: row.tries for row in connection.execute(asked)})


async def test_what_waits_is_decided_in_order_of_arrival(service: Service, mention: Made) -> None:
    await bring(service.database, *(mention(n) for n in (3, 1, 2)))
    assert await service.decide()
    assert await decided(service.database) == ["1003", "1001", "1002"]
    assert not await service.decide()


async def test_a_batch_is_taken_up_whole_and_its_tries_are_counted_before_it_begins(
    database: Database, mention: Made
) -> None:
    await bring(database, *(mention(n) for n in range(3)))
    taken = await database.run(partial(take_up, shards=ALL))
    assert [one.mention.id for one in taken] == ["1000", "1001", "1002"]
    assert set((await tries(database)).values()) == {1}


async def test_a_batch_has_a_limit(database: Database, mention: Made) -> None:
    await bring(database, *(mention(n) for n in range(BATCH + 1)))
    assert len(await database.run(partial(take_up, shards=ALL))) == BATCH


async def test_what_was_begun_before_is_taken_up_alone(database: Database, mention: Made) -> None:
    await bring(database, mention(1))
    await database.run(partial(take_up, shards=ALL))
    await bring(database, mention(2), mention(3))
    assert [one.mention.id for one in await database.run(partial(take_up, shards=ALL))] == ["1001"]


async def test_a_batch_ends_before_what_was_begun(database: Database, mention: Made) -> None:
    await bring(database, mention(1), mention(2), mention(3))
    begun = MENTION.update().where(MENTION.c.root == "1002").values(tries=1)
    await database.run(lambda connection: connection.execute(begun).rowcount)
    assert [one.mention.id for one in await database.run(partial(take_up, shards=ALL))] == ["1001"]


async def test_who_kills_the_process_three_times_is_quarantined_and_the_neighbours_are_decided(
    care: Any, mention: Made, mentions: Callable[[Connection], dict[str, str]]
) -> None:
    async with care.awake() as service:
        await bring(service.database, mention(1), mention(2), mention(3))
        for _ in range(MOST_TRIES):  # the process dies with the batch in its hands
            await service.database.run(partial(take_up, shards=ALL))
    async with care.awake() as service:
        while await service.decide():
            pass
        assert await service.database.look(mentions) == {
            "1001": "quarantined",
            "1002": "done",
            "1003": "done",
        }
        reason = select(MENTION.c.reason).where(MENTION.c.root == "1001")
        found = await service.database.look(lambda connection: connection.execute(reason).scalar())
        assert found.startswith("it was begun 3 times and never decided")


async def test_thousands_that_killed_us_are_quarantined_at_once(database: Database, mention: Made) -> None:
    await bring(database, *(mention(n) for n in range(1_500)))
    begun = MENTION.update().values(tries=MOST_TRIES)
    await database.run(lambda connection: connection.execute(begun).rowcount)
    assert await database.run(partial(take_up, shards=ALL)) == []


@pytest.mark.parametrize("what", ["quarantined", "closed"])
@pytest.mark.parametrize("meanwhile", ["deleted", "edited"])
async def test_what_is_deleted_or_edited_as_it_is_given_up_stays_as_it_is(
    postgresql_url: str,
    mention: Made,
    mentions: Callable[[Connection], dict[str, str]],
    what: str,
    meanwhile: str,
) -> None:
    first = mention(1)
    others: dict[str, Any] = {
        "deleted": Gone(id=first.id, platform="x", at=first.at),
        "edited": replace(first, id="1002", root="1001"),
    }
    database = await open_database(postgresql_url)
    await bring(database, first)

    def give_up(connection: Connection) -> None:
        @event.listens_for(connection, "before_cursor_execute")
        def another_worker(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith("UPDATE mention") and others:
                arrival = others.pop(meanwhile)
                others.clear()
                with connection.engine.begin() as other:
                    take_in(other, [arrival], "line", None)

        if what == "closed":
            close(connection, waiting)
        else:
            take_up(connection, ALL)

    waiting = await database.run(partial(take_up, shards=ALL))
    tried = MENTION.update().values(tries=MOST_TRIES)
    await database.run(lambda connection: connection.execute(tried).rowcount)
    await database.run(give_up)
    expected = {"deleted": "gone", "edited": "quarantined" if what == "quarantined" else "new"}
    assert await database.look(mentions) == {"1001": expected[meanwhile]}
    await database.close()


async def test_only_our_authors_are_taken_up(database: Database, mention: Made) -> None:
    await bring(database, *(mention(n) for n in range(20)))
    ours = await database.run(partial(take_up, shards=range(SHARDS // 2)))
    others = await database.run(partial(take_up, shards=range(SHARDS // 2, SHARDS)))
    assert len(ours) + len(others) == 20
    assert 0 < len(ours) < 20
    assert await database.run(partial(take_up, shards=())) == []


async def test_a_batch_that_is_interrupted_waits_again_as_if_it_had_not_begun(
    service: Service, mention: Made, mentions: Callable[[Connection], dict[str, str]]
) -> None:
    lost = SHARD.update().values(owner="another", lease_until=2e9)
    for round_ in range(2 * MOST_TRIES):
        await bring(service.database, mention(2 * round_), mention(2 * round_ + 1))
        await service.database.run(lambda connection: connection.execute(lost).rowcount)
        with pytest.raises(Interrupted, match="another worker"):
            await service.decide()
        assert service.metrics.registry.get_sample_value("socialcare_interrupted_total") == round_ + 1
    ours = SHARD.update().values(owner=service.worker.id, lease_until=2e9)
    await service.database.run(lambda connection: connection.execute(ours).rowcount)
    assert await service.decide()
    assert not await service.decide(), "one batch was all of it"
    assert set((await service.database.look(mentions)).values()) == {"done"}
    assert set((await tries(service.database)).values()) == {1}


async def test_a_decision_that_could_not_be_stored_is_neither_counted_nor_told(
    service: Service, care: Any, mention: Made
) -> None:
    lost = SHARD.update().values(owner="another", lease_until=2e9)
    await bring(service.database, mention(1))
    await service.database.run(lambda connection: connection.execute(lost).rowcount)
    with pytest.raises(Interrupted):
        await service.decide()
    assert "socialcare_decisions_total{" not in service.metrics.page().decode()
    assert care.plugin.told == []
    assert await decided(service.database) == []


async def test_a_mention_that_is_edited_while_it_is_decided_is_not_decided_in_its_old_form(
    service: Service, mention: Made, effects: Callable[[Connection], list[Any]]
) -> None:
    first = mention(1, "are you open?")
    edited = replace(first, id="1002", root="1001", text="@AcmeShop never mind")
    await bring(service.database, first)
    assert service.decider is not None
    desk = service.decider.desk

    class EditedMeanwhile:
        """Plays the person who edits while we look."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.store, name)

        async def commit(self, *arguments: Any) -> None:
            await bring(service.database, edited)
            await desk.store.commit(*arguments)

    service.decider.desk = with_other(desk, store=EditedMeanwhile())
    with pytest.raises(Interrupted, match="changed while it was decided"):
        await service.decide()
    service.decider.desk = desk
    await service.decide()
    assert await service.database.look(effects) == []
    assert await decided(service.database) == ["1001"]
    source = select(DECISION.c.body)
    body = await service.database.look(lambda connection: connection.execute(source).scalar_one())
    assert b"never mind" in body


async def test_a_mention_that_is_deleted_before_it_is_decided_is_not_decided(
    service: Service, mention: Made, mentions: Callable[[Connection], dict[str, str]]
) -> None:
    first = mention(1)
    await bring(service.database, first, mention(2))
    await bring(service.database, Gone(id=first.id, platform="x", at=first.at))
    while await service.decide():
        pass
    assert await service.database.look(mentions) == {"1001": "gone", "1002": "done"}
    assert await decided(service.database) == ["1002"]


async def test_what_was_decided_in_another_edit_is_closed_without_a_decision(
    service: Service, mention: Made, mentions: Callable[[Connection], dict[str, str]]
) -> None:
    await bring(service.database, mention(1))
    await service.decide()
    again = MENTION.update().values(state="new")
    await service.database.run(lambda connection: connection.execute(again).rowcount)
    await service.decide()
    assert await service.database.look(mentions) == {"1001": "done"}
    assert await decided(service.database) == ["1001"]


async def test_plugins_are_told_of_a_decision_after_the_commit(
    service: Service, care: Any, mention: Made, mentions: Callable[[Connection], dict[str, str]]
) -> None:
    await bring(service.database, mention(1))
    await service.decide()
    (told,) = care.plugin.told
    assert isinstance(told, Decision)
    assert told.mention == "1001"
    assert await service.database.look(mentions) == {"1001": "done"}


async def test_what_a_plugin_raises_when_it_is_told_changes_nothing_and_is_logged_without_words(
    service: Service, care: Any, mention: Made, logged: list[dict[str, Any]]
) -> None:
    care.plugin.raises = ValueError("cannot read: @AcmeShop are you open?")
    await bring(service.database, mention(1), mention(2))
    await service.decide()
    assert await decided(service.database) == ["1001", "1002"]
    (line, *_) = [line for line in logged if line["event"] == "a plugin failed"]
    assert (line["plugin"], line["what"]) == ("plugin", "hook `on_decision`")
    assert "open?" not in str(logged)


async def test_of_each_decision_the_log_has_the_ids_and_what_became_of_it(
    service: Service, mention: Made, logged: list[dict[str, Any]]
) -> None:
    await bring(service.database, mention(1, followers=5_000), mention(2, "hello there"))
    await service.decide()
    held, unanswered = (line for line in logged if line["event"] == "decided")
    assert (held["log_level"], held["on"], held["mention"]) == ("info", "mention", "x:1001")
    assert (held["outcome"], held["rules"], held["guards"]) == ("held", ["hours"], ["loud"])
    assert len(held["decision"]) == 32
    assert (unanswered["mention"], unanswered["outcome"]) == ("x:1002", "inbox")
    assert "open?" not in str(logged)


async def test_of_many_decisions_at_once_the_log_has_how_many_ended_how(
    service: Service, mention: Made, logged: list[dict[str, Any]]
) -> None:
    await bring(
        service.database, *(mention(number, "hello there" if number % 3 else "open?") for number in range(12))
    )
    await service.decide()
    lines = [line for line in logged if line["event"].startswith("decided")]
    assert {line["log_level"] for line in lines[:-1]} <= {"debug"}
    assert lines[-1] == {
        "event": "decided many",
        "log_level": "info",
        "decisions": 12,
        "answered": 4,
        "inbox": 8,
    }


# ---- time -----------------------------------------------------------------------------------------------------------


async def test_a_hold_ends_by_a_tick(
    care: Any, service: Service, clock: Any, mention: Made, effects: Callable[[Connection], list[Any]]
) -> None:
    await clock.advance(6 * 3600)  # 21:00, in the evening
    await service.beat()
    await bring(service.database, mention(1))
    while await service.decide():
        pass
    assert [row.state for row in await service.database.look(effects)] == ["HELD"]
    await clock.advance(3 * 3600)
    await service.beat()
    await service.decide()
    assert [row.state for row in await service.database.look(effects)] == ["HELD"]
    await clock.advance(9 * 3600)
    await service.beat()
    await service.decide()
    assert [row.state for row in await service.database.look(effects)] == ["READY"]


async def test_a_rule_whose_time_has_come_runs_once(
    care: Any, clock: Any, effects: Callable[[Connection], list[Any]]
) -> None:
    care.write(
        "socialcare: 1\naccounts: {main: AcmeShop}\nrules:\n"
        "  news: {at: {every: day, time: '16:00'}, do: {post: Have a good evening!}}\n"
    )
    care.platform.actions = frozenset({"post"})
    async with care.awake() as service:
        for hours in (0.5, 0.4, 0.2, 0.5, 3):
            await service.decide()
            await clock.advance(hours * 3600)
            await service.beat()
        (row,) = await service.database.look(effects)
        assert (row.action, row.rule, row.mention) == ("post", "news", None)


async def test_only_the_worker_of_the_first_shard_lets_time_pass(
    care: Any, service: Service, clock: Any, mention: Made, effects: Callable[[Connection], list[Any]]
) -> None:
    await clock.advance(6 * 3600)
    await service.beat()
    await bring(service.database, mention(1))
    while await service.decide():
        pass
    await clock.advance(timedelta(hours=12).total_seconds())
    await service.beat()
    service.worker.shards = {number: fence for number, fence in service.worker.shards.items() if number}
    assert service.decider is not None
    assert not service.decider.leads
    await service.decide()
    assert [row.state for row in await service.database.look(effects)] == ["HELD"]
    await service.beat()
    await service.decide()
    assert [row.state for row in await service.database.look(effects)] == ["READY"]
