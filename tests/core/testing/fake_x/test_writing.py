"""Posts, reposts, deletions and pictures of ours."""

from base64 import b64encode
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from socialcare.testing.fake_x import FakeX


async def test_a_reply_is_posted_and_in_the_ledger(x: FakeX, client: Any) -> None:
    mention = x.post("jo", "@AcmeCare hello?")
    made = await client.reply("Hello!", mention.id)
    assert made.status == 201
    [post] = x.ledger.posts_in_reply_to(mention.id)
    assert (post.id, post.account, post.text) == (made.answer["data"]["id"], "AcmeCare", "Hello!")
    assert x.ledger.applied(post.request)
    assert x.ledger.answers[post.request].status == 201
    assert not x.ledger.answered_twice()


async def test_two_replies_to_two_versions_are_one_post_answered_twice(x: FakeX, client: Any) -> None:
    first = x.post("jo", "@AcmeCare helo?")
    await client.reply("Hello!", first.id)
    second = x.edit(first, "@AcmeCare hello?")
    await client.reply("Hello again!", second.id)
    assert list(x.ledger.answered_twice()) == [first.id]


async def test_the_same_text_again_is_a_duplicate(x: FakeX, client: Any, clock: Any) -> None:
    ada, bob = x.post("ada", "@AcmeCare a"), x.post("bob", "@AcmeCare b")
    await client.reply("Thank you!", ada.id)
    again = await client.reply("Thank you!", bob.id)
    assert again.status == 403
    assert again.answer == {
        "title": "Forbidden",
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "status": 403,
    }
    await clock.advance(86_401)
    assert (await client.reply("Thank you!", bob.id)).status == 201


async def test_self_serve_may_answer_only_who_named_or_quoted_us(x: FakeX, client: Any) -> None:
    ours = x.post("AcmeCare", "A new shop")
    named = x.post("jo", "@AcmeCare hello?")
    quoting = x.post("jo", "great", quoting=ours)
    carried = x.post("jo", "when does it open?", in_reply_to=ours)
    stranger = x.post("jo", "acme is slow")
    targets = [named, quoting, ours, carried, stranger]
    seen = [(await client.reply(f"Hello {number}", post.id)).status for number, post in enumerate(targets)]
    assert seen == [201, 201, 201, 403, 403]
    x.tier = "enterprise"
    seen = [(await client.reply(f"Hi {number}", post.id)).status for number, post in enumerate(targets)]
    assert seen == [201] * 5


async def test_self_serve_may_not_quote(x: FakeX, client: Any) -> None:
    post = x.post("jo", "@AcmeCare is great")
    body = {"text": "Thank you!", "quote_tweet_id": post.id}
    assert (await client.call("POST", "/2/tweets", body=body)).status == 403
    x.tier = "enterprise"
    assert (await client.call("POST", "/2/tweets", body=body)).status == 201
    assert x.ledger.posts[0].quoted == post.id


async def test_who_blocks_us_restricts_replies_or_is_gone_is_not_answered(x: FakeX, client: Any) -> None:
    blocking = x.post("ada", "@AcmeCare a")
    x.block("ada", "AcmeCare")
    restricted = x.post("bob", "@AcmeCare b", reply_settings="following")
    protected = x.post("cleo", "@AcmeCare c")
    x.user("cleo", state="protected")
    gone = x.post("dan", "@AcmeCare d")
    x.delete(gone)
    targets = [blocking, restricted, protected, gone]
    seen = [(await client.reply(f"Hello {number}", post.id)).status for number, post in enumerate(targets)]
    assert seen == [403, 403, 403, 403]
    assert not x.ledger.posts
    assert not x.complaints


@pytest.mark.parametrize(
    ("text", "status"),
    [("a" * 280, 201), ("a" * 281, 403), ("語" * 140, 201), ("語" * 141, 403), ("👨‍👩‍👧‍👦" * 140, 201)],
)
async def test_length_is_weighted(x: FakeX, client: Any, text: str, status: int) -> None:
    assert (await client.call("POST", "/2/tweets", body={"text": text})).status == status


async def test_a_link_counts_23(x: FakeX, client: Any) -> None:
    link = "https://acme.example/" + "a" * 300
    assert (await client.call("POST", "/2/tweets", body={"text": "a" * 256 + " " + link})).status == 201
    assert (await client.call("POST", "/2/tweets", body={"text": "a" * 257 + " " + link})).status == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": 5},
        {"text": "a", "reply": {}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "x"}},
        {"text": "a", "in_reply_to_tweet_id": "5"},
        {"text": "a", "media": {"media_ids": ["17"]}},
        [],
    ],
)
async def test_a_wrong_body_is_refused_and_complained_of(x: FakeX, client: Any, body: Any) -> None:
    assert (await client.call("POST", "/2/tweets", body=body)).status == 400
    assert len(x.complaints) == 1
    assert not x.ledger.posts


async def test_only_ones_own_posts_can_be_deleted(x: FakeX, client: Any) -> None:
    theirs = x.post("jo", "@AcmeCare hello?")
    ours = (await client.reply("Hello!", theirs.id)).answer["data"]["id"]
    assert (await client.call("DELETE", f"/2/tweets/{theirs.id}")).status == 403
    assert (await client.call("DELETE", f"/2/tweets/{ours}")).answer == {"data": {"deleted": True}}
    assert [entry.id for entry in x.ledger.removals] == [ours]
    assert [post.id for post in x.ledger.posts] == [ours]
    assert "errors" in (await client.get(f"/2/tweets/{ours}")).answer


async def test_a_repost_happens_once(x: FakeX, client: Any, us: str) -> None:
    post = x.post("jo", "I love @AcmeCare")
    body = {"tweet_id": post.id}
    assert (await client.call("POST", f"/2/users/{us}/retweets", body=body)).answer["data"]["retweeted"]
    assert (await client.call("POST", f"/2/users/{us}/retweets", body=body)).status == 400
    assert [entry.of for entry in x.ledger.reposts] == [post.id]
    shown = await client.get(f"/2/users/{us}/tweets", tweet__fields="referenced_tweets")
    assert shown.answer["data"][0]["referenced_tweets"] == [{"type": "retweeted", "id": post.id}]


async def test_a_picture_is_uploaded_and_posted(x: FakeX, client: Any) -> None:
    body = {"media": b64encode(b"PNG").decode(), "media_category": "tweet_image"}
    uploaded = await client.call("POST", "/2/media/upload", body=body)
    picture = uploaded.answer["data"]["id"]
    post = await client.call("POST", "/2/tweets", body={"text": "Look", "media": {"media_ids": [picture]}})
    shown = await client.get(f"/2/tweets/{post.answer['data']['id']}", expansions="attachments.media_keys")
    assert shown.answer["includes"]["media"] == [{"media_key": f"3_{picture}", "type": "photo"}]
    assert "UE5H" not in str(x.ledger.requests)


async def test_a_picture_may_be_a_form(x: FakeX, client: Any, session: ClientSession) -> None:
    form = FormData({"media_category": "tweet_image"})
    form.add_field("media", b"PNG", filename="a.png", content_type="image/png")
    url = f"{x.url}/2/media/upload"
    async with session.post(url, data=form, headers=client.headers("POST", url)) as answer:
        assert answer.status == 200
        assert (await answer.json())["data"]["size"] == 3
