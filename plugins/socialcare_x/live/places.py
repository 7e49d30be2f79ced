"""How far a feed has come: what its cursor says."""

from typing import NamedTuple

from socialcare_x.live.ids import earlier

OVERLAP = 60.0
"""Seconds that are read again each time: X shows a post now and then after one that was written later."""


class Place(NamedTuple):
    """The newest post that was taken in, and the last one before we began, which was not."""

    newest: str
    start: str

    @property
    def since(self) -> str | None:
        """The id after which to ask; `None` where there was nothing when we began."""
        since = max(int(earlier(self.newest, OVERLAP)), int(self.start))
        return str(since) if since else None

    def moved(self, newest: str) -> "Place":
        """The same, further on."""
        return Place(str(max(int(newest), int(self.newest))), self.start)

    @property
    def cursor(self) -> str:
        """As it is stored."""
        return f"{self.newest}/{self.start}"


def place(cursor: str) -> Place:
    """As it was stored."""
    newest, _, start = cursor.partition("/")
    return Place(newest, start or "0")
