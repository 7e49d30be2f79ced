"""How far a feed has come: what its cursor says."""

from typing import NamedTuple

from socialcare_x.live.ids import earlier, id_at

OVERLAP = 60.0
"""Seconds that are read again each time: X shows a post now and then after one that was written later."""

DAY = 86_400.0
REACH = 7 * DAY - 3_600.0
"""Seconds that recent search is asked back: X refuses a `since_id` that is seven days old, and limits may keep us waiting a while."""


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

    def is_out_of_reach(self, at: float) -> bool:
        """Whether recent search no longer goes back to it at a moment in epoch seconds."""
        return 0 < int(self.newest) < int(id_at(at - REACH))

    def within_reach(self, at: float) -> "Place":
        """The same, or the earliest place that recent search can be asked for."""
        return Place(self.newest, str(max(int(self.start), int(id_at(at - REACH)))))

    def kept_fresh(self, at: float) -> "Place":
        """The same, or a place of yesterday once it is older than two days: where all was read, and little is written."""
        return self if int(self.newest) >= int(id_at(at - 2 * DAY)) else self.moved(id_at(at - DAY))

    @property
    def cursor(self) -> str:
        """As it is stored."""
        return f"{self.newest}/{self.start}"


def place(cursor: str) -> Place:
    """As it was stored."""
    newest, _, start = cursor.partition("/")
    return Place(newest, start or "0")
