"""The company of these tests, ready to be asked for."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, Table, select

from socialcare.model import Mention
from socialcare.service.run import Service
from socialcare.store.database import Database
from socialcare.store.tables import EFFECT, MENTION
from socialcare.testing.fake_x import HandClock


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"service_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_STAGE = _module("stage")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def care(tmp_path: Path, clock: HandClock) -> Any:  # Any: a Care
    return _STAGE.Care(tmp_path, clock)


@pytest.fixture
async def database(care: Any) -> AsyncIterator[Database]:
    async with care.database() as opened:
        yield opened


@pytest.fixture
async def service(care: Any) -> AsyncIterator[Service]:
    """A service that decides when it is told to."""
    async with care.awake() as awake:
        yield awake


@pytest.fixture
def line() -> Callable[..., Any]:  # Any: a Line
    return _STAGE.Line  # type: ignore[no-any-return]  # of a module that is loaded by its path


@pytest.fixture
def mention(clock: HandClock) -> Callable[..., Mention]:
    """A mention of the company: its number, and what it says."""

    return partial(_STAGE.mention_by, clock)


Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
def until(clock: HandClock) -> Until:
    """Waits until something holds: lets threads do what they do, and time pass for those who wait for it."""

    async def waited(holds: Callable[[], object], *, turning: float = 0.0) -> None:
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end, "it never came to be"
            if turning:
                await clock.advance(turning)
            await asyncio.sleep(0.005)

    return waited


@pytest.fixture
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def rows(table: Table) -> Callable[[Connection], list[Any]]:
    """The rows of a table, as they were stored."""
    return lambda connection: list(connection.execute(select(table).order_by(*table.primary_key)))


@pytest.fixture
def mentions() -> Callable[[Connection], dict[str, str]]:
    """Mentions, and how they stand."""
    return lambda connection: {row.root: row.state for row in rows(MENTION)(connection)}


@pytest.fixture
def effects() -> Callable[[Connection], list[Any]]:
    """The rows of effects."""
    return lambda connection: sorted(rows(EFFECT)(connection), key=lambda row: row.created_at)
