"""What is said of a process that runs: the same as it says of itself, and what its lock and its beats tell."""

from functools import partial
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from socialcare.delivery import lanes
from socialcare.service.asking import Health, ask
from socialcare.service.running import asked, feeds, workers
from socialcare.service.standing import standing
from socialcare.service.web import application


@pytest.mark.parametrize(
    ("beats", "locked", "runs", "what"),
    [
        ([], None, False, "nothing is running"),
        ([], False, False, "nothing is running"),
        ([3.0], False, False, "nothing is running; what ran 3 s ago was killed"),
        ([9.0], True, True, "1 running"),
        ([], True, True, "what runs gives no sign of life"),
        ([60.0], True, True, "what runs gives no sign of life"),
        ([4.0, 9.0, 400.0], None, True, "2 running"),
        ([4.0, 30.0], None, True, "2 running, 1 without a sign of life for 30 s"),
    ],
)
def test_what_was_killed_does_not_run(beats: list[float], locked: bool | None, runs: bool, what: str) -> None:
    is_running, said = workers(beats, locked=locked)
    assert (is_running, said.what) == (runs, what)
    assert (said.state == "well") == what.endswith(" running") or not runs


async def test_what_runs_is_asked_and_what_it_says_is_said_once(care: Any, until: Any) -> None:
    async with care.awake() as service:
        service.loops.ailing["feed line"] = "401: bad keys"
        shut = partial(lanes.close, account="main", lane="*", until=None, reason="no credit", by="w1")
        await service.database.run(shut)
        service.metrics.heard("other")
        pages = application(
            (), service.intake, service.database, service.metrics, service.loops, service.unready
        )
        async with TestServer(pages) as server:
            address = f"{server.host}:{server.port}"
            health = await ask(address)
        assert health == Health(
            ["account `main` sends nothing: no credit", "feed line: 401: bad keys"], {"other": 0.0}
        )
        known = {one.what for one in await service.database.look(standing)}
        assert [one.what for one in asked(address, health, known)] == ["feed line: 401: bad keys"]
        assert await ask(address) is None, "nobody is there any more"


def test_what_cannot_be_asked_is_said() -> None:
    (unasked,) = asked("", None, ())
    (silent,) = asked("127.0.0.1:1", None, ())
    assert unasked.what == "how its feeds do cannot be asked: `address` under `[live]` is empty"
    assert silent.what == "what runs does not answer at `127.0.0.1:1`"


async def test_of_a_feed_is_said_when_it_was_asked_and_when_it_brought_something(
    care: Any, line: Any, mention: Any
) -> None:
    care.plugin.feeds = [line(), line("quiet"), line("failing"), line("new")]
    async with care.awake() as service:
        await service.intake.accept([mention(1)], "line", "c1")
        await service.intake.accept([], "quiet", "c1")
        await service.intake.accept([], "renamed", "c1")
        await care.clock.advance(90)
        health = Health(["feed failing: 401: bad keys"], {"line": 4.0, "quiet": 5.0, "failing": 300.0})
        look = partial(feeds, loaded=service.loaded, health=health)
        found = await service.database.look(lambda connection: list(look(connection)))
        assert [(one.state, one.what) for one in found] == [
            ("well", "feed line: asked 4 s ago, the newest mention came 90 s ago"),
            ("well", "feed quiet: asked 5 s ago, no mention yet"),
            ("warning", "feed new: no sign of life yet, no mention yet"),
            ("warning", "feed renamed: nothing listens to it any more, since 90 s"),
        ]
        unasked = partial(feeds, loaded=service.loaded, health=None)
        found = await service.database.look(lambda connection: list(unasked(connection)))
        assert found[1].what == "feed quiet: no mention yet", "nobody knows whether it was asked"
        await care.clock.advance(8 * 86_400)
        found = await service.database.look(lambda connection: list(look(connection)))
        assert not any("renamed" in one.what for one in found)
