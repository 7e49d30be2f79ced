"""What arrives live passes the same door as archives do, so that every database is given the same, and takes it."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

from msgspec import ValidationError
from msgspec.json import Decoder, Encoder
from msgspec.structs import replace

from socialcare.intake.door import LARGEST_EVENT, BadRow, description, identifier, shown_name, sound
from socialcare.listening import Arrival, Gone
from socialcare.model import Author, Mention, Reject
from socialcare.store.tables import SHARDS

_ENCODER, _DECODER = Encoder(), Decoder(Mention)

_SMALL = 4 * 1024
"""Bytes of a mention below which no part of it can be too long."""

_PLATFORM = re.compile(r"[a-z][a-z0-9_.-]{0,31}")
_LONGEST_ACCOUNT = 100
_LONGEST_WORD = 200
_LARGEST_NUMBER = 2**63 - 1
_UNFIT = re.compile("[\0\ud800-\udfff]")
_KEPT = 2_000


class Admitted(NamedTuple):
    """A mention as it is stored: `author` is platform and id, `body` the whole of it as JSON."""

    mention: Mention
    platform: str
    root: str
    id: str
    account: str
    author: str
    shard: int
    body: bytes


def admit(arrival: Arrival) -> Admitted | Gone | Reject:
    """Let an arrival in, repaired where it can be repaired, or turn it away with a reason."""
    try:
        if isinstance(arrival, Mention):
            return _admitted(arrival)
        if isinstance(arrival, Gone):
            return _gone(arrival)
    except BadRow as why:
        return _reject(str(why), repr(arrival))
    except (TypeError, AttributeError) as error:
        return _reject(f"it has not the shape of a mention: {error}", repr(arrival))
    return _reject(arrival.reason, arrival.raw)


def plain(text: str) -> str:
    """A text of our own making or of a platform's machine, without what a database refuses."""
    return _UNFIT.sub("\ufffd", text)


def shard_of(author: str) -> int:
    """Which shard an author's mentions are in, in every process and for ever."""
    return int.from_bytes(blake2b(author.encode(), digest_size=4).digest(), "big") % SHARDS


def _admitted(given: Mention) -> Admitted:
    platform = _platform(given.platform)
    name, writer = _id(given.id, "id"), _id(given.author.id, "author.id")
    root = _id(given.root, "root") if given.root else name
    for part in ("conversation", "in_reply_to", "quotes"):
        if other := getattr(given, part):
            _id(other, part)
    if given.at.tzinfo is None:
        raise BadRow("its `at` has no time zone")
    mention, body = _sound(given)
    account = mention.account or ""
    if len(account) > _LONGEST_ACCOUNT:
        raise BadRow(f"`account` is longer than {_LONGEST_ACCOUNT} characters")
    author = f"{platform}:{writer}"
    return Admitted(mention, platform, root, name, account, author, shard_of(author), body)


def _sound(given: Mention) -> tuple[Mention, bytes]:
    mention = given
    try:
        body = _ENCODER.encode(given)
        is_plain = len(body) <= _SMALL and b"\\u0000" not in body
    except (ValueError, OverflowError):  # half of a pair, a number without end
        is_plain = False
    if not is_plain:
        mention = _repaired(given)
        body = _ENCODER.encode(mention)
        if len(body) > LARGEST_EVENT:
            raise BadRow(f"the mention has {len(body):,} bytes, and none has more than {LARGEST_EVENT:,}")
    try:
        _DECODER.decode(body)
    except ValidationError as error:
        raise BadRow(f"it has not the shape of a mention: {error}") from error
    return mention, body


def _id(text: str, name: str) -> str:
    if not isinstance(text, str):
        raise BadRow(f"`{name}` is no text")
    if identifier(text, name) != text:
        raise BadRow(f"`{name}` is no id: it has blanks around it")
    return text


def _platform(name: str) -> str:
    if not _PLATFORM.fullmatch(name):
        raise BadRow("`platform` is no name of a platform")
    return name


def _repaired(mention: Mention) -> Mention:
    """A mention of which no text holds what no text may hold, and no number is larger than databases count."""
    author = mention.author
    return replace(
        mention,
        text=sound(mention.text),
        account=_word(mention.account),
        in_reply_to_author=_word(mention.in_reply_to_author),
        lang=_word(mention.lang),
        mentioned=tuple(plain(handle)[:_LONGEST_WORD] for handle in mention.mentioned),
        retweets=_number(mention.retweets),
        likes=_number(mention.likes),
        replies=_number(mention.replies),
        author=Author(
            id=author.id,
            handle=_word(author.handle),
            name=shown_name(author.name),
            description=description(author.description),
            followers=_number(author.followers),
            posts=_number(author.posts),
            created_at=author.created_at,
            verified=author.verified,
            protected=author.protected,
            is_bot=author.is_bot,
        ),
    )


def _word(text: str | None) -> str | None:
    return plain(text)[:_LONGEST_WORD] if text is not None else None


def _number(number: int | None) -> int | None:
    return number if number is None or abs(number) <= _LARGEST_NUMBER else None


def _gone(gone: Gone) -> Gone:
    return replace(
        gone, id=_id(gone.id, "id"), platform=_platform(gone.platform), why=plain(gone.why)[:_LONGEST_WORD]
    )


def _reject(reason: str, raw: str) -> Reject:
    return Reject(file="", row=0, reason=plain(reason)[:_KEPT], raw=plain(raw)[:_KEPT])
