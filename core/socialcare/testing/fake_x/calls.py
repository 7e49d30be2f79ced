"""Calling a client's webhooks: checks and events, over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from secrets import compare_digest
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from socialcare.testing.fake_x.ledger import Called
from socialcare.testing.fake_x.problems import Json
from socialcare.testing.fake_x.webhooks import Hook, events, sign
from socialcare.testing.fake_x.world import Happening, World

PATIENCE = 10
"""Seconds in which a webhook has to answer (X: `x-api/webhooks/introduction`)."""
KEPT = 1_000


class Calls:
    """Calls webhooks in the order of what happens; what was sent is kept, to be sent again."""

    def __init__(self, world: World, secret: str) -> None:
        self._world = world
        self._secret = secret
        self._session: ClientSession
        self._task: asyncio.Task[None]
        self._waiting: asyncio.Queue[tuple[Hook, Json]] = asyncio.Queue()
        self._sent: deque[tuple[Hook, Json, int | None]] = deque(maxlen=KEPT)
        world.listeners.append(self._tell)

    async def start(self) -> None:
        """Send what happens from now on."""
        self._session = ClientSession(timeout=ClientTimeout(total=PATIENCE))
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Send nothing any more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._session.close()

    async def delivered(self) -> None:
        """Wait until nothing waits."""
        await self._waiting.join()

    async def again(self, *, all_of_them: bool) -> None:
        """Send once more what was not answered 200, or everything: duplicates are to be expected."""
        old = [(hook, event) for hook, event, status in self._sent if all_of_them or status != 200]
        self._sent.clear()
        for one in old:
            self._waiting.put_nowait(one)
        await self.delivered()

    async def send(self, hook: Hook, event: Json, *, signature: str | None = None) -> int | None:
        """POST one event, signed truly unless a signature is given. Returns the status, `None` without an answer."""
        raw = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json",
            "x-twitter-webhooks-signature": signature if signature is not None else sign(self._secret, raw),
        }
        try:
            async with self._session.post(
                hook.url, data=raw, headers=headers, allow_redirects=False
            ) as answer:
                status: int | None = answer.status
        except (ClientError, TimeoutError):
            status = None
        what = str(event.get("data", {}).get("event_type", ""))
        self._world.ledger.write(Called(url=hook.url, at=self._world.clock.now(), what=what, status=status))
        return status

    async def challenge(self, url: str, token: str) -> tuple[int | None, Json]:
        """GET with any `crc_token`. Returns what came back."""
        query = urlencode({"crc_token": token, "nonce": "fake"})
        try:
            async with self._session.get(f"{url}?{query}", allow_redirects=False) as answer:
                status: int | None = answer.status
                body = json.loads(await answer.read())
        except (ClientError, TimeoutError, ValueError):
            status, body = None, {}
        self._world.ledger.write(Called(url=url, at=self._world.clock.now(), what="check", status=status))
        return status, body if isinstance(body, dict) else {}

    async def check(self, hook: Hook) -> bool:
        """Check that a webhook knows our secret; a wrong answer makes it invalid."""
        token = self._world.ids.at(self._world.clock.now())
        status, body = await self.challenge(hook.url, token)
        right = sign(self._secret, token.encode())
        hook.valid = status == 200 and compare_digest(str(body.get("response_token")), right)
        return hook.valid

    async def _run(self) -> None:
        while True:
            hook, event = await self._waiting.get()
            try:
                if hook.valid:
                    self._sent.append((hook, event, await self.send(hook, event)))
            finally:
                self._waiting.task_done()

    def _tell(self, happening: Happening) -> None:
        for one in events(self._world, happening):
            self._waiting.put_nowait(one)
