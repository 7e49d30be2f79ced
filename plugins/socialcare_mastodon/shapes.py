"""Posts, people and notifications as Mastodon writes them, as far as we read them.

Source: the entities `Status`, `Account`, `Notification`, `GroupedNotificationsResults`, `Conversation` of its documentation.
"""

from msgspec import Raw, Struct

NOTHING = Raw(b"null")


class Account(Struct):
    """Somebody; `acct` is their handle, with `@server` where that is not ours."""

    id: str
    acct: str
    display_name: str | None = None
    bot: bool | None = None
    created_at: str | None = None
    note: str | None = None
    followers_count: int | None = None
    statuses_count: int | None = None


class Named(Struct):
    """Somebody who is named in a post."""

    id: str
    acct: str
    url: str | None = None


class Quoted(Struct):
    """The post that a post quotes, as far as we may know."""

    id: str | None = None


class Quote(Struct):
    """A quote; what is quoted may be gone, or hidden from us."""

    quoted_status: Quoted | None = None


class Status(Struct):
    """A post; its `content` is HTML."""

    id: str
    created_at: str
    content: str
    account: Account
    visibility: str = "public"
    spoiler_text: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    language: str | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    replies_count: int | None = None
    mentions: list[Named] = []
    quote: Quote | None = None


class Thing(Struct):
    """Anything a server tells: what it is shows by what it has."""

    type: str | None = None
    status: Raw = NOTHING
    last_status: Raw = NOTHING
    statuses: list[Raw] | None = None
    notification_groups: list["Group"] | None = None
    id: str | None = None


class Group(Struct):
    """Notifications of one sort about one post."""

    type: str
    status_id: str | None = None


class Request(Struct):
    """What a server was asked."""

    path: str = ""


class Response(Struct):
    """What it answered."""

    status: int = 200
    body: Raw = NOTHING


class Interaction(Struct):
    """A question and its answer."""

    request: Request
    response: Response


class Exchange(Struct):
    """A recorded exchange with a server."""

    interactions: list[Interaction]
