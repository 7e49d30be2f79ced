"""The stage of delivery, and databases of both kinds whose clock the tests turn."""

import importlib.util
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import event

from socialcare.store.database import Database, open_database


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"delivery_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_STAGE = _module("stage")


@pytest.fixture(scope="session")
def world() -> ModuleType:
    """The module `world.py` beside these tests."""
    return _module("world")


@pytest.fixture(scope="session")
def stage() -> ModuleType:
    """The module `stage.py` beside these tests."""
    return _STAGE


@pytest.fixture
def clock() -> Any:  # Any: a TurnedClock
    return _STAGE.TurnedClock()


@pytest.fixture
def ledger(clock: Any) -> Any:  # Any: a Ledger
    return _STAGE.Ledger(clock)


@pytest.fixture
def terms(ledger: Any) -> Any:  # Any: Terms of the ledger
    return _STAGE.terms(ledger)


@pytest.fixture(scope="session")
def server_url(postgresql_server: Callable[[str], str]) -> str:
    """One database of a server for all these tests, as making one takes long."""
    postgresql_server("CREATE DATABASE delivery;")
    return postgresql_server("").replace("DATABASE", "delivery")


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path, clock: Any) -> AsyncIterator[Database]:
    """A database that is set up and empty, and goes by the clock of the tests."""
    url = f"sqlite:///{tmp_path / 'care.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("server_url")
    opened = await open_database(url, clock=clock)
    for engine in (opened._engines.writing, opened._engines.reading):
        event.listen(engine, "engine_connect", lambda connection: connection.info.update(clock=clock))
    await opened.run(_STAGE.empty)
    await opened.run(_STAGE.set_up)
    yield opened
    await opened.close()
