# ruff: noqa: ASYNC240 - a test damages files between two awaits
"""What can happen to a file: a second process, a full disk, damage. Nothing is half written, nothing starts empty."""

import asyncio
import os
import signal
import sqlite3
import sys
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text

from socialcare.errors import Interrupted, SettingsError
from socialcare.store.database import Database, open_database
from socialcare.store.locking import is_locked
from socialcare.store.sqlite import warnings_of
from socialcare.store.tables import CURSOR, REJECT


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "care.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


def note(connection: Connection, name: str) -> None:
    connection.execute(insert(CURSOR).values(feed=name, cursor=None, at=1.0))


def noted(connection: Connection) -> set[str]:
    return set(connection.execute(select(CURSOR.c.feed)).scalars())


def fill(connection: Connection, rows: int = 400) -> None:
    connection.execute(insert(REJECT), [{"feed": "f", "at": 1.0, "reason": "?", "raw": "x" * 500}] * rows)


def note_and_fill(connection: Connection) -> None:
    note(connection, "half")
    fill(connection)


async def test_every_commit_is_on_the_disk_before_it_counts(url: str) -> None:
    database = await open_database(url)
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    found = [
        await database.run(lambda connection, name=name: connection.execute(text(f"PRAGMA {name}")).scalar())  # type: ignore[misc]  # a default binds it
        for name in names
    ]
    assert found == ["wal", 2, 1, 10_000]
    await database.close()


@pytest.mark.parametrize(
    ("version", "is_warned_of"),
    [
        *(
            ((3, 40, 1), True),
            ((3, 44, 5), True),
            ((3, 44, 6), False),
            ((3, 45, 9), True),
            ((3, 50, 6), True),
        ),
        *(((3, 50, 7), False), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 52, 0), False)),
    ],
)
def test_a_version_with_the_fault_of_the_log_is_warned_of(
    version: tuple[int, int, int], is_warned_of: bool
) -> None:
    assert bool(warnings_of(version)) == is_warned_of


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such rights")
async def test_a_new_file_and_its_log_are_their_owners_alone(url: str, file: Path) -> None:
    database = await open_database(url, exclusive=True)
    await database.run(partial(note, name="a"))
    made = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    assert made.keys() == {"care.db", "care.db-wal", "care.db-shm", "care.db.lock"}
    assert set(made.values()) == {0o600}
    await database.close()


async def test_the_rights_that_somebody_gave_a_file_stay(url: str, file: Path) -> None:
    await (await open_database(url)).close()
    file.chmod(0o640)
    await (await open_database(url)).close()
    assert file.stat().st_mode & 0o777 == 0o640


# ---- other processes ------------------------------------------------------------------------------------------------


async def test_a_second_service_is_refused_and_told_who_has_it(url: str) -> None:
    first = await open_database(url, exclusive=True)
    with pytest.raises(
        SettingsError, match=rf"(?s)process {os.getpid()} works through this database.*help: stop"
    ):
        await open_database(url, exclusive=True)
    await first.close()
    again = await open_database(url, exclusive=True)
    await again.close()


async def test_a_service_that_was_killed_holds_nothing(url: str) -> None:
    script = (
        "import asyncio, os, signal, sys; from socialcare.store.database import open_database\n"
        "asyncio.run(open_database(sys.argv[1], exclusive=True)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, url)
    assert await process.wait() == -signal.SIGKILL
    database = await open_database(url, exclusive=True)
    await database.close()


async def test_a_command_may_write_beside_the_service(url: str) -> None:
    service = await open_database(url, exclusive=True)
    command = await open_database(url)
    await asyncio.gather(
        *(
            each.run(partial(note, name=f"{n}.{n % 2}"))
            for n in range(40)
            for each in ([service, command][n % 2],)
        )
    )
    await command.close()
    assert len(await service.look(noted)) == 40
    await service.close()


async def test_a_lock_that_is_given_back_in_time_is_waited_for(url: str, file: Path) -> None:
    database = await open_database(url)
    outside = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    outside.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(database.run(partial(note, name="a")))
    assert await database.look(noted) == set()  # who reads waits for nobody
    assert not waiting.done()
    await asyncio.to_thread(outside.commit)
    await waiting
    assert await database.look(noted) == {"a"}
    outside.close()
    await database.close()


async def test_a_lock_that_is_never_given_back_interrupts_and_leaves_nothing_behind(
    url: str, file: Path
) -> None:
    database = await open_database(url, patience=0.01)
    outside = sqlite3.connect(file, isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    with pytest.raises(Interrupted, match="locked"):
        await database.run(partial(note, name="a"))
    outside.rollback()
    await database.run(partial(note, name="b"))
    assert await database.look(noted) == {"b"}
    outside.close()
    await database.close()


async def test_a_reader_outside_never_holds_up_what_is_written(url: str, file: Path) -> None:
    database = await open_database(url, exclusive=True, patience=0.01)
    outside = sqlite3.connect(file, isolation_level=None)
    outside.execute("BEGIN")
    outside.execute("SELECT * FROM cursor").fetchall()
    for number in range(30):
        await database.run(partial(fill, rows=300))
        await database.run(partial(note, name=str(number)))
    assert outside.execute("SELECT count(*) FROM cursor").fetchone() == (0,)
    outside.close()
    await database.close()


# ---- a full disk ----------------------------------------------------------------------------------------------------


async def _limit(database: Database, pages: int) -> None:
    await database.run(
        lambda connection: connection.execute(text(f"PRAGMA max_page_count = {pages}")).close()
    )


async def test_a_full_disk_interrupts_writes_nothing_and_is_over_when_there_is_room(url: str) -> None:
    database = await open_database(url)
    await database.run(partial(note, name="before"))
    await _limit(database, 1)  # no more than there are
    for _ in range(3):
        with pytest.raises(Interrupted, match="full"):
            await database.run(note_and_fill)
    assert await database.look(noted) == {"before"}
    await _limit(database, 1_000_000)
    await database.run(partial(note, name="after"))
    await database.run(fill)
    assert await database.look(noted) == {"before", "after"}
    await database.close()


# ---- damage ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def whole(url: str, file: Path) -> Path:
    """A closed database with some megabytes in it."""
    database = await open_database(url)
    for _ in range(10):
        await database.run(fill)
    await database.close()
    return file


def _flip(file: Path, at: int, length: int = 64) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        found = opened.read(length)
        opened.seek(at)
        opened.write(bytes(byte ^ 0xFF for byte in found))


@pytest.mark.parametrize(
    "at", [0, 16, 4096, 4096 * 3, 4096 * 40], ids=["its head", "its sizes", "page 2", "page 4", "page 41"]
)
async def test_a_damaged_file_is_refused_and_stays_as_it_is(whole: Path, url: str, at: int) -> None:
    _flip(whole, at)
    damaged = whole.read_bytes()
    with pytest.raises(SettingsError, match=r"(?s)damaged.*help: .*restore a backup"):
        await open_database(url, exclusive=True)
    assert whole.read_bytes() == damaged


async def test_a_file_that_was_cut_is_refused(whole: Path, url: str) -> None:
    os.truncate(whole, whole.stat().st_size // 2 // 4096 * 4096)
    with pytest.raises(SettingsError, match="damaged"):
        await open_database(url, exclusive=True)


async def test_a_file_that_is_something_else_is_refused(url: str, file: Path) -> None:
    file.write_text("what: a policy\n" * 100)
    with pytest.raises(SettingsError, match="no SQLite database"):
        await open_database(url)
    assert file.read_text().startswith("what: a policy")


async def test_a_file_that_is_gone_from_beside_its_log_is_not_begun_anew(whole: Path, url: str) -> None:
    whole.unlink()
    whole.with_name(whole.name + "-wal").write_bytes(b"log")
    with pytest.raises(SettingsError, match="is missing"):
        await open_database(url)
    assert not whole.exists()


async def test_a_file_that_was_emptied_is_not_begun_anew(url: str, file: Path) -> None:
    database = await open_database(url, exclusive=True)
    await database.close()
    file.write_bytes(b"")
    file.with_name(file.name + ".epoch").write_bytes(
        b"{}"
    )  # what the service leaves beside a database that it works through
    with pytest.raises(SettingsError, match=r"(?s)is empty.*help: "):
        await open_database(url, exclusive=True)


async def test_who_looks_knows_whether_a_process_works_through_the_file(url: str, file: Path) -> None:
    lock = file.with_name(file.name + ".lock")
    assert not is_locked(lock)
    assert not lock.exists(), "who looks makes nothing"
    database = await open_database(url, exclusive=True)
    assert [is_locked(lock), is_locked(lock)] == [True, True]
    await database.close()
    assert lock.exists()
    assert not is_locked(lock)


async def test_a_first_start_that_was_killed_before_it_wrote_can_be_started_again(
    url: str, file: Path
) -> None:
    file.write_bytes(b"")
    file.with_name(file.name + ".lock").write_bytes(b"1 boot\n")
    database = await open_database(url, exclusive=True)
    await database.close()
    assert file.stat().st_size


async def test_a_beginning_that_the_log_restores_is_left_to_sqlite(whole: Path, url: str) -> None:
    connection = sqlite3.connect(whole, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("UPDATE control SET kill_reason = 'kept'")
    connection.execute("VACUUM")  # every page is in the log now, the first too
    log = whole.with_name(whole.name + "-wal").read_bytes()
    connection.close()
    content = whole.read_bytes()
    whole.write_bytes(b"\xff" * 16 + content[16:])
    whole.with_name(whole.name + "-wal").write_bytes(log)
    database = await open_database(url, exclusive=True)
    assert (
        await database.look(lambda c: c.exec_driver_sql("SELECT kill_reason FROM control").scalar()) == "kept"
    )
    await database.close()


async def test_damage_that_shows_while_we_run_interrupts(whole: Path, url: str) -> None:
    database = await open_database(url)
    for page in range(30, 200):
        _flip(whole, 4096 * page)
    with pytest.raises(Interrupted, match="malformed"):
        await database.look(
            lambda connection: connection.execute(text("SELECT sum(length(raw)) FROM reject")).all()
        )
    await database.close()


async def test_a_damaged_log_costs_what_came_after_the_damage_and_nothing_else(url: str, file: Path) -> None:
    """What was lost that way the guard against amnesia finds out: the database is older than its copy says."""
    database = await open_database(url)
    for number in range(50):
        await database.run(partial(note, name=str(number)))
    log = file.with_name(file.name + "-wal")
    copy = file.with_name("copy.db")
    copy.write_bytes(file.read_bytes())
    copy.with_name("copy.db-wal").write_bytes(log.read_bytes())
    await database.close()
    _flip(copy.with_name("copy.db-wal"), copy.with_name("copy.db-wal").stat().st_size - 4096 * 20)
    again = await open_database(f"sqlite:///{copy}", exclusive=True)
    left = await again.look(noted)
    assert left == {str(number) for number in range(len(left))}
    assert 0 < len(left) < 50
    await again.close()


async def test_what_is_in_the_way_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(SettingsError, match="cannot be opened"):
        await open_database(f"sqlite:///{folder}")
