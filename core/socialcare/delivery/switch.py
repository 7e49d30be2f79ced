"""The kill switch: while it is set, nothing new is sent, by any worker."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from socialcare.delivery import audit
from socialcare.store.tables import CONTROL


class Standing(NamedTuple):
    """Whether anything may be sent: `killed` says a person, `amnesia` that we may have forgotten what was sent."""

    killed: bool
    amnesia: bool
    reason: str | None

    @property
    def open(self) -> bool:
        """Whether nothing stands against sending."""
        return not self.killed and not self.amnesia


def standing(connection: Connection) -> Standing:
    """What holds for all workers; before anything was set up nothing may be sent."""
    asked = select(CONTROL.c.kill_switch, CONTROL.c.amnesia, CONTROL.c.kill_reason)
    found = connection.execute(asked).one_or_none()
    return Standing(killed=False, amnesia=True, reason=None) if found is None else Standing(*found)


def kill(connection: Connection, reason: str, *, by: str) -> None:
    """Stop all sending. A request of which the first byte is written already goes on."""
    connection.execute(update(CONTROL).values(kill_switch=True, kill_reason=reason))
    audit.append(connection, "kill switch set", "sending", by=by, body={"reason": reason})


def release(connection: Connection, *, by: str) -> None:
    """Let sending go on; what waited and is not too old goes out."""
    connection.execute(update(CONTROL).values(kill_switch=False, kill_reason=None))
    audit.append(connection, "kill switch released", "sending", by=by)
