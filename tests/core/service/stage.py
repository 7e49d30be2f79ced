"""A small company at work: a policy, a platform of the tests, a real database, and a clock that the tests turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socialcare.clock import Clock
from socialcare.config import Settings, read_settings
from socialcare.hookspecs import hookimpl
from socialcare.listening import Batch, Feed, Webhook
from socialcare.model import Author, Decision, Mention
from socialcare.plugins import Loaded, load
from socialcare.ports import Channel
from socialcare.sending import Answer, Effect, Found, OwnPost, Sender
from socialcare.service.run import Service
from socialcare.service.settings import live_settings
from socialcare.service.terms import terms_for
from socialcare.store.database import Database, open_database
from socialcare.testing.fake_x import HandClock
from socialcare.testing.standins import CharacterChannel

POLICY = """\
socialcare: 1
accounts: {main: AcmeShop}
people: {mara: mara@acme.example}
calendars:
  evening: {zone: UTC, week: {every day: 20:00-22:00}}
  day: {zone: UTC, week: {every day: 08:00-20:00}}
rules:
  hours:
    when: {text: {has: open}}
    do: {reply: We are open 9 to 6.}
  lost:
    when: {text: {has: lost}}
    do: {open_case: {to: mara, answer_within: 2h}}
guards:
  loud:
    when: {author.followers: {above: 1000, if_missing: false}}
    need_approval: [reply]
    by: mara
    within: 2h
  late: {when: {time: {inside: evening}}, hold: [reply], until: day, expires: 3d}
"""

SETTINGS = """\
policy = "policy"
[plugins.actions]
[live]
database = "care.db"
address = ""
"""


@dataclass
class Platform:
    """Speaks for the company: does what its script says, and writes down what it really posted."""

    clock: Clock
    name: str = "platform"
    doc: str = "a platform of the tests"
    platform: str = "x"
    actions: frozenset[str] = frozenset({"reply"})
    idempotency: str = "none"
    key_ttl: float = 0.0
    look_up: str = "by_reply_target"
    lag: float = 60.0
    most_seconds: float = 15.0
    script: list[Any] = field(default_factory=list)  # Any: an Answer, or an Event to wait for
    posts: list[OwnPost] = field(default_factory=list)
    complete: bool = True
    closed: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def client_key(self, effect: Effect) -> str | None:
        return None

    async def send(self, effect: Effect, may_write: Callable[[], bool]) -> Answer:
        if not may_write():
            return Answer(kind="unsent", reason="too late")
        self.asked.set()
        what = self.script.pop(0) if self.script else None
        if isinstance(what, asyncio.Event):
            await what.wait()
        if isinstance(what, Answer):
            return what
        target = effect.mention.id if effect.mention is not None else None
        at = datetime.fromtimestamp(self.clock.now(), UTC)
        self.posts.append(OwnPost(f"p{len(self.posts) + 1}", at, target, effect.text or ""))
        return Answer(kind="sent", remote_id=self.posts[-1].id, status=201)

    async def find(self, effect: Effect, since: datetime) -> Found:
        return Found(tuple(self.posts), self.complete)

    async def own_posts(self, account: str, since: datetime) -> Found:
        return Found(tuple(self.posts), self.complete)

    async def is_there(self, mention: Mention) -> bool | None:
        return True

    async def close(self) -> None:
        self.closed = True


@dataclass
class Line:
    """A feed: gives what is put into it; an exception is raised, `None` is its end."""

    name: str = "line"
    doc: str = "a feed of the tests"
    account: str = "main"
    silence: float = 40.0
    begun: list[str | None] = field(default_factory=list)
    coming: asyncio.Queue[Batch | Exception | None] = field(default_factory=asyncio.Queue)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        self.begun.append(cursor)
        while (what := await self.coming.get()) is not None:
            if isinstance(what, Exception):
                raise what
            yield what


@dataclass(eq=False)
class Plugin:
    """Brings a platform, feeds and webhooks; keeps the decisions that it is told of."""

    senders: Sequence[Any] = ()  # Any: this module's own, which fill the ports
    feeds: Sequence[Any] = ()  # Any: as senders
    webhooks: Sequence[Any] = ()  # Any: as senders
    channel: Any = field(default_factory=CharacterChannel)  # Any: as senders
    told: list[Decision] = field(default_factory=list)
    raises: Exception | None = None

    @hookimpl
    def register_channels(self) -> Sequence[Channel]:
        return [self.channel]

    @hookimpl
    def register_senders(self) -> Sequence[Sender]:
        return list(self.senders)

    @hookimpl
    def register_feeds(self) -> Sequence[Feed]:
        return list(self.feeds)

    @hookimpl
    def register_webhooks(self) -> Sequence[Webhook]:
        return list(self.webhooks)

    @hookimpl
    def on_decision(self, decision: Decision) -> None:
        self.told.append(decision)
        if self.raises is not None:
            raise self.raises


class Care:
    """A deployment in a folder, and what of it is running."""

    def __init__(self, folder: Path, clock: HandClock) -> None:
        self.folder = folder
        self.clock = clock
        self.platform = Platform(clock)
        self.plugin = Plugin([self.platform])
        (folder / "policy").mkdir()
        self.write(POLICY)
        (folder / "socialcare.toml").write_text(SETTINGS)

    def write(self, text: str, name: str = "care.yaml") -> None:
        file = self.folder / "policy" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def settings(self, **live: Any) -> Settings:
        if live:
            lines = "".join(f"{name} = {value!r}\n" for name, value in live.items())
            kept = SETTINGS if "address" not in live else SETTINGS.replace('address = ""\n', "")
            (self.folder / "socialcare.toml").write_text(kept + lines)
        return read_settings(self.folder / "socialcare.toml")

    def loaded(self) -> Loaded:
        return load(self.settings(), extra={"plugin": self.plugin}, live=True)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        opened = await open_database(
            f"sqlite:///{self.folder}/care.db", clock=self.clock, exclusive=True, patience=0.2
        )
        try:
            yield opened
        finally:
            await opened.close()

    @asynccontextmanager
    async def service(self, *, safe_mode: str = "", **live: Any) -> AsyncIterator[Service]:
        """A service that has not begun yet."""
        settings, loaded = self.settings(**live), self.loaded()
        async with self.database() as database:
            read = live_settings(settings)
            terms = terms_for(read, loaded, settings, lambda: made.accounts)
            made = Service(settings, read, loaded, database, self.clock, terms, safe_mode)
            made.policies.load = self.loaded
            yield made

    @asynccontextmanager
    async def awake(self, **live: Any) -> AsyncIterator[Service]:
        """A service that decides, step by step, when a test tells it to."""
        async with self.service(**live) as service:
            await service.wake_up()
            await service.beat()
            yield service

    @asynccontextmanager
    async def running(
        self, *, drain: bool = False, **more: Any
    ) -> AsyncIterator[tuple[Service, asyncio.Task[None]]]:
        """A service that goes by itself."""
        async with self.service(**more) as service:
            task = asyncio.create_task(service.go(drain=drain))
            try:
                yield service, task
            finally:
                service.loops.stop()
                await asyncio.wait({task})


def mention_by(
    clock: Clock, number: int, text: str = "are you open?", *, followers: int = 10, **more: Any
) -> Mention:  # Any: fields of Mention
    """A mention of the company by its number, and what it says."""
    writer = Author(id=f"a{number}", handle=f"jo{number}", followers=followers)
    at = datetime.fromtimestamp(clock.now(), UTC)
    told = {"author": writer, "mentioned": ("AcmeShop",), "account": "main", **more}
    return Mention(id=f"{1000 + number}", text=f"@AcmeShop {text}", at=at, **told)
