"""The filtered stream: frames as posts appear, keep-alives, and all the ways in which a stream ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from aiohttp import ClientConnectionResetError, web

from socialcare.testing.fake_x.posts import Post
from socialcare.testing.fake_x.problems import KINDS, Json, Refusal
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.shapes import posts_json
from socialcare.testing.fake_x.world import Happening, World

KEEP_ALIVE = 20
"""Seconds between two signs of life (X: `posts/filtered-stream/introduction`)."""
END = b"\r\n"
DISCONNECT: Json = {
    "errors": [
        {
            "title": "operational-disconnect",
            "disconnect_type": "UpstreamOperationalDisconnect",
            "detail": "This stream has been disconnected upstream for operational reasons.",
            "type": f"{KINDS}operational-disconnect",
        }
    ]
}
FULL: Json = {
    "title": "ConnectionException",
    "detail": "This stream is currently at the maximum allowed connection limit.",
    "connection_issue": "TooManyConnections",
    "type": f"{KINDS}streaming-connection",
}


class _Connection:
    """Who listens: what goes to it is `bytes`; `None` ends it cleanly, an exception of its own abruptly."""

    def __init__(self, request: web.Request, query: Mapping[str, str]) -> None:
        self.request = request
        self.query = query
        self.queue: asyncio.Queue[bytes | type[_Cut] | None] = asyncio.Queue()

    @property
    def is_open(self) -> bool:
        return self.request.transport is not None and not self.request.transport.is_closing()


class _Cut:
    """The sign that a connection breaks off."""


class Stream:
    """The one stream of the app. A test decides what becomes of it: `mute`, `cut`, `close`, `fail`, `send`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: list[_Connection] = []
        self._mute = False
        self._cut: int | None = None
        world.listeners.append(self._tell)

    @property
    def connections(self) -> int:
        """How many listen now."""
        for one in self._open:
            if not one.is_open:
                one.queue.put_nowait(None)
        self._open = [one for one in self._open if one.is_open]
        return len(self._open)

    def send(self, raw: bytes) -> None:
        """Send any bytes to all who listen."""
        self._put(raw)

    def mute(self, *, on: bool = True) -> None:
        """Send nothing any more, not even a sign of life, over connections that stay open."""
        self._mute = on

    def cut(self, after: int) -> None:
        """Break off within the next frame, after that many of its bytes."""
        self._cut = after

    def close(self) -> None:
        """End the answer as a server does that has no more to say."""
        self._put(None)

    def fail(self) -> None:
        """Say that the stream ends for operational reasons, and end it."""
        self._put(json.dumps(DISCONNECT).encode() + END)
        self._put(None)

    async def listen(
        self, request: web.Request, call: Call, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        """GET /2/tweets/search/stream. Raises `Refusal` where somebody listens already."""
        if self.connections:
            raise Refusal(429, FULL)
        connection = _Connection(request, call.query)
        response = web.StreamResponse(headers=headers)
        response.content_type = "application/json"
        response.enable_chunked_encoding()
        await response.prepare(request)
        self._open.append(connection)
        self._backfill(connection, call)
        alive = asyncio.create_task(self._keep_alive(connection))
        try:
            while isinstance(raw := await connection.queue.get(), bytes):
                await response.write(raw)
            if raw is _Cut and request.transport is not None:
                await asyncio.sleep(0)
                request.transport.close()
        except ClientConnectionResetError:
            pass  # who listened is gone
        finally:
            alive.cancel()
            if connection in self._open:
                self._open.remove(connection)
        return response

    async def _keep_alive(self, connection: _Connection) -> None:
        while connection.is_open:
            await self._world.clock.sleep(KEEP_ALIVE)
            if not self._mute:
                connection.queue.put_nowait(END)

    def _backfill(self, connection: _Connection, call: Call) -> None:
        since = call.at - 60 * int(call.query.get("backfill_minutes", 0))
        for number in self._world.all_posts:
            post = self._world.posts[str(number)]
            if since <= post.at < call.at and self._world.is_shown(post):
                self._frame(post, [connection])

    def _tell(self, happening: Happening) -> None:
        what, which = happening
        if what == "post" and isinstance(which, Post):
            self._frame(which, self._open)

    def _frame(self, post: Post, connections: list[_Connection]) -> None:
        rules = [rule for rule in self._world.rules.values() if rule.fits(post)]
        if not rules or self._mute:
            return
        for connection in connections:
            data, includes = posts_json([post], connection.query)
            frame: Json = {
                "data": data[0],
                **({"includes": includes} if includes else {}),
                "matching_rules": [{"id": rule.id, "tag": rule.tag or ""} for rule in rules],
            }
            raw = json.dumps(frame).encode() + END
            if self._cut is None:
                connection.queue.put_nowait(raw)
            else:
                connection.queue.put_nowait(raw[: self._cut])
                connection.queue.put_nowait(_Cut)
        self._cut = None if connections else self._cut

    def _put(self, raw: bytes | None) -> None:
        for connection in self._open:
            connection.queue.put_nowait(raw)
