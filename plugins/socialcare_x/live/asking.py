"""Asks X for pages at the pace that its headers set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from socialcare import PluginError
from socialcare.clock import Clock
from socialcare.intake import BadRow
from socialcare_x.live.replies import WINDOW, Reply, is_used_up
from socialcare_x.live.shapes import Page

Ask = Callable[[dict[str, Any]], Awaitable[Reply]]  # Any: parameters of the API

_MOST_WAITS = 3
_WAYS_OUT = {
    401: "X does not know our keys: renew them, and change them in the settings",
    402: "X has no credit of ours: buy some",
    403: "the app or its tier may not read this",
}


class Pace:
    """How long to wait before the next question: what X said with its last answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._not_before = 0.0

    async def ask(self, ask: Ask, params: dict[str, Any]) -> Page:  # Any: parameters of the API
        """One page; waits while X says that it is too early.

        Raises:
            PluginError: X does not answer with a page; the text has its reason and the way out.
            Broken: there is no whole answer.
        """
        for _ in range(_MOST_WAITS):
            wait = self._not_before - self._clock.now()
            if wait > 0:
                await self._clock.sleep(min(wait, WINDOW))
            reply = await ask(params)
            if reply.status == 200:
                if reply.headers.get("x-rate-limit-remaining") == "0":
                    self._not_before = reply.reset(self._clock.now()) + 1
                return _page(reply)
            problem = reply.problem()
            if reply.status != 429 or (problem is not None and is_used_up(problem)):
                break
            self._not_before = reply.reset(self._clock.now()) + 1
        said = problem.said if problem is not None else "without a reason"
        way_out = f"; {_WAYS_OUT[reply.status]}" if reply.status in _WAYS_OUT else ""
        raise PluginError(f"X answers {reply.status}: {said}{way_out}")


def _page(reply: Reply) -> Page:
    try:
        return reply.page()
    except BadRow as why:
        raise PluginError(f"X answers with what is no page: {why}") from why
