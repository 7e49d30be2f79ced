"""A client that signs as the library of OAuth does, and remembers what it was answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession

from socialcare.testing.fake_x import FakeX, HandClock

oauth1 = pytest.importorskip("oauthlib.oauth1")


class Exchange(NamedTuple):
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int
    answer: Any
    headers: Mapping[str, str]


@dataclass
class Client:
    """Calls the API: as an account of ours, or (without one) as the app alone."""

    session: ClientSession
    x: FakeX
    account: str | None = "AcmeCare"
    exchanges: list[Exchange] = field(default_factory=list)

    def headers(self, method: str, url: str) -> dict[str, str]:
        keys = self.x.credentials(self.account)
        if self.account is None:
            return {"Authorization": f"Bearer {keys.bearer_token}"}
        signer = oauth1.Client(
            keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret
        )
        return dict(signer.sign(url, method)[1])

    async def call(self, method: str, path: str, *, body: Any = None, **query: str) -> Exchange:
        named = {name.replace("__", "."): value for name, value in query.items()}
        url = self.x.url + path + (f"?{urlencode(named)}" if named else "")
        async with self.session.request(
            method, url, json=body, headers=self.headers(method, url)
        ) as response:
            raw = await response.read()
            answer = json.loads(raw) if response.content_type == "application/json" else raw.decode()
            made = Exchange(method, path, named, body, response.status, answer, dict(response.headers))
        self.exchanges.append(made)
        return made

    async def get(self, path: str, **query: str) -> Exchange:
        return await self.call("GET", path, **query)

    async def reply(self, text: str, to: str) -> Exchange:
        body = {"text": text, "reply": {"in_reply_to_tweet_id": to}}
        return await self.call("POST", "/2/tweets", body=body)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def x(clock: HandClock) -> AsyncIterator[FakeX]:
    async with FakeX(accounts=["AcmeCare", "AcmeNews"], clock=clock) as platform:
        yield platform


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as made:
        yield made


@pytest.fixture
def client(session: ClientSession, x: FakeX) -> Client:
    return Client(session, x)


@pytest.fixture
def app(session: ClientSession, x: FakeX) -> Client:
    return Client(session, x, account=None)


@pytest.fixture
def us(x: FakeX) -> str:
    return x.user("AcmeCare").id


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Any]:
    """Let the loop run until something is so; gives up after many turns."""

    async def wait(condition: Callable[[], bool]) -> None:
        for _ in range(2_000):
            if condition():
                return
            await asyncio.sleep(0.001)
        pytest.fail("it never came to that")

    return wait
