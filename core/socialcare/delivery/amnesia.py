"""Notices that a database has forgotten what was sent: restored from a backup, failed over, or copied to another host.

Each start and each post of ours makes the epoch of the database greater. A copy of it lies beside the database, and each process keeps
the newest that it has seen; the database itself keeps the timeline of its server. One that is behind, or on another timeline, has
forgotten something. Then nothing is sent until our own posts were read back.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, Select, literal_column, select, update

from socialcare.delivery import audit
from socialcare.store.database import now
from socialcare.store.hosts import host_of
from socialcare.store.tables import CONTROL

BY = "amnesia guard"
"""Who does in the audit trail what is done here."""

_TIMELINE = {
    "sqlite": "0",
    # where it writes now: what it says of its last checkpoint is late after a failover
    "postgresql": "('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int",
}
"""The timeline of the server, which a failover or a restored base backup changes."""

_WRITING = Lock()


class Copy(Struct, frozen=True):
    """What lies beside the database: whose it is, and how new it was."""

    instance: str
    epoch: int


Standing: TypeAlias = Literal["ours", "behind", "foreign"]
"""What a database is to this host: as we left it, older than we left it, or another's."""


class Seen:
    """How new one process has seen the database; all its threads note it."""

    def __init__(self) -> None:
        self.epoch = 0
        self._noting = Lock()

    def note(self, epoch: int) -> None:
        """It was that new."""
        with self._noting:
            self.epoch = max(self.epoch, epoch)


def read_copy(path: Path) -> Copy | None:
    """The copy beside the database, if there is one that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Copy)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_copy(path: Path, copy: Copy) -> None:
    """Put the copy in the place of the one before, whole or not at all, and onto the disk; an older one changes nothing."""
    young = path.with_name(f"{path.name}.{os.getpid()}")
    with _WRITING:  # the lines of one worker write it at the same time
        there = read_copy(path)
        if there is not None and there.instance == copy.instance and there.epoch > copy.epoch:
            return
        with young.open("wb") as file:
            file.write(msgspec.json.encode(copy))
            file.flush()
            os.fsync(file.fileno())
        young.replace(path)


def copy_of(connection: Connection) -> Copy:
    """What is to lie beside the database now."""
    row = connection.execute(select(CONTROL.c.instance, CONTROL.c.epoch)).one()
    return Copy(row.instance, row.epoch)


def begin(connection: Connection, copy: Copy | None) -> Standing:
    """A start: compare the database with its copy, and let nothing be sent where it has forgotten something.

    Where it is ours it is newer from now on, and `copy_of` it has to be written. A `foreign` one must not be sent from before
    somebody adopts it.
    """
    row = connection.execute(_control(connection).with_for_update()).one()
    if row.instance != host_of(connection):
        return "foreign"
    ours = copy.epoch if copy is not None and copy.instance == row.instance else None
    # a file that was used has its copy beside it; a server has hosts that never saw it
    lost = ours is None and connection.dialect.name == "sqlite" and row.epoch > 0
    newest = ours or 0
    if lost or _is_behind(row, newest):
        _forgot(connection, row, newest)
        return "behind"
    connection.execute(update(CONTROL).values(epoch=row.epoch + 1, timeline=row.here))
    return "ours"


def check(connection: Connection, seen: Seen) -> None:
    """Before something is sent, in the same transaction: let nothing be sent where the database has forgotten something meanwhile.

    A server that was promoted is on another timeline, one that was restored under us is older than we have seen it.
    """
    newest = seen.epoch  # before the database is asked: others note what may be newer than its answer
    row = connection.execute(_control(connection)).one_or_none()
    if row is None:
        return
    if _is_behind(row, newest):
        row = connection.execute(_control(connection).with_for_update()).one()
        if _is_behind(row, newest):  # no other worker was faster
            _forgot(connection, row, newest)
            return
    seen.note(row.epoch)


def adopt(connection: Connection, *, by: str) -> Copy:
    """A person's word that this database is to be sent from where it is now; our posts are read back first. The copy to write."""
    here, row = host_of(connection), connection.execute(_control(connection).with_for_update()).one()
    ours = {"instance": here, "timeline": row.here, "epoch": row.epoch + 1}
    connection.execute(update(CONTROL).values(amnesia=True, forgot_at=now(connection), **ours))
    audit.append(connection, "adopted", "sending", by=by, body={"instance": here})
    return copy_of(connection)


def _control(connection: Connection) -> Select[Any]:  # Any: the columns of `control`, and where its server is
    return select(CONTROL, literal_column(_TIMELINE[connection.dialect.name]).label("here"))


def _is_behind(row: Row[Any], newest: int) -> bool:  # Any: as _control
    return row.epoch < newest or row.timeline not in (0, row.here)


def _forgot(connection: Connection, row: Row[Any], newest: int) -> None:  # Any: as _control
    """Let nothing be sent; from now on it is newer than whoever noticed it has seen, and they do not notice it again."""
    changed = {"epoch": max(row.epoch, newest) + 1, "timeline": row.here}
    connection.execute(update(CONTROL).values(amnesia=True, forgot_at=now(connection), **changed))
    body = {"epoch": row.epoch, "newest": newest, "timeline": row.timeline, "here": row.here}
    audit.append(connection, "amnesia", "sending", by=BY, body=body)
