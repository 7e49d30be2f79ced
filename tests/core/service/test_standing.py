"""Why nothing is sent, as both kinds of database know it."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.json import encode
from sqlalchemy import Connection

from socialcare.delivery import lanes, leases, switch
from socialcare.service.running import feeds
from socialcare.service.standing import Finding, passing, standing
from socialcare.store.database import Database, now, open_database
from socialcare.store.intake import take_in
from socialcare.store.sql import name_of
from socialcare.store.tables import CONTROL, STATE


@pytest.fixture(params=["sqlite", "postgresql"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = (
        f"sqlite:///{tmp_path}/care.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    database = await open_database(url)
    await database.run(lambda to: to.execute(CONTROL.update().values(amnesia=False)).rowcount)
    yield database
    await database.close()


def pause(connection: Connection, account: str, *, by: str, seconds: float) -> None:
    data = encode({"until": now(connection) + seconds, "by": by})
    row = {"key": name_of(("paused", account)), "version": 1, "data": data}
    connection.execute(STATE.insert().values(row))


async def test_what_a_person_has_to_mend_stands_and_what_goes_on_by_itself_passes(either: Database) -> None:
    def stop(connection: Connection) -> None:
        shut = partial(lanes.close, connection, by="w1")
        shut("main", "*", until=4e9, reason="the month is used up")
        shut("main", "x", until=now(connection) + 900, reason="rate limit")
        shut("", "rule:hours", until=None, reason="refused 5 times within an hour")
        switch.kill(connection, reason="", by="mara")
        pause(connection, "new shop", by="pause", seconds=9e9)
        pause(connection, "main", by="storm", seconds=4e8)
        pause(connection, "over", by="storm", seconds=-1)
        connection.execute(STATE.insert().values(key="paused", version=1, data=b"{}"))
        connection.execute(STATE.insert().values(key="pausedother", version=1, data=b"{}"))

    await either.run(stop)
    found = await either.look(standing)
    (mains,) = [one for one in found if "guard" in one.what]
    assert mains.what.startswith("account `main` is paused by the guard `storm` until 20")
    assert [one for one in found if one != mains] == [
        Finding("warning", "the kill switch is on", "`socialcare kill-switch off`"),
        Finding(
            "warning",
            "rule `hours` sends nothing: refused 5 times within an hour",
            "`socialcare resume --rule hours` once that is mended",
        ),
        Finding(
            "warning",
            "account `main` sends nothing until 2096-10-02 07:06 UTC: the month is used up",
            "it goes on then; before, with `socialcare resume main`",
        ),
        Finding(
            "warning",
            "account `new shop` is paused: what it would say is held",
            "`socialcare resume 'new shop'`",
        ),
    ]
    (limit,) = await either.look(lambda connection: list(passing(connection)))
    assert limit.what.startswith("account `main` sends nothing by x for ")


async def test_feeds_and_beats_are_read_from_either(either: Database) -> None:
    def work(connection: Connection) -> None:
        take_in(connection, [], "line", "c1")
        leases.join(connection, "w1", "h", 1)

    await either.run(work)
    look: Callable[[Connection], list[Finding]] = lambda connection: list(  # noqa: E731 - typed by it
        feeds(connection, None, None)
    )
    assert [one.what for one in await either.look(look)] == ["feed line: no mention yet"]
    (beat,) = await either.look(leases.beats)
    assert 0 <= beat < leases.DEAD_AFTER
