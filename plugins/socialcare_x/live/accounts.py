"""Our accounts with their keys, and the way to the API that each opens when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from socialcare.secrets import Secret
from socialcare_x.live.settings import AccountSettings

if TYPE_CHECKING:
    from socialcare_x.live.client import Client


class Keys(NamedTuple):
    """What signs the calls of one account; without a `bearer_token` there is no filtered stream."""

    consumer_key: Secret
    consumer_secret: Secret
    access_token: Secret
    access_token_secret: Secret
    bearer_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account of ours; `name` is the policy's for it."""

    name: str
    api: str
    settings: AccountSettings
    keys: Keys

    @property
    def id(self) -> str:
        """X's id of it."""
        return self.settings.id

    @property
    def handle(self) -> str:
        """Its handle, without the sign."""
        return self.settings.handle

    def open(self) -> Client:
        """A client of its own; only here are tweepy and aiohttp loaded."""
        from socialcare_x.live.client import Client  # noqa: PLC0415 - a dry run needs neither of them installed

        return Client(self.api, self.keys, self.id)


def named(accounts: Mapping[str, Account], word: str) -> Account | None:
    """The account with that name or handle."""
    bare = word.removeprefix("@").casefold()
    by_handle = (account for account in accounts.values() if account.handle.casefold() == bare)
    return accounts.get(word) or next(by_handle, None)


def handles(accounts: Mapping[str, Account]) -> dict[str, str]:
    """The handles of our accounts by X's ids."""
    return {account.id: account.handle for account in accounts.values()}
