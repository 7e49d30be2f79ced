"""The doors of the fake X: an HTTP server that answers as X does, or as a script says."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from socialcare.clock import Clock, SystemClock
from socialcare.testing.fake_x.endpoints import ENDPOINTS, Endpoint, check_query
from socialcare.testing.fake_x.ledger import Answered, Complaint, Ledger, Requested
from socialcare.testing.fake_x.oauth import Caller, Gate, Unsigned
from socialcare.testing.fake_x.people import Credentials, User, credentials_of
from socialcare.testing.fake_x.problems import Json, Refusal, invalid, problem, refused
from socialcare.testing.fake_x.rates import Limit, Rates, too_many
from socialcare.testing.fake_x.scripts import ANSWERS, Answer, Call, Script, Step
from socialcare.testing.fake_x.world import Tier, World

HOSTS = ("https://api.twitter.com", "https://api.x.com")
PAGE = "<!DOCTYPE html><html><head><title>Over capacity</title></head><body><h1>Something is technically wrong.</h1></body></html>"
MOST_BYTES = 6_000_000


class FakeX(World):
    """X on this machine, for tests: `async with FakeX(accounts=["AcmeCare"]) as x:` and then call `x.url`.

    `accounts` are the handles that clients sign for (`credentials`); `clock` is the time on the platform and how it waits,
    `signing_clock` the time that signatures are judged by; `lag` the seconds after which reads show what was posted over
    the API; `limits` replace X's own, by endpoint; `script` says what goes wrong; `ledger` is a file to which all is
    written; a text posted by the same account within `duplicates_within` seconds is refused.
    """

    def __init__(  # noqa: PLR0913 - what a platform can be
        self,
        *,
        accounts: Iterable[str] = ("AcmeCare",),
        clock: Clock | None = None,
        signing_clock: Clock | None = None,
        seed: int = 0,
        tier: Tier = "self-serve",
        lag: float = 0.0,
        duplicates_within: float = 86_400.0,
        limits: Mapping[str, Limit] | None = None,
        script: Iterable[Step] = (),
        ledger: Path | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(
            clock=clock or SystemClock(),
            seed=seed,
            tier=tier,
            lag=lag,
            duplicates_within=duplicates_within,
            ledger=Ledger(ledger),
        )
        self.script = Script(script, seed=seed)
        self.rates = Rates(limits)
        self.url = ""
        self._gate = Gate(signing_clock or SystemClock(), HOSTS)
        self._port = port
        self._count = 0
        self._counts: Counter[str] = Counter()
        self._spent: dict[tuple[str, str | None], float] = {}
        self._in_flight: Counter[tuple[str | None, str]] = Counter()
        self._accounts: dict[str, Credentials] = {}
        self._runner: web.AppRunner | None = None
        for username in accounts:
            self.admit(username)

    def admit(self, username: str) -> User:
        """Make an account one of ours, whose keys are `credentials(username)`."""
        ours = self.user(username)
        self._accounts[username.lower()] = keys = credentials_of(username, self.seed)
        self._gate.admit(ours, keys)
        return ours

    def revoke(self, username: str) -> None:
        """Take the keys of an account away: its calls are answered 401 from now on."""
        self._gate.revoke(self.user(username))

    def credentials(self, username: str | None = None) -> Credentials:
        """The keys of an account of ours, of the first one where none is named."""
        return self._accounts[(username or next(iter(self._accounts))).lower()]

    @property
    def complaints(self) -> Sequence[str]:
        """What clients did that they should not: an unknown parameter, a wrong signature, a second request in flight."""
        return [entry.why for entry in self.ledger.complaints]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MOST_BYTES)
        for endpoint in ENDPOINTS:
            app.router.add_route(endpoint.method, endpoint.route, partial(self._handle, endpoint))
        app.router.add_route("*", "/{path:.*}", self._unknown)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._gate.hosts.append(self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self.ledger.close()

    def complain(self, request: int, why: str) -> None:
        """Note what a client should not have done."""
        self.ledger.write(Complaint(request=request, why=why))

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        number = self._next(f"{request.method} {request.path}", request, None)
        self.complain(number, f"{request.method} {request.path} is nothing that X has")
        return self._say(number, None, 404, problem(404, "Not Found"), {}, "unknown")

    def _next(self, endpoint: str, request: web.Request, body: object) -> int:
        self._count += 1
        self._counts[endpoint] += 1
        self.ledger.write(
            Requested(
                number=self._count,
                at=self.clock.now(),
                endpoint=endpoint,
                path=request.path,
                query=dict(request.query),
                body=body,
            )
        )
        return self._count

    async def _handle(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body, form, shown = await _body(request, raw)
        number = self._next(endpoint.name, request, shown)
        caller = Caller(None)
        headers: dict[str, str] = {}
        try:
            caller = self._gate.caller(request.method, request.path_qs, request.headers, form)
            headers = self._admit(endpoint, request, number, caller)
            call = Call(
                number=number,
                nth=self._counts[endpoint.name],
                at=self.clock.now(),
                endpoint=endpoint.name,
                caller=caller,
                path=dict(request.match_info),
                query=dict(request.query),
                body=body,
                raw=raw.decode(errors="replace"),
            )
            return await self._answer(endpoint, request, call, headers)
        except Unsigned as no:
            self.complain(number, no.why)
            return self._say(number, caller.name, no.status, no.body, headers, "refused")
        except Refusal as no:
            if no.status == 400:
                self.complain(number, f"{endpoint.name}: {json.dumps(no.body.get('errors', no.body))}")
            headers = getattr(no, "headers", headers)
            return self._say(number, caller.name, no.status, no.body, headers, "refused")

    def _admit(self, endpoint: Endpoint, request: web.Request, number: int, caller: Caller) -> dict[str, str]:
        """Whether this caller may send this request now. Returns the headers that say how many more."""
        if ("user" if caller.user else "app") not in endpoint.who:
            self.complain(number, f"{endpoint.name} with the wrong kind of keys")
            raise refused(
                403,
                "Authenticating with this kind of keys is forbidden for this endpoint.",
                kind="unsupported-authentication",
                title="Unsupported Authentication",
            )
        headers, left = self.rates.spend(endpoint.name, caller.name, self.clock.now())
        if not left:
            self.complain(number, f"{endpoint.name} although no request was left")
            raise _With(too_many(), headers)
        if len(request.query) != len(set(request.query)):
            raise invalid("query", request.query_string, "a parameter stands there twice")
        check_query(endpoint, request.query)
        return headers

    async def _answer(
        self, endpoint: Endpoint, request: web.Request, call: Call, headers: dict[str, str]
    ) -> web.StreamResponse:
        step = self.script.step(call)
        answer = ANSWERS[step.answer] if step else ANSWERS["ok"]
        word = step.answer if step else "ok"
        if word == "rate_limited" and step is not None:
            headers = self.rates.use_up(endpoint.name, call.caller.name, self.clock.now(), step.seconds)
        same = (call.caller.name, f"{call.endpoint} {call.raw}")
        writes = endpoint.method != "GET"
        if writes and self._in_flight[same]:
            self.complain(call.number, f"{endpoint.name} again while the same request is under way")
        self._in_flight[same] += 1
        try:
            status, body = await self._carry_out(endpoint, call, answer, step)
        finally:
            self._in_flight[same] -= 1
        if step is not None and step.status is not None:
            status = step.status
        return await self._send(request, call, answer, (status, body), headers, word)

    async def _carry_out(
        self, endpoint: Endpoint, call: Call, answer: Answer, step: Step | None
    ) -> tuple[int, Json]:
        """Do what a request asks as the script has it. Returns status and body of the answer."""
        if answer.applies == "late" and step is not None:
            await self.clock.sleep(step.seconds)
        made: tuple[int, Json] = (answer.status or 200, answer.body or {})
        if answer.applies != "never":
            try:
                made = (endpoint.made, endpoint.run(self, call))
            except Refusal as no:
                if no.status == 400:
                    self.complain(
                        call.number, f"{endpoint.name}: {json.dumps(no.body.get('errors', no.body))}"
                    )
                made = (no.status, no.body)
        if answer.applies == "now" and answer.waits and step is not None:
            await self.clock.sleep(step.seconds)
        if answer.sends in ("problem", "html"):
            return answer.status or 200, answer.body or {}
        if answer.body is not None:
            return made[0], made[1] | {"errors": [answer.body]}
        return made

    async def _send(
        self,
        request: web.Request,
        call: Call,
        answer: Answer,
        made: tuple[int, Json],
        headers: dict[str, str],
        word: str,
    ) -> web.StreamResponse:
        status, body = made
        name = call.caller.name
        match answer.sends:
            case "nothing":
                self._note(call.number, name, None, word)
                _hang_up(request)
                return web.Response()
            case "html":
                self._note(call.number, name, status, word)
                return web.Response(text=PAGE, status=status, content_type="text/html")
            case "half":
                self._note(call.number, name, status, word)
                return await _half(request, status, body, headers)
        return self._say(call.number, name, status, body, headers, word)

    def _say(
        self, number: int, account: str | None, status: int, body: Json, headers: Mapping[str, str], word: str
    ) -> web.Response:
        self._note(number, account, status, word)
        return web.json_response(body, status=status, headers=headers)

    def _note(self, number: int, account: str | None, status: int | None, word: str) -> None:
        self.ledger.write(
            Answered(request=number, at=self.clock.now(), account=account, status=status, answer=word)
        )


class _With(Refusal):
    """A refusal with headers of its own."""

    def __init__(self, no: Refusal, headers: dict[str, str]) -> None:
        super().__init__(no.status, no.body)
        self.headers = headers


async def _body(request: web.Request, raw: bytes) -> tuple[Json, str, object]:
    """The body of a request as an object, its form as text (what a signature covers), and what the ledger keeps of it."""
    if not raw:
        return {}, "", None
    kind = request.content_type
    if kind == "application/x-www-form-urlencoded":
        return {}, raw.decode(errors="replace"), None
    if kind == "multipart/form-data":
        fields: Json = {}
        for name, value in (await request.post()).items():
            fields[name] = value.file.read() if isinstance(value, web.FileField) else value
        return fields, "", {name: value for name, value in fields.items() if isinstance(value, str)}
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return {"": "no JSON object"}, "", None
    return (
        body,
        "",
        {name: value for name, value in body.items() if name != "media" or isinstance(value, dict)},
    )


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _half(
    request: web.Request, status: int, body: Json, headers: Mapping[str, str]
) -> web.StreamResponse:
    """The headers and half of the body, and then the end of the connection."""
    text = json.dumps(body).encode()
    response = web.StreamResponse(status=status, headers=headers)
    response.content_type = "application/json"
    response.content_length = len(text)
    await response.prepare(request)
    await response.write(text[: len(text) // 2])
    await asyncio.sleep(0)
    if request.transport is not None:
        request.transport.close()
    return response
