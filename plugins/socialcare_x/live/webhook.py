"""Where X's Activity API calls us: mentions, replies, quotes, private messages, deletions."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Raw
from msgspec.json import Decoder

from socialcare import Gone, Mention, Refused, Reject
from socialcare.clock import Clock
from socialcare.intake import LARGEST_EVENT, BadRow, decoded, moment
from socialcare.secrets import Secret
from socialcare_x.live.ids import x_id
from socialcare_x.live.posts import People, Us, mention_of, message, post_of, turned_away
from socialcare_x.live.shapes import Call, Deleted, DirectMessage, DirectMessages, Event, Includes, Told
from socialcare_x.live.signing import is_signed, is_token, signature

Arrival = Mention | Gone | Reject

OLDEST = timedelta(days=2)
"""X can play the events of a day again; what is older than two is no event any more (S21)."""

_CHECKS, _WITHIN = 20, 10.0
"""So many checks in so many seconds are answered; X asks once an hour."""

_Kind: TypeAlias = Literal["post", "deletion", "messages"]

_CALL, _LIST, _EVENT = Decoder(Call), Decoder(list[Raw]), Decoder(Event)
_DELETED = Decoder(Deleted)
_MESSAGES, _MESSAGE, _PROFILE = Decoder(DirectMessages), Decoder(DirectMessage), Decoder(Told)


class XWebhook:
    """The webhook of X; `secrets` are the app's, the current one first."""

    name = "x.webhook"
    doc = "events of X's Activity API"
    most_bytes = LARGEST_EVENT

    def __init__(self, path: str, secrets: Sequence[Secret], us: Us, clock: Clock) -> None:
        self.path = path
        self._secrets = secrets
        self._us = us
        self._clock = clock
        self._checks: deque[float] = deque(maxlen=_CHECKS)

    def challenge(self, query: Mapping[str, str]) -> Mapping[str, str]:
        """The answer to X's check that we know the app's secret. Raises `Refused`."""
        token = query.get("crc_token", "")
        if not is_token(token):
            raise Refused(400, "no token that we would sign")
        now = self._clock.steady()
        if len(self._checks) == _CHECKS and now - self._checks[0] < _WITHIN:
            raise Refused(429, "too many checks")
        self._checks.append(now)
        return {"response_token": signature(self._secrets[0].reveal(), token.encode())}

    def read(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Arrival]:
        """What a call brings; what of it cannot be read, or is not about an account of ours, is turned away by itself.

        Raises:
            Refused: the call is not X's.
        """
        if not is_signed(
            body, headers.get("x-twitter-webhooks-signature", ""), [one.reveal() for one in self._secrets]
        ):
            raise Refused(401, "a wrong signature")
        try:
            events = _several(decoded(body, _CALL, "a call").data)
        except BadRow as why:
            return [turned_away(self.name, why, body)]
        return [one for event in events for one in self._arrivals(event) if self._is_new(one)]

    def _arrivals(self, raw: Raw) -> Sequence[Arrival]:
        try:
            event = decoded(raw, _EVENT, "an event")
            kind = _KINDS.get(event.event_type)
            if kind is None:
                return ()
            ours = self._us.get(str(event.filter.user_id)) if event.filter is not None else None
            if ours is None:  # and so nothing of it is kept
                return [turned_away(self.name, "it is an event of an account that is not ours")]
            return self._read(kind, event, ours)
        except BadRow as why:
            return [turned_away(self.name, why, raw)]

    def _read(self, kind: _Kind, event: Event, ours: str) -> Sequence[Arrival]:
        match kind:
            case "post":
                people = People(event.includes, self._us)
                return [mention_of(post_of(event.payload), people, lambda *_: ours)]
            case "deletion":
                gone = decoded(event.payload, _DELETED, "a deletion")
                return [
                    Gone(
                        id=x_id(gone.id, "id"),
                        platform="x",
                        at=datetime.fromtimestamp(self._clock.now(), UTC),
                    )
                ]
            case "messages":
                told = decoded(event.payload, _MESSAGES, "a message")
                people = People(Includes(users=_profiles(told)), self._us)
                return [one for raw in told.direct_message_events for one in self._message(raw, people, ours)]

    def _message(self, raw: Raw, people: People, ours: str) -> Sequence[Arrival]:
        try:
            written = _message(decoded(raw, _MESSAGE, "a message"), people, ours)
        except BadRow as why:
            return [turned_away(self.name, why, raw)]
        return [written] if written is not None and written.author.id not in self._us else ()

    def _is_new(self, arrival: Arrival) -> bool:
        if not isinstance(arrival, Mention):
            return True
        return datetime.fromtimestamp(self._clock.now(), UTC) - arrival.at < OLDEST


_KINDS: Mapping[str, _Kind] = {
    "post.mention.create": "post",
    "post.reply.create": "post",
    "post.quote.create": "post",
    "post.delete": "deletion",
    "dm.received": "messages",
}
"""The events that bring something; encrypted chats (`chat.received`) cannot be read."""


def _several(data: Raw) -> Sequence[Raw]:
    """The events of a call, which are a list, or one."""
    text = bytes(data).lstrip()
    if text.startswith(b"["):
        return decoded(data, _LIST, "a call")
    return [data] if text not in (b"", b"null") else ()


def _profiles(told: DirectMessages) -> list[Raw]:
    found = []
    for raw in told.users.values():
        with suppress(BadRow):  # who writes is known by their id as well
            found.append(decoded(raw, _PROFILE, "a profile").data)
    return found


def _message(event: DirectMessage, people: People, ours: str) -> Mention | None:
    if event.type != "message_create" or event.message_create is None:
        return None
    number = x_id(event.id, "id")
    words = event.message_create.message_data
    at = moment(event.created_timestamp or "")
    sender = x_id(event.message_create.sender_id, "sender_id")
    return message(number, sender, words.text if words is not None else None, at, people, ours)
