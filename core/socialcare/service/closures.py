"""Tells in the log, once, what stopped being sent and what goes on again."""

from __future__ import annotations

import structlog

from socialcare.delivery import lanes
from socialcare.store.database import Database

EVERY = 5.0
"""Seconds between two looks."""

_log = structlog.get_logger()


class Closures:
    """The lanes that were closed when they were looked at last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], lanes.Closed] = {}

    async def tell(self) -> bool:
        """Look, and log what has changed; whether to look again at once (never)."""
        closed = {(one.account, one.lane): one for one in await self._database.look(lanes.closed)}
        for key in closed.keys() - self._known.keys():
            one = closed[key]
            said = _log.warning if one.waits_for_a_person else _log.info
            said("lane closed", account=one.account, lane=one.lane, why=one.reason, until=one.until)
        for account, lane in self._known.keys() - closed.keys():
            _log.info("lane open again", account=account, lane=lane)
        self._known = closed
        return False
