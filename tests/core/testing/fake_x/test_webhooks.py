"""Webhooks: the check, signed events, and what a wrong answer leads to."""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from socialcare.testing.fake_x import FakeX


@dataclass
class Receiver:
    """A webhook of a client."""

    secret: str
    url: str = ""
    status: int = 200
    answers: bool = True
    events: list[Any] = field(default_factory=list)

    def sign(self, raw: bytes) -> str:
        return "sha256=" + b64encode(hmac.digest(self.secret.encode(), raw, "sha256")).decode()

    async def check(self, request: web.Request) -> web.Response:
        token = request.query["crc_token"] if self.answers else "something else"
        return web.json_response({"response_token": self.sign(token.encode())})

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        assert request.headers["x-twitter-webhooks-signature"] == self.sign(raw)
        self.events.append(json.loads(raw)["data"])
        return web.Response(status=self.status)


@pytest.fixture
async def receiver(x: FakeX) -> AsyncIterator[Receiver]:
    made = Receiver(x.credentials().consumer_secret)
    app = web.Application()
    app.router.add_get("/hook", made.check)
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = "http://{}:{}/hook".format(*runner.addresses[0][:2])
    yield made
    await runner.cleanup()


@pytest.fixture
async def hook(app: Any, receiver: Receiver) -> str:
    made = await app.call("POST", "/2/webhooks", body={"url": receiver.url})
    assert made.answer["data"]["valid"] is True
    return str(made.answer["data"]["id"])


async def subscribe(client: Any, us: str, hook: str, *events: str) -> None:
    for event in events:
        body = {"event_type": event, "filter": {"user_id": us}, "webhook_id": hook, "tag": event}
        assert (await client.call("POST", "/2/activity/subscriptions", body=body)).status == 200


async def test_events_are_signed_and_say_what_happened(
    x: FakeX, client: Any, us: str, hook: str, receiver: Receiver
) -> None:
    kinds = ("post.mention.create", "post.reply.create", "post.quote.create", "post.delete", "dm.received")
    await subscribe(client, us, hook, *kinds)
    ours = x.post("AcmeCare", "A new shop")
    named = x.post("jo", "@AcmeCare hello?")
    carried = x.post("jo", "is it open?", in_reply_to=ours)
    quote = x.post("jo", "look", quoting=ours)
    x.post("jo", "acme is slow")
    message = x.message("jo", "AcmeCare", "my number is 17")
    x.delete(named)
    x.delete(ours)
    await x.calls.delivered()
    seen = [(event["event_type"], event["payload"].get("id")) for event in receiver.events]
    assert seen == [
        ("post.mention.create", named.id),
        ("post.reply.create", carried.id),
        ("post.quote.create", quote.id),
        ("dm.received", None),
        ("post.delete", ours.id),
    ]
    assert receiver.events[3]["payload"]["direct_message_events"][0]["id"] == message.id
    assert receiver.events[1]["payload"]["in_reply_to_tweet_id"] == ours.id
    assert all(event["filter"] == {"user_id": us} for event in receiver.events)
    assert {call.status for call in x.ledger.calls} == {200}


async def test_private_events_need_the_keys_of_their_account(
    x: FakeX, client: Any, app: Any, us: str
) -> None:
    body = {"event_type": "post.mention.create", "filter": {"user_id": us}}
    assert (await app.call("POST", "/2/activity/subscriptions", body=body)).status == 403
    client.account = "AcmeNews"
    assert (await client.call("POST", "/2/activity/subscriptions", body=body)).status == 403


async def test_a_wrong_answer_to_the_check_makes_a_webhook_invalid(
    x: FakeX, client: Any, app: Any, us: str, hook: str, receiver: Receiver
) -> None:
    await subscribe(client, us, hook, "post.mention.create")
    receiver.answers = False
    assert not await x.check_hook(x.hooks[hook])
    assert (await app.get("/2/webhooks")).answer["data"][0]["valid"] is False
    x.post("jo", "@AcmeCare lost")
    await x.calls.delivered()
    assert not receiver.events
    receiver.answers = True
    assert (await app.call("PUT", f"/2/webhooks/{hook}")).answer == {"data": {"valid": True}}
    x.post("jo", "@AcmeCare here")
    await x.calls.delivered()
    assert len(receiver.events) == 1


async def test_an_address_that_fails_the_check_is_not_taken(x: FakeX, app: Any, receiver: Receiver) -> None:
    receiver.answers = False
    assert (await app.call("POST", "/2/webhooks", body={"url": receiver.url})).status == 400
    assert not x.hooks


async def test_what_was_not_taken_can_be_sent_again_and_so_can_everything(
    x: FakeX, client: Any, us: str, hook: str, receiver: Receiver
) -> None:
    await subscribe(client, us, hook, "post.mention.create")
    receiver.status = 503
    lost = x.post("jo", "@AcmeCare a")
    await x.calls.delivered()
    receiver.status = 200
    x.post("jo", "@AcmeCare b")
    await x.calls.again(all_of_them=False)
    assert [event["payload"]["id"] for event in receiver.events].count(lost.id) == 2
    before = len(receiver.events)
    await x.calls.again(all_of_them=True)
    assert len(receiver.events) > before


async def test_a_test_can_ask_any_token_and_send_any_signature(
    x: FakeX, hook: str, receiver: Receiver
) -> None:
    status, answer = await x.calls.challenge(receiver.url, '{"data":{}}')
    assert (status, answer) == (200, {"response_token": receiver.sign(b'{"data":{}}')})
    sent = x.calls.send(x.hooks[hook], {"data": {}}, signature="sha256=wrong")
    assert await sent == 500


async def test_subscriptions_are_listed_and_ended(x: FakeX, client: Any, us: str, hook: str) -> None:
    await subscribe(client, us, hook, "post.mention.create", "dm.received")
    listed = await client.get("/2/activity/subscriptions")
    assert listed.answer["meta"] == {"total_subscriptions": 2}
    one = listed.answer["data"][0]["subscription_id"]
    ended = await client.call("DELETE", f"/2/activity/subscriptions/{one}")
    assert ended.answer == {"data": {"deleted": True}, "meta": {"total_subscriptions": 1}}
