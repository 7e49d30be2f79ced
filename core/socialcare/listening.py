"""The shapes of what brings mentions in live: feeds that are read, webhooks that are called."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from socialcare.model import Mention, Reject


class Gone(Struct, frozen=True, kw_only=True, gc=False, tag="gone"):
    """A mention that must not be answered any more: deleted, protected or withheld; `id` is that of any of its edits."""

    id: str
    platform: str
    at: datetime
    why: str = "deleted"


Arrival: TypeAlias = Mention | Gone | Reject


class Batch(NamedTuple):
    """What arrived together; `cursor` is where to go on once all of it is stored (`None`: as before).

    An empty batch is a sign of life: the platform answered, and there was nothing new.
    """

    arrivals: Sequence[Arrival] = ()
    cursor: str | None = None


@runtime_checkable
class Feed(Protocol):
    """A stream of mentions that is read and can be resumed.

    `name` is its word in the settings, in messages and under which its cursor is kept: `x.mentions`; `account` the name or
    handle of ours that it listens for; `silence` after how many seconds without a batch it counts as stalled and is
    started again.
    """

    name: str
    doc: str
    account: str
    silence: float

    def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Batches from `cursor` on; from now on where it is `None` (a cold start answers nothing old).

        It may end or raise at any time: it is then started again after a pause, at the last cursor stored.
        """
        ...


class Refused(Exception):  # noqa: N818 - a normal answer to a stranger, not an error that a user sees
    """A call of a webhook that is not the platform's; `status` is the HTTP status of the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@runtime_checkable
class Webhook(Protocol):
    """Where a platform calls us: `POST path` brings events, `GET path` asks whether we are we.

    Neither method waits for anything: who calls has to be answered at once, and is answered 200 only after the commit.
    """

    name: str
    doc: str
    path: str
    most_bytes: int

    def challenge(self, query: Mapping[str, str]) -> Mapping[str, str]:
        """The JSON that answers a check of ours by the platform. Raises `Refused`."""
        ...

    def read(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Arrival]:
        """What a signed call brings (names of `headers` in lower case). Raises `Refused` where the signature is wrong."""
        ...
