from pathlib import Path
from typing import Any

import pytest

from socialcare import Batch, Feed, Mention, PluginError, Reject
from socialcare.observed import Company
from socialcare.testing.fake_x import FakeX, HandClock
from socialcare_x.live import opening
from socialcare_x.live.places import place

DAY = 86_400.0
MENTIONS = "GET /2/users/:id/mentions"


@pytest.fixture
def feed(x: FakeX, configured: Any, folder: Path, clock: HandClock) -> Feed:
    (made,) = opening.feeds(configured(x), folder, clock)
    return made


def texts(batch: Batch) -> list[str]:
    return [arrival.text for arrival in batch.arrivals if isinstance(arrival, Mention)]


async def until_something(following: Any) -> Batch:
    for _ in range(100):
        batch: Batch = await following()
        if batch.arrivals:
            return batch
    raise AssertionError("nothing came")


async def test_a_cold_start_begins_now_and_answers_nothing_older(
    x: FakeX, feed: Feed, listening: Any, clock: HandClock
) -> None:
    for number in range(30):
        x.post("jo", f"@AcmeCare old {number}")
        await clock.advance(1)
    async with listening(feed) as following:
        begun = await following()
        assert not begun.arrivals
        assert begun.cursor is not None
        x.post("jo", "@AcmeCare new")
        assert texts(await until_something(following)) == ["@AcmeCare new"]
    assert x.ledger.requests[0].query["max_results"] == "10"


async def test_a_cold_start_with_nothing_there_misses_nothing(x: FakeX, feed: Feed, listening: Any) -> None:
    async with listening(feed) as following:
        begun = await following()
        x.post("jo", "@AcmeCare first")
        assert begun.cursor == "0/0"
        assert texts(await until_something(following)) == ["@AcmeCare first"]


async def test_a_gap_is_paged_through_and_told_oldest_first(
    x: FakeX, feed: Feed, listening: Any, clock: HandClock
) -> None:
    first = x.post("jo", "@AcmeCare first")
    for number in range(250):
        x.post("jo", f"@AcmeCare {number}")
        await clock.advance(2)
    async with listening(feed, f"{first.id}/{first.id}") as following:
        batches = [await following() for _ in range(3)]
    assert [text for batch in batches for text in texts(batch)] == [
        f"@AcmeCare {number}" for number in range(250)
    ]
    assert [len(batch.arrivals) for batch in batches] == [100, 100, 50]
    cursors = [int(place(batch.cursor or "").newest) for batch in batches]
    assert cursors == sorted(cursors)


async def test_a_page_that_fails_leaves_the_cursor_where_it_was(x: FakeX, feed: Feed, listening: Any) -> None:
    first = x.post("jo", "@AcmeCare first")
    for number in range(150):
        x.post("jo", f"@AcmeCare {number}")
    x.script.add(MENTIONS, "error", nth=2)
    async with listening(feed, f"{first.id}/{first.id}") as following:
        with pytest.raises(PluginError, match="X answers 503"):
            await following()


async def test_what_x_shows_late_is_not_missed(
    x: FakeX, feed: Feed, listening: Any, clock: HandClock
) -> None:
    x.post("jo", "@AcmeCare old")
    await clock.advance(120)
    async with listening(feed) as following:
        await following()
        await clock.advance(30)
        x.post("sam", "@AcmeCare late", lag=40)
        await clock.advance(1)
        x.post("jo", "@AcmeCare soon")
        assert texts(await until_something(following)) == ["@AcmeCare soon"]
        assert texts(await until_something(following)) == ["@AcmeCare late"]


async def test_nothing_is_told_twice_while_it_is_read_again(x: FakeX, feed: Feed, listening: Any) -> None:
    async with listening(feed) as following:
        await following()
        x.post("jo", "@AcmeCare once")
        told = [texts(await following()) for _ in range(4)]
    assert [text for batch in told for text in batch] == ["@AcmeCare once"]


async def test_what_was_told_and_perhaps_not_stored_is_told_again(
    x: FakeX, feed: Feed, listening: Any
) -> None:
    async with listening(feed) as following:
        cursor = (await following()).cursor
        x.post("jo", "@AcmeCare hello")
        assert texts(await until_something(following)) == ["@AcmeCare hello"]
    async with listening(feed, cursor) as following:
        assert texts(await until_something(following)) == ["@AcmeCare hello"]


async def test_what_the_timeline_no_longer_shows_is_named(
    x: FakeX, feed: Feed, listening: Any, clock: HandClock
) -> None:
    first = x.post("jo", "@AcmeCare first")
    await clock.advance(100)
    for number in range(900):
        x.post("jo", f"@AcmeCare {number}")
    async with listening(feed, f"{first.id}/{first.id}") as following:
        batches = [await following() for _ in range(9)]
    (missed,) = batches[0].arrivals
    assert isinstance(missed, Reject)
    assert "newest 800 mentions only" in missed.reason


async def test_what_the_timeline_no_longer_shows_is_named_though_some_of_the_rest_was_deleted(
    x: FakeX, feed: Feed, listening: Any, clock: HandClock
) -> None:
    first = x.post("jo", "@AcmeCare first")
    await clock.advance(100)
    posts = [x.post("jo", f"@AcmeCare {number}") for number in range(900)]
    for post in posts[-40:]:
        x.delete(post)
    async with listening(feed, f"{first.id}/{first.id}") as following:
        batch = await following()
    assert [one.reason for one in batch.arrivals if isinstance(one, Reject)] == [
        f"X shows the newest 800 mentions only: older ones since `{first.id}` may be missing"
    ]


async def test_nothing_is_said_to_be_missing_where_what_we_know_is_shown_again(
    x: FakeX, feed: Feed, listening: Any, clock: HandClock
) -> None:
    before, known = x.post("jo", "@AcmeCare before"), x.post("jo", "@AcmeCare known")
    for number in range(500):
        x.post("jo", f"@AcmeCare {number}")
    async with listening(feed, f"{known.id}/{before.id}") as following:
        batch = await following()
    assert all(isinstance(one, Mention) for one in batch.arrivals)


async def test_an_edit_is_the_same_mention_by_its_root(x: FakeX, feed: Feed, listening: Any) -> None:
    async with listening(feed) as following:
        await following()
        written = x.post("jo", "@AcmeCare hlep")
        await until_something(following)
        edited = x.edit(written, "@AcmeCare help")
        (mention,) = (await until_something(following)).arrivals
    assert isinstance(mention, Mention)
    assert (mention.id, mention.root, mention.text) == (edited.id, written.id, "@AcmeCare help")


async def test_who_addresses_us_and_who_only_carries_us_along(x: FakeX, feed: Feed, listening: Any) -> None:
    company = Company({"main": "AcmeCare"})
    async with listening(feed) as following:
        await following()
        ours = x.post("AcmeCare", "We are open.")
        posts = {
            "direct": x.post("jo", "@AcmeCare hello"),
            "answer": x.post("sam", "@AcmeCare thanks", in_reply_to=ours),
            "carried": x.post(
                "kim", "indeed", in_reply_to=x.post("jo", "@AcmeCare broken again"), carrying=["AcmeCare"]
            ),
            "quote": x.post("lee", "@AcmeCare see this", quoting=ours),
        }
        found = {
            one.id: one for one in (await until_something(following)).arrivals if isinstance(one, Mention)
        }
    seen = {name: found[post.id] for name, post in posts.items()}
    assert {name: company.addressed(one, "main") for name, one in seen.items()} == {
        "direct": "direct",
        "answer": "direct",
        "carried": "carried",
        "quote": "direct",
    }
    assert company.answers(seen["answer"])
    assert not company.answers(seen["carried"])
    assert seen["quote"].quotes == ours.id
    assert all(one.account == "AcmeCare" for one in seen.values())


async def test_authors_come_with_what_x_tells_of_them(x: FakeX, feed: Feed, listening: Any) -> None:
    x.user("beep", automated=True, description="a bot")
    async with listening(feed) as following:
        await following()
        x.post("beep", "@AcmeCare beep")
        (mention,) = (await until_something(following)).arrivals
    assert isinstance(mention, Mention)
    assert (mention.author.handle, mention.author.is_bot, mention.author.description) == (
        "beep",
        True,
        "a bot",
    )


async def test_authors_are_not_bought_where_the_settings_say_so(
    x: FakeX, configured: Any, folder: Path, clock: HandClock, listening: Any
) -> None:
    (feed,) = opening.feeds(configured(x, authors=False), folder, clock)
    async with listening(feed) as following:
        await following()
        x.post("jo", "@AcmeCare hello")
        (mention,) = (await until_something(following)).arrivals
    assert isinstance(mention, Mention)
    assert (mention.author.id, mention.author.handle) == (x.user("jo").id, None)
    assert not any("expansions" in request.query for request in x.ledger.requests)


async def test_a_rate_limit_is_waited_for_and_nothing_is_asked_meanwhile(
    x: FakeX, feed: Feed, listening: Any, clock: HandClock
) -> None:
    x.script.add(MENTIONS, "rate_limited", nth=2, seconds=600)
    async with listening(feed) as following:
        await following()
        before = clock.now()
        x.post("jo", "@AcmeCare hello")
        assert texts(await until_something(following)) == ["@AcmeCare hello"]
    assert clock.now() - before >= 600
    assert not x.complaints


async def test_the_last_request_of_a_window_is_the_last_until_the_next(
    configured: Any, folder: Path, clock: HandClock, listening: Any
) -> None:
    from socialcare.testing.fake_x import Limit  # noqa: PLC0415 - this test alone needs it

    async with FakeX(clock=clock, limits={MENTIONS: Limit(5, 5, 900)}) as x:
        (feed,) = opening.feeds(configured(x), folder, clock)
        async with listening(feed) as following:
            for _ in range(12):
                await following()
        assert not x.complaints


@pytest.mark.parametrize(("word", "way_out"), [("unauthorized", "renew them"), ("usage_capped", "Monthly")])
async def test_what_only_a_person_can_mend_ends_the_feed_with_the_reason(
    x: FakeX, feed: Feed, listening: Any, word: Any, way_out: str
) -> None:
    x.script.add(MENTIONS, word)
    async with listening(feed) as following:
        with pytest.raises(PluginError, match=way_out):
            await following()


async def test_reading_stops_for_the_day_where_its_money_is_used_up(
    x: FakeX, configured: Any, folder: Path, clock: HandClock, listening: Any
) -> None:
    (feed,) = opening.feeds(configured(x, reading_money=0.05), folder, clock)
    async with listening(feed) as following:
        await following()
        for number in range(5):
            x.post(f"person{number}", "@AcmeCare hello")
        await until_something(following)
        asked = len(x.ledger.requests)
        x.post("jo", "@AcmeCare tomorrow")
        for _ in range(3):
            assert not (await following()).arrivals
        assert len(x.ledger.requests) == asked
        await clock.advance(9 * 3_600)
        assert texts(await until_something(following)) == ["@AcmeCare tomorrow"]


async def test_a_search_finds_what_does_not_name_us_and_takes_it_for_nobody_in_particular(
    x: FakeX, configured: Any, folder: Path, clock: HandClock, listening: Any
) -> None:
    company = Company({"main": "AcmeCare"})
    settings = configured(x, account={"mentions": False, "search": "acme"})
    (feed,) = opening.feeds(settings, folder, clock)
    async with listening(feed) as following:
        await following()
        x.post("jo", "acme is a shop")
        x.post("sam", "@AcmeCare acme forgot me")
        found = [one for one in (await until_something(following)).arrivals if isinstance(one, Mention)]
    assert [company.addressed(one, company.account_of(one, "main")) for one in found] == [
        "indirect",
        "direct",
    ]


@pytest.fixture
def search(x: FakeX, configured: Any, folder: Path, clock: HandClock) -> Feed:
    (made,) = opening.feeds(configured(x, account={"mentions": False, "search": "acme"}), folder, clock)
    return made


async def test_a_search_whose_cursor_is_older_than_x_takes_goes_on_and_names_the_gap(
    x: FakeX, search: Feed, listening: Any, clock: HandClock
) -> None:
    first = x.post("jo", "acme first")
    x.post("jo", "acme forgotten")
    await clock.advance(8 * DAY)
    x.post("sam", "acme soon")
    async with listening(search, f"{first.id}/{first.id}") as following:
        missed, found = (await following()).arrivals, await following()
    assert [one.reason for one in missed if isinstance(one, Reject)] == [
        "X searches the last seven days only: what was written before, since this search was read last, may be missing"
    ]
    assert texts(found) == ["acme soon"]
    async with listening(search, found.cursor) as following:
        again = [await following() for _ in range(3)]
    assert not any(isinstance(one, Reject) for batch in again for one in batch.arrivals), "said once"


async def test_a_search_that_finds_nothing_for_weeks_goes_on_and_misses_nothing(
    x: FakeX, search: Feed, listening: Any, clock: HandClock
) -> None:
    first = x.post("jo", "acme first")
    cursor = f"{first.id}/{first.id}"
    for _ in range(16):
        async with listening(search, cursor) as following:  # a program that is started again each day
            for _ in range(2):
                batch = await following()
                assert not batch.arrivals
                cursor = batch.cursor or cursor
        await clock.advance(DAY)
    x.post("sam", "acme at last")
    async with listening(search, cursor) as following:
        assert texts(await following()) == ["acme at last"]


async def test_messages_come_from_people_and_not_from_us(
    x: FakeX, configured: Any, folder: Path, clock: HandClock, listening: Any
) -> None:
    x.message("jo", "AcmeCare", "old")
    (feed,) = opening.feeds(configured(x, account={"mentions": False, "messages": True}), folder, clock)
    async with listening(feed) as following:
        begun = await following()
        assert not begun.arrivals
        for number in range(3):
            await clock.advance(1)
            x.message("jo", "AcmeCare", f"hello {number}")
            x.message("AcmeCare", "jo", f"answer {number}")
        batch = await until_something(following)
    assert texts(batch) == ["hello 0", "hello 1", "hello 2"]
    assert all(isinstance(one, Mention) and one.kind == "message" for one in batch.arrivals)
    async with listening(feed, begun.cursor) as following:
        assert len((await following()).arrivals) == 3
