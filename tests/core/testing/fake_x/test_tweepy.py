"""A real client library is understood, as it is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from socialcare.testing.fake_x import FakeX, HandClock, rebased

tweepy = pytest.importorskip("tweepy")
asynchronous = pytest.importorskip("tweepy.asynchronous")

FIELDS = ["author_id", "created_at", "conversation_id", "entities", "referenced_tweets", "edit_controls"]


@pytest.fixture
async def reader(x: FakeX) -> AsyncIterator[Any]:
    keys = x.credentials()
    client = asynchronous.AsyncClient(
        bearer_token=keys.bearer_token,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
    )
    async with rebased(x.url) as client.session:
        yield client


async def test_mentions_are_read_and_answered(x: FakeX, reader: Any, us: str) -> None:
    mention = x.post("jo", "@AcmeCare where is my parcel?")
    found = await reader.get_users_mentions(
        us,
        since_id="1",
        max_results=100,
        start_time=datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
        tweet_fields=FIELDS,
        user_fields=["description", "affiliation"],
        expansions=["author_id", "referenced_tweets.id"],
        user_auth=True,
    )
    assert [tweet.id for tweet in found.data] == [int(mention.id)]
    assert found.includes["users"][0].username == "jo"
    text = "On its way: 100% sure, “tomorrow” & early! ~ 日本語 🎉"
    made = await reader.create_tweet(text=text, in_reply_to_tweet_id=mention.id)
    own = await reader.get_users_tweets(us, tweet_fields=["in_reply_to_user_id"], user_auth=True)
    assert [str(tweet.id) for tweet in own.data] == [made.data["id"]]
    assert x.ledger.posts[0].text == text
    assert not x.complaints


async def test_the_rest_of_its_calls_are_understood(x: FakeX, reader: Any, us: str) -> None:
    post = x.post("jo", "@AcmeCare is great")
    x.message("jo", "AcmeCare", "my number is 17")
    assert (await reader.get_me()).data.username == "AcmeCare"
    assert (await reader.get_users(usernames=["jo", "nobody"])).errors
    assert (await reader.search_recent_tweets("@AcmeCare -is:retweet", max_results=10)).data
    assert (await reader.get_tweets([post.id, "17"], tweet_fields=FIELDS)).errors
    assert (await reader.get_tweet(post.id)).data.id == int(post.id)
    assert (await reader.retweet(post.id)).data["retweeted"]
    assert (await reader.create_direct_message(participant_id=x.user("jo").id, text="Thank you")).data
    assert (await reader.get_direct_message_events(dm_event_fields=["sender_id", "created_at"])).data
    made = await reader.create_tweet(text="Good morning")
    assert (await reader.delete_tweet(made.data["id"])).data["deleted"]
    assert not x.complaints


async def test_refusals_become_its_own_errors(x: FakeX, reader: Any) -> None:
    x.script.then("POST /2/tweets", "not_summoned", "rate_limited", "error", "unauthorized", "bad_request")
    kinds = (
        tweepy.Forbidden,
        tweepy.TooManyRequests,
        tweepy.TooManyRequests,
    )
    for kind in kinds:
        with pytest.raises(kind):
            await reader.create_tweet(text="a")


async def test_its_stream_listens(x: FakeX, clock: HandClock, until: Any) -> None:
    frames: list[Any] = []

    class Listener(asynchronous.AsyncStreamingClient):  # type: ignore[misc, name-defined]  # tweepy has no types
        async def on_tweet(self, tweet: Any) -> None:
            frames.append(tweet)

    listener = Listener(x.credentials().bearer_token, max_retries=0)
    listener.session = rebased(x.url)
    await listener.add_rules(tweepy.StreamRule("@AcmeCare", tag="care"))
    task = listener.filter()
    await until(lambda: x.stream.connections == 1)
    post = x.post("jo", "@AcmeCare hello?")
    await until(lambda: frames)
    assert [tweet.id for tweet in frames] == [int(post.id)]
    listener.disconnect()
    await asyncio.gather(task, return_exceptions=True)
    assert not x.complaints
