"""From a post as X writes it to a mention."""

from collections.abc import Mapping

from socialcare import Author, Mention
from socialcare.intake import UNTIMED, BadRow, description, moment, shown_name, sound
from socialcare_archive.texts import is_retweet, mentioned, unescaped
from socialcare_archive.x_names import handle, moment_of_id, x_identifier
from socialcare_archive.x_shapes import Entities, Id, Named, Post, Profile

_AUTOMATED = "automated"
"""How X's label of automated accounts begins, in the affiliation of a profile."""


def mention_of(post: Post, authors: Mapping[str, Author | BadRow]) -> Mention:
    """A mention, made of a post and the people of its page."""
    if post.event_type is not None:
        return _message(post, authors)
    if post.text is None:
        raise BadRow("it has no `text`")
    number = x_identifier(post.id, "id")
    note = post.note_tweet or post.note_post
    long = note is not None and bool(note.text)
    text = unescaped(sound(note.text if note is not None and note.text else post.text))
    named = (note.entities if note is not None and long else None) or post.entities
    referenced = {each.type: each.id for each in post.referenced_tweets or post.referenced_posts or ()}
    metrics = post.public_metrics
    written = moment(post.created_at) if post.created_at else moment_of_id(number)
    history = post.edit_history_tweet_ids or post.edit_history_post_ids
    shared = referenced.keys() & {"retweeted", "reposted"}
    return Mention(
        id=number,
        text=text,
        author=_author(post.author_id, post, authors),
        at=written or UNTIMED,
        at_is_guessed=written is None,
        root=x_identifier(history[0], "edit_history_tweet_ids") if history else number,
        conversation=x_identifier(post.conversation_id, "conversation_id") if post.conversation_id else "",
        in_reply_to=_id(referenced.get("replied_to")),
        in_reply_to_author=_answered(post, named, authors),
        is_retweet=bool(shared) or (not referenced and is_retweet(text)),
        quotes=_id(referenced.get("quoted")),
        mentioned=_handles(named) or mentioned(text),
        lang=post.lang,
        retweets=(metrics.retweet_count if metrics.retweet_count is not None else metrics.repost_count)
        if metrics
        else None,
        likes=metrics.like_count if metrics else None,
        replies=metrics.reply_count if metrics else None,
    )


def author_of(profile: Profile) -> Author:
    """Who somebody is; what their profile does not say stays unknown."""
    label = profile.affiliation.description if profile.affiliation is not None else None
    verified = profile.verified
    if verified is None and profile.verified_type is not None:
        verified = profile.verified_type != "none"
    return Author(
        id=x_identifier(profile.id, "id of the author"),
        handle=handle(profile.username, "username") if profile.username else None,
        name=shown_name(profile.name),
        followers=profile.public_metrics.followers_count if profile.public_metrics else None,
        created_at=moment(profile.created_at) if profile.created_at else None,
        verified=verified,
        protected=profile.protected,
        is_bot=label.casefold().startswith(_AUTOMATED) if label is not None else None,
        description=description(profile.description),
    )


def _message(post: Post, authors: Mapping[str, Author | BadRow]) -> Mention:
    """A private message; what else happens in a conversation (somebody joins) says nothing."""
    if post.event_type != "MessageCreate":
        raise BadRow(f"`{post.event_type}` is no message")
    number = x_identifier(post.id, "id")
    written = moment(post.created_at) if post.created_at else moment_of_id(number)
    text = unescaped(sound(post.text or ""))
    return Mention(
        id=number,
        text=text,
        author=_author(post.sender_id, post, authors),
        at=written or UNTIMED,
        at_is_guessed=written is None,
        root=number,
        kind="message",
        conversation=sound(post.dm_conversation_id or "")[:50],
        mentioned=mentioned(text),
    )


def _author(number: Id, post: Post, authors: Mapping[str, Author | BadRow]) -> Author:
    if number is None:
        return Author(id=f"unknown-{post.id}")
    key = x_identifier(number, "author_id")
    found = authors.get(key)
    if isinstance(found, BadRow):
        raise found
    return found or Author(id=key, handle=handle(post.username, "username") if post.username else None)


def _answered(post: Post, named: Entities | None, authors: Mapping[str, Author | BadRow]) -> str | None:
    """The handle of the person whose post this one answers, where the page tells it."""
    if post.in_reply_to_user_id is None:
        return None
    key = str(post.in_reply_to_user_id)
    found = authors.get(key)
    if isinstance(found, Author) and found.handle:
        return found.handle
    return next((each.username for each in _mentions(named) if str(each.id) == key), None)


def _handles(named: Entities | None) -> tuple[str, ...]:
    handles = (each.username for each in _mentions(named) if each.username)
    return tuple(dict.fromkeys(handle(each, "username") for each in handles))


def _mentions(named: Entities | None) -> list[Named]:
    return named.mentions or [] if named is not None else []


def _id(number: Id) -> str | None:
    return x_identifier(number, "referenced id") if number is not None else None
