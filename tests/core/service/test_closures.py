"""What stops being sent is told in the log, once."""

from functools import partial
from typing import Any

from socialcare.delivery import lanes
from socialcare.service.closures import Closures
from socialcare.store.database import Database


async def test_a_lane_that_closes_is_told_once_and_again_when_it_opens(
    care: Any, database: Database, logged: Any
) -> None:
    told = Closures(database)
    shut = partial(lanes.close, by="w1")
    await database.run(lambda to: shut(to, "main", "*", until=None, reason="no credit"))
    await database.run(lambda to: shut(to, "", "rule:hours", until=None, reason="refused 5 times"))
    await database.run(lambda to: shut(to, "main", "x", until=care.clock.now() + 900, reason="rate limit"))
    for _ in range(3):
        await told.tell()
    await database.run(lambda to: lanes.reopen(to, "main", "*", by="mara"))
    await told.tell()
    lines = {(line["account"], line["lane"], line["event"]): line for line in logged}
    assert len(lines) == len(logged) == 4, "each once"
    credit = lines["main", "*", "lane closed"]
    assert (credit["log_level"], credit["why"], credit["until"]) == ("warning", "no credit", None)
    assert lines["", "rule:hours", "lane closed"]["log_level"] == "warning"
    assert lines["main", "x", "lane closed"]["log_level"] == "info", "a rate limit is everyday"
    assert lines["main", "*", "lane open again"]["log_level"] == "info"


async def test_a_service_that_runs_tells_of_it(care: Any, until: Any, logged: Any) -> None:
    async with care.running() as (service, _):
        await until(lambda: service.worker.shards, turning=0.1)
        await service.database.run(
            lambda to: lanes.close(to, "main", "*", until=None, reason="no credit", by="w1")
        )
        await until(lambda: any(line["event"] == "lane closed" for line in logged), turning=1)
