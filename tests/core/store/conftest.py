"""Both databases, opened anew for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from socialcare.store.database import Database, open_database


class StoppedClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def now(self) -> float:
        return self.time

    def steady(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgresql_url")
        return address
    return f"sqlite:///{tmp_path}/care.db"


@pytest.fixture
async def database(url: str, clock: StoppedClock) -> AsyncIterator[Database]:
    opened = await open_database(url, clock=clock)
    yield opened
    await opened.close()
