"""From a post as X writes it to a mention."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from msgspec.structs import replace

from socialcare import Author, Mention
from socialcare.intake import UNTIMED, BadRow, description, moment, shown_name, sound
from socialcare_archive.texts import is_retweet, mentioned, unescaped
from socialcare_archive.x_names import LONGEST_HANDLE, handle, moment_of_id, x_identifier
from socialcare_archive.x_shapes import LONGEST_LANGUAGE, Entities, Id, Post, Profile

People: TypeAlias = "dict[str, Profile[str] | Author | BadRow]"
"""The people of a page by id: as X writes them until somebody asks, then as authors, or as why they cannot be read."""

_AUTOMATED = "automated"
"""How X's label of automated accounts begins, in the affiliation of a profile."""

_OFTEN = 1_000
"""Short words that are met again and again, and are held in memory once."""


def people_of(profiles: Iterable[Profile[str]]) -> People:
    """The people of a page, of whom nothing is looked at yet."""
    return {str(each.id): each for each in profiles}


def mention_of(post: Post[str], people: People) -> Mention:
    """A mention, made of a post and the people of its page.

    Raises:
        BadRow: something in it is not as X writes it.
    """
    if post.event_type is not None:
        return _message(post, people)
    if post.text is None:
        raise BadRow("it has no `text`")
    number = x_identifier(post.id, "id")
    note = post.note_tweet or post.note_post
    long = note is not None and bool(note.text)
    text = unescaped(sound(note.text if note is not None and note.text else post.text))
    named = (note.entities if note is not None and long else None) or post.entities
    metrics = post.public_metrics
    written = moment(post.created_at) if post.created_at else moment_of_id(number)
    history = post.edit_history_tweet_ids or post.edit_history_post_ids
    related = {each.type: each.id for each in post.referenced_tweets or post.referenced_posts or ()}
    mention = Mention(  # a call with more than fifteen keywords takes five times as long
        id=number,
        text=text,
        author=_author(post.author_id, post, people),
        at=written or UNTIMED,
        root=x_identifier(history[0], "edit_history_tweet_ids") if history else number,
        conversation=x_identifier(post.conversation_id, "conversation_id") if post.conversation_id else "",
        in_reply_to=optional_id(related.get("replied_to")),
        in_reply_to_author=_answered(post.in_reply_to_user_id, named, people),
        is_retweet=is_shared(related) if related else is_retweet(text),
        quotes=optional_id(related.get("quoted")),
        mentioned=handles(named) or mentioned(text),
        lang=language(post.lang and sound(post.lang)[:LONGEST_LANGUAGE]),
        retweets=metrics.shares if metrics else None,
        likes=metrics.like_count if metrics else None,
        replies=metrics.reply_count if metrics else None,
    )
    return mention if written else replace(mention, at_is_guessed=True)


def author_of(profile: Profile[str]) -> Author:
    """Who somebody is; what their profile does not say stays unknown.

    Raises:
        BadRow: something in it is not as X writes it.
    """
    label = profile.label
    reach = profile.public_metrics
    return Author(
        id=x_identifier(profile.id, "id of the author"),
        handle=handle(profile.username, "username") if profile.username else None,
        name=shown_name(profile.name),
        followers=reach.followers_count if reach else None,
        posts=reach.posts if reach else None,
        created_at=moment(profile.created_at) if profile.created_at else None,
        verified=profile.is_verified,
        protected=profile.protected,
        is_bot=label.casefold().startswith(_AUTOMATED) if label is not None else None,
        description=description(profile.description),
    )


def _message(post: Post[str], people: People) -> Mention:
    """A private message; what else happens in a conversation (somebody joins) says nothing."""
    if post.event_type != "MessageCreate":
        raise BadRow(f"`{post.event_type}` is no message")
    number = x_identifier(post.id, "id")
    written = moment(post.created_at) if post.created_at else moment_of_id(number)
    text = unescaped(sound(post.text or ""))
    return Mention(
        id=number,
        text=text,
        author=_author(post.sender_id, post, people),
        at=written or UNTIMED,
        at_is_guessed=written is None,
        root=number,
        kind="message",
        conversation=sound(post.dm_conversation_id or "")[:50],
        mentioned=mentioned(text),
    )


def _author(number: Id, post: Post[str], people: People) -> Author:
    if number is None:
        return Author(id=f"unknown-{post.id}")
    key = x_identifier(number, "author_id")
    found = _person(key, people)
    if isinstance(found, BadRow):
        raise found
    return found or Author(id=key, handle=handle(post.username, "username") if post.username else None)


def _person(key: str, people: People) -> Author | BadRow | None:
    found = people.get(key)
    if not isinstance(found, Profile):
        return found
    try:
        known: Author | BadRow = author_of(found)
    except BadRow as why:
        known = why
    people[key] = known
    return known


def _answered(number: Id, named: Entities | None, people: People) -> str | None:
    """The handle of the person whose post this one answers, where the page tells it."""
    if number is None:
        return None
    found = _person(str(number), people)
    if isinstance(found, Author) and found.handle:
        return found.handle
    return named_there(str(number), named)


def named_there(key: str, named: Entities | None) -> str | None:
    """The handle of somebody by their id, where the text names them."""
    mentions = named.mentions or () if named is not None else ()
    return next((each.username for each in mentions if str(each.id) == key), None)


def handles(named: Entities | None) -> tuple[str, ...]:
    """The handles that X found in a text, in order, each once."""
    if named is None or not named.mentions:
        return ()
    first = named.mentions[0].username
    if first and len(named.mentions) == 1 and len(first) <= LONGEST_HANDLE:
        return _alone(first)
    found = (handle(each.username, "username") for each in named.mentions if each.username)
    return tuple(dict.fromkeys(found))


@lru_cache(_OFTEN)
def _alone(username: str) -> tuple[str, ...]:
    return (handle(username, "username"),)


def is_shared(related: Mapping[str, Id]) -> bool:
    """Whether a post is another one, shared as it is, by how it is related to others."""
    return "retweeted" in related or "reposted" in related


def optional_id(number: Id) -> str | None:
    """The id of a related post, where there is one."""
    return x_identifier(number, "referenced id") if number is not None else None


@lru_cache(_OFTEN)
def language(code: str | None) -> str | None:
    """What X took a post's language to be, a short word such as `en`, `zh-TW` or `qme`."""
    return code and sound(code)
