"""What `[plugins.x]` says about the app, our accounts, and what is listened to; secrets only by where they are kept."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from socialcare.secrets import SecretRef

_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
_ID = re.compile(r"[0-9]{1,19}")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
_API = re.compile(r"https://[^/@\s]+|http://(?:127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]+)?")


def _number(written: str) -> str:
    if not _ID.fullmatch(written):
        raise PydanticCustomError("no_id", 'write X\'s number of the account, as a text: `id = "1234567890"`')
    return written


def _handle(written: str) -> str:
    bare = written.removeprefix("@")
    if not _HANDLE.fullmatch(bare):
        raise PydanticCustomError(
            "no_handle", "write a handle of X, such as `acme`: 15 letters, digits or `_` at most"
        )
    return bare


def _api(written: str) -> str:
    bare = written.rstrip("/")
    if not _API.fullmatch(bare):
        raise PydanticCustomError(
            "no_api",
            "write an address such as `https://api.x.com`, without a path; plain `http` only to this machine",
        )
    return bare


Api = Annotated[str, AfterValidator(_api)]
"""The address of the API; a fake one may be reached without TLS, but on this machine only."""


class AccountSettings(BaseModel):
    """One account of ours, under the name that the policy has for it.

    `id` and `handle` are X's; the tokens are those of OAuth 1.0a, which do not run out. `mentions` reads the mentions
    timeline (the cheapest feed), `search` is a query of recent search, `stream` a rule of the filtered stream,
    `messages` reads the private messages that X's API still shows.
    """

    model_config = _STRICT

    id: Annotated[str, AfterValidator(_number)]
    handle: Annotated[str, AfterValidator(_handle)]
    access_token: SecretRef
    access_token_secret: SecretRef
    mentions: bool = True
    search: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    stream: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    messages: bool = False


class WebhookSettings(BaseModel):
    """Where X calls us: the path behind our public address."""

    model_config = _STRICT

    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9/_-]{1,100}$")] = "/webhooks/x"


class LiveSettings(BaseModel):
    """The keys of `[plugins.x]` that only `socialcare run` reads.

    `consumer_secret_before` is the app's secret until it was renewed: signatures made with it are still taken.
    `bearer_token` is needed by the filtered stream. `interval` are the seconds between two looks at a timeline;
    `authors` says whether profiles are bought along (a user costs ten times an own mention); `reading_money` is the most that
    reading may cost a day (UTC), in US dollars; `posts` the most that an account says in 15 minutes, where that is less than X
    would take; `media` the folder of the pictures that a post may name.
    """

    model_config = _STRICT

    api: Api = "https://api.x.com"
    consumer_key: SecretRef | None = None
    consumer_secret: SecretRef | None = None
    consumer_secret_before: SecretRef | None = None
    bearer_token: SecretRef | None = None
    accounts: dict[Annotated[str, Field(min_length=1, max_length=40)], AccountSettings] = {}
    webhook: WebhookSettings | None = None
    interval: Annotated[float, Field(ge=1, le=900)] = 30.0
    authors: bool = True
    reading_money: Annotated[float, Field(gt=0)] | None = None
    posts: Annotated[int, Field(ge=1)] | None = None
    media: str | None = None
