"""Sessions for clients that know only X's own address."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientResponse, ClientSession
from yarl import URL

HOSTS = {"api.twitter.com", "api.x.com"}


def rebased(url: str, **options: Any) -> ClientSession:  # Any: the options of aiohttp's session
    """Make a session that calls `url` where its user calls X, for the `session` of a client of tweepy."""
    session = ClientSession(**options)
    there = URL(url)
    request = session._request  # noqa: SLF001 - aiohttp offers no other place, and warns of subclasses

    async def call(
        method: str, target: str | URL, **more: Any
    ) -> ClientResponse:  # Any: the options of a request
        address = URL(target, encoded=True) if isinstance(target, str) else target
        if address.host in HOSTS:
            path = URL.build(
                scheme=there.scheme,
                host=there.host or "",
                port=there.port,
                path=address.raw_path,
                query_string=address.raw_query_string,
                encoded=True,
            )
            address = path
        return await request(method, address, **more)

    session._request = call  # type: ignore[method-assign,assignment]  # noqa: SLF001 - as above
    return session
