"""The whole in one process: it begins only where it may, ends in order, and says why it does not decide or send."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from socialcare.delivery import amnesia, lanes, switch
from socialcare.errors import SettingsError
from socialcare.listening import Batch
from socialcare.model import Mention
from socialcare.sending import Answer
from socialcare.service.settings import live_settings
from socialcare.service.terms import terms_for
from socialcare.service.words import Said, answer_to, say
from socialcare.store.tables import CONTROL, EFFECT, MENTION, WORKER

Made = Callable[..., Mention]


def states(connection: Connection) -> list[str]:
    return list(connection.execute(select(EFFECT.c.state).order_by(EFFECT.c.id)).scalars())


async def test_from_a_mention_to_the_answer_under_it(care: Any, line: Any, mention: Made, until: Any) -> None:
    feed = line()
    care.plugin.feeds = [feed]
    async with care.running(address="127.0.0.1:0") as (service, _):
        await until(lambda: feed.begun, turning=0.1)
        feed.coming.put_nowait(Batch([mention(1)], "c1"))
        await until(lambda: care.platform.posts, turning=0.1)
        assert await service.unready() == []
    assert [(post.in_reply_to, post.text) for post in care.platform.posts] == [
        ("1001", "We are open 9 to 6.")
    ]
    assert care.platform.closed


async def test_who_is_told_to_stop_finishes_what_is_being_sent_and_begins_nothing_new(
    care: Any, mention: Made, until: Any
) -> None:
    answered = asyncio.Event()
    care.platform.script = [answered]
    async with care.running() as (service, task):
        await service.intake.accept([mention(n) for n in range(20)], "line", None)
        await until(care.platform.asked.is_set, turning=0.1)
        service._told_to_stop(15)
        await until(service.loops.stopping.is_set)
        assert not task.done()
        answered.set()
        await until(task.done)
        task.result()
        found = await service.database.look(states)
    assert found.count("SENT") == len(care.platform.posts)
    assert "SENDING" not in found
    assert "READY" in found
    async with care.database() as database:
        assert await database.look(lambda connection: connection.execute(select(WORKER)).all()) == []


async def test_a_second_signal_ends_at_once(care: Any, until: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr("socialcare.service.run.os._exit", ended.append)
    async with care.running() as (service, _):
        await until(lambda: service.worker.shards, turning=0.1)
        service._told_to_stop(2)
        assert ended == []
        service._told_to_stop(2)
    assert ended == [130]


async def test_safe_mode_takes_in_and_neither_decides_nor_sends(
    care: Any, line: Any, mention: Made, mentions: Any, until: Any
) -> None:
    async with care.awake() as service:
        await service.intake.accept([mention(1)], "line", None)
        await service.decide()
    feed = line()
    care.plugin.feeds = [feed]
    async with care.running(safe_mode="started in safe mode") as (service, _):
        await until(lambda: feed.begun, turning=0.1)
        feed.coming.put_nowait(Batch([mention(2)], "c2"))
        await until(
            lambda: service.metrics.registry.get_sample_value(
                "socialcare_arrivals_total", {"feed": "line", "kind": "new"}
            )
        )
        for _ in range(20):
            await care.clock.advance(1)
        assert await service.unready() == ["started in safe mode"]
        assert await service.database.look(mentions) == {"1001": "done", "1002": "new"}
        assert await service.database.look(states) == ["READY"]
    assert care.platform.posts == []


async def test_a_database_that_is_locked_at_the_start_is_waited_for(
    care: Any, until: Any, logged: Any
) -> None:
    async with care.service() as service:
        other = sqlite3.connect(care.folder / "care.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(service.go(drain=True))
        await until(lambda: service.loops.ailing, turning=0.1)
        assert service.loops.ailing == {"wake up": "Interrupted: database is locked"}
        assert not task.done()
        other.close()
        await until(task.done, turning=0.1)
        task.result()
        assert service.decider is not None
    assert {one["event"] for one in logged} >= {"a step failed", "running", "stopped"}


async def test_who_is_told_to_stop_while_the_database_is_locked_stops(care: Any, until: Any) -> None:
    async with care.service() as service:
        with closing(sqlite3.connect(care.folder / "care.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(service.go(drain=True))
            await until(lambda: service.loops.ailing, turning=0.1)
            service.loops.stop()
            await until(task.done, turning=0.1)
            task.result()


async def test_drain_ends_when_nothing_is_left(care: Any, line: Any, mention: Made, until: Any) -> None:
    feed = line()
    care.plugin.feeds = [feed]
    async with care.awake() as service:
        await service.intake.accept([mention(n) for n in range(5)], "line", None)
    async with care.running(drain=True) as (service, task):
        await until(task.done, turning=0.1)
        task.result()
        assert await service.database.look(states) == ["SENT"] * 5
    assert feed.begun == []


async def test_drain_does_not_wait_for_what_only_a_person_can_mend(
    care: Any, mention: Made, until: Any
) -> None:
    care.platform.script = [Answer(kind="paused", reason="402 no credit")]
    async with care.awake() as service:
        await service.intake.accept([mention(1), mention(2, followers=5_000)], "line", None)
    async with care.running(drain=True) as (service, task):
        await until(task.done, turning=0.1)
        task.result()
        assert sorted(await service.database.look(states)) == ["HELD", "READY"]


async def test_drain_says_so_where_nothing_can_be_done(care: Any, until: Any) -> None:
    care.write("socialcare: 1\nrules: 7\n")
    async with care.running(drain=True) as (_, task):
        await until(task.done)
        with pytest.raises(SettingsError, match="nothing can be done: the policy has errors"):
            task.result()


async def test_a_loop_that_fails_is_named_and_goes_on(
    care: Any, mention: Made, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with care.running() as (service, _):
        await until(lambda: service.decider, turning=0.1)
        away = True
        assert service.decider is not None
        mentions = service.decider.mentions

        async def fails() -> int:
            if away:
                raise RuntimeError("a bug of ours")
            return int(await mentions())

        monkeypatch.setattr(service.decider, "mentions", fails)
        await service.intake.accept([mention(1)], "line", None)
        await until(lambda: "decide" in service.loops.ailing, turning=0.1)
        assert await service.unready() == ["decide: RuntimeError: a bug of ours"]
        away = False
        await until(lambda: care.platform.posts, turning=0.5)
        assert await service.unready() == []


async def test_the_kill_switch_is_a_reason_not_to_be_ready(care: Any) -> None:
    async with care.awake() as service:
        await service.database.run(partial(switch.kill, reason="a storm", by="mara"))
        assert await service.unready() == ["the kill switch is on: a storm"]
        await service.database.run(partial(switch.release, by="mara"))
        assert await service.unready() == []


async def test_people_whom_nothing_tells_are_named_in_the_log_at_the_start(
    care: Any, until: Any, logged: Any
) -> None:
    care.write(
        "socialcare: 1\naccounts: {main: AcmeShop}\npeople: {mara: mara@acme.example}\n"
        "rules: {smoke: {when: {text: {has: smoke}}, do: {notify: {to: mara}}}}\n"
    )
    async with care.running() as (service, _):
        await until(lambda: service.worker.shards, turning=0.1)
    (line,) = [line for line in logged if line["event"] == "settings and policy do not agree"]
    assert line["why"] == "nothing carries out `notify`: the policy wants `mara` told, and nobody is"


async def test_what_stopped_until_a_person_resumes_it_is_a_reason_not_to_be_ready(care: Any) -> None:
    async with care.awake() as service:
        for account, lane, until in (("main", "*", None), ("", "rule:hours", None), ("main", "x", 9e9)):
            shut = partial(lanes.close, account=account, lane=lane, until=until, reason="no credit", by="w1")
            await service.database.run(shut)
        assert await service.unready() == [
            "rule `hours` sends nothing: no credit",
            "account `main` sends nothing: no credit",
        ], "a rate limit ends by itself"


async def test_an_account_that_a_person_paused_is_a_reason_not_to_be_ready(care: Any) -> None:
    async with care.awake() as service:
        await service.database.run(partial(say, said=Said("pause", "main", "mara")))
        await service.decide()
        assert await service.unready() == ["account `main` is paused: what it would say is held"]
        await service.database.run(partial(say, said=Said("resume", "main", "mara")))
        await service.decide()
        assert await service.unready() == []


async def test_a_database_that_is_away_is_a_reason_not_to_be_ready(care: Any) -> None:
    async with care.awake() as service:
        pass
    assert await service.unready() == ["the database is away: the database is closed"]


# ---- a database that was copied or restored ---------------------------------------------------------------------------


async def test_a_database_of_another_host_is_neither_decided_nor_sent_from(
    care: Any, mention: Made, until: Any
) -> None:
    async with care.awake() as service:
        await service.intake.accept([mention(1)], "line", None)
        moved = CONTROL.update().values(instance="another")
        await service.database.run(lambda connection: connection.execute(moved).rowcount)
    async with care.running() as (service, _):
        await until(lambda: service.worker.shards, turning=0.1)
        (why,) = await service.unready()
        assert why == "the database is another host's, or a copy; `socialcare adopt` makes it ours"
        for _ in range(10):
            await care.clock.advance(1)
        assert await service.database.look(states) == []
    async with care.database() as database:
        await database.run(partial(amnesia.adopt, by="mara"))
    async with care.running() as (service, _):
        await until(lambda: care.platform.posts, turning=0.2)
        assert await service.unready() == []


async def test_an_older_database_beside_a_newer_copy_sends_nothing_until_own_posts_were_read_back(
    care: Any, mention: Made, until: Any
) -> None:
    file, backup = care.folder / "care.db", care.folder / "backup.db"
    async with care.awake() as service:
        await service.intake.accept([mention(1), mention(2)], "line", None)
        await service.decide()
    shutil.copy(file, backup)
    async with care.running() as (service, _):
        await until(lambda: len(care.platform.posts) == 2, turning=0.2)
    for name in ("care.db-wal", "care.db-shm"):
        (care.folder / name).unlink(missing_ok=True)
    shutil.copy(backup, file)
    care.platform.complete = False
    async with care.running() as (service, _):
        await until(lambda: "remember" in service.loops.ailing, turning=0.1)
        why = await service.unready()
        assert why[0] == "nothing is sent: our own posts are to be read back first"
        assert why[1].startswith("remember: Interrupted: own posts could not all be read back: main")
        await service.intake.accept([mention(3)], "line", None)
        for _ in range(20):
            await care.clock.advance(0.3)
        assert len(care.platform.posts) == 2
        care.platform.complete = True
        await until(lambda: not service.loops.ailing, turning=1)
        await care.clock.advance(1)
        assert await service.unready() == []

    async with care.database() as database:
        found = await database.look(
            lambda connection: {row.root: row.state for row in connection.execute(select(EFFECT))}
        )
    assert (found["1001"], found["1002"]) == ("SENT", "SENT")
    assert [post.in_reply_to for post in care.platform.posts].count("1001") == 1


# ---- who works -------------------------------------------------------------------------------------------------------


async def test_after_a_kill_the_next_start_decides_at_once(care: Any, mention: Made, mentions: Any) -> None:
    async with care.awake() as service:
        await service.intake.accept([mention(1)], "line", None)  # and dies without a word
    async with care.awake() as service:
        assert len(service.worker.shards) == 64
        await service.decide()
        assert await service.database.look(mentions) == {"1001": "done"}


async def test_who_was_given_up_for_dead_begins_anew_as_somebody_else(care: Any) -> None:
    async with care.awake() as service:
        before = service.worker.id
        await service.database.run(lambda connection: connection.execute(WORKER.delete()).rowcount)
        await service.beat()
        assert service.worker.id != before
        assert service.speaker.worker == service.worker.id
        assert len(service.worker.shards) == 64


async def test_old_texts_are_removed(care: Any, mention: Made) -> None:
    async with care.awake(keep_texts="7d") as service:
        await service.intake.accept([mention(1, "hello")], "line", None)
        await service.decide()
        assert not await service.retain()
        await care.clock.advance(8 * 86_400)
        assert await service.retain(), "there may be more"
        assert not await service.retain()
        bodies = await service.database.look(
            lambda connection: connection.execute(select(MENTION.c.body)).scalars().all()
        )
        assert bodies == [None]


async def test_the_head_of_the_audit_trail_is_told_in_the_log(care: Any, logged: Any) -> None:
    async with care.awake() as service:
        await service.database.run(partial(switch.kill, reason="", by="mara"))
        await service.anchor()
    (told,) = [one["head"] for one in logged if one["event"] == "audit trail"]
    assert told.startswith("1:")


# ---- on what terms ----------------------------------------------------------------------------------------------------


async def test_money_is_counted_by_what_the_platform_charges(
    care: Any, mention: Made, effects: Any, until: Any
) -> None:
    class Dear(type(care.plugin.channel)):  # type: ignore[misc]  # a class that is found at run time
        def price(self, action: str, text: str, *, summoned: bool) -> float:
            return 0.5 if summoned else 100.0

    care.plugin.channel = Dear()
    async with care.awake(money=1.2) as service:
        await service.intake.accept([mention(n) for n in range(4)], "line", None)
        await service.decide()
        for _ in range(10):
            await service.speaker.speak_once()
        assert len(care.platform.posts) == 2
        assert [row.state for row in await service.database.look(effects)].count("READY") == 2


async def test_an_action_that_nobody_carries_out_stays_in_the_decision(
    care: Any, mention: Made, mentions: Any
) -> None:
    care.platform.actions = frozenset({"dm"})
    async with care.awake() as service:
        await service.intake.accept([mention(1)], "line", None)
        await service.decide()
        assert await service.database.look(mentions) == {"1001": "done"}
        assert await service.database.look(states) == []
        (told,) = care.plugin.told
        assert [action.action for action in told.actions] == ["reply"]


def test_a_sender_that_is_not_there_cannot_be_told_to_send_again(care: Any) -> None:
    settings, loaded = care.settings(resend=["platfrom"]), care.loaded()
    with pytest.raises(SettingsError) as caught:
        terms_for(live_settings(settings), loaded, settings, dict)
    assert "`resend` under `[live]` names no sender `platfrom`" in str(caught.value)
    assert "did you mean `platform`?" in str(caught.value)


async def test_a_word_that_was_left_while_nothing_ran_is_done_at_the_next_start(
    care: Any, mention: Made, until: Any
) -> None:
    async with care.awake() as service:
        number = await service.database.run(partial(say, said=Said("pause", "main", "mara")))
    async with care.running(drain=True) as (service, task):
        await until(task.done, turning=0.1)
        task.result()
        assert await service.database.look(partial(answer_to, number=number)) == "account `main` is paused"
