"""Timelines, search and look-ups."""

from typing import Any

import pytest

from socialcare.testing.fake_x import FakeX, HandClock


def ids(exchange: Any) -> list[str]:
    return [one["id"] for one in exchange.answer.get("data", [])]


async def test_mentions_come_newest_first_and_page_back(x: FakeX, client: Any, us: str) -> None:
    posts = [x.post("jo", f"@AcmeCare {number}") for number in range(12)]
    page = await client.get(f"/2/users/{us}/mentions", max_results="5")
    assert ids(page) == [post.id for post in posts[:-6:-1]]
    seen = ids(page)
    while token := page.answer["meta"].get("next_token"):
        page = await client.get(f"/2/users/{us}/mentions", max_results="5", pagination_token=token)
        seen += ids(page)
    assert seen == [post.id for post in reversed(posts)]
    assert not x.complaints


async def test_since_and_until_bound_a_timeline(x: FakeX, client: Any, us: str) -> None:
    posts = [x.post("jo", f"@AcmeCare {number}") for number in range(4)]
    page = await client.get(f"/2/users/{us}/mentions", since_id=posts[0].id, until_id=posts[3].id)
    assert ids(page) == [posts[2].id, posts[1].id]
    assert page.answer["meta"] == {"result_count": 2, "newest_id": posts[2].id, "oldest_id": posts[1].id}


async def test_an_empty_page_has_no_data(x: FakeX, client: Any, us: str) -> None:
    page = await client.get(f"/2/users/{us}/mentions")
    assert page.answer == {"meta": {"result_count": 0}}


async def test_only_the_newest_800_mentions_are_listed(x: FakeX, client: Any, us: str) -> None:
    for number in range(810):
        x.post("jo", f"@AcmeCare {number}")
    page = await client.get(f"/2/users/{us}/mentions", max_results="100")
    seen = ids(page)
    while token := page.answer["meta"].get("next_token"):
        page = await client.get(f"/2/users/{us}/mentions", max_results="100", pagination_token=token)
        seen += ids(page)
    assert len(seen) == 800


async def test_an_edit_is_a_new_id_in_the_same_chain(x: FakeX, client: Any, us: str) -> None:
    first = x.post("jo", "@AcmeCare where is my parcle?")
    second = x.edit(first, "@AcmeCare where is my parcel?")
    page = await client.get(f"/2/users/{us}/mentions")
    assert page.answer["data"] == [
        {"id": second.id, "text": second.text, "edit_history_tweet_ids": [first.id, second.id]}
    ]


async def test_a_deleted_post_is_an_error_beside_the_others(x: FakeX, client: Any, us: str) -> None:
    kept, gone = x.post("jo", "@AcmeCare a"), x.post("jo", "@AcmeCare b")
    x.delete(gone)
    found = await client.get("/2/tweets", ids=f"{kept.id},{gone.id}")
    assert ids(found) == [kept.id]
    assert [error["resource_id"] for error in found.answer["errors"]] == [gone.id]
    assert ids(await client.get(f"/2/users/{us}/mentions")) == [kept.id]


async def test_posts_of_protected_and_suspended_accounts_are_not_shown(x: FakeX, client: Any) -> None:
    posts = [x.post(name, "@AcmeCare hello") for name in ("ada", "bob")]
    x.user("ada", state="protected")
    x.user("bob", state="suspended")
    found = await client.get("/2/tweets", ids=",".join(post.id for post in posts))
    assert [error["title"] for error in found.answer["errors"]] == ["Authorization Error", "Not Found Error"]


async def test_own_posts_become_visible_after_the_lag(
    x: FakeX, client: Any, us: str, clock: HandClock
) -> None:
    x.lag = 60.0
    mention = x.post("jo", "@AcmeCare hello?")
    made = (await client.reply("Hello!", mention.id)).answer["data"]["id"]
    assert ids(await client.get(f"/2/users/{us}/tweets")) == []
    assert "errors" in (await client.get("/2/tweets", ids=made)).answer
    await clock.advance(59)
    assert ids(await client.get(f"/2/users/{us}/tweets")) == []
    await clock.advance(1)
    shown = await client.get(
        f"/2/users/{us}/tweets", tweet__fields="referenced_tweets,in_reply_to_user_id,created_at"
    )
    assert shown.answer["data"] == [
        {
            "id": made,
            "text": "@jo Hello!",
            "edit_history_tweet_ids": [made],
            "created_at": "2026-11-20T15:00:00.000Z",
            "in_reply_to_user_id": mention.author.id,
            "referenced_tweets": [{"type": "replied_to", "id": mention.id}],
        }
    ]


async def test_a_reply_carries_the_handles_of_the_thread(x: FakeX, client: Any, us: str) -> None:
    first = x.post("AcmeCare", "Good morning")
    reply = x.post("jo", "is the shop open?", in_reply_to=first)
    found = await client.get("/2/tweets", ids=reply.id, tweet__fields="display_text_range,entities")
    [shown] = found.answer["data"]
    assert shown["text"] == "@AcmeCare is the shop open?"
    assert shown["display_text_range"] == [10, 27]
    assert shown["entities"]["mentions"] == [{"start": 0, "end": 9, "username": "AcmeCare", "id": us}]
    assert ids(await client.get(f"/2/users/{us}/mentions")) == [reply.id]


async def test_text_is_escaped_and_links_are_wrapped(x: FakeX, client: Any) -> None:
    post = x.post("jo", "@AcmeCare <b> & https://acme.example/help?a=1&b=2 #late")
    found = await client.get("/2/tweets", ids=post.id, tweet__fields="entities")
    [shown] = found.answer["data"]
    [link] = shown["entities"]["urls"]
    assert shown["text"].startswith("@AcmeCare &lt;b&gt; &amp; https://t.co/")
    assert shown["text"][link["start"] : link["end"]] == link["url"]
    assert len(link["url"]) == 23
    assert link["expanded_url"] == "https://acme.example/help?a=1&b=2"
    assert [tag["tag"] for tag in shown["entities"]["hashtags"]] == ["late"]


async def test_expansions_bring_people_and_referenced_posts(x: FakeX, client: Any, us: str) -> None:
    ours = x.post("AcmeCare", "A new shop")
    quote = x.post("jo", "nice, @bob", quoting=ours)
    found = await client.get(
        "/2/tweets",
        ids=quote.id,
        expansions="author_id,referenced_tweets.id,referenced_tweets.id.author_id,entities.mentions.username",
        user__fields="protected",
    )
    includes = found.answer["includes"]
    assert {user["username"] for user in includes["users"]} == {"jo", "AcmeCare", "bob"}
    assert [post["id"] for post in includes["tweets"]] == [ours.id]
    assert all(user["protected"] is False for user in includes["users"])


async def test_the_newer_names_are_answered_in_the_newer_names(x: FakeX, client: Any) -> None:
    parent = x.post("AcmeCare", "Good morning")
    reply = x.post("jo", "@AcmeCare hi", in_reply_to=parent)
    found = await client.get("/2/tweets", ids=reply.id, post__fields="lang", expansions="referenced_posts")
    [shown] = found.answer["data"]
    assert shown["edit_history_post_ids"] == [reply.id]
    assert shown["referenced_posts"] == [{"type": "replied_to", "id": parent.id}]
    assert [post["id"] for post in found.answer["includes"]["posts"]] == [parent.id]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("@AcmeCare -is:retweet", ["named", "carried"]),
        ("from:jo", ["named", "carried", "quote"]),
        ("to:AcmeCare", ["carried"]),
        ('"new shop" OR parcel', ["ours", "named"]),
        ("(is:quote OR is:reply) lang:en", ["carried", "quote"]),
        ("cmeCare", []),
        ("conversation_id:{ours}", ["ours", "carried"]),
        ("has:links", ["named"]),
    ],
)
async def test_recent_search_understands_the_usual_operators(
    x: FakeX, app: Any, query: str, found: list[str]
) -> None:
    ours = x.post("AcmeCare", "A new shop")
    posts = {
        "ours": ours,
        "named": x.post("jo", "@AcmeCare my parcel? https://acme.example"),
        "carried": x.post("jo", "is it open?", in_reply_to=ours),
        "quote": x.post("jo", "look", quoting=ours),
    }
    page = await app.get("/2/tweets/search/recent", query=query.format(ours=ours.id))
    assert set(ids(page)) == {posts[name].id for name in found}


async def test_recent_search_looks_back_seven_days(x: FakeX, app: Any, clock: HandClock) -> None:
    old = x.post("jo", "@AcmeCare old", at=clock.now() - 8 * 86_400)
    new = x.post("jo", "@AcmeCare new", at=clock.now() - 6 * 86_400)
    assert ids(await app.get("/2/tweets/search/recent", query="@AcmeCare")) == [new.id]
    assert (await app.get("/2/tweets/search/recent", query="@AcmeCare", since_id=old.id)).status == 400


@pytest.mark.parametrize(
    "query",
    [
        {"max_results": "4"},
        {"max_results": "101"},
        {"count": "10"},
        {"tweet__fields": "author"},
        {"expansions": "authors"},
        {"since_id": "abc"},
        {"start_time": "yesterday"},
        {"pagination_token": "zzz"},
    ],
)
async def test_what_x_does_not_understand_is_refused_and_complained_of(
    x: FakeX, client: Any, us: str, query: dict[str, str]
) -> None:
    assert (await client.get(f"/2/users/{us}/mentions", **query)).status == 400
    [complaint] = x.complaints
    assert next(iter(query)).replace("__", ".") in complaint


async def test_a_path_that_x_has_not_is_complained_of(x: FakeX, client: Any) -> None:
    assert (await client.get("/2/nothing")).status == 404
    assert x.complaints == ["GET /2/nothing is nothing that X has"]


async def test_people_are_found_by_id_and_by_name(x: FakeX, client: Any, us: str) -> None:
    x.user("robot", automated=True)
    assert (await client.get("/2/users/me")).answer["data"]["id"] == us
    by_name = await client.get("/2/users/by", usernames="acmecare,robot,nobody", user__fields="affiliation")
    assert [user["username"] for user in by_name.answer["data"]] == ["AcmeCare", "robot"]
    assert by_name.answer["data"][1]["affiliation"] == {"description": "Automated"}
    assert [error["value"] for error in by_name.answer["errors"]] == ["nobody"]
    assert (await client.get(f"/2/users/{us}")).answer["data"]["username"] == "AcmeCare"


async def test_the_same_calls_give_the_same_ids() -> None:
    def made() -> list[str]:
        x = FakeX(clock=HandClock(), seed=7)
        return [x.user("jo").id, *(x.post("jo", "a").id for _ in range(3))]

    assert made() == made()
    assert sorted(made()[1:], key=int) == made()[1:]
    assert len(set(made())) == 4
