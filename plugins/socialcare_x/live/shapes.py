"""Posts, people and messages as the live API writes them, as far as we read them; older names beside newer ones.

Source: X's description of its API, versions 2.159 and 2.167 (answers still use the older names), and the page
"event payloads" of its Activity API.
"""

from msgspec import Raw, Struct

NOTHING = Raw(b"")

Id = str | int | None


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


class Post(Struct, gc=False):
    """A post."""

    id: Id = None
    text: str | None = None
    author_id: Id = None
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


class Reach(Struct, gc=False):
    """How many follow somebody, and how many posts they have made."""

    followers_count: int | None = None
    tweet_count: int | None = None
    post_count: int | None = None


class Affiliation(Struct, gc=False):
    """What stands beside a name; X's label of automated accounts is one."""

    description: str | None = None


class Profile(Struct, gc=False):
    """Somebody."""

    id: Id = None
    username: str | None = None
    name: str | None = None
    created_at: str | None = None
    description: str | None = None
    protected: bool | None = None
    verified: bool | None = None
    verified_type: str | None = None
    public_metrics: Reach | None = None
    affiliation: Affiliation | None = None


class Includes(Struct, gc=False):
    """What a page brings beside its posts; each profile is looked at by itself, one that is odd spoils no other."""

    users: list[Raw] | None = None


class Meta(Struct, gc=False):
    """How a page goes on."""

    newest_id: Id = None
    next_token: str | None = None
    result_count: int | None = None


class Problem(Struct, gc=False):
    """Why X did not do something."""

    title: str | None = None
    detail: str | None = None
    type: str | None = None
    message: str | None = None
    code: int | None = None

    @property
    def said(self) -> str:
        """X's own words."""
        return self.detail or self.message or self.title or ""


class Trouble(Problem, gc=False):
    """An answer that says what went wrong, or lists it."""

    errors: list[Problem] | None = None


class Page(Struct, gc=False):
    """An answer with posts or messages."""

    data: list[Raw] | None = None
    includes: Includes | None = None
    meta: Meta | None = None
    errors: list[Problem] | None = None


class Tagged(Struct, gc=False):
    """The rule of ours that a post of the stream fits."""

    tag: str | None = None


class Line(Struct, gc=False):
    """One post of the filtered stream, or why the stream ends."""

    data: Raw = NOTHING
    includes: Includes | None = None
    matching_rules: list[Tagged] | None = None
    errors: list[Problem] | None = None


class MessageEvent(Struct, gc=False):
    """What happened in a private conversation, as the look-up shows it."""

    id: Id = None
    event_type: str | None = None
    text: str | None = None
    sender_id: Id = None
    dm_conversation_id: str | None = None
    created_at: str | None = None


class Filter(Struct, gc=False):
    """Whose event it is."""

    user_id: Id = None


class Event(Struct, gc=False):
    """One event of the Activity API."""

    event_type: str
    filter: Filter | None = None
    payload: Raw = NOTHING
    includes: Includes | None = None


class Call(Struct, gc=False):
    """What X calls a webhook with."""

    data: Raw = NOTHING
    """An event or a list of events, each looked at by itself: one that is odd spoils no other."""


class Deleted(Struct, gc=False):
    """A post that is gone."""

    id: Id
    author_id: Id = None


class MessageText(Struct, gc=False):
    """The words of a private message."""

    text: str = ""


class MessageCreate(Struct, gc=False):
    """A private message as events bring it."""

    sender_id: Id = None
    message_data: MessageText | None = None


class DirectMessage(Struct, gc=False):
    """An event in a private conversation, as events bring it; its time is in milliseconds."""

    id: Id = None
    type: str | None = None
    created_timestamp: str | None = None
    message_create: MessageCreate | None = None


class Told(Struct, gc=False):
    """A profile as events of private messages bring it: one level deeper."""

    data: Raw = NOTHING


class DirectMessages(Struct, gc=False):
    """Private messages as events bring them, each, and each profile, to be looked at by itself."""

    direct_message_events: list[Raw] = []
    users: dict[str, Raw] = {}
