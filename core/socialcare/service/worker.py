"""This process among the workers of a database: its sign of life, and its share of the authors."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import Connection

from socialcare.delivery import leases
from socialcare.store.database import Database


class Worker:
    """`id` was never used before, `shards` are whose mentions we decide, with the fence of each.

    `alone` says that no other worker can be alive, as a lock on the database keeps them out.
    """

    def __init__(self, database: Database) -> None:
        self.id = uuid4().hex
        self.alone = database.dialect == "sqlite"
        self.shards: Mapping[int, int] = {}
        self._database = database

    async def beat(self) -> None:
        """Say that we live, for the first time too; take our share of the work, and forget who is long dead."""
        self.shards = await self._database.run(self._beat)

    async def leave(self) -> None:
        """Let others have our share at once."""
        await self._database.run(lambda connection: leases.leave(connection, self.id))

    def holds(self, connection: Connection) -> None:
        """Make sure that our share is still ours. Raises `Interrupted` where it is not."""
        leases.holds(connection, self.id, self.shards)

    def _beat(self, connection: Connection) -> dict[int, int]:
        if not leases.beat(connection, self.id):
            self._join(connection)
        leases.bury(connection)
        return leases.share(connection, self.id)

    def _join(self, connection: Connection) -> None:
        """Begin, or begin anew after we were given up for dead: then as somebody else."""
        self.id = uuid4().hex
        leases.join(connection, self.id, socket.gethostname()[:100], os.getpid(), alone=self.alone)
