import asyncio
from pathlib import Path
from typing import Any

import pytest

from socialcare import Batch, Feed, Mention, PluginError, Reject
from socialcare.testing.fake_x import FakeX, HandClock
from socialcare_x.live import client, opening
from socialcare_x.live.replies import Broken


@pytest.fixture
def feed(x: FakeX, configured: Any, folder: Path, clock: HandClock) -> Feed:
    settings = configured(x, account={"mentions": False, "stream": "@AcmeCare"})
    (made,) = opening.feeds(settings, folder, clock)
    return made


def texts(batch: Batch) -> list[str]:
    return [arrival.text for arrival in batch.arrivals if isinstance(arrival, Mention)]


async def until_something(following: Any) -> Batch:
    for _ in range(100):
        batch: Batch = await following()
        if batch.arrivals:
            return batch
    raise AssertionError("nothing came")


async def opened(following: Any) -> str:
    """Past the first look at the timelines; the cursor that it leaves."""
    cursor = ""
    while (told := (await following()).cursor) is not None:
        cursor = str(told)
    return cursor


async def test_the_rules_at_x_become_those_of_the_settings_and_others_stay(
    x: FakeX, feed: Feed, listening: Any, configured: Any, folder: Path, clock: HandClock
) -> None:
    async with listening(feed) as following:
        await opened(following)
    assert [(rule.tag, rule.value) for rule in x.rules.values()] == [("socialcare:main", "@AcmeCare")]
    settings = configured(x, account={"mentions": False, "stream": "acme OR @AcmeCare"})
    (changed,) = opening.feeds(settings, folder, clock)
    async with listening(changed) as following:
        await opened(following)
    assert [rule.value for rule in x.rules.values()] == ["acme OR @AcmeCare"]
    changes = len(x.ledger.requests_of("POST /2/tweets/search/stream/rules"))
    async with listening(changed) as following:
        await opened(following)
    assert len(x.ledger.requests_of("POST /2/tweets/search/stream/rules")) == changes, "nothing to be changed"


async def test_a_post_comes_as_it_is_written(x: FakeX, feed: Feed, listening: Any) -> None:
    async with listening(feed) as following:
        await opened(following)
        x.post("jo", "@AcmeCare hello")
        batch = await until_something(following)
    (mention,) = batch.arrivals
    assert isinstance(mention, Mention)
    assert (mention.text, mention.account, mention.author.handle) == ("@AcmeCare hello", "AcmeCare", "jo")


async def test_what_happened_while_the_stream_was_away_comes_from_the_timeline(
    x: FakeX, feed: Feed, listening: Any
) -> None:
    async with listening(feed) as following:
        cursor = await opened(following)
        x.stream.close()
        with pytest.raises(StopAsyncIteration):
            await following()
    x.post("jo", "@AcmeCare in between")
    async with listening(feed, cursor) as following:
        batch = await until_something(following)
    assert texts(batch) == ["@AcmeCare in between"]
    assert batch.cursor is not None


@pytest.mark.parametrize("after", [0, 1, 40, 200])
async def test_a_frame_that_is_cut_breaks_off_and_is_in_the_timeline(
    x: FakeX, feed: Feed, listening: Any, after: int
) -> None:
    async with listening(feed) as following:
        cursor = await opened(following)
        x.stream.cut(after)
        x.post("jo", "@AcmeCare hello")
        with pytest.raises((Broken, StopAsyncIteration)):
            await until_something(following)
    async with listening(feed, cursor) as following:
        assert texts(await until_something(following)) == ["@AcmeCare hello"]


async def test_a_stream_that_is_mute_is_given_up(
    x: FakeX, feed: Feed, listening: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SILENCE", 0.3)
    x.stream.mute()
    async with listening(feed) as following:
        await opened(following)
        with pytest.raises(Broken, match="too long"):
            await until_something(following)


async def test_the_reason_for_which_x_ends_a_stream_is_told(x: FakeX, feed: Feed, listening: Any) -> None:
    async with listening(feed) as following:
        await opened(following)
        x.stream.fail()
        with pytest.raises(PluginError, match="operational reasons"):
            await until_something(following)


async def test_a_second_connection_is_refused_with_xs_words(x: FakeX, feed: Feed, listening: Any) -> None:
    async with listening(feed) as following:
        await opened(following)
        async with listening(feed) as other:
            with pytest.raises(PluginError, match="maximum allowed connection limit"):
                await other()


async def test_a_line_that_nobody_can_read_spoils_no_other(x: FakeX, feed: Feed, listening: Any) -> None:
    async with listening(feed) as following:
        await opened(following)
        x.stream.send(b'{"data": {"id": 7, "text": "half\r\n')
        (bad,) = (await until_something(following)).arrivals
        assert isinstance(bad, Reject)
        x.post("jo", "@AcmeCare hello")
        assert texts(await until_something(following)) == ["@AcmeCare hello"]


async def test_who_cancels_the_listening_is_obeyed_and_the_connection_is_gone(x: FakeX, feed: Feed) -> None:
    began = asyncio.Event()

    async def listen() -> None:
        async for batch in feed.listen(None):
            if batch.cursor is None:
                began.set()

    task = asyncio.create_task(listen())
    await asyncio.wait_for(began.wait(), 10)
    assert x.stream.connections == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
