"""A mail server and a receiver of webhooks on this machine, and effects to tell people of."""

import asyncio
import json
import ssl
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import socialcare_notify
from socialcare import Author, Effect, Mention, Sender
from socialcare.config import Settings
from socialcare.plugins import load

KEY = "whsec_" + b64encode(b"k" * 32).decode()
OLD_KEY = "whsec_" + b64encode(b"o" * 32).decode()


@dataclass
class MailServer:
    """A mail server that keeps what it takes; `answers` overrides its replies by command, `drops_at` ends the talk there."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    drops_at: str = ""
    tls: ssl.SSLContext | None = None
    greeting: str = "220 mail.acme.example"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = to = ""
        writer.write(f"{self.greeting}\r\n".encode())
        while row := (await reader.readline()).decode().strip():
            self.said.append(row)
            command = row.split()[0].upper()
            if command == self.drops_at:
                break
            if command == "MAIL":
                sender = row
            if command == "RCPT":
                to = row
            if command == "DATA" and "DATA" not in self.answers:
                writer.write(b"354 go on\r\n")
                letter = await reader.readuntil(b"\r\n.\r\n")
                if self.drops_at == "END":
                    break
                self.letters.append(letter.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
                self.envelopes.append((sender, to))
                command = "END"
            writer.write(f"{self.answers.get(command, self.usual(command))}\r\n".encode())
            if command == "STARTTLS" and self.tls is not None:
                await writer.start_tls(self.tls)
            if command == "QUIT":
                break
        writer.close()

    def usual(self, command: str) -> str:
        more = "250-STARTTLS\r\n" if self.tls is not None else ""
        return {
            "EHLO": f"250-mail.acme.example\r\n{more}250 AUTH PLAIN",
            "AUTH": "235 welcome",
            "QUIT": "221 bye",
            "STARTTLS": "220 go on",
        }.get(command, "250 ok")


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    mail = MailServer()
    server = await asyncio.start_server(mail.talk, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mail


@dataclass
class Receiver:
    """A receiver of webhooks that keeps what it is sent; `status` and `headers` are its answer."""

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    body: bytes = b""
    breaks_off: bool = False

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(
            ({name.lower(): value for name, value in request.headers.items()}, await request.read())
        )
        if self.breaks_off:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=self.status, headers=self.headers, body=self.body)

    @property
    def told(self) -> Any:
        return json.loads(self.got[-1][1])


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    app = web.Application()
    app.router.add_post("/care", one.take)
    async with TestServer(app, host="127.0.0.1") as server:
        assert server.port is not None
        one.port = server.port
        yield one


Table = dict[str, Any]


@pytest.fixture
def table(mail_server: MailServer, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Table:
    """`[plugins.notify]` with a person by each way."""
    monkeypatch.setenv("CARE_KEY", KEY)
    monkeypatch.setenv("CARE_OLD_KEY", OLD_KEY)
    monkeypatch.setenv("CARE_PASSWORD", "pass-word-of-care")
    return {
        "people": {
            "duty_manager": "manager@acme.example",
            "expert": {"open_case": "webhook:desk", "otherwise": "expert@acme.example"},
            "desk": "webhook:desk",
        },
        "smtp": {
            "host": "127.0.0.1",
            "port": mail_server.port,
            "tls": "none",
            "sender": "care@acme.example",
            "reply_to": "answers@acme.example",
        },
        "webhooks": {"desk": {"url": f"http://127.0.0.1:{receiver.port}/care", "secrets": ["env:CARE_KEY"]}},
        "allow_local": [f"127.0.0.1:{receiver.port}"],
    }


@pytest.fixture
def sender(tmp_path: Path) -> Callable[[Table], Sender]:
    """The sender of a table, loaded as `socialcare run` loads it."""

    def make(table: Table) -> Sender:
        settings = Settings(
            path=None,
            folder=tmp_path,
            policy=tmp_path,
            plugins={"notify": table},
            providers={},
            unseal={},
        )
        (one,) = load(settings, extra={"notify": socialcare_notify}, live=True).senders
        return one

    return make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that `localhost` signed for itself, with its key, in one file."""
    if which("openssl") is None:
        pytest.skip("a certificate is made with openssl, which is absent")
    folder = tmp_path_factory.mktemp("certificate")
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem -out one.pem"
    subprocess.run(
        ["openssl", *made.split(), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text(
        (folder / "key.pem").read_text("ascii") + (folder / "one.pem").read_text("ascii"), "ascii"
    )
    return both


MENTION = Mention(
    id="1861234567890123456",
    text="My parcel is three weeks late.\n\nNobody answers!\r\n.\nFrom: the boss\u202e",
    author=Author(id="77", handle="jo_doe", name="Jo\r\nBcc: all@example.com", followers=1234),
    at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
)


@pytest.fixture
def effect() -> Callable[..., Effect]:
    """Makes an effect as it comes out of the store; what is no field of an effect is its payload."""

    def make(action: str = "notify", to: str = "duty_manager", **more: Any) -> Effect:
        said = {name: more.pop(name) for name in [*more] if name in Effect.__struct_fields__}
        usual = {"id": "3f2a.1", "account": "main", "platform": "x", "mention": MENTION}
        return Effect(**{**usual, "action": action, "payload": {"to": to, **more}, **said})

    return make
