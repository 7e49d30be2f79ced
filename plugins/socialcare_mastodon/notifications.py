"""What a Mastodon server told us: notifications, conversations, whole exchanges as they were recorded."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw
from msgspec.json import Decoder

from socialcare import Mention, ReadOptions, Reject, Skipped
from socialcare.intake import BadRow, decoded, keys, objects, reject, unpacked, until_damaged
from socialcare_mastodon.settings import MastodonSettings
from socialcare_mastodon.shapes import NOTHING, Account, Exchange, Status, Thing
from socialcare_mastodon.statuses import Us, mention_of

_EXCHANGE = Decoder(Exchange)
_THING, _STATUS, _ACCOUNT, _LIST, _TEXT = (
    Decoder(Thing),
    Decoder(Status),
    Decoder(Account),
    Decoder(list[Raw]),
    Decoder(str),
)
_ADDRESSED = frozenset({"mention", "quote"})
_WHO_WE_ARE = "/verify_credentials"
_OTHER = "it is no notification that somebody wrote to us"
_GONE = "it is a notification of a post that is gone"


class Notifications:
    """The archive source of what a server told us."""

    name = "mastodon_notifications"
    doc = "Mastodon's notifications and conversations: a JSON list, one a line, or a recorded exchange with `interactions`"

    def __init__(self, settings: MastodonSettings) -> None:
        self._server = settings.server

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether it begins with one of them."""
        there = keys(head)
        if b"interactions" in there:
            return b'"/api/v1/' in head or b'"/api/v2/' in head
        is_one = there >= {b"type", b"created_at", b"account"} or there >= {b"last_status", b"accounts"}
        return (is_one or there >= {b"accounts", b"statuses"}) and b'"acct"' in head

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject | Skipped]:  # noqa: ARG002 - nothing to map
        """Every post that was addressed to us; other notifications are skipped, and so are posts that are gone."""
        return until_damaged(path, self._rows(path))

    def _rows(self, path: Path) -> Iterator[Mention | Reject | Skipped]:
        us = Us(None, self._server)
        with unpacked(path) as stream:
            number = 1
            for value in objects(stream):
                for thing in _things(value, us):
                    yield from _row(path, number, thing, us)
                    number += 1


def _things(value: bytes, us: Us) -> Iterator[bytes]:
    """What a server told, one by one: the value itself, or in a recorded exchange what each answer holds."""
    try:
        exchange = _EXCHANGE.decode(value)
    except (ValueError, RecursionError):
        yield value
        return
    for each in exchange.interactions:
        if each.response.status != 200 or each.response.body == NOTHING:
            continue
        body = bytes(each.response.body)
        if each.request.path.endswith(_WHO_WE_ARE):
            us.account = _account(body)
            continue
        yield from _bodies(body)


def _bodies(body: bytes) -> Iterator[bytes]:
    try:
        if body.startswith(b"["):
            yield from map(bytes, _LIST.decode(body))
        elif body.startswith(b'"'):
            yield from _streamed(_TEXT.decode(body))
        else:
            yield body
    except (ValueError, RecursionError):
        yield body


def _streamed(text: str) -> Iterator[bytes]:
    """The notifications and conversations in a stream of server-sent events."""
    event = ""
    for line in text.split("\n"):
        word, _, content = line.partition(": ")
        if word == "event":
            event = content.strip()
        elif word == "data" and event in ("notification", "conversation"):
            yield content.encode()


def _account(body: bytes) -> Account | None:
    try:
        return decoded(body, _ACCOUNT, "an account")
    except BadRow:
        return None


def _row(path: Path, number: int, content: bytes, us: Us) -> Iterator[Mention | Reject | Skipped]:
    try:
        thing = decoded(content, _THING, "a notification")
        statuses = list(_statuses(thing))
    except BadRow as why:
        yield reject(path, number, why, content)
        return
    if not statuses:
        gone = thing.type in _ADDRESSED and thing.status == NOTHING
        yield Skipped(file=str(path), what=_GONE if gone else _OTHER)
    for raw in statuses:
        try:
            conversation = thing.id or "" if thing.last_status != NOTHING else ""
            yield mention_of(decoded(raw, _STATUS), us, conversation)
        except BadRow as why:
            yield reject(path, number, why, bytes(raw))


def _statuses(thing: Thing) -> Iterator[Raw]:
    """The posts in what a server told that were addressed to us."""
    if thing.last_status != NOTHING:
        yield thing.last_status
    elif thing.notification_groups is not None:
        wanted = {group.status_id for group in thing.notification_groups if group.type in _ADDRESSED}
        for raw in thing.statuses or ():
            if decoded(raw, _THING, "a post").id in wanted:
                yield raw
    elif thing.type in _ADDRESSED and thing.status != NOTHING:
        yield thing.status
