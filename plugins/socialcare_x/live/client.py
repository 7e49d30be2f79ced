"""Calls of X's API: tweepy knows the endpoints, what is sent and how the answer is read is ours.

tweepy's own `request` is replaced, because it has the host built in, logs whole requests with their signatures, takes an
error page that is no JSON for a failure of its own, may sleep for minutes and then call a second time, and waits for as
long as five minutes. Here a call is one request, with a time limit, to the address of the settings; no redirect is
followed, no connection used twice (a connection that X has closed meanwhile would leave open what became of a request),
and nothing is logged.
"""

import json as standard_json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from oauthlib.oauth1 import Client as Signer  # type: ignore[import-untyped]  # it has no types
from tweepy.asynchronous import AsyncClient  # type: ignore[import-untyped]  # it has no types
from yarl import URL

from socialcare.failpoints import reach
from socialcare_x.live.accounts import Keys
from socialcare_x.live.gate import GATE, Gate
from socialcare_x.live.replies import Broken, Reply

MOST_SECONDS = 15.0
"""How long one call may take, in seconds."""

SILENCE = 40.0
"""Seconds without a byte after which a stream is dead: twice the time between two of X's signs of life."""

_JSON = "application/json"
_LARGEST_LINE = 1024 * 1024
_TALKATIVE = ("tweepy", "aiohttp", "oauthlib", "requests_oauthlib")


class Client(AsyncClient):  # type: ignore[misc]  # tweepy has no types
    """The API as one account of ours sees it; made where a loop runs, and closed there."""

    def __init__(self, api: str, keys: Keys, user_id: str) -> None:
        super().__init__(
            bearer_token=keys.bearer_token.reveal() if keys.bearer_token is not None else None,
            consumer_key=keys.consumer_key.reveal(),
            consumer_secret=keys.consumer_secret.reveal(),
            access_token=keys.access_token.reveal(),
            access_token_secret=keys.access_token_secret.reveal(),
            return_type=aiohttp.ClientResponse,  # which tweepy hands on untouched
            wait_on_rate_limit=False,
        )
        self._api = api
        self._user_id = user_id
        for name in _TALKATIVE:  # at DEBUG they log signatures
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.INFO))
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=MOST_SECONDS),
        )

    async def request(
        self,
        method: str,
        route: str,
        params: Mapping[str, object] | None = None,
        json: object = None,
        user_auth: bool = False,  # noqa: FBT001, FBT002 - tweepy's own signature
    ) -> Reply:
        """One call and its answer, of whatever status. Raises `Broken`."""
        gate = GATE.get()
        body: aiohttp.Payload | None = None
        if json is not None:
            content = standard_json.dumps(json).encode()
            body = (
                aiohttp.BytesIOPayload(BytesIO(content), content_type=_JSON)
                if gate is None
                else _GatedBody(content, gate)
            )
        async with self._asked(method, route, params or {}, user_auth=user_auth, data=body) as response:
            if gate is not None:
                gate.answered()
            return await _whole(response)

    async def lines(self, route: str, params: Mapping[str, object]) -> AsyncGenerator[bytes | Reply, None]:
        """The lines of a stream, empty ones too, the first as soon as it is open; an answer that is none comes as a whole.

        Raises `Broken` where the stream breaks off or is silent for too long; it ends where X closes it.
        """
        patience = aiohttp.ClientTimeout(total=None, sock_connect=MOST_SECONDS, sock_read=SILENCE)
        async with self._asked("GET", route, params, user_auth=False, timeout=patience) as response:
            if response.status != HTTPStatus.OK:
                yield await _whole(response)
                return
            yield b""
            begun = b""
            async for piece in response.content.iter_any():
                *whole, begun = (begun + piece).split(b"\n")
                for line in whole:
                    yield line.strip()
                if len(begun) > _LARGEST_LINE:
                    raise Broken("a line of the stream is too long")

    async def close(self) -> None:
        """Let go of the connections."""
        await self.session.close()

    async def _get_authenticating_user_id(self, *, oauth_1: bool = False) -> str:  # noqa: ARG002 - tweepy's signature
        return self._user_id  # tweepy would read it off the token, or ask X

    @asynccontextmanager
    async def _asked(
        self, method: str, route: str, params: Mapping[str, object], *, user_auth: bool, **how: Any
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        """One request; what goes wrong with the connection, then or later, is `Broken`."""
        url, headers = self._signed(method, route, params, user_auth=user_auth)
        try:
            async with self.session.request(
                method, url, headers=headers, allow_redirects=False, **how
            ) as response:
                yield response
        except TimeoutError:
            raise Broken("it took too long") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Broken(str(error) or type(error).__name__) from None

    def _signed(
        self, method: str, route: str, params: Mapping[str, object], *, user_auth: bool
    ) -> tuple[URL, dict[str, str]]:
        """The address with its query, and the headers that show who asks."""
        query = urlencode(
            {name: str(value) for name, value in sorted(params.items())}, quote_via=quote, safe=""
        )
        url = f"{self._api}{route}?{query}" if query else f"{self._api}{route}"
        headers: dict[str, Any] = {"User-Agent": self.user_agent}  # Any: as oauthlib hands them back
        if user_auth:
            signer = Signer(
                self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
            )
            url, headers, _ = signer.sign(url, http_method=method, headers=headers)
        else:
            headers["Authorization"] = f"Bearer {self.bearer_token}"
        return URL(url, encoded=True), headers


class _GatedBody(aiohttp.BytesPayload):
    """A body before which the gate is asked.

    aiohttp keeps the head of a request back until the first byte of its body: what is raised before that leaves the
    connection with not one byte written. The test of this claim looks at a socket.
    """

    def __init__(self, content: bytes, gate: Gate) -> None:
        super().__init__(content, content_type=_JSON)
        self._gate = gate

    async def write_with_length(
        self,
        writer: AbstractStreamWriter,
        content_length: int | None,  # noqa: ARG002 - it is our own length
    ) -> None:
        """Ask the gate, then write in two parts, between which a test may let the process die."""
        self._gate.pass_through()
        half = len(self._value) // 2
        await writer.write(self._value[:half])
        reach("request.half_written")
        await writer.write(self._value[half:])
        reach("request.written")


async def _whole(response: aiohttp.ClientResponse) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status, headers, await response.read())
