"""The archive of an account of X, as its owner downloads it: `data/tweets.js` and its kin, in a zip archive or unpacked.

The files are programs of one statement, `window.YTD.tweets.part0 = […]`. They are read as data: what stands before the list is
compared, never run.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw, Struct
from msgspec.json import Decoder

from socialcare import ArchiveError, Author, Mention, ReadOptions, Reject, Skipped
from socialcare.intake import (
    BadRow,
    Damaged,
    decoded,
    moment,
    objects,
    reject,
    shown_name,
    sound,
    unpacked,
    until_damaged,
)
from socialcare_archive.texts import is_retweet, mentioned, unescaped
from socialcare_archive.x_names import is_handle, x_identifier

_TWEETS = re.compile(rb"(?:\xef\xbb\xbf)?\s*window\.YTD\.(?:tweets?|community_tweet)\.part\d+\s*=\s*\[")
_MESSAGES = re.compile(rb"(?:\xef\xbb\xbf)?\s*window\.YTD\.direct_messages(?:_group)?\.part\d+\s*=\s*\[")
_NOTHING = Raw(b"null")
_UNNAMED = "this_account"
"""Stands for the owner's handle where `account.js` does not lie beside; it makes the posts known as our own."""


class Account(Struct, rename="camel"):
    """Whose archive it is."""

    username: str = _UNNAMED
    account_id: str | None = None
    account_display_name: str | None = None
    created_at: str | None = None


class _Owner(Struct):
    account: Account


class _Edit(Struct, rename="camel"):
    edit_tweet_ids: list[str] = []
    initial_tweet_id: str | None = None


class _Edits(Struct):
    initial: _Edit | None = None
    edit: _Edit | None = None


class _Named(Struct):
    screen_name: str | None = None


class _Entities(Struct):
    user_mentions: list[_Named] = []


class _Tweet(Struct):
    id_str: str | int | None = None
    full_text: str | None = None
    text: str | None = None
    created_at: str | None = None
    lang: str | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_screen_name: str | None = None
    retweet_count: str | int | None = None
    favorite_count: str | int | None = None
    entities: _Entities | None = None
    edit_info: _Edits | None = None
    tweet: Raw = _NOTHING


class _Message(Struct, rename="camel"):
    id: str | int | None = None
    sender_id: str | int | None = None
    text: str | None = None
    created_at: str | None = None


class _Event(Struct, rename="camel"):
    message_create: _Message | None = None


class _Conversation(Struct, rename="camel"):
    conversation_id: str = ""
    messages: list[Raw] = []


class _Messages(Struct, rename="camel"):
    dm_conversation: _Conversation


_OWNER, _TWEET, _EVENT, _CONVERSATION = (
    Decoder(_Owner),
    Decoder(_Tweet),
    Decoder(_Event),
    Decoder(_Messages),
)


class XAccount:
    """The archive source of it."""

    name = "x_account"
    doc = "an X account's own archive: `tweets.js`, `tweet.js`, `direct-messages.js`, in its zip archive or unpacked"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether it begins as one of these files does."""
        return bool(_TWEETS.match(head) or _MESSAGES.match(head))

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject | Skipped]:  # noqa: ARG002 - nothing to map
        """Every post of the account, as a post of our own; every private message, theirs and ours."""
        return until_damaged(path, _rows(path, owner(path)))


def owner(path: Path) -> Author:
    """Whose archive a file is part of: `account.js` beside it says so."""
    found = Account()
    try:
        with unpacked(path.with_name("account.js")) as stream:
            found = decoded(next(objects(stream), b""), _OWNER, "an account").account
    except (ArchiveError, OSError, Damaged, BadRow):
        pass
    known = is_handle(found.username)
    return Author(
        id=found.account_id if found.account_id and found.account_id.isdecimal() else _UNNAMED,
        handle=found.username if known else _UNNAMED,
        name=shown_name(found.account_display_name),
        created_at=moment(found.created_at) if found.created_at else None,
    )


def _rows(path: Path, us: Author) -> Iterator[Mention | Reject | Skipped]:
    with unpacked(path) as stream:
        begun = stream.read(4096)
        values = objects(stream, begun)
        if _TWEETS.match(begun):
            for number, value in enumerate(values, start=1):
                try:
                    yield _post(decoded(value, _TWEET), us)
                except BadRow as why:
                    yield reject(path, number, why, value)
            return
        number = 0
        for value in values:
            try:
                conversation = _CONVERSATION.decode(value).dm_conversation
            except (ValueError, RecursionError):
                number += 1
                yield reject(path, number, "it is no conversation with `messages`", value)
                continue
            for raw in conversation.messages:
                number += 1
                yield _told(path, number, raw, conversation.conversation_id, us)


def _post(tweet: _Tweet, us: Author) -> Mention:
    if tweet.tweet != _NOTHING:
        tweet = decoded(tweet.tweet, _TWEET)
    written = tweet.full_text if tweet.full_text is not None else tweet.text
    if written is None or not tweet.created_at:
        raise BadRow(f"it has no `{'full_text' if written is None else 'created_at'}`")
    text = unescaped(sound(written))
    number = x_identifier(tweet.id_str, "id_str")
    answered = tweet.in_reply_to_status_id_str
    named = (
        tuple(each.screen_name for each in tweet.entities.user_mentions if each.screen_name)
        if tweet.entities
        else ()
    )
    return Mention(
        id=number,
        root=_first(tweet.edit_info) or number,
        text=text,
        author=us,
        at=moment(tweet.created_at),
        account=us.handle,
        in_reply_to=x_identifier(answered, "in_reply_to_status_id_str") if answered else None,
        in_reply_to_author=sound(tweet.in_reply_to_screen_name)[:32]
        if tweet.in_reply_to_screen_name
        else None,
        is_retweet=is_retweet(text),
        mentioned=tuple(each for each in named if is_handle(each)) or mentioned(text),
        lang=tweet.lang,
        retweets=_count(tweet.retweet_count),
        likes=_count(tweet.favorite_count),
    )


def _told(path: Path, number: int, raw: Raw, conversation: str, us: Author) -> Mention | Reject | Skipped:
    """A private message; what else happens in a conversation (somebody joins, or likes a message) says nothing."""
    try:
        message = decoded(raw, _EVENT, "a message").message_create
        if message is None:
            return Skipped(file=str(path), what="it is no message")
        if not message.created_at:
            raise BadRow("it has no `createdAt`")  # noqa: TRY301 - it becomes a reject like any other flaw
        who = x_identifier(message.sender_id, "senderId")
        text = unescaped(sound(message.text or ""))
        name = x_identifier(message.id, "id")
        return Mention(
            id=name,
            root=name,
            text=text,
            author=us if who == us.id else Author(id=who),
            at=moment(message.created_at),
            account=us.handle,
            kind="message",
            conversation=sound(conversation)[:50],
            mentioned=mentioned(text),
        )
    except BadRow as why:
        return reject(path, number, why, bytes(raw))


def _first(edits: _Edits | None) -> str | None:
    """The first id of an edited post."""
    if edits is None:
        return None
    if edits.edit is not None and edits.edit.initial_tweet_id:
        return x_identifier(edits.edit.initial_tweet_id, "initialTweetId")
    ids = edits.initial.edit_tweet_ids if edits.initial is not None else []
    return x_identifier(ids[0], "editTweetIds") if ids else None


def _count(written: str | int | None) -> int | None:
    return (
        int(written) if written is not None and str(written).isdecimal() and len(str(written)) < 13 else None
    )
