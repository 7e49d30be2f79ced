"""The one HTTP client (S16): where it goes, what it takes, and what it says when something fails."""

import asyncio
import gzip
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiohttp import web

from socialcare.egress import Egress, EgressError, Forbidden, Response
from socialcare.egress.client import resolved

HOST = "hooks.acme.example"
Serve = Callable[..., Awaitable[int]]


class Names:
    """A resolver whose answers are written down, and counted; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def ok(request: web.Request) -> web.Response:
    return web.Response(
        text=f"{request.method} {request.path_qs} {await request.text()}", headers={"X-One": "two"}
    )


def local(port: int, **more: object) -> Egress:
    return Egress(allow_local=frozenset({f"127.0.0.1:{port}"}), **more)  # type: ignore[arg-type]  # the test names settings


async def why(egress: Egress, url: str, **more: object) -> EgressError:
    with pytest.raises(EgressError) as told:
        await egress.request("GET", url, **more)  # type: ignore[arg-type]  # as above
    return told.value


# ---- what may be called ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "only https is called"),
        ("http://127.0.0.1/", "only https is called"),
        ("ftp://example.com/", "only https|no address"),
        ("file:///etc/passwd", "no address"),
        ("//example.com/", "no address|only https"),
        ("example.com", "no address"),
        ("https:///path", "no address"),
        ("https://user:word@example.com/", "neither name nor password"),
        ("https://user@example.com?a", "neither name nor password"),
        ("https://user@example.com/", "neither name nor password"),
        ("https://@example.com/", "neither name nor password|no address"),
        ("https://example.com:22/", "port 22 is not called, only 443, 8443"),
        ("https://example.com:99999/", "no address"),
        ("https://exa mple.com/", "no spaces"),
        ("https://example.com/\r\nHost: a", "no spaces"),
        ("https://example.com\\@127.0.0.1/", "backslashes"),
        ("https://ex\u0430mple.com/", "beyond ASCII"),
        ("https://example.com/" + "a" * 2_048, "at most 2,048"),
        ("https://127.0.0.1/", "is loopback"),
        ("https://[::1]/", "is loopback"),
        ("https://[::ffff:10.0.0.1]/", "in disguise"),
        ("https://[64:ff9b::169.254.169.254]/", "NAT64"),
        ("https://169.254.169.254/latest/meta-data", "is link-local"),
        ("https://0.0.0.0/", "is unspecified"),
        ("https://2130706433/", "four of them"),
        ("https://127.1/", "four of them"),
        ("https://0177.0.0.1/", "four of them"),
        ("https://127.0.0.1./", "four of them|is loopback"),
        ("https://[fe80::1%25eth0]/", "link-local|no address|four of them"),
    ],
)
async def test_S16_what_is_not_called(url: str, reason: str) -> None:
    egress = Egress(resolve=Names(["93.184.215.14"]))
    with pytest.raises(Forbidden, match=reason):
        egress.check(url)
    failed = await why(egress, url)
    assert isinstance(failed, Forbidden)
    assert not failed.written


@pytest.mark.parametrize("host", ["localhost", "0x7f.0.0.1", "0x7f000001", "localhost."])
async def test_S17_a_name_of_our_own_machine_is_refused_where_it_leads_there(host: str) -> None:
    failed = await why(Egress(), f"https://{host}/")
    assert "is loopback" in str(failed) or "no address of" in str(failed)


@pytest.mark.parametrize(
    "blocked", ["10.0.0.1", "::ffff:127.0.0.1", "198.18.0.1", "fd00:ec2::254", "64:ff9b::7f00:1"]
)
async def test_S17_one_blocked_address_among_good_ones_is_enough(blocked: str) -> None:
    failed = await why(Egress(resolve=Names(["93.184.215.14", blocked])), f"https://{HOST}/")
    assert isinstance(failed, Forbidden)
    assert "is never called" in str(failed)


async def test_S16_a_host_is_resolved_once_and_the_checked_address_is_called(
    serve: Serve, tls: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A name that leads elsewhere when it is asked again (DNS rebinding) gains nothing."""
    port = await serve(ok, tls=tls)
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    egress = local(port, resolve=names, trust=trust)
    assert (await egress.request("GET", f"https://{HOST}:{port}/a")).status == 200
    assert names.asked == 1
    failed = await why(egress, f"https://{HOST}:{port}/a")
    assert isinstance(failed, Forbidden), "the next request resolves anew, and checks anew"
    assert names.asked == 2


async def test_S16_name_and_host_are_kept_where_an_address_is_called(
    serve: Serve, tls: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    seen: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: seen.append(name)

    async def host(request: web.Request) -> web.Response:
        return web.Response(text=request.host)

    port = await serve(host, tls=tls)
    response = await local(port, resolve=Names(["127.0.0.1"]), trust=trust).request(
        "GET", f"https://{HOST}:{port}/"
    )
    assert response.body.decode() == f"{HOST}:{port}"
    assert seen == [HOST]


async def test_S16_a_certificate_of_another_name_is_refused_before_a_byte_is_written(
    serve: Serve, tls: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    port = await serve(ok, tls=tls)
    for egress in (
        local(port, resolve=Names(["127.0.0.1"]), trust=trust),
        local(port, resolve=Names(["127.0.0.1"])),
    ):
        failed = await why(egress, f"https://other.example:{port}/")
        assert str(failed) == "the certificate of `other.example` does not hold"
        assert not failed.written


async def test_plain_http_is_for_loopback_addresses_that_are_named(serve: Serve) -> None:
    port = await serve(ok)
    assert (await local(port).request("GET", f"http://127.0.0.1:{port}/a?b=c")).body == b"GET /a?b=c "
    for egress, url in (
        (Egress(), f"http://127.0.0.1:{port}/"),
        (local(port), f"http://127.0.0.1:{port + 1}/"),
        (local(port), f"http://localhost:{port}/"),
        (Egress(allow_local=frozenset({f"10.0.0.7:{port}"})), f"http://10.0.0.7:{port}/"),
    ):
        with pytest.raises(Forbidden, match="only https"):
            egress.check(url)


def test_only_addresses_of_ones_own_can_be_allowed() -> None:
    for wrong in (
        "localhost:80",
        "169.254.169.254:80",
        "8.8.8.8:443",
        "127.0.0.1",
        "0.0.0.0:80",
        "[fe80::1]:80",
    ):
        with pytest.raises(ValueError, match=r"no address"):
            Egress(allow_local=frozenset({wrong}))
    kept = Egress(allow_local=frozenset({"10.0.0.7:444", "[::1]:8080", "[fd00::1]:443"}))
    assert kept.check("https://10.0.0.7:444/").port == 444
    assert kept.check("http://[::1]:8080/").host == "::1"
    with pytest.raises(Forbidden, match="port 444 is not called"):
        kept.check("https://93.184.215.14:444/")


async def test_a_port_of_ones_own_is_open_at_that_address_only() -> None:
    egress = Egress(allow_local=frozenset({"10.0.0.7:444"}), resolve=Names(["93.184.215.14"]))
    assert "port 444 is not called" in str(await why(egress, f"https://{HOST}:444/"))


async def test_S16_no_redirect_is_followed(serve: Serve) -> None:
    seen: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.path)
        raise web.HTTPFound("/there")

    port = await serve(elsewhere)
    response = await local(port).request("GET", f"http://127.0.0.1:{port}/here")
    assert (response.status, response.headers["location"], seen) == (302, "/there", ["/here"])


async def test_S16_neither_proxies_of_the_environment_nor_cookies_are_used(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def cookie(request: web.Request) -> web.Response:
        answer = web.Response(text=request.headers.get("Cookie", "none"))
        answer.set_cookie("a", "b")
        return answer

    port = await serve(cookie)
    egress = local(port)
    for _ in range(2):
        assert (await egress.request("GET", f"http://127.0.0.1:{port}/")).body == b"none"


# ---- requests and answers -------------------------------------------------------------------------------------------


async def test_method_headers_and_body_arrive_as_given(serve: Serve) -> None:
    async def told(request: web.Request) -> web.Response:
        assert request.headers["User-Agent"].startswith("socialcare/")
        return web.Response(
            status=418, text=f"{request.method} {request.headers['A']} {await request.text()}"
        )

    port = await serve(told)
    response = await local(port).request("PUT", f"http://127.0.0.1:{port}/", headers={"A": "b"}, body=b"c")
    assert (response.status, response.body) == (418, b"PUT b c")
    assert "body" not in repr(response)


@pytest.mark.parametrize("headers", [{"A": "b\r\nC: d"}, {"A\n": "b"}, {"A": "b\0"}])
async def test_a_header_cannot_bring_another(headers: dict[str, str]) -> None:
    failed = await why(Egress(), "https://93.184.215.14/", headers=headers)
    assert str(failed) == "a header has one line"


async def test_S16_an_answer_is_bounded_in_size(serve: Serve) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(1_000):
            await answer.write(b"x" * 65_536)
        return answer

    port = await serve(endless)
    failed = await why(local(port, most_bytes=100_000), f"http://127.0.0.1:{port}/")
    assert str(failed) == "the answer has more than 100,000 bytes"
    assert (failed.written, failed.status) == (True, 200)


async def test_S16_a_packed_answer_is_bounded_by_what_it_unpacks_to(serve: Serve) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    async def packed(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    port = await serve(packed)
    failed = await why(local(port), f"http://127.0.0.1:{port}/")
    assert str(failed) == "the answer has more than 1,000,000 bytes"


async def test_a_packed_answer_of_good_size_is_unpacked(serve: Serve) -> None:
    async def packed(_: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"})

    port = await serve(packed)
    assert (await local(port).request("GET", f"http://127.0.0.1:{port}/")).body == b"hello"


async def test_S16_an_answer_is_bounded_in_time(serve: Serve) -> None:
    never = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    port = await serve(silent)
    failed = await why(local(port, most_seconds=0.05), f"http://127.0.0.1:{port}/")
    never.set()
    assert str(failed) == "no answer within 0.05 seconds"
    assert failed.written


async def test_S16_a_host_that_is_never_resolved_is_bounded_in_time() -> None:
    async def never(_host: str, _port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    failed = await why(Egress(resolve=never, most_seconds=0.05), f"https://{HOST}/")
    assert not failed.written


# ---- what may have been written -------------------------------------------------------------------------------------


async def test_a_request_whose_moment_has_passed_is_not_written(serve: Serve) -> None:
    seen: list[str] = []

    async def count(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response()

    port = await serve(count)
    asked: list[int] = []

    def may_write() -> bool:
        asked.append(len(seen))
        return False

    failed = await why(local(port), f"http://127.0.0.1:{port}/", may_write=may_write)
    assert not failed.written
    assert "its moment had passed" in str(failed)
    assert (asked, seen) == ([0], []), "asked once, before anything arrived"


async def test_nothing_is_written_where_nobody_listens_or_no_address_is_known(unused_tcp_port: int) -> None:
    failed = await why(local(unused_tcp_port), f"http://127.0.0.1:{unused_tcp_port}/")
    assert (str(failed), failed.written) == ("no connection to `127.0.0.1`", False)

    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("not known")

    failed = await why(Egress(resolve=unknown), f"https://{HOST}/")
    assert (str(failed), failed.written) == (f"no address of `{HOST}` is known", False)


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 2", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal"],
)
async def test_a_request_that_was_written_and_not_answered_may_have_been_carried_out(answer: bytes) -> None:
    requests = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        failed = await why(local(port), f"http://127.0.0.1:{port}/")
    assert failed.written
    assert str(failed) == "`127.0.0.1` broke off or gave no sound answer"
    assert requests == 1, "a request is never sent again by itself, not even a GET"


async def test_S16_neither_answer_nor_path_is_logged_or_told(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"body-of-the-answer" * 10)

    port = await serve(large)
    failed = await why(local(port, most_bytes=20), f"http://127.0.0.1:{port}/path-that-is-secret")
    assert failed.__cause__ is None
    said = (
        caplog.text.replace("aiohttp.access", "")
        + str(failed)
        + repr(Response(status=1, headers={}, body=b"body-of"))
    )
    assert "body-of" not in said
    assert "path-that-is-secret" not in "".join(
        one.getMessage() for one in caplog.records if one.name != "aiohttp.access"
    ) + str(failed)


async def test_the_system_knows_its_own_name() -> None:
    assert "127.0.0.1" in await resolved("localhost", 443) or "::1" in await resolved("localhost", 443)
