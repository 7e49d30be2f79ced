"""From what the live API answers to mentions: each thing looked at by itself, so that an odd one spoils no other."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from msgspec import Raw
from msgspec.json import Decoder
from msgspec.structs import replace

from socialcare import Author, Mention, Reject
from socialcare.intake import BadRow, decoded, description, moment, reject, shown_name, sound
from socialcare_x.entities import entities
from socialcare_x.live.ids import handle, moment_of, x_id
from socialcare_x.live.shapes import Entities, Id, Includes, MessageEvent, Metrics, Post, Profile

_POST = Decoder(Post)
_PROFILE = Decoder(Profile)
_MESSAGE = Decoder(MessageEvent)
_LONGEST_LANGUAGE = 8
_AUTOMATED = "automated"
"""How X's label of automated accounts begins."""

_OLD_REPOST = re.compile(r"RT [@＠]\w")


Us: TypeAlias = Mapping[str, str]
"""Our accounts as X knows them: id → handle."""


class People:
    """The people of one answer by id, of whom nothing is looked at before somebody asks."""

    def __init__(self, includes: Includes | None, us: Us) -> None:
        self._raw = list(includes.users or ()) if includes is not None else []
        self._us = us
        self._known: dict[str, Author] | None = None

    @property
    def ids(self) -> Sequence[str]:
        """Everybody of whom the answer brought a profile."""
        return tuple(self._read())

    def author(self, key: str) -> Author:
        """Somebody by their id, with all that is known of them."""
        return self._read().get(key) or Author(id=key, handle=self._us.get(key))

    def _read(self) -> dict[str, Author]:
        if self._known is None:
            self._known = {}
            for raw in self._raw:
                with suppress(BadRow):
                    known = author_of(decoded(raw, _PROFILE, "a profile"))
                    self._known[known.id] = known
        return self._known


For: TypeAlias = Callable[[Sequence[str], str | None], str | None]
"""Whom of us a post is for, by the handles in it and the handle of whom it answers."""


def mention_of(post: Post, people: People, whom: For) -> Mention:
    """A mention, made of a post and the people of its answer.

    Raises:
        BadRow: something in it is not as X writes it.
    """
    if post.text is None:
        raise BadRow("it has no `text`")
    number = x_id(post.id, "id")
    note = post.note_tweet or post.note_post
    long = note if note is not None and note.text else None
    text = sound((long.text if long is not None else None) or post.text)
    named = (long.entities if long is not None else None) or post.entities
    history = post.edit_history_tweet_ids or post.edit_history_post_ids or [number]
    related = {each.type: each.id for each in post.referenced_tweets or post.referenced_posts or ()}
    at = moment(post.created_at) if post.created_at else moment_of(number)
    if at is None:
        raise BadRow("it has no `created_at`")
    mentioned, answered = _named(named, text), _answered(post.in_reply_to_user_id, named, people)
    mention = Mention(
        id=number,
        text=typed(text),
        author=people.author(x_id(post.author_id, "author_id")),
        at=at,
        root=x_id(history[0], "edit_history_tweet_ids"),
        account=whom(mentioned, answered),
        conversation=x_id(post.conversation_id, "conversation_id") if post.conversation_id else "",
        in_reply_to=_optional(related.get("replied_to")),
        in_reply_to_author=answered,
        is_retweet=bool({"retweeted", "reposted"} & related.keys()) or bool(_OLD_REPOST.match(text)),
        quotes=_optional(related.get("quoted")),
        mentioned=mentioned,
        lang=sound(post.lang)[:_LONGEST_LANGUAGE] if post.lang else None,
    )
    return _measured(mention, post.public_metrics)


def _measured(mention: Mention, metrics: Metrics | None) -> Mention:
    if metrics is None:
        return mention
    shares = metrics.repost_count if metrics.retweet_count is None else metrics.retweet_count
    return replace(mention, retweets=shares, likes=metrics.like_count, replies=metrics.reply_count)


def author_of(profile: Profile) -> Author:
    """Who somebody is; what their profile does not say stays unknown.

    Raises:
        BadRow: something in it is not as X writes it.
    """
    reach, label = profile.public_metrics, profile.affiliation.description if profile.affiliation else None
    verified = profile.verified
    if verified is None and profile.verified_type is not None:
        verified = profile.verified_type != "none"
    return Author(
        id=x_id(profile.id, "id of the author"),
        handle=handle(profile.username, "username") if profile.username else None,
        name=shown_name(profile.name),
        followers=reach.followers_count if reach else None,
        posts=(reach.post_count if reach.tweet_count is None else reach.tweet_count) if reach else None,
        created_at=moment(profile.created_at) if profile.created_at else None,
        verified=verified,
        protected=profile.protected,
        is_bot=label.casefold().startswith(_AUTOMATED) if label is not None else None,
        description=description(profile.description),
    )


def message_of(raw: Raw, people: People, account: str) -> Mention:
    """A private message of the look-up, as a mention.

    Raises:
        BadRow: something in it is not as X writes it.
    """
    event = decoded(raw, _MESSAGE, "a message")
    number = x_id(event.id, "id")
    at = moment(event.created_at) if event.created_at else moment_of(number)
    return message(number, x_id(event.sender_id, "sender_id"), event.text, at, people, account)


def message(
    number: str, sender: str, text: str | None, at: datetime | None, people: People, account: str
) -> Mention:
    """A private message as a mention; its conversation is the person who writes, whatever X calls it."""
    if at is None:
        raise BadRow("it has no `created_at`")
    return Mention(
        id=number,
        text=typed(sound(text or "")),
        author=people.author(sender),
        at=at.astimezone(UTC),
        root=number,
        account=account,
        kind="message",
        conversation=f"dm-{sender}",
    )


def post_of(raw: Raw | bytes) -> Post:
    """A post as X writes it.

    Raises:
        BadRow: it has another shape.
    """
    return decoded(raw, _POST)


def turned_away(feed: str, why: object, raw: bytes | Raw = b"") -> Reject:
    """What a feed brought and nobody can read."""
    return reject(Path(feed), 0, why, bytes(raw))


def typed(text: str) -> str:
    """A text as it was typed: X escapes these three characters, and no others."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _answered(number: Id, named: Entities | None, people: People) -> str | None:
    """The handle of the person whose post this one answers, where the answer or the text tells it."""
    if number is None:
        return None
    key = x_id(number, "in_reply_to_user_id")
    known = people.author(key).handle
    if known is not None:
        return known
    mentions = named.mentions or () if named is not None else ()
    return next((each.username for each in mentions if str(each.id) == key), None)


def _named(named: Entities | None, text: str) -> tuple[str, ...]:
    """The handles in a text, in order, each once: as X found them, or as X would find them."""
    if named is not None and named.mentions:
        found = [handle(each.username, "username") for each in named.mentions if each.username]
    else:
        found = [
            entity.text[1:] for entity in entities(text) if entity.kind == "handle" and "/" not in entity.text
        ]
    return tuple(dict.fromkeys(found))


def _optional(number: Id) -> str | None:
    return x_id(number, "referenced id") if number is not None else None
