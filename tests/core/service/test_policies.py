"""The policy that serves follows its files, and a bad one never takes its place."""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from socialcare.delivery import bodies
from socialcare.errors import Interrupted
from socialcare.model import Mention
from socialcare.ports import Entity
from socialcare.service.policies import Policies, keep, last_good, stamps_of
from socialcare.service.run import Service
from socialcare.store.database import open_database
from socialcare.store.tables import EFFECT, POLICY
from socialcare.testing.standins import CharacterChannel

Made = Callable[..., Mention]
OTHER = (
    "socialcare: 1\naccounts: {main: AcmeShop}\nrules:\n"
    "  hours: {when: {text: {has: open}}, do: {reply: We are closed.}}\n"
)
BAD = "socialcare: 1\nrules:\n  hours: {wen: {text: {has: open}}, do: {reply: We are closed.}}\n"


async def look(policies: Policies, clock: Any, until: Any) -> bool:
    """One look at the files, with the time that it takes."""
    task = asyncio.ensure_future(policies.changed())
    await until(task.done, turning=0.05)
    return task.result()


async def reread(service: Service, until: Any) -> None:
    task = asyncio.ensure_future(service.reread())
    await until(task.done, turning=0.05)
    task.result()


async def said(service: Service, mention: Mention) -> str | None:
    """What is answered to a mention."""
    await service.intake.accept([mention], "line", None)
    while await service.decide():
        pass
    asked = select(EFFECT.c.body).where(EFFECT.c.root == mention.id)
    body = await service.database.look(lambda connection: connection.execute(asked).scalar_one())
    return bodies.read(body).text


async def test_a_changed_policy_serves_from_the_next_batch_on(
    care: Any, service: Service, mention: Made, until: Any
) -> None:
    assert await said(service, mention(1)) == "We are open 9 to 6."
    care.write(OTHER)
    await reread(service, until)
    assert await said(service, mention(2)) == "We are closed."


async def test_files_that_did_not_change_are_not_read_again(care: Any, service: Service) -> None:
    before = service.policies.served
    assert not await service.policies.changed()
    file = care.folder / "policy/care.yaml"
    os.utime(file, ns=(1, 1))
    assert not await service.policies.changed(), "touched, and nothing else"
    assert service.policies.served is before


async def test_a_bad_policy_is_reported_and_the_last_good_one_goes_on(
    care: Any, service: Service, mention: Made, until: Any, clock: Any, logged: Any
) -> None:
    care.write(BAD)
    await reread(service, until)
    assert "care.yaml:3:11 error SC201" in service.policies.problems
    assert await service.unready() == ["the policy has errors; the last good policy serves"]
    assert await said(service, mention(1)) == "We are open 9 to 6."
    assert not await look(service.policies, clock, until), "said once"
    assert [one["event"] for one in logged].count("policy read again") == 1
    assert service.metrics.registry.get_sample_value("socialcare_reloads_total", {"result": "bad"}) == 1


class BrokenAtTimes(CharacterChannel):
    """A plugin's channel that cannot read texts for a while."""

    broken = False

    def entities(self, text: str) -> Sequence[Entity]:
        if self.broken:
            raise RuntimeError("the model is not there")
        return super().entities(text)


async def test_a_policy_that_could_not_be_taken_up_is_tried_until_it_is(
    care: Any, mention: Made, until: Any
) -> None:
    care.plugin.channel = BrokenAtTimes()
    async with care.awake() as service:
        care.write(OTHER)
        care.plugin.channel.broken = True
        for _ in range(2):
            with pytest.raises(RuntimeError, match="not there"):
                await reread(service, until)
        care.plugin.channel.broken = False
        await reread(service, until)
        assert await said(service, mention(1)) == "We are closed."


async def test_a_mended_policy_serves_again(care: Any, service: Service, mention: Made, until: Any) -> None:
    for policy in (BAD, OTHER):
        care.write(policy)
        await reread(service, until)
    assert await service.unready() == []
    assert await said(service, mention(1)) == "We are closed."


async def test_the_last_good_policy_goes_on_after_a_restart_with_bad_files(
    care: Any, mention: Made, until: Any
) -> None:
    async with care.awake() as service:
        good = service.policies.hash
    care.write(BAD)
    async with care.awake() as service:
        assert service.policies.hash == good
        assert await service.unready() == ["the policy has errors; the last good policy serves"]
        assert await said(service, mention(1)) == "We are open 9 to 6."
        care.write(OTHER)
        await reread(service, until)
        assert await service.unready() == []
        assert await said(service, mention(2)) == "We are closed."


async def test_a_policy_that_was_good_before_and_is_again_serves_again(
    care: Any, service: Service, until: Any
) -> None:
    first = service.policies.hash
    text = (care.folder / "policy/care.yaml").read_text()
    for other in (OTHER, text):
        care.write(other)
        await reread(service, until)
    assert service.policies.hash == first
    kept = await service.database.look(
        lambda connection: connection.execute(select(func.count()).select_from(POLICY)).scalar_one()
    )
    assert kept == 2
    assert await service.database.look(last_good) == {"care.yaml": text.encode()}


async def test_where_there_never_was_a_good_one_nothing_is_decided_until_there_is(
    care: Any, mention: Made, mentions: Any, until: Any
) -> None:
    care.write(BAD)
    async with care.awake() as service:
        await service.intake.accept([mention(1)], "line", "c1")
        assert not await service.decide()
        assert await service.database.look(mentions) == {"1001": "new"}
        assert await service.unready() == [
            "the policy has errors; nothing is decided: no good one ever served"
        ]
        care.write(OTHER)
        await reread(service, until)
        assert await service.decide()
        assert await service.database.look(mentions) == {"1001": "done"}
        assert await service.unready() == []


async def test_half_a_file_is_not_read(care: Any, service: Service, clock: Any, until: Any) -> None:
    before = service.policies.hash
    care.write(OTHER[: len(OTHER) // 2])
    task = asyncio.ensure_future(service.policies.changed())
    await until(lambda: clock.sleepers)
    care.write(OTHER)
    await until(task.done, turning=0.05)
    assert not task.result()
    assert (service.policies.hash, service.policies.problems) == (before, "")
    assert await look(service.policies, clock, until)
    assert service.policies.hash != before


async def test_a_file_that_is_deleted_or_renamed_is_noticed(care: Any, clock: Any, until: Any) -> None:
    more = "socialcare: 1\nrules:\n  hello: {when: {text: {has: hello}}, do: {reply: Hello!}}\n"
    care.write(more, "more.yaml")
    async with care.awake() as service:
        policy = care.folder / "policy"
        hashes = [service.policies.hash]
        (policy / "more.yaml").rename(policy / "other.yaml")
        assert await look(service.policies, clock, until)
        assert service.policies.hash == hashes[0], "where a rule stands is no part of what it says"
        (policy / "other.yaml").unlink()
        assert await look(service.policies, clock, until)
        hashes.append(service.policies.hash)
        (policy / "care.yaml").unlink()
        assert not await look(service.policies, clock, until)
        assert service.policies.hash == hashes[1] != hashes[0]
        assert "holds no rules" in service.policies.problems


@pytest.mark.parametrize("name", ["words.txt", "deep/words.lst", "WORDS"])
async def test_a_list_of_whatever_name_is_part_of_the_policy(
    care: Any, mention: Made, until: Any, name: str
) -> None:
    care.write(
        f"socialcare: 1\naccounts: {{main: AcmeShop}}\nlists: {{words: {{from: {name}}}}}\nrules:\n"
        "  hours: {when: {text: {has: {in: words}}}, do: {reply: We are open.}}\n"
    )
    care.write("open\n", name)
    async with care.awake() as service:
        assert await said(service, mention(1, "open?")) == "We are open."
        care.write("closed\n", name)
        await reread(service, until)
        assert service.policies.problems == ""
    (care.folder / "policy" / name).unlink()
    async with care.awake() as service:  # the list is kept with the rest
        assert "the last good policy serves" in (await service.unready())[0]
        assert await said(service, mention(2, "closed?")) == "We are open."


async def test_a_table_of_a_plugin_among_the_files_is_read_again(care: Any, until: Any) -> None:
    (care.folder / "socialcare.toml").write_text(
        'policy = "policy"\n[plugins.actions]\n[plugins.places]\nstores = "policy/stores.csv"\n'
        '[live]\ndatabase = "care.db"\n'
    )
    head = "name,street,city,region,country,postcode,latitude,longitude,zone,phone,mon-fri,sat,sun\n"
    row = ",1 Main Street,{0},TN,US,37000,36.16,-86.78,America/Chicago,+16155550117,09:00-18:00,09:00-18:00,closed\n"
    care.write(head + "One" + row.format("Nashville"), "stores.csv")
    async with care.awake() as service:
        assert service.decider is not None
        before = service.decider.desk
        care.write(head + "One" + row.format("Memphis"), "stores.csv")
        await reread(service, until)
        assert service.policies.problems == ""
        assert service.decider.desk is not before
        desk = service.decider.desk
        care.write("no table\n", "stores.csv")
        await reread(service, until)
        assert "stores.csv" in service.policies.problems
        assert service.decider.desk is desk


def test_hidden_files_and_dead_links_are_nobodys_policy(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/index").write_text("x")
    (tmp_path / ".care.yaml.swp").write_text("x")
    (tmp_path / "dead.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "care.YAML").write_text("x")
    assert list(stamps_of(tmp_path)) == ["care.YAML"]


async def test_S13_what_is_served_is_what_is_stored(care: Any, service: Service, until: Any) -> None:
    care.write(OTHER)
    await reread(service, until)
    assert await service.database.look(last_good) == {"care.yaml": OTHER.encode()}
    care.write(BAD)
    await reread(service, until)
    assert await service.database.look(last_good) == {"care.yaml": OTHER.encode()}


async def test_while_the_database_is_away_a_new_policy_waits(
    care: Any, service: Service, clock: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = service.policies.hash
    care.write(OTHER)

    class Away:
        async def run(self, _: object) -> None:
            raise Interrupted("the database is away")

    database, service.policies._database = service.policies._database, Away()  # type: ignore[assignment]  # a stand-in
    with pytest.raises(Interrupted):
        await look(service.policies, clock, until)
    assert service.policies.hash == before
    service.policies._database = database
    assert await look(service.policies, clock, until)
    assert service.policies.hash != before


async def test_two_workers_that_take_up_the_same_policy_at_the_same_time_both_do(postgresql_url: str) -> None:
    database = await open_database(postgresql_url)
    loop = asyncio.get_running_loop()
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    second: list[Any] = []

    def first(connection: Connection) -> None:
        keep(connection, "abc", {"care.yaml": b"one"})
        again = database.run(partial(keep, policy="abc", files={"care.yaml": b"two"}))
        second.append(asyncio.run_coroutine_threadsafe(again, loop))
        while not connection.execute(waits).scalar_one():
            pass

    await database.run(first)
    await asyncio.wrap_future(second[0])
    assert await database.look(last_good) == {"care.yaml": b"two"}
    await database.close()
