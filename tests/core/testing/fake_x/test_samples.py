"""What the fake X says has the shape of what X was seen to say."""

import json
from pathlib import Path
from typing import Any

import pytest

from socialcare.testing.fake_x import ANSWERS, FakeX
from socialcare.testing.fake_x.fields import FIELDS, OLD
from socialcare.testing.fake_x.shapes import message_json, post_json
from socialcare.testing.fake_x.streams import DISCONNECT, FULL
from socialcare.testing.fake_x.webhooks import Hook, Subscription, events


def shape(value: Any, path: str = "") -> set[str]:
    """The places of a JSON value: `data[].id`."""
    if isinstance(value, dict):
        return {place for key, part in value.items() for place in shape(part, f"{path}.{key}".strip("."))}
    if isinstance(value, list):
        return {place for part in value for place in shape(part, f"{path}[]")}
    return {path}


@pytest.fixture
def samples(data: Path) -> Path:
    folder = data / "x-samples"
    if not folder.is_dir():
        pytest.skip("the samples are absent")
    return folder


def recorded(samples: Path, name: str) -> Any:
    return json.loads((samples / name).read_text("utf-8"))


def documented(samples: Path, source: str, under: str) -> Any:
    [found] = [
        example["body"]
        for example in json.loads((samples / "docs-examples.json").read_text("utf-8"))
        if example["source"].endswith(source) and example["under"] == under
    ]
    return found


async def test_a_timeline_of_mentions(x: FakeX, client: Any, us: str, samples: Path) -> None:
    for number in range(6):
        x.post("jo", f"@AcmeCare {number}")
    page = await client.get(
        f"/2/users/{us}/mentions", max_results="5", tweet__fields="public_metrics,created_at"
    )
    there = shape(recorded(samples, "v2-timeline-mentions.json"))
    assert there <= shape(page.answer)
    assert shape(page.answer) - there <= {
        "data[].edit_history_tweet_ids[]",
        "data[].public_metrics.bookmark_count",
        "data[].public_metrics.impression_count",
    }


async def test_a_post_made(x: FakeX, client: Any, samples: Path) -> None:
    made = await client.call("POST", "/2/tweets", body={"text": "Hello world!"})
    assert shape(recorded(samples, "v2-create-tweet-resp.json")) <= shape(made.answer)


async def test_a_message_sent_and_read(x: FakeX, client: Any, samples: Path) -> None:
    x.message("jo", "AcmeCare", "hello")
    path = f"/2/dm_conversations/with/{x.user('jo').id}/messages"
    made = await client.call("POST", path, body={"text": "Hello"})
    assert shape(made.answer["data"]) == shape(recorded(samples, "v2-events-create.json")["data"])
    read = await client.get("/2/dm_events", dm_event__fields="dm_conversation_id,created_at,sender_id")
    assert shape(read.answer["data"]) == shape(recorded(samples, "v2-events.json")["data"])


async def test_rules_of_the_stream(x: FakeX, app: Any, samples: Path) -> None:
    path = "/2/tweets/search/stream/rules"
    added = await app.call("POST", path, body={"add": [{"value": "meme", "tag": "funny"}, {"value": "cat"}]})
    assert shape(recorded(samples, "v2-stream-post-rules.json")) <= shape(added.answer)
    listed = await app.get(path)
    assert shape(recorded(samples, "v2-stream-get-rules.json")) <= shape(listed.answer)
    ids = [rule["id"] for rule in listed.answer["data"]]
    deleted = await app.call("POST", path, body={"delete": {"ids": ids}})
    assert shape(deleted.answer) == shape(recorded(samples, "v2-stream-delete-rules.json"))


async def test_errors(x: FakeX, client: Any, samples: Path) -> None:
    bodies = [error["body"] for error in recorded(samples, "errors.json")]
    assert ANSWERS["duplicate"].body in bodies
    assert {**ANSWERS["rate_limited"].body} in bodies  # type: ignore[dict-item]  # it has a body
    assert DISCONNECT in bodies
    assert FULL in bodies
    post = x.post("jo", "@AcmeCare hello?")
    partial = (await client.get("/2/tweets", ids=f"{post.id},456")).answer["errors"]
    [there] = [body["errors"] for body in bodies if body.get("errors", [{}])[0].get("resource_id") == "456"]
    assert shape(there) <= shape(partial)


@pytest.mark.parametrize(
    "event",
    ["post.mention.create", "post.reply.create", "post.quote.create", "post.delete", "dm.received"],
)
def test_an_event_says_nothing_that_x_does_not_say(x: FakeX, us: str, samples: Path, event: str) -> None:
    x.hooks["1"] = Hook("1", "https://acme.example", 0.0)
    x.subscriptions["2"] = Subscription("2", event, us, "1", "care", 0.0, 0.0)
    ours = x.post("AcmeCare", "A new shop")
    happenings: dict[str, Any] = {
        "post.mention.create": ("post", x.post("jo", "hey @AcmeCare")),
        "post.reply.create": ("post", x.post("jo", "great", in_reply_to=ours)),
        "post.quote.create": ("post", x.post("jo", "look", quoting=ours)),
        "post.delete": ("delete", ours),
        "dm.received": ("message", x.message("jo", "AcmeCare", "hello!")),
    }
    [(_, made)] = events(x, happenings[event])
    there = documented(samples, "event-payloads.mdx", f"`{event}`")

    def neutral(places: set[str]) -> set[str]:
        """Keys that are ids themselves are all one; `includes` and `edit_controls` are left out of some examples."""
        return {
            ".".join("ID" if part.isdecimal() else part for part in place.split("."))
            for place in places
            if ".includes." not in place
        }

    more = neutral(shape(made)) - neutral(shape(there))
    assert {place for place in more if ".edit_controls." not in place} == set()
    assert made["data"]["event_type"] == there["data"]["event_type"]
    assert {"filter", "event_type", "payload", "event_uuid"} <= set(made["data"])


def test_a_post_and_a_message_have_only_fields_that_x_names(x: FakeX) -> None:
    ours = x.post("AcmeCare", "A new shop")
    post = x.post(
        "jo", "@AcmeCare look https://acme.example #new", in_reply_to=ours, quoting=ours, media=("1",)
    )
    assert set(post_json(post, OLD, FIELDS["tweet.fields"])) <= FIELDS["tweet.fields"]
    message = x.message("jo", "AcmeCare", "hello")
    assert set(message_json(message, FIELDS["dm_event.fields"])) <= FIELDS["dm_event.fields"]
