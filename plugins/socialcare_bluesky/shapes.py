"""Events and posts as Bluesky writes them, as far as we read them.

Source: Jetstream's README for the events, the lexicons `app.bsky.feed.post` and `app.bsky.richtext.facet` for the posts.
"""

from msgspec import UNSET, Raw, Struct, UnsetType, field


class Commit(Struct):
    """A change of somebody's records."""

    operation: str
    collection: str
    rkey: str | None = None
    record: Raw | UnsetType = UNSET


class Identity(Struct):
    """News of somebody's handle."""

    handle: str | None = None


class Event(Struct):
    """A line of the stream."""

    did: str | None = None
    time_us: int | None = None
    commit: Commit | None = None
    identity: Identity | None = None


class Address(Struct):
    """A record that a post refers to; in a quote with pictures it stands one level deeper."""

    uri: str | None = None
    record: "Address | None" = None


class Reply(Struct):
    """What a post answers, and the beginning of the conversation."""

    parent: Address | None = None
    root: Address | None = None


class Span(Struct, rename="camel"):
    """A place in a text, in bytes of UTF-8."""

    byte_start: int
    byte_end: int


class Feature(Struct):
    """What a place in a text is."""

    type: str = field(name="$type", default="")
    did: str | None = None


class Facet(Struct):
    """A clickable place in a text."""

    index: Span
    features: list[Feature] = []


class Embed(Struct):
    """What is attached to a post; of a quote, the post that is quoted."""

    type: str = field(name="$type", default="")
    record: Address | None = None


class Post(Struct, rename="camel"):
    """A post."""

    text: str | None = None
    created_at: str | None = None
    langs: list[str] | None = None
    reply: Reply | None = None
    facets: list[Facet] | None = None
    embed: Embed | None = None
