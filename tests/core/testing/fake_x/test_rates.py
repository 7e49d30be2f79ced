"""Windows and their headers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from socialcare.testing.fake_x import FakeX, HandClock, Limit

MENTIONS = "GET /2/users/:id/mentions"


@pytest.fixture
async def x(clock: HandClock) -> AsyncIterator[FakeX]:
    limits = {MENTIONS: Limit(app=2, user=3, seconds=900)}
    async with FakeX(accounts=["AcmeCare", "AcmeNews"], clock=clock, limits=limits) as platform:
        yield platform


def told(exchange: Any) -> tuple[int, ...]:
    headers = {name.lower(): value for name, value in exchange.headers.items()}
    return tuple(int(headers[f"x-rate-limit-{word}"]) for word in ("limit", "remaining", "reset"))


async def test_headers_count_down_to_a_429_and_the_window_reopens(
    x: FakeX, client: Any, us: str, clock: HandClock
) -> None:
    reset = int(clock.now()) + 900
    seen = [await client.get(f"/2/users/{us}/mentions") for _ in range(4)]
    assert [one.status for one in seen] == [200, 200, 200, 429]
    assert [told(one) for one in seen] == [(3, 2, reset), (3, 1, reset), (3, 0, reset), (3, 0, reset)]
    assert x.complaints == [f"{MENTIONS} although no request was left"]
    await clock.advance(900)
    assert (await client.get(f"/2/users/{us}/mentions")).status == 200


async def test_each_user_and_the_app_have_windows_of_their_own(
    x: FakeX, client: Any, app: Any, session: ClientSession, us: str
) -> None:
    for _ in range(3):
        await client.get(f"/2/users/{us}/mentions")
    client.account = "AcmeNews"
    assert told(await client.get(f"/2/users/{us}/mentions"))[:2] == (3, 2)
    assert told(await app.get(f"/2/users/{us}/mentions"))[:2] == (2, 1)


async def test_a_429_of_the_script_closes_the_window_until_its_reset(
    x: FakeX, client: Any, us: str, clock: HandClock
) -> None:
    x.script.add(MENTIONS, "rate_limited", times=1, seconds=60)
    refused = await client.get(f"/2/users/{us}/mentions")
    assert refused.status == 429
    assert told(refused) == (3, 0, int(clock.now()) + 60)
    assert not x.complaints
    assert (await client.get(f"/2/users/{us}/mentions")).status == 429
    assert len(x.complaints) == 1
    await clock.advance(60)
    assert (await client.get(f"/2/users/{us}/mentions")).status == 200
