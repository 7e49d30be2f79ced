"""A message as JSON to an address of our own, signed as Standard Webhooks has it."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from socialcare import Answer, SettingsError
from socialcare.egress import Egress, EgressError, Forbidden
from socialcare.secrets import Secret
from socialcare_notify.message import Message, data

PREFIX = "whsec_"
_SHORTEST_KEY, _LONGEST_KEY = 24, 64
_COME_AGAIN = frozenset({408, 425, 429})
_LONGEST_WAIT = 86_400


@dataclass(frozen=True, slots=True)
class Hook:
    """Where it goes, and the keys that sign; `now` is epoch seconds."""

    url: str
    keys: Sequence[Secret]
    egress: Egress
    now: Callable[[], float]

    async def send(self, message: Message, may_write: Callable[[], bool]) -> Answer:
        """One request. What the head of the answer says counts, whatever follows."""
        body = msgspec.json.encode({"type": f"socialcare.{message.word}", "data": data(message)})
        at = int(self.now())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(signature(key, message.id, at, body) for key in self.keys),
        }
        try:
            response = await self.egress.request(
                "POST", self.url, headers=headers, body=body, may_write=may_write
            )
        except Forbidden as error:
            return Answer(kind="refused", reason=str(error))
        except EgressError as error:
            if error.status is not None:
                return self._answer(message, error.status, "")
            return Answer(kind="unknown" if error.written else "unsent", reason=str(error))
        return self._answer(message, response.status, response.headers.get("retry-after", ""))

    def _answer(self, message: Message, status: int, wait: str) -> Answer:
        if 200 <= status < 300:
            return Answer(kind="sent", remote_id=message.id, status=status)
        if status in _COME_AGAIN:
            until = self.now() + min(int(wait), _LONGEST_WAIT) if wait.isdecimal() and len(wait) < 9 else None
            return Answer(kind="unsent", reason=f"the webhook answered {status}", status=status, until=until)
        if 300 <= status < 400:
            reason = f"the webhook answered {status}, and a redirect is not followed: write its last address"
            return Answer(kind="refused", reason=reason, status=status)
        kind = "refused" if 400 <= status < 500 else "unknown"
        return Answer(kind=kind, reason=f"the webhook answered {status}", status=status)  # type: ignore[arg-type]  # one of two words


def signature(key: Secret, name: str, at: int, body: bytes) -> str:
    """The signature of one key: HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0, symmetric)."""
    signed = f"{name}.{at}.".encode() + body
    return "v1," + b64encode(hmac.digest(_bytes(key), signed, sha256)).decode()


def sound_key(key: Secret, reference: str) -> Secret:
    """The key, if it is one.

    Raises:
        SettingsError: it is no base64, or of another length than keys have.
    """
    try:
        length = len(_bytes(key))
    except (NoBase64, ValueError):
        length = 0
    if not _SHORTEST_KEY <= length <= _LONGEST_KEY:
        raise SettingsError(
            f"the secret `{reference}` is no key of a webhook: `{PREFIX}` and {_SHORTEST_KEY} to {_LONGEST_KEY} bytes in base64\n"
            "help: `openssl rand -base64 32` makes one"
        )
    return key


def _bytes(key: Secret) -> bytes:
    return b64decode(key.reveal().removeprefix(PREFIX), validate=True)
