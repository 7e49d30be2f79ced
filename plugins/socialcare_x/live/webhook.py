"""Where X's Activity API calls us: mentions, replies, quotes, private messages, deletions."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec.json import Decoder

from socialcare import Gone, Mention, Refused, Reject
from socialcare.clock import Clock
from socialcare.intake import LARGEST_EVENT, BadRow, decoded, moment
from socialcare.secrets import Secret
from socialcare_x.live.ids import x_id
from socialcare_x.live.posts import People, Us, mention_of, message, post_of, turned_away
from socialcare_x.live.shapes import Call, Deleted, DirectMessage, DirectMessages, Event, Includes
from socialcare_x.live.signing import is_signed, is_token, signature

Arrival = Mention | Gone | Reject

OLDEST = timedelta(days=2)
"""X can play the events of a day again; what is older than two is no event any more (S21)."""

_CHECKS, _WITHIN = 20, 10.0
"""So many checks in so many seconds are answered; X asks once an hour."""

_CALL = Decoder(Call)
_DELETED = Decoder(Deleted)
_MESSAGES = Decoder(DirectMessages)


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
        """What a call brings. Raises `Refused` where it is not X's, or not about an account of ours."""
        if not is_signed(
            body, headers.get("x-twitter-webhooks-signature", ""), [one.reveal() for one in self._secrets]
        ):
            raise Refused(401, "a wrong signature")
        try:
            events = decoded(body, _CALL, "a call").data
        except BadRow as why:
            return [turned_away(self.name, why, body)]
        found: list[Arrival] = []
        for event in events if isinstance(events, list) else [events] if events is not None else []:
            found += self._arrivals(event)
        return found

    def _arrivals(self, event: Event) -> Sequence[Arrival]:
        if event.event_type not in _KINDS:
            return ()
        ours = self._us.get(str(event.filter.user_id)) if event.filter is not None else None
        if ours is None:
            raise Refused(403, "an event of an account that is not ours")
        try:
            found = self._read(event, ours)
        except BadRow as why:
            return [turned_away(self.name, why, event.payload)]
        return [one for one in found if self._is_new(one)]

    def _read(self, event: Event, ours: str) -> Sequence[Arrival]:
        match _KINDS[event.event_type]:
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
                people = People(Includes(users=[one.data for one in told.users.values()]), self._us)
                written = (_message(one, people, ours) for one in told.direct_message_events)
                return [one for one in written if one is not None and one.author.id not in self._us]

    def _is_new(self, arrival: Arrival) -> bool:
        if not isinstance(arrival, Mention):
            return True
        return datetime.fromtimestamp(self._clock.now(), UTC) - arrival.at < OLDEST


_KINDS: Mapping[str, Literal["post", "deletion", "messages"]] = {
    "post.mention.create": "post",
    "post.reply.create": "post",
    "post.quote.create": "post",
    "post.delete": "deletion",
    "dm.received": "messages",
}
"""The events that bring something; encrypted chats (`chat.received`) cannot be read."""


def _message(event: DirectMessage, people: People, ours: str) -> Mention | None:
    if event.type != "message_create" or event.message_create is None:
        return None
    number = x_id(event.id, "id")
    words = event.message_create.message_data
    at = moment(event.created_timestamp or "")
    sender = x_id(event.message_create.sender_id, "sender_id")
    return message(number, sender, words.text if words is not None else None, at, people, ours)
