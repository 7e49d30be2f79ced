"""Who is on the fake platform, and with which keys our own accounts call it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, NamedTuple

from socialcare.testing.fake_x.ids import person_id

State = Literal["", "protected", "suspended"]


@dataclass(slots=True, eq=False)
class User:
    """An account; `automated` carries X's label of bots, `blocked` holds the ids of those it blocks."""

    id: str
    username: str
    name: str
    since: float
    description: str = ""
    automated: bool = False
    open_to_messages: bool = False
    state: State = ""
    blocked: set[str] = field(default_factory=set)


class Credentials(NamedTuple):
    """What a client signs with: the app's pair, the user's pair, the app's and the user's bearer token."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    bearer_token: str
    user_bearer_token: str


def credentials_of(username: str, seed: int = 0) -> Credentials:
    """The keys of an account of ours on a fake X of that seed, known without asking it.

    An access token begins with the id of its account, as X's do: clients read it there.
    """

    def secret(what: str) -> str:
        return sha256(f"{seed} {what}".encode()).hexdigest()[:40]

    who = username.lower()
    return Credentials(
        consumer_key=secret("consumer key")[:25],
        consumer_secret=secret("consumer secret"),
        access_token=f"{person_id(username, seed)}-{secret(f'token of {who}')}",
        access_token_secret=secret(f"token secret of {who}"),
        bearer_token=f"AAAA{secret('app')}",
        user_bearer_token=f"user-{secret(f'bearer of {who}')}",
    )
