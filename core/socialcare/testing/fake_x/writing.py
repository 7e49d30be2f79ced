"""Writes: posts, reposts, deletions, pictures. What a write makes goes into the ledger."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Annotated

from msgspec import Meta, Struct

from socialcare.testing.fake_x.bodies import Id, body_of
from socialcare.testing.fake_x.ledger import Posted, Reposted
from socialcare.testing.fake_x.length import LONGEST, weighted_length
from socialcare.testing.fake_x.people import User
from socialcare.testing.fake_x.posts import Post
from socialcare.testing.fake_x.problems import (
    BLOCKED,
    DUPLICATE,
    NOT_SUMMONED,
    RESTRICTED,
    Json,
    invalid,
    refused,
)
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.world import World


class Reply(Struct, forbid_unknown_fields=True):
    """What a post answers."""

    in_reply_to_tweet_id: Id
    exclude_reply_user_ids: list[Id] = []
    auto_populate_reply_metadata: bool = False


class Media(Struct, forbid_unknown_fields=True):
    """Pictures of a post."""

    media_ids: Annotated[list[Id], Meta(min_length=1, max_length=4)]
    tagged_user_ids: list[Id] = []


class NewPost(Struct, forbid_unknown_fields=True):
    """The body of POST /2/tweets, as far as a client of ours uses it."""

    text: str = ""
    reply: Reply | None = None
    quote_tweet_id: Id | None = None
    media: Media | None = None
    reply_settings: str | None = None
    made_with_ai: bool = False
    paid_partnership: bool = False
    nullcast: bool = False
    for_super_followers_only: bool = False


class NewRepost(Struct, forbid_unknown_fields=True):
    """The body of POST /2/users/:id/retweets."""

    tweet_id: Id


def create(world: World, call: Call) -> Json:
    """POST /2/tweets. Raises `Refusal` as X does: duplicate, not summoned, blocked, restricted, too long, gone."""
    author = call.caller.account
    wanted = body_of(call, NewPost)
    if not wanted.text and wanted.media is None:
        raise invalid("text", "", "one of `text` or `media` is required")
    if weighted_length(wanted.text) > LONGEST:
        raise refused(403, "Your post is too long.")
    for media in wanted.media.media_ids if wanted.media else ():
        if media not in world.media:
            raise invalid("media.media_ids", media, "Your media IDs are invalid.")
    parent = _target(world, wanted.reply.in_reply_to_tweet_id) if wanted.reply else None
    quoted = _target(world, wanted.quote_tweet_id) if wanted.quote_tweet_id else None
    if parent is not None:
        _may_reply(world, author, parent)
    if quoted is not None and world.tier == "self-serve":
        raise refused(403, "Quoting posts is not part of your access level.")
    if _is_duplicate(world, author, wanted.text):
        raise refused(403, DUPLICATE)
    made = world.post(
        author.username,
        wanted.text,
        in_reply_to=parent,
        quoting=quoted,
        media=tuple(wanted.media.media_ids) if wanted.media else (),
        reply_settings=wanted.reply_settings or "everyone",
        lag=world.lag,
    )
    world.ledger.write(
        Posted(
            id=made.id,
            account=author.username,
            text=wanted.text,
            at=made.at,
            request=call.number,
            in_reply_to=parent.id if parent else None,
            root=parent.root if parent else None,
            quoted=quoted.id if quoted else None,
        )
    )
    return {"data": {"id": made.id, "text": wanted.text, "edit_history_tweet_ids": [made.id]}}


def delete(world: World, call: Call) -> Json:
    """DELETE /2/tweets/:id."""
    post = world.posts.get(call.path["id"])
    if post is None or post.deleted_at is not None:
        return {"data": {"deleted": False}}
    if post.author is not call.caller.account:
        raise refused(403, "You are not authorized to delete this Tweet.")
    world.delete(post, request=call.number)
    return {"data": {"deleted": True}}


def repost(world: World, call: Call) -> Json:
    """POST /2/users/:id/retweets."""
    author = call.caller.account
    if call.path["id"] != author.id:
        raise refused(403, "The user id in the path must be that of the authenticated user.")
    post = _target(world, body_of(call, NewRepost).tweet_id)
    before = (world.posts[str(number)] for number in world.written[author.id])
    if any(old.reposted is post and old.deleted_at is None for old in before):
        raise refused(400, "You cannot retweet a Tweet that you have already retweeted.")
    if author.id in post.author.blocked:
        raise refused(403, BLOCKED)
    made = world.post(author.username, "", reposting=post, lag=world.lag)
    world.ledger.write(
        Reposted(id=made.id, account=author.username, of=post.id, at=made.at, request=call.number)
    )
    return {"data": {"id": made.id, "rest_id": made.id, "retweeted": True}}


def upload(world: World, call: Call) -> Json:
    """POST /2/media/upload in one piece: a form with the bytes, or JSON with them in base64."""
    author = call.caller.account
    if call.body.get("media_category") not in (
        "tweet_image",
        "dm_image",
        "tweet_gif",
        "dm_gif",
        "tweet_video",
    ):
        raise invalid("media_category", str(call.body.get("media_category")), "a media category is required")
    media = call.body.get("media")
    try:
        content = media if isinstance(media, bytes) else b64decode(media or "", validate=True)
    except (NotBase64, TypeError, ValueError):
        raise invalid("media", "", "media is not base64") from None
    if not content:
        raise invalid("media", "", "media is empty")
    number = world.ids.at(world.clock.now())
    world.media.add(number)
    made: Json = {
        "id": number,
        "media_key": f"3_{number}",
        "size": len(content),
        "expires_after_secs": 86_400,
    }
    return {"data": made, "meta": {"owner": author.id}}


def _target(world: World, post_id: str) -> Post:
    post = world.posts.get(post_id)
    if post is None or post.deleted_at is not None or post.author.state == "suspended":
        raise refused(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
    return post


def _may_reply(world: World, author: User, parent: Post) -> None:
    """X's own bars, and since February 2026 for self-serve plans: only who named or quoted us may be answered."""
    other = parent.author
    if other is author:
        return
    if author.id in other.blocked:
        raise refused(403, BLOCKED)
    if other.state == "protected":
        raise refused(403, "You are not authorized to reply to this Tweet.")
    named = author in parent.mentions or (parent.quoted is not None and parent.quoted.author is author)
    if parent.reply_settings != "everyone" and not (parent.reply_settings == "mentionedUsers" and named):
        raise refused(403, RESTRICTED)
    if world.tier == "self-serve" and not named:
        raise refused(403, NOT_SUMMONED)


def _is_duplicate(world: World, author: User, text: str) -> bool:
    old = world.said.get((author.id, text)) if text else None
    return (
        old is not None and old.deleted_at is None and old.at >= world.clock.now() - world.duplicates_within
    )
