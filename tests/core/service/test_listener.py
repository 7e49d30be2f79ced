"""A feed is listened to for ever, and goes on where what was stored ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from socialcare.errors import Interrupted
from socialcare.listening import Batch
from socialcare.model import Mention, Reject
from socialcare.service.listener import FIRST_PAUSE, LONGEST_PAUSE, Listener
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database
from socialcare.store.intake import Intake, cursor_of
from socialcare.store.tables import MENTION, REJECT

Made = Callable[..., Mention]


class Desk:
    """What listens, and what it listens with."""

    def __init__(self, database: Database, clock: Any) -> None:  # Any: a HandClock
        self.database = database
        self.clock = clock
        self.metrics = Metrics(clock)
        self.loops = Loops(clock)
        self.intake = Intake(database)
        self.task: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self, feed: Any, intake: Any = None) -> Iterator[None]:  # Any: a test's own feed and intake
        listener = Listener(feed, self.database, intake or self.intake, self.clock, self.metrics, self.loops)
        self.task = asyncio.ensure_future(listener.listen())
        try:
            yield
        finally:
            self.task.cancel()

    async def count(self) -> int:
        return await self.database.look(
            lambda connection: connection.execute(select(func.count()).select_from(MENTION)).scalar_one()
        )

    async def cursor(self) -> str | None:
        return await self.database.look(partial(cursor_of, feed="line"))

    def stops(self) -> float:
        return self.metrics.registry.get_sample_value("socialcare_feed_stops_total", {"feed": "line"}) or 0


@pytest.fixture
def desk(database: Database, clock: Any) -> Desk:
    return Desk(database, clock)


async def test_what_comes_is_stored_with_the_place_to_go_on_from(
    desk: Desk, line: Any, mention: Made, until: Any
) -> None:
    feed = line()
    with desk.listening(feed):
        feed.coming.put_nowait(Batch([mention(1), mention(2)], "c2"))
        await until(
            lambda: desk.metrics.registry.get_sample_value(
                "socialcare_arrivals_total", {"feed": "line", "kind": "new"}
            )
        )
    assert await desk.count() == 2
    assert await desk.cursor() == "c2"


@pytest.mark.parametrize("what", [None, ConnectionError("the line is dead")], ids=["end", "error"])
async def test_after_an_end_or_an_error_it_begins_again_where_it_left_off(
    desk: Desk, line: Any, mention: Made, until: Any, what: Exception | None
) -> None:
    feed = line()
    with desk.listening(feed):
        feed.coming.put_nowait(Batch([mention(1)], "c1"))
        feed.coming.put_nowait(what)
        await until(lambda: len(feed.begun) == 2, turning=1)
    assert feed.begun == [None, "c1"]
    assert desk.stops() == 1


async def test_silence_is_a_reason_to_begin_again(desk: Desk, line: Any, until: Any, logged: Any) -> None:
    feed = line(silence=40.0)
    with desk.listening(feed):
        await until(lambda: feed.begun)
        await until(lambda: len(feed.begun) == 2, turning=3)
    assert "silent for 40 s" in [one["why"] for one in logged]


async def test_an_empty_batch_is_a_sign_of_life(desk: Desk, line: Any, clock: Any, until: Any) -> None:
    feed = line(silence=40.0)
    with desk.listening(feed):
        await until(lambda: feed.begun)
        for _ in range(10):
            await clock.advance(30)
            feed.coming.put_nowait(Batch())
            await until(feed.coming.empty)
            await clock.advance(0)
    assert feed.begun == [None]


async def test_a_time_out_that_the_feed_raises_is_told_as_the_feeds(
    desk: Desk, line: Any, until: Any, logged: Any
) -> None:
    feed = line()
    with desk.listening(feed):
        feed.coming.put_nowait(TimeoutError("no answer from the platform"))
        await until(desk.stops)
    assert [one["why"] for one in logged] == ["TimeoutError: no answer from the platform"]


async def test_the_pause_doubles_to_its_longest_and_begins_anew_after_a_good_while(
    desk: Desk, line: Any, clock: Any, until: Any, logged: Any
) -> None:
    feed = line(silence=1e9)
    with desk.listening(feed):
        for number in range(1, 10):
            feed.coming.put_nowait(None)
            await until(lambda number=number: desk.stops() == number)
            await clock.advance(LONGEST_PAUSE)
        await until(lambda: len(feed.begun) == 10)
        await clock.advance(LONGEST_PAUSE + 1)
        feed.coming.put_nowait(None)
        await until(lambda: desk.stops() == 10)
    pauses = [one["again_in_s"] for one in logged]
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 320, 320, FIRST_PAUSE]


async def test_a_feed_that_fails_is_named_until_it_gives_a_sign_of_life(
    desk: Desk, line: Any, until: Any
) -> None:
    feed = line()
    with desk.listening(feed):
        feed.coming.put_nowait(PermissionError("401 a wrong key"))
        await until(desk.stops)
        assert desk.loops.ailing == {"feed line": "PermissionError: 401 a wrong key"}
        feed.coming.put_nowait(Batch())
        await until(lambda: not desk.loops.ailing, turning=1)


class Deaf:
    """A feed that takes its time when it is told to stop, and says something else then."""

    name, account, silence = "line", "main", 40.0

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.told = asyncio.Event()
        self.go_on = asyncio.Event()

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        self.begun.set()
        try:
            yield Batch((), "c1")
            await asyncio.Event().wait()
        finally:
            self.told.set()
            await self.go_on.wait()
            raise ConnectionError("the line broke when it was closed")


async def test_who_is_stopped_while_a_silent_feed_is_let_go_stops(desk: Desk, clock: Any, until: Any) -> None:
    feed = Deaf()
    with desk.listening(feed):
        await until(feed.told.is_set, turning=10)
        assert desk.task is not None
        desk.task.cancel()
        await until(desk.task.done)
        assert desk.task.cancelled()
        feed.go_on.set()


async def test_who_is_stopped_stops_although_the_feed_raises_something_when_it_is_closed(
    desk: Desk, until: Any
) -> None:
    feed, held = Deaf(), asyncio.Event()
    feed.go_on.set()

    class Full:
        """Plays a database that takes its time."""

        async def accept(self, *_: object) -> None:
            held.set()
            await asyncio.Event().wait()

    with desk.listening(feed, Full()):
        await held.wait()
        assert desk.task is not None
        desk.task.cancel()
        await until(desk.task.done)
        assert desk.task.cancelled()


async def test_the_cursor_moves_only_with_what_came_before_it(
    desk: Desk, line: Any, mention: Made, until: Any
) -> None:
    class Away:
        """The database is away, once."""

        calls = 0

        async def accept(self, *batch: Any) -> Any:
            self.calls += 1
            if self.calls == 1:
                raise Interrupted("the database is away")
            return await desk.intake.accept(*batch)

    feed = line()
    with desk.listening(feed, Away()):
        feed.coming.put_nowait(Batch([mention(1)], "c1"))
        await until(desk.stops)
        assert await desk.cursor() is None
        feed.coming.put_nowait(Batch([mention(1)], "c1"))
        await until(lambda: len(feed.begun) == 2, turning=1)
        await until(feed.coming.empty)
        await until(
            lambda: desk.metrics.registry.get_sample_value(
                "socialcare_arrivals_total", {"feed": "line", "kind": "new"}
            )
        )
    assert feed.begun == [None, None]
    assert await desk.cursor() == "c1"


async def test_a_feed_that_closes_a_thousand_times_loses_nothing_and_is_not_asked_in_a_hurry(
    desk: Desk, mention: Made, clock: Any, until: Any
) -> None:
    class Closes:
        """Gives one mention a time, and closes cleanly."""

        name, doc, account, silence = "line", "closes", "main", 40.0
        begun = 0

        async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
            self.begun += 1
            number = int(cursor or 0) + 1
            yield Batch([mention(number)], str(number))

    feed, began = Closes(), clock.steady()
    with desk.listening(feed):
        await until(lambda: feed.begun > 1_000, turning=LONGEST_PAUSE)
    assert await desk.count() >= 1_000
    assert (clock.steady() - began) / feed.begun > 0.9 * LONGEST_PAUSE


async def test_what_cannot_be_read_is_kept_with_its_reason(
    desk: Desk, line: Any, mention: Made, until: Any
) -> None:
    feed = line()
    bad = Reject(file="", row=0, reason="no id", raw="{}")
    with desk.listening(feed):
        feed.coming.put_nowait(Batch([bad, mention(1)], "c1"))
        await until(
            lambda: desk.metrics.registry.get_sample_value(
                "socialcare_arrivals_total", {"feed": "line", "kind": "rejected"}
            )
        )

    def reasons(connection: Connection) -> list[str]:
        return list(connection.execute(select(REJECT.c.reason)).scalars())

    assert await desk.database.look(reasons) == ["no id"]
    assert await desk.count() == 1


async def test_a_feed_that_cannot_even_begin_is_tried_again(desk: Desk, until: Any) -> None:
    class Broken:
        """Raises where it should give an iterator."""

        name, doc, account, silence = "line", "broken", "main", 40.0

        def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
            raise RuntimeError("no such account")

    with desk.listening(Broken()):
        await until(lambda: desk.stops() == 3, turning=5)


async def test_an_error_is_told_without_secrets_and_in_one_line(
    desk: Desk, line: Any, until: Any, logged: Any
) -> None:
    feed = line()
    with desk.listening(feed):
        feed.coming.put_nowait(ValueError("Authorization: OAuth abcdef\nand more"))
        await until(desk.stops)
    (said,) = logged
    assert said["why"] == "ValueError: Authorization: ***"
