"""Servers on this machine, plain and with a certificate, and names that lead to them."""

import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from shutil import which

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable[int]]

HOST = "hooks.acme.example"


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server with one handler; answers its port on 127.0.0.1."""
    async with AsyncExitStack() as running:

        async def start(handler: Handler, *, tls: ssl.SSLContext | None = None) -> int:
            app = web.Application()
            app.router.add_route("*", "/{tail:.*}", handler)
            server = TestServer(app, host="127.0.0.1", scheme="https" if tls else "http")
            await server.start_server(ssl=tls)
            running.push_async_callback(server.close)
            assert server.port is not None
            return server.port

        yield start


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that `HOST` signed for itself, with its key, in one file."""
    if which("openssl") is None:
        pytest.skip("a certificate is made with openssl, which is absent")
    folder = tmp_path_factory.mktemp("certificate")
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem -out one.pem"
    subprocess.run(
        ["openssl", *made.split(), "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text(
        (folder / "key.pem").read_text("ascii") + (folder / "one.pem").read_text("ascii"), "ascii"
    )
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trust(certificate: Path) -> ssl.SSLContext:
    """The client's side."""
    return ssl.create_default_context(cafile=str(certificate))
