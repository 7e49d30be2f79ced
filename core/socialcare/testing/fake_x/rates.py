"""How often each endpoint may be called, and the headers that say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from socialcare.testing.fake_x.problems import Refusal, problem

QUARTER = 900
DAY = 86_400


class Limit(NamedTuple):
    """So many requests in a window of so many seconds, by the app and by each user (`None`: not limited)."""

    app: int | None
    user: int | None
    seconds: int = QUARTER


LIMITS: Mapping[str, Limit] = {
    "GET /2/users/:id/mentions": Limit(450, 300),
    "GET /2/users/:id/tweets": Limit(10_000, 900),
    "GET /2/tweets/search/recent": Limit(450, 300),
    "GET /2/tweets/search/stream": Limit(50, 50),
    "GET /2/tweets/search/stream/rules": Limit(450, 450),
    "POST /2/tweets/search/stream/rules": Limit(100, 100),
    "GET /2/tweets": Limit(3_500, 5_000),
    "GET /2/tweets/:id": Limit(450, 900),
    "POST /2/tweets": Limit(None, 100),
    "DELETE /2/tweets/:id": Limit(None, 50),
    "POST /2/users/:id/retweets": Limit(None, 50),
    "POST /2/dm_conversations/with/:id/messages": Limit(None, 15),
    "GET /2/dm_events": Limit(None, 15),
    "GET /2/users": Limit(300, 900),
    "GET /2/users/by": Limit(300, 900),
    "GET /2/users/me": Limit(None, 75),
    "GET /2/usage/tweets": Limit(50, None),
}
"""X's documented limits (`x-api/fundamentals/rate-limits`); endpoints that are not here have 900 in a quarter of an hour."""


class _Window:
    def __init__(self, limit: int, reset: float) -> None:
        self.limit = limit
        self.left = limit
        self.reset = reset


class Rates:
    """The windows of every caller; a window begins with its first request."""

    def __init__(self, limits: Mapping[str, Limit] | None = None) -> None:
        self.limits = {**LIMITS, **(limits or {})}
        self._windows: dict[tuple[str, str | None], _Window] = {}

    def spend(self, endpoint: str, who: str | None, now: float) -> tuple[dict[str, str], bool]:
        """Take one request from a caller's window. Returns the headers and whether one was left."""
        window = self._window(endpoint, who, now)
        if window is None:
            return {}, True
        had = window.left > 0
        window.left = max(window.left - 1, 0)
        return _headers(window), had

    def use_up(self, endpoint: str, who: str | None, now: float, seconds: float) -> dict[str, str]:
        """Close a caller's window for some seconds. Returns the headers."""
        limit = self._limit(endpoint, who) or 1
        window = self._windows[endpoint, who] = _Window(limit, now + seconds)
        window.left = 0
        return _headers(window)

    def _limit(self, endpoint: str, who: str | None) -> int | None:
        limit = self.limits.get(endpoint, Limit(900, 900))
        return limit.user if who else limit.app

    def _window(self, endpoint: str, who: str | None, now: float) -> _Window | None:
        window = self._windows.get((endpoint, who))
        if window is None or window.reset <= now:
            limit = self._limit(endpoint, who)
            if limit is None:
                return None
            seconds = self.limits.get(endpoint, Limit(900, 900)).seconds
            window = self._windows[endpoint, who] = _Window(limit, now + seconds)
        return window


def _headers(window: _Window) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(window.limit),
        "x-rate-limit-remaining": str(window.left),
        "x-rate-limit-reset": str(int(-(-window.reset // 1))),
    }


def too_many() -> Refusal:
    """The answer to a request beyond the limit; its headers say when to come back."""
    return Refusal(429, problem(429, "Too Many Requests", title="Too Many Requests"))
