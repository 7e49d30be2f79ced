"""What goes wrong as told, and what the ledger says of it."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from socialcare.testing.fake_x import ANSWERS, Call, FakeX, HandClock, Script, Step
from socialcare.testing.fake_x.oauth import Caller
from socialcare.testing.fake_x.scripts import Word

POST = "POST /2/tweets"


@pytest.mark.parametrize("word", ANSWERS)
async def test_the_ledger_knows_whether_a_request_was_applied(
    x: FakeX, client: Any, clock: HandClock, until: Any, word: Any
) -> None:
    """Whatever the client is told: a post is in the ledger exactly where the word of the script says so."""
    mention = x.post("jo", "@AcmeCare hello?")
    x.script.then(POST, word)
    asked = asyncio.create_task(client.reply("Hello!", mention.id))
    await until(lambda: asked.done() or clock.sleepers)
    await clock.advance(30)
    try:
        status = (await asked).status
    except aiohttp.ClientError:
        status = None
    answer = ANSWERS[word]
    [request] = x.ledger.requests
    assert x.ledger.applied(request.number) == (answer.applies != "never")
    assert len(x.ledger.posts) == (answer.applies != "never")
    assert x.ledger.answers[request.number].answer == word
    expected = {"nothing": None, "half": None, "made": 201}.get(answer.sends, answer.status)
    assert status == expected
    assert not x.complaints


async def test_refusals_are_problem_documents(x: FakeX, client: Any) -> None:
    words: tuple[Word, ...] = (
        "not_summoned",
        "blocked",
        "duplicate",
        "suspended",
        "unauthorized",
        "no_credit",
        "usage_capped",
    )
    x.script.then(POST, *words)
    seen = [await client.call("POST", "/2/tweets", body={"text": word}) for word in words]
    assert [one.status for one in seen] == [403, 403, 403, 403, 401, 402, 429]
    assert len({one.answer["detail"] for one in seen}) == len(words)
    assert seen[-1].answer["type"].endswith("/usage-capped")


async def test_a_page_may_come_with_200(x: FakeX, client: Any) -> None:
    x.script.add(POST, "html_applied", status=200)
    made = await client.call("POST", "/2/tweets", body={"text": "a"})
    assert (made.status, made.answer[:15]) == (200, "<!DOCTYPE html>")
    assert len(x.ledger.posts) == 1


async def test_a_made_post_may_come_with_errors(x: FakeX, client: Any) -> None:
    x.script.then(POST, "ok_with_errors", "only_errors")
    made = await client.call("POST", "/2/tweets", body={"text": "a"})
    assert made.status == 201
    assert set(made.answer) == {"data", "errors"}
    made = await client.call("POST", "/2/tweets", body={"text": "b"})
    assert (made.status, set(made.answer)) == (200, {"errors"})
    assert [post.text for post in x.ledger.posts] == ["a"]


async def test_a_late_post_exists_before_its_answer_and_a_late_applied_one_does_not(
    x: FakeX, client: Any, clock: HandClock, until: Any
) -> None:
    x.script.then(POST, "late", "late_applied")
    first = asyncio.create_task(client.call("POST", "/2/tweets", body={"text": "a"}))
    await until(lambda: clock.sleepers == 1)
    second = asyncio.create_task(client.call("POST", "/2/tweets", body={"text": "b"}))
    await until(lambda: clock.sleepers == 2)
    assert [post.text for post in x.ledger.posts] == ["a"]
    await clock.advance(30)
    assert {(await first).status, (await second).status} == {201}
    assert [post.text for post in x.ledger.posts] == ["a", "b"]


async def test_what_is_applied_late_is_applied_although_the_client_has_gone(
    x: FakeX, client: Any, clock: HandClock, until: Any
) -> None:
    x.script.then(POST, "late_applied")
    asked = asyncio.create_task(client.call("POST", "/2/tweets", body={"text": "a"}))
    await until(lambda: clock.sleepers == 1)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    await clock.advance(30)
    await until(lambda: x.ledger.posts)


async def test_the_same_request_twice_in_flight_is_complained_of(
    x: FakeX, client: Any, clock: HandClock, until: Any
) -> None:
    x.script.then(POST, "late_applied")
    first = asyncio.create_task(client.call("POST", "/2/tweets", body={"text": "a"}))
    await until(lambda: clock.sleepers == 1)
    await client.call("POST", "/2/tweets", body={"text": "a"})
    assert x.complaints == ["POST /2/tweets again while the same request is under way"]
    await clock.advance(30)
    assert (await first).status == 403


async def test_a_step_names_the_request_it_is_for(x: FakeX, client: Any) -> None:
    x.script.add(POST, "error", nth=2)
    x.script.add(POST, "forbidden", text="secret")
    x.script.add(POST, "bad_request", when=lambda call: call.body["text"].startswith("?"))
    x.script.add(POST, "unauthorized", account="AcmeNews")
    texts = ("a", "b", "a secret", "?", "c")
    seen = [(await client.call("POST", "/2/tweets", body={"text": text})).status for text in texts]
    assert seen == [201, 503, 403, 400, 201]
    client.account = "AcmeNews"
    assert (await client.call("POST", "/2/tweets", body={"text": "d"})).status == 401


def test_a_share_is_drawn_by_the_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        script = Script([Step(on=POST, answer="drop", share=0.3)], seed=seed)
        calls = (
            Call(
                number=n, nth=n, at=0, endpoint=POST, caller=Caller(None), path={}, query={}, body={}, raw=""
            )
            for n in range(500)
        )
        return [script.step(call) is not None for call in calls]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 100 < sum(drawn(1)) < 200


async def test_a_replaced_script_forgets_the_old_one(x: FakeX, client: Any) -> None:
    x.script.add(POST, "error")
    x.script.replace()
    assert (await client.call("POST", "/2/tweets", body={"text": "a"})).status == 201


async def test_a_refused_request_that_was_to_be_applied_is_not(x: FakeX, client: Any) -> None:
    """`error_applied` applies what X would apply: a duplicate stays a duplicate, whatever is said about it."""
    await client.call("POST", "/2/tweets", body={"text": "a"})
    x.script.then(POST, "error_applied")
    assert (await client.call("POST", "/2/tweets", body={"text": "a"})).status == 503
    assert len(x.ledger.posts) == 1


def test_every_answer_and_every_key_of_a_step_is_described() -> None:
    page = (Path(__file__).parents[4] / "docs" / "testing-live.md").read_text("utf-8")
    assert not [word for word in (*ANSWERS, *Step.__struct_fields__[2:]) if f"`{word}`" not in page]
