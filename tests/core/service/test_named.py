"""What people name on the command line is found in the database, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from socialcare.model import Author, Mention
from socialcare.policy.deciding import state
from socialcare.service.named import authors_called, has_written, open_cases
from socialcare.store.database import Database, open_database
from socialcare.store.sql import name_of
from socialcare.store.tables import MENTION, STATE

WRITERS = (
    ("x", "7", "Jo"),
    ("x", "8", "jo"),
    ("x", "9", None),
    ("bluesky", "did:plc:1", "jo"),
    ("x", "7", "Jo"),
)


@pytest.fixture(params=["sqlite", "postgresql"])
async def known(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path}/care.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    opened = await open_database(url)
    await opened.run(_fill)
    yield opened
    await opened.close()


def _fill(connection: Connection) -> None:
    for number, (platform, writer, handle) in enumerate(WRITERS):
        author = Author(id=writer, handle=handle)
        body = msgspec.json.encode(
            Mention(id=str(number), text="hello", author=author, at=datetime.now(UTC), platform=platform)
        )
        of = {
            "platform": platform,
            "root": str(number),
            "newest": str(number),
            "author": f"{platform}:{writer}",
        }
        rest = {"account": "main", "shard": 0, "feed": "line", "arrived_at": 1.0, "body": body}
        connection.execute(MENTION.insert().values(**of, **rest))
    for conversation in ("x:2", "x:1"):
        name = name_of((state.ONCE, "open_case", conversation))
        connection.execute(STATE.insert().values(key=name, version=1, data=b"{}"))


async def test_the_open_cases_are_named(known: Database) -> None:
    assert await known.look(open_cases) == ["x:1", "x:2"]


async def test_all_who_wrote_under_a_handle_are_found_on_that_platform(known: Database) -> None:
    for handle in ("jo", "@JO"):
        assert await known.look(partial(authors_called, platform="x", handle=handle)) == ["x:7", "x:8"]
    assert await known.look(partial(authors_called, platform="x", handle="9")) == []


async def test_who_has_written_is_known_by_the_id_alone(known: Database) -> None:
    assert await known.look(partial(has_written, author="x:9"))
    assert not await known.look(partial(has_written, author="x:jo"))
