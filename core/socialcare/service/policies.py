"""The policy that serves: read again when its files change, kept with its text, so that a bad one never takes its place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import Connection, select

from socialcare.clock import Clock
from socialcare.config import Settings
from socialcare.diagnostics import Problems, render_text
from socialcare.failpoints import reach
from socialcare.opening import load_policy
from socialcare.plugins import Loaded
from socialcare.policy.statements import Policy
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database, now
from socialcare.store.tables import CONTROL, POLICY

EVERY = 1.0
"""Seconds between two looks at the files."""

SETTLED = 0.2
"""Seconds for which files must stay the same before they are read: half a file is no policy."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Served:
    """A policy, the text that it was read from, and what is wrong with the files as they are now (nothing, if it is they)."""

    policy: Policy
    digest: str
    problems: str = ""


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a policy, by their path in its folder."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in {".yaml", ".yml", ".csv", ".txt"}
    )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def digest_of(files: Mapping[str, bytes]) -> str:
    """What tells two texts of a policy apart."""
    return sha256(msgspec.msgpack.encode(sorted(files.items()))).hexdigest()


class Policies:
    """Reads the policy of the settings; the last that was sound serves, also after a restart."""

    def __init__(
        self, settings: Settings, loaded: Loaded, database: Database, clock: Clock, metrics: Metrics
    ) -> None:
        self._settings = settings
        self._loaded = loaded
        self._database = database
        self._clock = clock
        self._metrics = metrics

    async def first(self) -> Served | str:
        """The policy to begin with: that of the files, else the last sound one; or what is wrong, if there never was one."""
        files = files_of(self._settings.policy)
        found = self._read(self._settings.policy, digest_of(files))
        if isinstance(found, Served):
            await self._database.run(partial(keep, served=found, files=files))
            return found
        last = await self._database.look(last_good)
        if last is None:
            return found
        with tempfile.TemporaryDirectory() as name:
            for path, content in last.items():
                place = Path(name) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            kept = self._read(Path(name), digest_of(files))
        _log.error("the policy has errors: the last good one serves", problems=found)
        return Served(kept.policy, kept.digest, found) if isinstance(kept, Served) else found

    async def changes(self, served: Served, serve: Callable[[Served], None]) -> None:
        """Watch the files for ever, and `serve` each policy that is sound; of one that is not the problems."""
        while True:
            await self._clock.sleep(EVERY)
            files = files_of(self._settings.policy)
            if digest_of(files) == served.digest:
                continue
            await self._clock.sleep(SETTLED)
            if files_of(self._settings.policy) != files:
                continue
            found = self._read(self._settings.policy, digest_of(files))
            if isinstance(found, Served):
                reach("reload.before_store")
                await self._database.run(partial(keep, served=found, files=files))
                served = found
            else:
                served = Served(served.policy, digest_of(files), found)
            self._metrics.reloads.labels("bad" if served.problems else "good").inc()
            _log.info("policy read again", policy=served.policy.hash, problems=served.problems)
            serve(served)

    def _read(self, folder: Path, digest: str) -> Served | str:
        problems = Problems()
        policy = load_policy(self._settings, self._loaded, problems, folder=folder)
        if policy is not None:
            return Served(policy, digest)
        return render_text([one for one in problems.items if one.severity == "error"], _text_of, color=False)


def _text_of(name: str) -> str | None:
    try:
        return Path(name).read_text("utf-8-sig", errors="replace")
    except OSError:
        return None


def keep(connection: Connection, served: Served, files: Mapping[str, bytes]) -> None:
    """Store a policy's text under its hash, and that it is the one that serves."""
    policy, at = served.policy.hash, now(connection)
    there = connection.execute(select(POLICY.c.hash).where(POLICY.c.hash == policy)).first()
    row = {"at": at, "source": msgspec.msgpack.encode(files)}
    if there is None:
        connection.execute(POLICY.insert().values(hash=policy, **row))
    else:
        connection.execute(POLICY.update().where(POLICY.c.hash == policy).values(**row))
    connection.execute(CONTROL.update().values(policy=policy))


def last_good(connection: Connection) -> dict[str, bytes] | None:
    """The text of the policy that served last."""
    asked = select(POLICY.c.source).join(CONTROL, CONTROL.c.policy == POLICY.c.hash)
    source = connection.execute(asked).scalar()
    return None if source is None else msgspec.msgpack.decode(source, type=dict[str, bytes])
