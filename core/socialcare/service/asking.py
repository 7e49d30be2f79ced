"""Asks a running process how it is: what its `/readyz` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aiohttp
from msgspec import DecodeError, Struct
from msgspec.json import decode

_PATIENCE = 3.0
"""Seconds that the process has to answer."""

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - where it listens, not we


class Health(Struct):
    """Why a process does not decide and send, and the seconds since each of its feeds gave a sign of life."""

    why: Sequence[str] = ()
    heard: Mapping[str, float] = {}


async def ask(address: str) -> Health | None:
    """What the process at HOST:PORT says of itself; `None` where none answers as one of ours does."""
    host, _, port = address.rpartition(":")
    url = f"http://{_EVERYWHERE.get(host, host)}:{port}/readyz"
    patience = aiohttp.ClientTimeout(total=_PATIENCE)
    try:
        async with aiohttp.ClientSession(timeout=patience) as session, session.get(url) as answer:
            return decode(await answer.read(), type=Health)
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError, DecodeError):
        return None
