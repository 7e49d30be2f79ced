import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from socialcare import Gone, Mention, Refused, Reject
from socialcare.secrets import Secret
from socialcare.testing.fake_x import FakeX, HandClock
from socialcare_x.live import opening
from socialcare_x.live.signing import signature
from socialcare_x.live.webhook import XWebhook

SECRET, BEFORE, US = "the app's secret", "the secret before", "1111111111111111111"


@pytest.fixture
def webhook(clock: HandClock) -> XWebhook:
    return XWebhook("/webhooks/x", [Secret(SECRET), Secret(BEFORE)], {US: "AcmeCare"}, clock)


def event(kind: str = "post.mention.create", user: str = US, **payload: Any) -> bytes:
    post = {
        "id": "2080765813578191303",
        "text": "hey @AcmeCare",
        "author_id": "2222222222222222222",
        "created_at": "2026-11-20T14:59:00.000Z",
        "edit_history_tweet_ids": ["2080765813578191303"],
        "entities": {"mentions": [{"username": "AcmeCare", "id": US}]},
        **payload,
    }
    data = {"event_uuid": "1", "filter": {"user_id": user}, "event_type": kind, "payload": post}
    return json.dumps({"data": data}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-twitter-webhooks-signature": signature(secret, body)}


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x" * 257,
        '{"data":{}}',
        "a b",
        "a\nb",
        "ä",
        "a/b",
        "<x>",
        '"',
        "{",
        json.dumps({"data": []}),
        "１２３",
    ],
)
def test_S20_only_short_tokens_of_harmless_characters_are_signed(webhook: XWebhook, token: str) -> None:
    with pytest.raises(Refused) as caught:
        webhook.challenge({"crc_token": token})
    assert caught.value.status == 400


def test_S20_checks_come_no_faster_than_x_would_ask(webhook: XWebhook) -> None:
    for _ in range(20):
        webhook.challenge({"crc_token": "abc"})
    with pytest.raises(Refused) as caught:
        webhook.challenge({"crc_token": "abc"})
    assert caught.value.status == 429


def test_a_check_is_answered_with_the_secret_that_holds_now(webhook: XWebhook) -> None:
    token = "Ab9-_=+."
    assert webhook.challenge({"crc_token": token, "nonce": "1"}) == {
        "response_token": signature(SECRET, token.encode())
    }


def test_S19_the_signature_is_over_the_bytes_as_they_came(webhook: XWebhook) -> None:
    body = event()
    assert len(webhook.read(body, signed(body))) == 1
    for headers in (
        {},
        {"x-twitter-webhooks-signature": ""},
        signed(body + b" "),
        signed(body, "another secret"),
    ):
        with pytest.raises(Refused) as caught:
            webhook.read(body, headers)
        assert caught.value.status == 401


def test_S22_the_secret_before_still_holds_for_calls(webhook: XWebhook) -> None:
    body = event()
    assert len(webhook.read(body, signed(body, BEFORE))) == 1


@pytest.mark.parametrize("kind", ["post.mention.create", "post.delete", "dm.received"])
def test_S23_an_event_of_somebody_elses_account_is_turned_away_and_nothing_of_it_kept(
    webhook: XWebhook, kind: str
) -> None:
    body = event(kind, user="9999")
    (bad,) = webhook.read(body, signed(body))
    assert isinstance(bad, Reject)
    assert (bad.reason, bad.raw) == ("it is an event of an account that is not ours", "")


@pytest.mark.parametrize(
    "bad", [{"data": 5}, {}, json.loads(event(user="9999"))["data"], json.loads(event(id="x"))["data"], 7]
)
def test_what_is_odd_in_a_call_spoils_nothing_else_of_it(webhook: XWebhook, bad: Any) -> None:
    good = json.loads(event())["data"]
    body = json.dumps({"data": [bad, good, bad]}).encode()
    assert [type(one) for one in webhook.read(body, signed(body))] == [Reject, Mention, Reject]


def test_a_message_that_is_odd_spoils_no_other(webhook: XWebhook) -> None:
    def written(number: str, **more: Any) -> dict[str, Any]:
        said = {"sender_id": "2222", "message_data": {"text": f"hello {number}"}}
        now = str(1_795_186_800_000)
        return {
            "id": number,
            "type": "message_create",
            "created_timestamp": now,
            "message_create": said,
            **more,
        }

    bad = [written("2", created_timestamp="soon"), written("x"), written("3", message_create=7), "what"]
    users = {"2222": {"data": {"id": "2222", "username": "lee"}}, "3333": "odd", "4444": {"data": 4}}
    body = event("dm.received", direct_message_events=[written("1"), *bad, written("4")], users=users)
    found = webhook.read(body, signed(body))
    assert [type(one) for one in found] == [Mention, *(Reject for _ in bad), Mention]
    assert {one.author.handle for one in found if isinstance(one, Mention)} == {"lee"}


def test_S21_what_is_older_than_two_days_is_no_event_any_more(webhook: XWebhook) -> None:
    body = event(created_at="2026-11-18T14:59:00.000Z")
    assert not webhook.read(body, signed(body))


def test_a_deletion_takes_the_mention_away_however_old_it_is(webhook: XWebhook, clock: HandClock) -> None:
    body = event("post.delete")
    (gone,) = webhook.read(body, signed(body))
    assert isinstance(gone, Gone)
    assert (gone.id, gone.platform, gone.at.timestamp()) == ("2080765813578191303", "x", clock.now())


@pytest.mark.parametrize("kind", ["post.create", "like.create", "follow.follow", "chat.received", "dm.sent"])
def test_other_events_bring_nothing(webhook: XWebhook, kind: str) -> None:
    body = event(kind)
    assert not webhook.read(body, signed(body))


@pytest.mark.parametrize(
    "body", [b"", b"123", b"[]", b'{"data": 5}', b"{" * 100_000, event(text=None), event(id="x")]
)
def test_what_is_signed_and_cannot_be_read_is_kept_with_the_reason(webhook: XWebhook, body: bytes) -> None:
    (bad,) = webhook.read(body, signed(body))
    assert isinstance(bad, Reject)


def test_a_quote_of_a_post_of_ours_is_for_us(webhook: XWebhook) -> None:
    body = event(
        "post.quote.create", text="look", entities=None, referenced_tweets=[{"type": "quoted", "id": "5"}]
    )
    (mention,) = webhook.read(body, signed(body))
    assert isinstance(mention, Mention)
    assert (mention.account, mention.quotes, mention.mentioned) == ("AcmeCare", "5", ())


@pytest.fixture
async def served(
    x: FakeX, configured: Any, folder: Path, clock: HandClock
) -> AsyncIterator[tuple[str, list[Any]]]:
    """The webhook behind a real server: its address, and what has arrived."""
    (webhook,) = opening.webhooks(configured(x, webhook={"path": "/x"}), folder, clock)
    arrived: list[Any] = []

    async def challenge(request: web.Request) -> web.Response:
        return web.json_response(dict(webhook.challenge(request.query)))

    async def call(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        arrived.extend(webhook.read(await request.read(), headers))
        return web.json_response({})

    app = web.Application()
    app.router.add_get(webhook.path, challenge)
    app.router.add_post(webhook.path, call)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}{webhook.path}", arrived
    await runner.cleanup()


async def test_x_accepts_the_webhook_and_its_events_arrive(
    x: FakeX, served: tuple[str, list[Any]], configured: Any, folder: Path, clock: HandClock
) -> None:
    url, arrived = served
    (sender,) = opening.senders(configured(x), frozenset(), folder, clock)
    client = sender._client(sender._accounts["main"])  # type: ignore[attr-defined]  # its keys subscribe
    us = x.user("AcmeCare").id
    made = json.loads((await client.request("POST", "/2/webhooks", json={"url": url})).body)
    for kind in ("post.mention.create", "post.reply.create", "post.quote.create", "dm.received"):
        wanted = {"event_type": kind, "filter": {"user_id": us}, "webhook_id": made["data"]["id"]}
        reply = await client.request("POST", "/2/activity/subscriptions", json=wanted, user_auth=True)
        assert reply.status < 300
    ours = x.post("AcmeCare", "We are open.")
    x.post("jo", "@AcmeCare hello")
    x.post("sam", "thanks", in_reply_to=ours)
    x.post("kim", "see", quoting=ours)
    x.message("lee", "AcmeCare", "psst")
    await x.calls.delivered()
    assert {(one.author.handle, one.kind) for one in arrived} == {
        ("jo", "post"), ("sam", "post"), ("kim", "post"), ("lee", "message"),
    }  # fmt: skip
    assert all(one.account == "AcmeCare" for one in arrived)
    await client.close()
