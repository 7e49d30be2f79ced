"""Posts, people and messages as X shows them in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from html import escape

from socialcare.testing.fake_x.fields import Names, names_of
from socialcare.testing.fake_x.people import User
from socialcare.testing.fake_x.posts import Message, Post
from socialcare.testing.fake_x.problems import Json

LINK = re.compile(r"https?://\S+")
EDITABLE = 3_600
"""Seconds in which a post may be edited (X: `edit_controls` of its examples)."""


def moment(at: float) -> str:
    """A moment as X writes it, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def asked(query: Mapping[str, str], parameter: str) -> frozenset[str]:
    """The words of a list in a query."""
    return frozenset(query.get(parameter, "").split(",")) - {""}


def shown_text(post: Post) -> tuple[str, int]:
    """The text as X gives it (handles carried over in front, links wrapped, `&`, `<` and `>` as entities), and where the
    part that people see begins.
    """
    front = "".join(f"@{user.username} " for user in post.carried)
    text = LINK.sub(lambda found: wrapped(found[0]), post.text)
    if post.quoted is not None:
        text = f"{text} {wrapped(link_of(post.quoted))}"
    if post.reposted is not None:
        text = f"RT @{post.reposted.author.username}: {shown_text(post.reposted)[0]}"
        return text, 0
    return front + escape(text, quote=False), len(front)


def wrapped(link: str) -> str:
    """A link as X shortens it: always 23 characters."""
    return f"https://t.co/{sha256(link.encode(errors='surrogatepass')).hexdigest()[:10]}"


def link_of(post: Post) -> str:
    """The address of a post."""
    return f"https://x.com/{post.author.username}/status/{post.id}"


def entities(post: Post, text: str) -> Json:
    """Who and what a text names, with the places in it."""
    found: Json = {}
    named = {user.username.lower(): user for user in (*post.mentions, *post.carried)}
    mentions = [
        {"start": match.start(), "end": match.end(), "username": named[match[1].lower()].username}
        | {"id": named[match[1].lower()].id}
        for match in re.finditer(r"@(\w{1,15})", text)
        if match[1].lower() in named
    ]
    links = [*LINK.findall(post.text), *([link_of(post.quoted)] if post.quoted else [])]
    spans = list(re.finditer(r"https://t\.co/\w{10}", text))
    urls = [
        {"start": span.start(), "end": span.end(), "url": span[0]}
        | {"expanded_url": link, "display_url": link.split("//", 1)[1][:27]}
        for span, link in zip(spans, links, strict=False)
    ]
    tags = [
        {"start": match.start(), "end": match.end(), "tag": match[1]}
        for match in re.finditer(r"(?<!\w)#(\w+)", text)
    ]
    for key, value in (("mentions", mentions), ("urls", urls), ("hashtags", tags)):
        if value:
            found[key] = value
    return found


def post_json(post: Post, names: Names, wanted: Iterable[str]) -> Json:
    """A post with its default fields and those wanted; what it has not is left out, as X does."""
    text, begin = shown_text(post)
    related = [
        {"type": kind, "id": other.id}
        for kind, other in (
            ("replied_to", post.in_reply_to),
            ("quoted", post.quoted),
            ("retweeted", post.reposted),
        )
        if other is not None
    ]
    everything: Json = {
        "attachments": {"media_keys": [f"3_{media}" for media in post.media]} if post.media else None,
        "author_id": post.author.id,
        "conversation_id": post.conversation,
        "created_at": moment(post.at),
        "display_text_range": [begin, len(text)],
        "edit_controls": {
            "edits_remaining": 5 - post.history.index(post.id),
            "is_edit_eligible": post.in_reply_to is None,
            "editable_until": moment(post.at + EDITABLE),
        },
        "entities": entities(post, text) or None,
        "in_reply_to_user_id": post.in_reply_to.author.id if post.in_reply_to else None,
        "lang": post.lang,
        "possibly_sensitive": False,
        "public_metrics": dict.fromkeys(
            (
                names.reposts,
                "reply_count",
                "like_count",
                "quote_count",
                "bookmark_count",
                "impression_count",
            ),
            0,
        ),
        names.referenced: related or None,
        "reply_settings": post.reply_settings,
    }
    fields = set(wanted)
    shown = {"id": post.id, "text": text, names.history: list(post.history)}
    return shown | {key: value for key, value in everything.items() if key in fields and value is not None}


IMPLIED = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "referenced_posts": "referenced_posts",
    "attachments.media_keys": "attachments",
    "entities.mentions.username": "entities",
}
"""The field that comes with an expansion."""


def user_json(user: User, names: Names, wanted: Iterable[str]) -> Json:
    """An account with its default fields and those wanted."""
    everything: Json = {
        "affiliation": {"description": "Automated"} if user.automated else None,
        "created_at": moment(user.since),
        "description": user.description,
        "protected": user.state == "protected",
        "public_metrics": dict.fromkeys(
            (
                "followers_count",
                "following_count",
                names.posts,
                "listed_count",
                "like_count",
                "media_count",
            ),
            0,
        ),
        "verified": False,
        "verified_type": "none",
    }
    fields = set(wanted)
    shown = {"id": user.id, "name": user.name, "username": user.username}
    return shown | {key: value for key, value in everything.items() if key in fields and value is not None}


def posts_json(posts: Sequence[Post], query: Mapping[str, str]) -> tuple[list[Json], Json]:
    """Posts as a query wants them, and what its expansions add under `includes`."""
    names = names_of(query)
    expansions = asked(query, "expansions")
    wanted = asked(query, names.fields) | {IMPLIED[word] for word in expansions if word in IMPLIED}
    people: dict[str, User] = {}
    others: dict[str, Post] = {}
    media: dict[str, None] = {}
    for post in posts:
        related = [other for other in (post.in_reply_to, post.quoted, post.reposted) if other is not None]
        if "author_id" in expansions:
            people[post.author.id] = post.author
        if "in_reply_to_user_id" in expansions and post.in_reply_to:
            people[post.in_reply_to.author.id] = post.in_reply_to.author
        if "entities.mentions.username" in expansions:
            people |= {user.id: user for user in (*post.mentions, *post.carried)}
        if expansions & {"referenced_tweets.id", "referenced_posts"}:
            others |= {other.id: other for other in related if other.deleted_at is None}
        if "referenced_tweets.id.author_id" in expansions:
            people |= {other.author.id: other.author for other in related}
        if "attachments.media_keys" in expansions:
            media |= dict.fromkeys(post.media)
    includes: Json = {}
    if people:
        includes["users"] = [user_json(user, names, asked(query, "user.fields")) for user in people.values()]
    if others:
        includes[names.includes] = [post_json(other, names, wanted) for other in others.values()]
    if media:
        includes["media"] = [{"media_key": f"3_{one}", "type": "photo"} for one in media]
    return [post_json(post, names, wanted) for post in posts], includes


def message_json(message: Message, wanted: Iterable[str]) -> Json:
    """A direct message as an event, with its default fields and those wanted."""
    everything: Json = {
        "created_at": moment(message.at),
        "dm_conversation_id": message.conversation,
        "sender_id": message.sender.id,
        "participant_ids": [message.sender.id, message.recipient.id],
        "attachments": {"media_keys": [f"3_{media}" for media in message.media]} if message.media else None,
    }
    fields = set(wanted)
    shown = {"id": message.id, "event_type": "MessageCreate", "text": escape(message.text, quote=False)}
    return shown | {key: value for key, value in everything.items() if key in fields and value is not None}
