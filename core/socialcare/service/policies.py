"""The policy that serves: read again when its files change, kept with its text, so that a bad one never takes its place."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import msgspec
import structlog
from sqlalchemy import Connection, select

from socialcare.clock import Clock
from socialcare.config import Settings
from socialcare.delivery.upsert import insert_missing
from socialcare.diagnostics import Problems, render_text
from socialcare.errors import SettingsError, SocialcareError
from socialcare.failpoints import reach
from socialcare.opening import load_policy
from socialcare.plugins import Loaded, load
from socialcare.policy.statements import Policy
from socialcare.policy.yaml.files import LARGEST_POLICY
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database, now
from socialcare.store.tables import CONTROL, POLICY

EVERY = 1.0
"""Seconds between two looks at the files."""

SETTLED = 0.2
"""Seconds for which files must stay the same before they are read: half a file is no policy."""

Files: TypeAlias = Mapping[str, bytes]
"""What stands in the files of a policy, by their path in its folder."""

_Stamps: TypeAlias = Mapping[str, tuple[int, int, int]]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Served:
    """A policy, and the plugins as they were when it was read."""

    policy: Policy
    loaded: Loaded


class Policies:
    """Reads the policy of the settings. The last that was sound is `served`, also after a restart; `None`: there never was one.

    `problems` is what is wrong with the files as they are now, and empty where they are what is served; `load` gives the plugins
    anew, whose tables may lie among the files.
    """

    def __init__(
        self, settings: Settings, loaded: Loaded, database: Database, clock: Clock, metrics: Metrics
    ) -> None:
        self.served: Served | None = None
        self.problems = ""
        self.load: Callable[[], Loaded] = partial(load, settings)
        self._settings = settings
        self._loaded = loaded
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._seen: _Stamps = {}
        self._read: Files | None = None

    @property
    def hash(self) -> str | None:
        """Which policy serves."""
        return self.served.policy.hash if self.served is not None else None

    async def first(self) -> None:
        """Begin with the policy of the files, else with the last sound one, if there was one."""
        self._seen, self._read = await self._files()
        found = await asyncio.to_thread(self._policy, self._settings.policy, self._loaded)
        if isinstance(found, Served):
            await self._serve(found, self._read)
            return
        self.problems = found
        last = await self._database.look(last_good)
        if last is not None:
            kept = await asyncio.to_thread(self._from_texts, last)
            self.served = kept if isinstance(kept, Served) else None
        _log.error("the policy has errors", serves=self.hash, problems=found)

    async def changed(self) -> bool:
        """Look at the files, and read them if they changed and have settled; whether another policy is `served` now."""
        if stamps_of(self._settings.policy) == self._seen:
            return False
        stamps, files = await self._files()
        if files == self._read:
            self._seen = stamps
            return False
        await self._clock.sleep(SETTLED)
        found = await asyncio.to_thread(self._policy, self._settings.policy)
        if await self._files() != (stamps, files):
            return False  # somebody is still writing
        if isinstance(found, Served):
            reach("reload.before_store")
            await self._serve(found, files)
        else:
            self.problems = found
        self._seen, self._read = stamps, files
        self._metrics.reloads.labels("bad" if self.problems else "good").inc()
        say = _log.error if self.problems else _log.info
        say("policy read again", serves=self.hash, problems=self.problems or None)
        return not self.problems

    async def _files(self) -> tuple[_Stamps, Files]:
        return await asyncio.to_thread(_read_all, self._settings.policy)

    async def _serve(self, found: Served, files: Files) -> None:
        await self._database.run(partial(keep, policy=found.policy.hash, files=files))
        self.served, self.problems = found, ""

    def _policy(self, folder: Path, loaded: Loaded | None = None) -> Served | str:
        """The policy in a folder, or what is wrong with it; without `loaded` the plugins read their tables again, too."""
        problems = Problems()
        try:
            loaded = loaded or self.load()
            policy = load_policy(self._settings, loaded, problems, folder=folder)
        except SocialcareError as error:
            return str(error)
        if policy is not None:
            return Served(policy, loaded)
        errors = [one for one in problems.items if one.severity == "error"]
        return render_text(errors, lambda _: None, color=False)  # `socialcare check` shows the lines, too

    def _from_texts(self, files: Files) -> Served | str:
        with tempfile.TemporaryDirectory() as name:
            for path, content in files.items():
                place = Path(name) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            return self._policy(Path(name), self._loaded)


def _paths(folder: Path) -> Iterator[Path]:
    """Everything that may belong to a policy, whatever its ending: rules, the lists and texts that they name, plugins' tables."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def stamps_of(folder: Path) -> _Stamps:
    """What changes when a file does: its size, when it was written, and which file it is."""
    stamps = {}
    for path in _paths(folder):
        try:
            about = path.stat()
        except OSError:
            continue  # it went as we looked, or is a link that leads nowhere
        stamps[path.relative_to(folder).as_posix()] = (about.st_size, about.st_mtime_ns, about.st_ino)
    return stamps


def _read_all(folder: Path) -> tuple[_Stamps, Files]:
    stamps, left = stamps_of(folder), LARGEST_POLICY
    files = {}
    for name, (size, _, _) in stamps.items():
        path = folder / name
        left -= size
        if left < 0:
            raise SettingsError(f"`{folder}` holds more than 64 MB\nhelp: keep what is no policy elsewhere")
        try:
            if path.is_file():  # a pipe would keep us waiting
                files[name] = path.read_bytes()
        except OSError:
            continue  # `load_policy` says so where it needs it
    return stamps, files


def keep(connection: Connection, policy: str, files: Files) -> None:
    """Store a policy's text under its hash, and that it is the one that serves."""
    row = {"at": now(connection), "source": msgspec.msgpack.encode(files)}
    insert_missing(
        connection, POLICY, [{"hash": policy, **row}]
    )  # another worker may take it up at the same time
    connection.execute(POLICY.update().where(POLICY.c.hash == policy).values(**row))
    connection.execute(CONTROL.update().values(policy=policy))


def last_good(connection: Connection) -> dict[str, bytes] | None:
    """The text of the policy that served last."""
    asked = select(POLICY.c.source).join(CONTROL, CONTROL.c.policy == POLICY.c.hash)
    source = connection.execute(asked).scalar()
    return None if source is None else msgspec.msgpack.decode(source, type=dict[str, bytes])
