"""What a database is bound to: a file to its machine, a database of a server to that server."""

from __future__ import annotations

import platform
import uuid
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Connection, text

_MACHINE = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def host_of(connection: Connection) -> str:
    """An id, the same as long as the database is where it is: that of the machine, or of the server and the database on it."""
    if connection.dialect.name == "sqlite":
        return _digest(_machine())
    server, name = connection.execute(
        text("SELECT system_identifier, current_database() FROM pg_control_system()")
    ).one()
    return _digest(f"{server}/{name}")


def _machine() -> str:
    for file in _MACHINE:
        if file.is_file() and (found := file.read_text().strip()):
            return found
    return f"{platform.node()}/{uuid.getnode()}"


def _digest(text_: str) -> str:
    return blake2b(text_.encode(), digest_size=16).hexdigest()
