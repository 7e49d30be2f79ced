"""The one HTTP client: https to public hosts, one request and no more, bounded in time and size."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from types import MappingProxyType
from typing import TypeAlias

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from yarl import URL

from socialcare.egress.addresses import LOOPBACK, Address, literal, own, why_blocked
from socialcare.version import __version__

PORTS = frozenset({443, 8443})
LONGEST_URL = 2_048

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, as text; it raises `OSError` where there are none."""


class EgressError(Exception):
    """Why there is no answer, in words.

    `written` says whether a byte of the request may have left us, so that it may have been carried out; `status` is the HTTP
    status, where the answer had come that far. Neither the address beyond its host nor any answer is repeated.
    """

    def __init__(self, reason: str, *, written: bool = False, status: int | None = None) -> None:
        super().__init__(reason)
        self.written = written
        self.status = status


class Forbidden(EgressError):  # noqa: N818 - it names what was found
    """An address that is never called; nothing was written, and trying again changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer: `headers` by their names in lower case, `body` unpacked."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses that the system knows for a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def always() -> bool:
    """Of a request whose moment does not matter."""
    return True


@dataclass(frozen=True, kw_only=True)
class Egress:
    """How the internet may be called.

    https only, on `ports`; no redirect is followed, no cookie kept, no proxy of the environment used. A host is resolved once
    a request; where one of its addresses is blocked it is not called at all, and the connection goes to a checked address,
    with the certificate checked for the name. An answer has at most `most_bytes` (unpacked) and `most_seconds`.

    `allow_local` are addresses of our own, such as `127.0.0.1:8080` or `10.0.0.7:443`, that may be called all the same; to
    loopback ones plain http is allowed. It belongs into the hands of who writes the settings. `resolve` and `trust` (whose
    certificates count) are for tests and for authorities of one's own.
    """

    allow_local: frozenset[str] = frozenset()
    ports: frozenset[int] = PORTS
    most_bytes: int = 1_000_000
    most_seconds: float = 15.0
    resolve: Resolve = resolved
    trust: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        _ = self._local  # a wrong word is told at once

    def check(self, url: str) -> URL:
        """The address, if it may be called as far as can be said without resolving its host.

        Raises:
            Forbidden: it may not.
        """
        if len(url) > LONGEST_URL:
            raise Forbidden(f"an address has at most {LONGEST_URL:,} characters")
        if not url.isascii() or any(sign <= " " or sign in '\x7f\\"<>' for sign in url):
            raise Forbidden("an address has no spaces, quotes, backslashes or characters beyond ASCII")
        try:
            read = URL(url)
            host, port = read.raw_host, read.port
        except ValueError:
            raise Forbidden("it is no address; write `https://host/path`") from None
        if not host or port is None or not read.absolute:
            raise Forbidden("it is no address; write `https://host/path`")
        if "@" in re.split(r"[/?#]", url, maxsplit=3)[2]:
            raise Forbidden("an address holds neither name nor password")
        try:
            address = literal(host)
        except ValueError:
            raise Forbidden("a host of numbers is written as four of them, or as IPv6 in brackets") from None
        if read.scheme != "https" and not (read.scheme == "http" and self._is_ours(address, port)):
            raise Forbidden("only https is called")
        if port not in self.ports and all(port != one for _, one in self._local):
            raise Forbidden(f"port {port} is not called, only {', '.join(map(str, sorted(self.ports)))}")
        if address is not None:
            self._demand_open(address, port)
        return read

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
        may_write: Callable[[], bool] = always,
    ) -> Response:
        """One request and its whole answer, whatever its status.

        `may_write` is asked once, after the connection is open and right before the first byte.

        Raises:
            Forbidden: the address may not be called.
            EgressError: there is no answer, or not a whole one.
        """
        read = self.check(url)
        if any(sign in text for pair in headers.items() for text in pair for sign in "\r\n\0"):
            raise Forbidden("a header has one line")
        attempt = _Attempt(str(read.host), may_write)
        try:
            async with self._session(attempt) as session, asyncio.timeout(self.most_seconds):
                return await self._answer(session, attempt, (method, read), headers, body)
        except TimeoutError:
            raise attempt.failed(f"no answer within {self.most_seconds:g} seconds") from None
        except (ClientError, OSError, ValueError) as error:  # ValueError: an answer that is no HTTP
            raise attempt.ended(error) from None

    async def _answer(
        self,
        session: ClientSession,
        attempt: _Attempt,
        line: tuple[str, URL],
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Response:
        async with session.request(*line, headers=headers, data=body, allow_redirects=False) as response:
            attempt.status = response.status
            return Response(
                status=response.status,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=await self._whole(response, attempt),
            )

    async def _whole(self, response: ClientResponse, attempt: _Attempt) -> bytes:
        whole = bytearray()
        async for part in response.content.iter_any():
            whole += part
            if len(whole) > self.most_bytes:
                raise attempt.failed(f"the answer has more than {self.most_bytes:,} bytes")
        return bytes(whole)

    def _session(self, attempt: _Attempt) -> ClientSession:
        """A session of one request: a connection kept open could have been closed by the other side, and hides the address."""
        return ClientSession(
            connector=TCPConnector(
                resolver=_Checking(self), use_dns_cache=False, force_close=True, ssl=self.trust or True
            ),
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": f"socialcare/{__version__}", "Accept-Encoding": "identity"},
            middlewares=(attempt.once,),
            request_class=_asking(attempt),
            timeout=ClientTimeout(total=None),
            trust_env=False,
        )

    def _demand_open(self, address: Address, port: int) -> None:
        if (address, port) in self._local:
            return
        if (what := why_blocked(address)) is not None:
            raise Forbidden(f"an address of the host is {what}, and is never called")
        if port not in self.ports:
            raise Forbidden(f"port {port} is not called, only {', '.join(map(str, sorted(self.ports)))}")

    def _is_ours(self, address: Address | None, port: int) -> bool:
        return (address, port) in self._local and any(address in network for network in LOOPBACK)

    @cached_property
    def _local(self) -> frozenset[tuple[Address, int]]:
        return frozenset(own(one) for one in self.allow_local)


_ENDS: tuple[tuple[type[Exception], str], ...] = (
    (ClientConnectorCertificateError, "the certificate of `{}` does not hold"),
    (ClientSSLError, "no secure connection to `{}`"),
    (ClientConnectorError, "no connection to `{}`"),
    (Exception, "`{}` broke off or gave no sound answer"),
)


@dataclass(slots=True)
class _Attempt:
    """How far one request has come."""

    host: str
    may_write: Callable[[], bool]
    written: bool = False
    status: int | None = None

    def begin(self) -> None:
        """From here on a byte may have left."""
        if not self.may_write():
            raise self.failed("its moment had passed before the connection was open")
        self.written = True

    async def once(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """A middleware that ends what aiohttp would send again: a GET or PUT whose connection broke off."""
        try:
            return await handler(request)
        except (ClientOSError, ServerDisconnectedError) as error:
            raise self.ended(error) from None

    def failed(self, reason: str) -> EgressError:
        return EgressError(reason, written=self.written, status=self.status)

    def ended(self, error: Exception) -> EgressError:
        return self.failed(
            next(reason for kind, reason in _ENDS if isinstance(error, kind)).format(self.host)
        )


def _asking(attempt: _Attempt) -> type[ClientRequest]:
    """A request that begins only if it still may: aiohttp calls `send` with a connection that is open, and closes it if that raises."""

    class Asking(ClientRequest):
        async def send(self, conn: Connection) -> ClientResponse:
            attempt.begin()
            return await super().send(conn)

    return Asking


class _Checking(AbstractResolver):
    """Resolves a host, and gives its addresses out only if every one may be called."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - aiohttp's word
    ) -> list[ResolveResult]:
        """The addresses, as aiohttp wants them; of both families, whichever is asked for."""
        try:
            found = [ip_address(one) for one in await self._egress.resolve(host, port)]
        except (OSError, ValueError):
            found = []
        if not found:
            raise EgressError(f"no address of `{host}` is known")
        for address in found:
            self._egress._demand_open(address, port)  # noqa: SLF001 - the other half of the same check
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""
