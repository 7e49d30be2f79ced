"""Posts, people and messages as the X API v2 writes them, as far as we read them; older names beside newer ones.

X renamed fields between versions 2.159 and 2.167 of its description; its answers still use the older names.
"""

from msgspec import UNSET, Raw, Struct, UnsetType

Id = str | int | float | None
"""An id is text; what a program turned into a number is looked at at the door."""


class Named(Struct):
    """A handle in a text."""

    username: str | None = None
    id: Id = None


class Entities(Struct):
    """What X found in a text."""

    mentions: list[Named] | None = None


class Reference(Struct):
    """The post that a post answers, quotes or shares."""

    type: str
    id: Id = None


class Note(Struct):
    """The whole text of a long post."""

    text: str | None = None
    entities: Entities | None = None


class Metrics(Struct):
    """How often a post was shared, liked and answered."""

    retweet_count: int | None = None
    repost_count: int | None = None
    like_count: int | None = None
    reply_count: int | None = None


class Post(Struct):
    """A post; or a message, which has `event_type`."""

    id: Id = None
    text: str | None = None
    author_id: Id = None
    username: str | None = None
    created_at: str | None = None
    conversation_id: Id = None
    in_reply_to_user_id: Id = None
    lang: str | None = None
    edit_history_tweet_ids: list[Id] | None = None
    edit_history_post_ids: list[Id] | None = None
    referenced_tweets: list[Reference] | None = None
    referenced_posts: list[Reference] | None = None
    entities: Entities | None = None
    note_tweet: Note | None = None
    note_post: Note | None = None
    public_metrics: Metrics | None = None
    event_type: str | None = None
    sender_id: Id = None
    dm_conversation_id: str | None = None


class Followers(Struct):
    """How many follow somebody."""

    followers_count: int | None = None


class Affiliation(Struct):
    """What stands beside a name; X's label of automated accounts is one."""

    description: str | None = None


class Profile(Struct):
    """Somebody who posts."""

    id: Id = None
    username: str | None = None
    name: str | None = None
    created_at: str | None = None
    description: str | None = None
    protected: bool | None = None
    verified: bool | None = None
    verified_type: str | None = None
    public_metrics: Followers | None = None
    affiliation: Affiliation | None = None


class Includes(Struct):
    """What a page brings beside its posts."""

    users: list[Profile] | None = None


class Page(Struct):
    """An answer of the API: a page of posts, one post of a stream, or a post alone."""

    data: Raw | UnsetType = UNSET
    includes: Includes | None = None
    id: Raw | UnsetType = UNSET
    text: Raw | UnsetType = UNSET
