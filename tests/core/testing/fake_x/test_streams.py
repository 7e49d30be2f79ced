"""The filtered stream and the ways in which it ends."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse, ClientSession

from socialcare.testing.fake_x import FakeX, HandClock

PATH = "/2/tweets/search/stream"


@pytest.fixture
async def listening(x: FakeX, app: Any, session: ClientSession) -> AsyncIterator[ClientResponse]:
    body = {"add": [{"value": "@AcmeCare -is:retweet", "tag": "care"}]}
    assert (await app.call("POST", f"{PATH}/rules", body=body)).status == 200
    url = f"{x.url}{PATH}?expansions=author_id"
    async with session.get(url, headers=app.headers("GET", url)) as response:
        assert response.status == 200
        yield response


async def test_a_post_that_fits_a_rule_is_a_frame(x: FakeX, listening: ClientResponse) -> None:
    x.post("jo", "acme is slow")
    post = x.post("jo", "@AcmeCare hello?")
    frame = json.loads(await listening.content.readline())
    [rule] = x.rules.values()
    assert frame["data"]["id"] == post.id
    assert frame["matching_rules"] == [{"id": rule.id, "tag": "care"}]
    assert frame["includes"]["users"][0]["username"] == "jo"


async def test_a_sign_of_life_comes_every_20_seconds(
    x: FakeX, listening: ClientResponse, clock: HandClock, until: Any
) -> None:
    await until(lambda: clock.sleepers == 1)
    await clock.advance(20)
    assert await listening.content.readline() == b"\r\n"


async def test_a_mute_stream_stays_open_and_says_nothing(
    x: FakeX, listening: ClientResponse, clock: HandClock, until: Any
) -> None:
    await until(lambda: clock.sleepers == 1)
    x.stream.mute()
    x.post("jo", "@AcmeCare hello?")
    await clock.advance(60)
    assert x.stream.connections == 1
    x.stream.mute(on=False)
    x.stream.close()
    assert await listening.content.read() == b""


@pytest.mark.parametrize("after", [0, 1, 40, 4_000])
async def test_a_frame_may_be_cut_at_any_byte(x: FakeX, listening: ClientResponse, after: int) -> None:
    x.stream.cut(after)
    x.post("jo", "@AcmeCare hello?")
    received = b""
    try:
        async for chunk in listening.content.iter_any():
            received += chunk
        ended = "cleanly"
    except ClientPayloadError:
        ended = "abruptly"
    assert ended == "abruptly"
    assert len(received) <= after
    assert not received.endswith(b"\r\n") or after > 1_000


async def test_a_stream_may_end_with_a_reason(x: FakeX, listening: ClientResponse) -> None:
    x.stream.fail()
    [problem] = json.loads(await listening.content.readline())["errors"]
    assert problem["title"] == "operational-disconnect"
    assert await listening.content.read() == b""


async def test_any_bytes_can_be_sent(x: FakeX, listening: ClientResponse) -> None:
    x.stream.send(b"<html>\r\n")
    assert await listening.content.readline() == b"<html>\r\n"


async def test_only_one_may_listen(x: FakeX, app: Any, listening: ClientResponse, until: Any) -> None:
    second = await app.get(PATH)
    assert second.status == 429
    assert second.answer["connection_issue"] == "TooManyConnections"
    listening.close()
    await until(lambda: x.stream.connections == 0)


async def test_rules_are_added_listed_and_deleted(x: FakeX, app: Any) -> None:
    added = await app.call(
        "POST", f"{PATH}/rules", body={"add": [{"value": "@AcmeCare", "tag": "care"}, {"value": "from:jo"}]}
    )
    assert added.answer["meta"]["summary"]["created"] == 2
    again = await app.call("POST", f"{PATH}/rules", body={"add": [{"value": "from:jo"}]})
    assert [error["title"] for error in again.answer["errors"]] == ["DuplicateRule"]
    listed = await app.get(f"{PATH}/rules")
    assert [rule["value"] for rule in listed.answer["data"]] == ["@AcmeCare", "from:jo"]
    ids = [rule["id"] for rule in listed.answer["data"]]
    deleted = await app.call("POST", f"{PATH}/rules", body={"delete": {"ids": ids}})
    assert deleted.answer["meta"]["summary"] == {"deleted": 2, "not_deleted": 0}
    assert not x.rules


async def test_a_wrong_rule_is_refused(x: FakeX, app: Any) -> None:
    wrong = await app.call("POST", f"{PATH}/rules", body={"add": [{"value": "near:Berlin"}]})
    assert wrong.status == 400
    assert "near" in x.complaints[0]


async def test_what_was_missed_can_be_asked_for(
    x: FakeX, app: Any, session: ClientSession, clock: HandClock
) -> None:
    await app.call("POST", f"{PATH}/rules", body={"add": [{"value": "@AcmeCare"}]})
    x.post("jo", "@AcmeCare too old")
    await clock.advance(120)
    missed = x.post("jo", "@AcmeCare missed")
    await clock.advance(30)
    url = f"{x.url}{PATH}?backfill_minutes=1"
    async with session.get(url, headers=app.headers("GET", url)) as response:
        assert json.loads(await response.content.readline())["data"]["id"] == missed.id


async def test_the_script_speaks_before_the_stream_opens(x: FakeX, app: Any) -> None:
    x.script.then(f"GET {PATH}", "error")
    assert (await app.get(PATH)).status == 503
