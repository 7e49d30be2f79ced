"""A deployment in a folder, and commands that are run in it."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from socialcare.cli import live
from socialcare.cli.failures import message_of
from socialcare.cli.frame import cli
from socialcare.testing.fake_x import HandClock

_STAGE = Path(__file__).parent.parent / "service" / "stage.py"


@pytest.fixture(scope="session")
def stage() -> ModuleType:
    """The small company of the service's tests."""
    spec = importlib.util.spec_from_file_location("live_stage", _STAGE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def care(tmp_path: Path, stage: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # Any: a Care
    """Its deployment, in which commands are run; none waits for a service that is not there, and what is logged is kept apart."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOCIALCARE_USER", "mara")
    monkeypatch.setattr(live, "_PATIENCE", 0.0)
    with structlog.testing.capture_logs():
        yield stage.Care(tmp_path, HandClock())


@pytest.fixture
def live_run() -> Callable[..., Result]:
    """Run a command to its end, and give what a user reads of errors too."""

    def run(*words: str, typed: str | None = None) -> Result:
        result = CliRunner().invoke(cli, words, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            said, result.exit_code = message_of(result.exception)
            result.output_bytes += f"error: {said}\n".encode()
        return result

    return run


@pytest.fixture
def happening(care: Any, stage: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Brings mentions, by number and words, and lets them be decided; then `then` happens with the service."""

    def happened(
        *mentions: tuple[int, str, int], then: Callable[[Any], Awaitable[None]] | None = None
    ) -> None:
        async def work() -> None:
            async with care.awake() as service:
                brought = [
                    stage.mention_by(care.clock, number, text, followers=followers)
                    for number, text, followers in mentions
                ]
                await service.intake.accept(brought, "line", "c1")
                while await service.decide():
                    pass
                if then is not None:
                    await then(service)

        asyncio.run(work())

    return happened
