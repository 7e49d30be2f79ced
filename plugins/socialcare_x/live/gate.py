"""The last moment before a request is written: whether it may be, and whether it was."""

from collections.abc import Callable
from contextvars import ContextVar

from socialcare.failpoints import reach


class TooLate(Exception):  # noqa: N818 - no error: the request must not be written any more
    """The permission to write was gone when the connection stood."""


class Gate:
    """Asks once whether a request may be written; `opened`: at least one byte may have been written since."""

    def __init__(self, may_write: Callable[[], bool]) -> None:
        self._may_write = may_write
        self.opened = False

    def pass_through(self) -> None:
        """Called with the connection open and nothing written. Raises `TooLate`."""
        reach("request.connected")
        if not self._may_write():
            raise TooLate
        self.opened = True

    def answered(self) -> None:
        """Called with the head of the answer read, and nothing of its body."""
        reach("request.headers_read")


GATE: ContextVar[Gate | None] = ContextVar("gate", default=None)
"""The gate of the request that this task is about to write; tweepy hands on none of our arguments."""
