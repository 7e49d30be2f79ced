"""The shapes of what speaks: an effect to carry out, what the platform answered, what it shows of us."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from msgspec import Struct

from socialcare.model import Mention


class Effect(Struct, frozen=True, kw_only=True):
    """One action to be carried out, once.

    `id` is the same through every attempt; `account` the name of the account of ours that acts; `mention` what it answers
    (none for an original post); `text` what is said, final; `client_key` what `Sender.client_key` chose before the first
    attempt; `attempt` counts from 1.
    """

    id: str
    account: str
    platform: str
    action: str
    text: str | None = None
    payload: Mapping[str, Any] = {}  # Any: an action's payload is its plugin's own JSON
    mention: Mention | None = None
    client_key: str | None = None
    attempt: int = 1


class Answer(Struct, frozen=True, kw_only=True):
    """What became of one request, as far as it can be known.

    `sent`: the platform named the id of what it made (`remote_id`). `refused`: a definite no, nothing was made.
    `unsent`: provably not one byte of the request was written, or the platform said to come again (`until`, epoch seconds).
    `unknown`: it may have been made. `duplicate`: the platform says that it has this text already, so look first.
    `paused`: nothing more can be sent by this account until a person or the platform's next period (`until`) mends it.
    """

    kind: Literal["sent", "refused", "unsent", "unknown", "duplicate", "paused"]
    remote_id: str | None = None
    reason: str = ""
    status: int | None = None
    until: float | None = None
    charged: bool = False


class OwnPost(NamedTuple):
    """A post that one of our accounts has made, as the platform shows it."""

    id: str
    at: datetime
    in_reply_to: str | None = None
    text: str = ""
    client_key: str | None = None


class Found(NamedTuple):
    """What a look-up saw; `complete` says that it saw everything since the moment it was asked for."""

    posts: Sequence[OwnPost]
    complete: bool


class Window(NamedTuple):
    """At most `limit` requests in any `seconds`, of one account or of the whole app."""

    limit: float
    seconds: float
    per: Literal["account", "app"] = "account"


@runtime_checkable
class Limited(Protocol):
    """A sender whose platform says how much it takes: what would be too much waits, and is not asked for."""

    windows: Sequence[Window]


@runtime_checkable
class Reaching(Protocol):
    """A sender that tells people of ours, and knows whom it can reach."""

    def reaches(self, person: str, action: str) -> bool:
        """Whether an action that names a person of the policy comes to somebody."""
        ...


@runtime_checkable
class Sender(Protocol):
    """Carries out actions for one platform, or for one kind of destination. Sends one request an attempt, and never again by itself.

    `platform` is whose mentions it answers, or `""` for what needs no platform (tickets, e-mail); `actions` its words.
    `idempotency` is what keeps a second request from doing it twice: `client_id` (we choose the id: `find` by it is final),
    `key` (the platform keeps our key for `key_ttl` seconds) or `none`. `look_up` is how it can be seen whether it was done:
    `by_id`, `by_reply_target`, or `none`. `lag` is the longest delay in seconds after which the platform shows our own
    post, `most_seconds` the longest that one request takes.
    """

    name: str
    doc: str
    platform: str
    actions: frozenset[str]
    idempotency: Literal["client_id", "key", "none"]
    key_ttl: float
    look_up: Literal["by_id", "by_reply_target", "none"]
    lag: float
    most_seconds: float

    def client_key(self, effect: Effect) -> str | None:
        """The id or key under which this effect is done, the same every time; `None` where the platform takes none."""
        ...

    async def send(self, effect: Effect, may_write: Callable[[], bool]) -> Answer:
        """One request. `may_write` is asked once, after the connection is open and right before the first byte: no means `unsent`."""
        ...

    async def find(self, effect: Effect, since: datetime) -> Found:
        """Our own posts since a moment that this effect can have made: by its key, by what it answers, else by its text.

        One that answers a post names it, and is held against all edits of the mention; of one that names none, your word is taken.
        """
        ...

    async def own_posts(self, account: str, since: datetime) -> Found | None:
        """All own posts of an account since a moment: to remember what a restored database forgot, or to look for several at once.

        `None` where this is no account of yours, so that you can have said nothing in its name.
        """
        ...

    async def is_there(self, mention: Mention) -> bool | None:
        """Whether a mention can still be seen; `None` where the platform does not say."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
