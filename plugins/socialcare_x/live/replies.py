"""What X answered, as it came, and what its headers say about asking again."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.json import Decoder

from socialcare.intake import BadRow, decoded
from socialcare_x.live.shapes import Page, Problem, Trouble

_PAGE = Decoder(Page)
_ANSWER = Decoder(Trouble)

WINDOW = 900.0
"""Seconds of X's usual rate window."""


class Broken(Exception):  # noqa: N818 - what became of the call is for the caller to judge
    """There is no whole answer: no connection, a connection lost, or too late."""


class Reply(NamedTuple):
    """What X answered, whatever it was; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def page(self) -> Page:
        """The answer as a page of posts or messages. Raises `BadRow`."""
        return decoded(self.body, _PAGE, "a page")

    def problem(self) -> Problem | None:
        """Why X did not do it, in its own words; `None` where the answer is no problem document, but say a page of HTML."""
        try:
            found = decoded(self.body, _ANSWER, "a problem")
        except BadRow:
            return None
        return found if found.said else next(iter(found.errors or ()), None)

    def reset(self, now: float) -> float:
        """Epoch seconds at which X lets us ask again, after a 429."""
        for window in ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour"):
            if self.headers.get(f"{window}-remaining") == "0":
                return _epoch(self.headers.get(f"{window}-reset")) or now + WINDOW
        return _epoch(self.headers.get("x-rate-limit-reset")) or now + WINDOW


def is_used_up(problem: Problem) -> bool:
    """Whether it is the money or the month's share that is used up, and not one of the windows."""
    return "usage-capped" in (problem.type or "") or "CreditsDepleted" in (problem.title or "")


def _epoch(written: str | None) -> float | None:
    return float(written) if written is not None and written.isascii() and written.isdecimal() else None
