"""Posts, people and messages as the X API v2 writes them, as far as we read them; older names beside newer ones.

X renamed fields between versions 2.159 and 2.167 of its description; its answers still use the older names. `When` is
how a time is decoded: as the text it is, or at once as a `datetime`.
"""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

Id = str | int | float | None
"""An id is text; what a program turned into a number is looked at at the door."""

When = TypeVar("When", str, datetime)

LONGEST_LANGUAGE = 8


class Named(Struct, gc=False):
    """A handle in a text."""

    username: str | None = None
    id: Id = None


class Entities(Struct, gc=False):
    """What X found in a text."""

    mentions: list[Named] | None = None


class Reference(Struct, gc=False):
    """The post that a post answers, quotes or shares."""

    type: str
    id: Id = None


class Note(Struct, gc=False):
    """The whole text of a long post."""

    text: str | None = None
    entities: Entities | None = None


class Metrics(Struct, gc=False):
    """How often a post was shared, liked and answered."""

    retweet_count: int | None = None
    repost_count: int | None = None
    like_count: int | None = None
    reply_count: int | None = None

    @property
    def shares(self) -> int | None:
        """How often it was shared, by whichever name."""
        return self.repost_count if self.retweet_count is None else self.retweet_count


class Post(Struct, Generic[When], gc=False):
    """A post; or a message, which has `event_type`."""

    id: Id = None
    text: str | None = None
    author_id: Id = None
    username: str | None = None
    created_at: When | None = None
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


class Reach(Struct, gc=False):
    """How many follow somebody, and how many posts they have made."""

    followers_count: int | None = None
    tweet_count: int | None = None
    post_count: int | None = None

    @property
    def posts(self) -> int | None:
        """How many posts they have made, by whichever name."""
        return self.post_count if self.tweet_count is None else self.tweet_count


class Affiliation(Struct, gc=False):
    """What stands beside a name; X's label of automated accounts is one."""

    description: str | None = None


class Profile(Struct, Generic[When], gc=False):
    """Somebody who posts."""

    id: Id = None
    username: str | None = None
    name: str | None = None
    created_at: When | None = None
    description: str | None = None
    protected: bool | None = None
    verified: bool | None = None
    verified_type: str | None = None
    public_metrics: Reach | None = None
    affiliation: Affiliation | None = None

    @property
    def is_verified(self) -> bool | None:
        """Whether X vouches for them, by whichever name."""
        if self.verified is None and self.verified_type is not None:
            return self.verified_type != "none"
        return self.verified

    @property
    def label(self) -> str | None:
        """What stands beside the name."""
        return self.affiliation.description if self.affiliation is not None else None


class Includes(Struct, gc=False):
    """What a page brings beside its posts."""

    users: list[Profile[str]] | None = None


class Page(Struct, gc=False):
    """An answer of the API: a page of posts, one post of a stream, or a post alone."""

    data: Raw | UnsetType = UNSET
    includes: Includes | None = None
    id: Raw | UnsetType = UNSET
    text: Raw | UnsetType = UNSET


class UsualPost(Post[datetime], kw_only=True, gc=False):
    """A post as nearly all are: with an author and a time, no message, and no longer than posts were."""

    id: str
    text: str
    author_id: str
    created_at: datetime
    in_reply_to_user_id: str | None = None
    lang: Annotated[str, Meta(max_length=LONGEST_LANGUAGE)] | None = None
    note_tweet: None = None
    note_post: None = None
    event_type: None = None


class UsualProfile(Profile[datetime], kw_only=True, gc=False):
    """A profile as nearly all are."""

    id: str


class UsualIncludes(Struct, gc=False):
    """What comes beside a usual post."""

    users: list[UsualProfile]


class UsualLine(Struct, gc=False):
    """The usual answer: one post of a stream, with its author beside it."""

    data: UsualPost
    includes: UsualIncludes
