from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from socialcare.testing.fake_x import FakeX, HandClock
from socialcare_x.channel import XSettings

Configured = Callable[..., XSettings]


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
