"""Both databases, opened anew for each test."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

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


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied: making them anew takes a quarter of a second each time."""
    file = tmp_path_factory.mktemp("made") / "care.db"
    _make(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def made_database(postgresql_server: Callable[[str], str]) -> str:
    """The same on a server: the name of a database."""
    postgresql_server("CREATE DATABASE made;")
    _make(postgresql_server("").replace("DATABASE", "made"))
    return "made"


def _make(url: str) -> None:
    async def make() -> None:
        database = await open_database(url)
        await database.close()

    with ThreadPoolExecutor(1) as thread:  # pytest has a loop of its own in this one
        thread.submit(asyncio.run, make()).result()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: StoppedClock
) -> AsyncIterator[Database]:
    """An empty database with all tables."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("made_file"), tmp_path / "made.db")
        opened = await open_database(f"sqlite:///{tmp_path}/made.db", clock=clock)
        yield opened
        await opened.close()
        return
    template = request.getfixturevalue("made_database")
    server = request.getfixturevalue("postgresql_server")
    name = f"made_{uuid4().hex}"
    server(f"CREATE DATABASE {name} TEMPLATE {template};")
    opened = await open_database(server("").replace("DATABASE", name), clock=clock)
    yield opened
    await opened.close()
    server(f"DROP DATABASE {name} WITH (FORCE);")
