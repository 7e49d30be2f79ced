"""The product under load: 200 rules with replies, limits, counts and guards, the classifier `intent`, and a service that decides."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select
from tests.bench.policies import write_care
from tests.bench.product import mentions
from tests.bench.stand import write_lines
from tests.bench.workload import Rule, lines, rules
from tests.reliability.company import Platform

from socialcare.clock import SystemClock
from socialcare.config import Settings, read_settings
from socialcare.delivery.leases import BEAT_EVERY
from socialcare.delivery.terms import terms_of
from socialcare.model import Mention
from socialcare.plugins import load
from socialcare.service.run import Service
from socialcare.service.settings import live_settings
from socialcare.store.database import open_database
from socialcare.store.tables import MENTION

RULES = 200

_SETTINGS = """\
policy = "rules"
[plugins.actions]
[plugins.intent]
[plugins.x]
[plugins.archive]
[live]
database = {database}
"""
_INTENTS = {"criticism": "complaint", "compliment": "praise"}
"""The benchmark's words for intents, in those of the classifier."""


def prepare(folder: Path, number: int) -> None:
    """Write the policy and so many mentions into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_care([_spoken(rule) for rule in rules(RULES)], folder / "rules")
    write_lines(folder / "mentions.jsonl", lines(number))


def _spoken(rule: Rule) -> Rule:
    parts = json.dumps(rule)
    for theirs, ours in _INTENTS.items():
        parts = parts.replace(f'"{theirs}"', f'"{ours}"')
    spoken: Rule = json.loads(parts)
    return spoken


def settings(folder: Path, url: str) -> Settings:
    """The settings of a service over a database."""
    file = folder / "socialcare.toml"
    file.write_text(_SETTINGS.format(database=json.dumps(url)), "utf-8")
    return read_settings(file)


def prepared(folder: Path, number: int) -> list[Mention]:
    """The first mentions of a folder."""
    found = mentions(folder / "mentions.jsonl")
    return [one for _, one in zip(range(number), found, strict=False)]


@asynccontextmanager
async def service(folder: Path, url: str) -> AsyncIterator[Service]:
    """A service over a database that has woken up and joined; nothing is sent."""
    read = settings(folder, url)
    database = await open_database(url, exclusive=True)
    loaded = load(read)
    one = Service(read, live_settings(read), loaded, database, SystemClock(), terms_of([Platform()]))
    await one.wake_up()
    if one.served is None:
        raise SystemExit(one.unready())
    await one.beat()
    try:
        yield one
    finally:
        await database.close()


@asynccontextmanager
async def deciding(one: Service) -> AsyncIterator[None]:
    """Let it decide what comes, in its own loops."""
    loops = (("beat", one.beat, BEAT_EVERY), ("decide", one.decide, 0.2))
    tasks = [asyncio.create_task(one.loops.go(*loop)) for loop in loops]
    try:
        yield
    finally:
        one.loops.stop()
        await asyncio.gather(*tasks)


async def waiting(one: Service) -> int:
    """How many mentions are not decided yet."""
    asked = select(func.count()).select_from(MENTION).where(MENTION.c.state == "new")
    return int(await one.database.look(lambda connection: connection.execute(asked).scalar_one()))


async def stored(one: Service) -> int:
    """How many mentions there are."""
    return int(
        await one.database.look(lambda c: c.execute(select(func.count()).select_from(MENTION)).scalar_one())
    )


async def bring_in(one: Service, arrivals: Sequence[Mention], cursor: str | None = None) -> None:
    """What a listener does with a batch."""
    await one.intake.accept(arrivals, "feed", cursor)
    one.loops.wake("decide")


async def accept_each(one: Service, arrivals: Sequence[Mention], callers: int) -> list[float]:
    """Bring mentions one by one, by so many callers that each wait for their answer; the seconds that each waited."""
    left = iter(arrivals)
    waits: list[float] = []

    async def bring() -> None:
        for mention in left:
            began = time.perf_counter()
            await bring_in(one, [mention])
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*(bring() for _ in range(callers)))
    return waits


async def drained(one: Service) -> None:
    """Wait until everything is decided."""
    while await waiting(one):
        one.loops.wake("decide")
        await asyncio.sleep(0.05)
