"""The usual line of a stream of X: one post and its author, of which nothing has to be repaired.

It is decoded once, and a cheap test stands for each thing that the tolerant way (`x_pages`, `x_mentions`, the door) looks
at; where one fails the line is not usual. What is given of a usual line is what that way gives of it.
"""

from datetime import UTC

from msgspec.json import Decoder

from socialcare import Author, Mention
from socialcare.intake import (
    LATEST,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_TEXT,
    UNTIMED,
    BadRow,
    is_surely_in_bounds,
)
from socialcare_archive.texts import is_retweet, mentioned, unescaped
from socialcare_archive.x_mentions import handles, is_shared, language, named_there, optional_id
from socialcare_archive.x_names import LONGEST_ID, handle, x_identifier
from socialcare_archive.x_shapes import UsualLine, UsualPost, UsualProfile

_decode = Decoder(UsualLine).decode
_FIRST_YEAR, _END = UNTIMED.year, LATEST.year
_SHORT = LONGEST_TEXT // 4
"""Characters of a text that has not too many bytes, whatever they are."""


class _Unusual(Exception):  # noqa: N818 - not an error: the tolerant way has to look at the line
    pass


def usual_mention(line: bytes) -> Mention | None:
    """The mention in a usual line; none for any other, which may hold one too."""
    try:
        read = _decode(line)
        return _mention(read.data, read.includes.users) if is_surely_in_bounds(line) else None
    except (ValueError, RecursionError, BadRow, _Unusual):
        return None


def _mention(post: UsualPost, profiles: list[UsualProfile]) -> Mention:
    number, key, text, at = post.id, post.author_id, post.text, post.created_at
    ids = number + key
    if not (
        0 < len(number) <= LONGEST_ID
        and 0 < len(key) <= LONGEST_ID
        and ids.isascii()
        and ids.isdecimal()
        and len(text) <= _SHORT
        and "\0" not in text
        and at.tzinfo is UTC
        and _FIRST_YEAR <= at.year < _END
    ):
        raise _Unusual
    author = _author(key, profiles)
    if author is None:
        raise _Unusual
    if "&" in text:
        text = unescaped(text)
    named, metrics = post.entities, post.public_metrics
    first = (post.edit_history_tweet_ids or post.edit_history_post_ids or [number])[0]
    conversation = post.conversation_id
    answers = to = quotes = None
    if references := post.referenced_tweets or post.referenced_posts:
        related = {each.type: each.id for each in references}
        answers, quotes = optional_id(related.get("replied_to")), optional_id(related.get("quoted"))
        shared = is_shared(related)
    else:
        shared = text.startswith("RT ") and is_retweet(text)
    if (other := post.in_reply_to_user_id) is not None:
        if x_identifier(other, "in_reply_to_user_id") != other:
            raise _Unusual
        them = _author(other, profiles)
        to = (them.handle if them else None) or named_there(other, named)
    return Mention(  # as in `x_mentions`, no more than fifteen keywords
        id=number,
        text=text,
        author=author,
        at=at,
        root=number if first == number else x_identifier(first, "edit_history_tweet_ids"),
        conversation=number
        if conversation == number
        else x_identifier(conversation, "conversation_id")
        if conversation
        else "",
        in_reply_to=answers,
        in_reply_to_author=to,
        is_retweet=shared,
        quotes=quotes,
        mentioned=handles(named) or mentioned(text),
        lang=language(post.lang),
        retweets=metrics.shares if metrics else None,
        likes=metrics.like_count if metrics else None,
        replies=metrics.reply_count if metrics else None,
    )


def _author(key: str, profiles: list[UsualProfile]) -> Author | None:
    """Somebody by their id; none of whom nothing is told."""
    profile = profiles[0] if len(profiles) == 1 else {each.id: each for each in profiles}.get(key)
    if profile is None or profile.id != key:
        return None
    name, words, since = profile.name, profile.description, profile.created_at
    username, reach = profile.username, profile.public_metrics
    if (
        (name is not None and (len(name) > LONGEST_NAME or "\0" in name))
        or (words is not None and (len(words) > LONGEST_DESCRIPTION or "\0" in words))
        or (since is not None and not (since.tzinfo is UTC and _FIRST_YEAR <= since.year < _END))
        or (profile.affiliation is not None and profile.label is not None)
    ):
        raise _Unusual
    return Author(
        id=key,
        handle=handle(username, "username") if username else None,
        name=name or None,
        followers=reach.followers_count if reach else None,
        posts=reach.posts if reach else None,
        created_at=since,
        verified=profile.is_verified if profile.verified is None else profile.verified,
        protected=profile.protected,
        description=words or None,
    )
