"""The layouts of the "Customer support on Twitter" data set: tweets as a table, and whole conversations."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from socialcare import Author, Mention, ReadOptions, Reject
from socialcare.intake import (
    UNTIMED,
    BadRow,
    identifier,
    moment,
    reject,
    sound,
    timed,
    unpacked,
    until_damaged,
)
from socialcare_archive import tables
from socialcare_archive.texts import is_retweet, mentioned, unescaped

_COLUMNS = {"tweet_id", "author_id", "created_at", "text"}
_MARKS = ({"inbound"}, {"in_response_to_tweet_id"}, {"response_tweet_id"})


class _Turn(msgspec.Struct):
    tweet_id: str | int | float | None = None
    author_id: str | int | None = None
    created_at: str | None = None
    text: str | None = None
    inbound: bool | None = None
    in_response_to_tweet_id: str | int | float | None = None


class _Conversation(msgspec.Struct):
    conversation_id: str | int
    turns: list[_Turn]
    brands: list[str] = []


class Support:
    """The archive source of its tables. Customers are numbers, brands are named; what a brand wrote is a post of that account."""

    name = "support_tweets"
    doc = "the layout of customer support on Twitter: `tweet_id, author_id, created_at, text, in_response_to_tweet_id`"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its heading alone
        """Whether the heading has its columns."""
        return is_support(tables.columns(head))

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:  # noqa: ARG002 - nothing to map
        """Every row; it concerns the brand that wrote it, or the first brand that it names."""
        return tables.mentions(path, support_mention)


class Threads:
    """The archive source of its conversations."""

    name = "support_conversations"
    doc = "the same as conversations: `conversation_id, brands, turns`, one a line"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether its lines are conversations with tweets as turns."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        return start.startswith(b"{") and all(
            word in start for word in (b'"turns"', b'"tweet_id"', b'"author_id"')
        )

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:  # noqa: ARG002 - nothing to map
        """Every turn of every conversation."""
        return timed(until_damaged(path, _turns(path)))


def is_support(columns: Iterable[str]) -> bool:
    """Whether a table has the columns of this layout."""
    there = set(columns)
    return there.issuperset(_COLUMNS) and any(there.issuperset(mark) for mark in _MARKS)


def support_mention(row: tables.Row, number: int) -> Mention:  # noqa: ARG001 - rows have ids
    """A mention, made of a row."""
    turn = _Turn(
        tweet_id=row.get("tweet_id"),
        author_id=row.get("author_id"),
        created_at=row.get("created_at"),
        text=row.get("text"),
        inbound={"true": True, "false": False}.get(row.get("inbound", "").casefold()),
        in_response_to_tweet_id=row.get("in_response_to_tweet_id"),
    )
    return _mention(turn)


def _turns(path: Path) -> Iterator[Mention | Reject]:
    with unpacked(path) as stream:
        for number, content, raw in tables.json_lines(stream):
            try:
                if isinstance(content, BadRow):
                    raise content
                conversation = _conversation(content)
                called = identifier(conversation.conversation_id, "conversation_id")
            except BadRow as why:
                yield reject(path, number, why, raw)
                continue
            authors = {str(turn.tweet_id): str(turn.author_id) for turn in conversation.turns}
            for place, turn in enumerate(conversation.turns, start=1):
                try:
                    answered = authors.get(str(turn.in_response_to_tweet_id))
                    yield _mention(turn, called, conversation.brands, answered)
                except BadRow as why:
                    yield reject(path, number, f"turn {place}: {why}", msgspec.json.encode(turn))


def _conversation(content: bytes) -> _Conversation:
    try:
        return msgspec.json.decode(content, type=_Conversation)
    except (ValueError, RecursionError):
        pass
    try:
        return msgspec.convert(json.loads(content.decode("utf-8", "replace"), strict=False), _Conversation)
    except (ValueError, RecursionError) as error:
        raise BadRow("it is no conversation with `conversation_id` and `turns`") from error


def _mention(
    turn: _Turn, conversation: str = "", brands: Sequence[str] = (), answered: str | None = None
) -> Mention:
    number = identifier(turn.tweet_id, "tweet_id")
    author = identifier(turn.author_id, "author_id")
    text = unescaped(sound(turn.text or ""))
    named = mentioned(text)
    by_brand = not author.isdecimal() if turn.inbound is None else not turn.inbound
    answers = turn.in_response_to_tweet_id
    return Mention(
        id=number,
        root=number,
        text=text,
        author=Author(id=author, handle=None if author.isdecimal() else author),
        at=moment(turn.created_at) if turn.created_at else UNTIMED,
        at_is_guessed=not turn.created_at,
        account=author if by_brand else _concerned(named, brands),
        conversation=conversation,
        in_reply_to=identifier(answers, "in_response_to_tweet_id") if answers else None,
        in_reply_to_author=answered,
        is_retweet=is_retweet(text),
        mentioned=named,
    )


def _concerned(named: Sequence[str], brands: Sequence[str]) -> str | None:
    """The brand that a customer's tweet concerns: of those of the conversation the one it names, else the first name."""
    there = {each.casefold() for each in named}
    if brands:
        return next((each for each in brands if each.casefold() in there), brands[0])
    return next((each for each in named if not each.isdecimal()), None)
