import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from socialcare import Batch, Feed
from socialcare.testing.fake_x import FakeX, HandClock
from socialcare_x.channel import XSettings


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def x(clock: HandClock) -> AsyncIterator[FakeX]:
    async with FakeX(accounts=["AcmeCare"], clock=clock) as fake:
        yield fake
        assert not fake.complaints


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., XSettings]:
    """Settings that reach a fake X with the keys of its account `AcmeCare`."""

    def settings(x: FakeX, *, account: dict[str, Any] | None = None, **more: Any) -> XSettings:
        for name, value in x.credentials()._asdict().items():
            monkeypatch.setenv(f"X_{name.upper()}", value)
        main = {
            "id": x.user("AcmeCare").id,
            "handle": "@AcmeCare",
            "access_token": "env:X_ACCESS_TOKEN",
            "access_token_secret": "env:X_ACCESS_TOKEN_SECRET",
            **(account or {}),
        }
        return XSettings.model_validate(
            {
                "api": x.url,
                "consumer_key": "env:X_CONSUMER_KEY",
                "consumer_secret": "env:X_CONSUMER_SECRET",
                "bearer_token": "env:X_BEARER_TOKEN",
                "accounts": {"main": main},
                **more,
            }
        )

    return settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


Listening = Callable[[Feed, str | None], AbstractAsyncContextManager[Callable[[], Awaitable[Batch]]]]


@pytest.fixture
def listening(clock: HandClock) -> Listening:
    """Listens to a feed: each call of what is given waits for the next batch, and lets time pass where the feed waits."""

    @asynccontextmanager
    async def begun(feed: Feed, cursor: str | None = None) -> AsyncIterator[Callable[[], Awaitable[Batch]]]:
        batches = feed.listen(cursor)

        async def following() -> Batch:
            task = asyncio.ensure_future(anext(batches))
            seconds = 1.0
            while not (await asyncio.wait({task}, timeout=0.02))[0]:
                await clock.advance(seconds)
                seconds *= 1.5
            return task.result()

        try:
            yield following
        finally:
            assert isinstance(batches, AsyncGenerator)
            await batches.aclose()

    return begun
