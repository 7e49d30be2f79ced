"""A message as an e-mail."""

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from hashlib import sha256
from typing import Literal

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from socialcare import Answer
from socialcare.secrets import Secret
from socialcare_notify.message import Message, line, text, title
from socialcare_notify.settings import Smtp

MOST_SECONDS = 30.0
_A_STEP = 15.0
"""Seconds for one word of the server."""
_GOODBYE = 3.0

_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
_Stage = Literal["connect", "envelope", "letter"]


@dataclass(frozen=True, slots=True)
class Post:
    """The server that takes our mail, and what lets us in; `now` is epoch seconds."""

    server: Smtp
    password: Secret | None
    trust: ssl.SSLContext | None
    now: Callable[[], float]

    async def send(self, to: str, message: Message, may_write: Callable[[], bool]) -> Answer:
        """One delivery. Until the letter itself is handed over nothing is made, whatever breaks."""
        letter = letter_of(message, self.server, to, datetime.fromtimestamp(self.now(), UTC))
        client = self._client()
        at: _Stage = "connect"
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
                if not may_write():
                    return Answer(
                        kind="unsent", reason="its moment had passed before the connection was open"
                    )
                at = "envelope"
                await client.mail(self.server.sender)
                await client.rcpt(to)
                at = "letter"
                await client.data(letter.as_bytes())
            await _say_goodbye(client)
        except (SMTPException, OSError) as error:
            return _failure(at, error)
        finally:
            client.close()
        return Answer(kind="sent", remote_id=str(letter["Message-ID"]))

    def _client(self) -> SMTP:
        server = self.server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=self.password.reveal() if self.password is not None else None,
            local_hostname=server.sender.rpartition("@")[2],
            timeout=_A_STEP,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=self.trust,
        )


def letter_of(message: Message, server: Smtp, to: str, at: datetime) -> EmailMessage:
    """The letter. The library folds and escapes headers, and refuses one that would bring another.

    `Message-ID` follows from the effect alone, so that a letter that came twice can be told; `Auto-Submitted` keeps machines
    from answering it (RFC 3834).
    """
    letter = EmailMessage(policy=WIRE)
    letter["From"] = Address("socialcare", addr_spec=server.sender)
    letter["To"] = to
    if server.reply_to is not None:
        letter["Reply-To"] = server.reply_to
    letter["Subject"] = title(message)
    letter["Date"] = at
    letter["Message-ID"] = message_id(message.id, server.sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Socialcare-Id"] = line(message.id)
    letter.set_content(text(message), cte="quoted-printable")
    return letter


def message_id(effect: str, domain: str) -> str:
    """The `Message-ID` of an effect, the same in every attempt."""
    name = effect if _PLAIN.fullmatch(effect) else sha256(effect.encode()).hexdigest()
    return f"<{name}@{domain}>"


async def _say_goodbye(client: SMTP) -> None:
    """The letter is taken; what becomes of the goodbye changes nothing."""
    with suppress(SMTPException, OSError):
        await client.quit(timeout=_GOODBYE)


def _failure(at: _Stage, error: Exception) -> Answer:
    code = error.code if isinstance(error, SMTPResponseException) and error.code > 0 else None
    reason = line(f"the mail server: {getattr(error, 'message', '') or str(error) or 'no answer in time'}")
    if at == "connect":  # a wrong password too: nothing was asked yet, and a person mends it
        return Answer(kind="unsent", reason=reason, status=code)
    if code is None:
        return Answer(kind="unknown" if at == "letter" else "unsent", reason=reason)
    kinds: Mapping[int, Literal["unsent", "refused"]] = {4: "unsent", 5: "refused"}
    return Answer(kind=kinds.get(code // 100, "unknown"), reason=reason, status=code)
