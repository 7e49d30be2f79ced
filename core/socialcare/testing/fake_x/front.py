"""How a request is answered: written down, let in or not, carried out, and answered truly or as the script has it."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from inspect import isawaitable

from aiohttp import web

from socialcare.testing.fake_x.endpoints import ENDPOINTS, Endpoint, check_query
from socialcare.testing.fake_x.ledger import Answered, Complaint, Requested
from socialcare.testing.fake_x.oauth import Caller, Gate, Unsigned
from socialcare.testing.fake_x.problems import Json, Refusal, invalid, problem, refused
from socialcare.testing.fake_x.rates import Rates, too_many
from socialcare.testing.fake_x.scripts import ANSWERS, Answer, Call, Script, Step
from socialcare.testing.fake_x.streams import Stream
from socialcare.testing.fake_x.world import World

PAGE = (
    "<!DOCTYPE html><html><head><title>Over capacity</title></head>"
    "<body><h1>Something is technically wrong.</h1></body></html>"
)
FORM = "multipart/form-data"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Front:
    """Takes the requests for a platform."""

    def __init__(self, world: World, gate: Gate, rates: Rates, script: Script, stream: Stream) -> None:
        self._world = world
        self._gate = gate
        self._rates = rates
        self._script = script
        self._stream = stream
        self._count = 0
        self._counts: Counter[str] = Counter()
        self._in_flight: Counter[tuple[str | None, str]] = Counter()

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        """Method, path and handler of all that is understood, and of all else."""
        for endpoint in ENDPOINTS:
            yield endpoint.method, endpoint.route, partial(self._handle, endpoint)
        yield "*", "/{path:.*}", self._unknown

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        number = self._next(f"{request.method} {request.path}", request, None)
        self._complain(number, f"{request.method} {request.path} is nothing that X has")
        return self._say(number, None, 404, problem(404, "Not Found"), {}, "unknown")

    def _next(self, endpoint: str, request: web.Request, body: object) -> int:
        self._count += 1
        self._counts[endpoint] += 1
        self._world.ledger.write(
            Requested(
                number=self._count,
                at=self._world.clock.now(),
                endpoint=endpoint,
                path=request.path,
                query=dict(request.query),
                body=body,
            )
        )
        return self._count

    async def _handle(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        try:
            raw = b"" if request.content_type == FORM else await request.read()
            body, form, shown = await _body(request, raw)
        except ConnectionResetError:
            return web.Response()  # half a request is none: it was never received
        number = self._next(endpoint.name, request, shown)
        caller = Caller(None)
        headers: dict[str, str] = {}
        try:
            caller = self._gate.caller(request.method, request.path_qs, request.headers, form)
            headers = self._admit(endpoint, request, number, caller)
            call = Call(
                number=number,
                nth=self._counts[endpoint.name],
                at=self._world.clock.now(),
                endpoint=endpoint.name,
                caller=caller,
                path=dict(request.match_info),
                query=dict(request.query),
                body=body,
                raw=raw.decode(errors="replace"),
            )
            step = self._script.step(call)
            if endpoint.run is None and (step is None or ANSWERS[step.answer].sends == "made"):
                self._note(number, caller.name, 200, "ok")
                return await self._stream.listen(request, call, headers)
            return await self._answer(endpoint, request, (call, step), headers)
        except Unsigned as no:
            self._complain(number, no.why)
            return self._say(number, caller.name, no.status, no.body, headers, "refused")
        except Refusal as no:
            if no.status == 400:
                self._complain(number, f"{endpoint.name}: {json.dumps(no.body.get('errors', no.body))}")
            headers = getattr(no, "headers", headers)
            return self._say(number, caller.name, no.status, no.body, headers, "refused")

    def _admit(self, endpoint: Endpoint, request: web.Request, number: int, caller: Caller) -> dict[str, str]:
        """Whether this caller may send this request now. Returns the headers that say how many more."""
        if ("user" if caller.user else "app") not in endpoint.who:
            self._complain(number, f"{endpoint.name} with the wrong kind of keys")
            raise refused(
                403,
                "Authenticating with this kind of keys is forbidden for this endpoint.",
                kind="unsupported-authentication",
                title="Unsupported Authentication",
            )
        headers, left = self._rates.spend(endpoint.name, caller.name, self._world.clock.now())
        if not left:
            self._complain(number, f"{endpoint.name} although no request was left")
            raise _With(too_many(), headers)
        if len(request.query) != len(set(request.query)):
            raise invalid("query", request.query_string, "a parameter stands there twice")
        check_query(endpoint, request.query)
        return headers

    async def _answer(
        self,
        endpoint: Endpoint,
        request: web.Request,
        asked: tuple[Call, Step | None],
        headers: dict[str, str],
    ) -> web.StreamResponse:
        call, step = asked
        answer = ANSWERS[step.answer] if step else ANSWERS["ok"]
        word = step.answer if step else "ok"
        if word == "rate_limited" and step is not None:
            headers = self._rates.use_up(
                endpoint.name, call.caller.name, self._world.clock.now(), step.seconds
            )
        same = (call.caller.name, f"{call.endpoint} {call.raw}")
        writes = endpoint.method != "GET"
        if writes and self._in_flight[same]:
            self._complain(call.number, f"{endpoint.name} again while the same request is under way")
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
            await self._world.clock.sleep(step.seconds)
        made: tuple[int, Json] = (answer.status or 200, answer.body or {})
        if answer.applies != "never" and endpoint.run is not None:
            try:
                did = endpoint.run(self._world, call)
                made = (endpoint.made, await did if isawaitable(did) else did)
            except Refusal as no:
                if no.status == 400:
                    self._complain(
                        call.number, f"{endpoint.name}: {json.dumps(no.body.get('errors', no.body))}"
                    )
                made = (no.status, no.body)
        if answer.applies == "now" and answer.waits and step is not None:
            await self._world.clock.sleep(step.seconds)
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
        self._world.ledger.write(
            Answered(request=number, at=self._world.clock.now(), account=account, status=status, answer=word)
        )

    def _complain(self, request: int, why: str) -> None:
        self._world.ledger.write(Complaint(request=request, why=why))


class _With(Refusal):
    """A refusal with headers of its own."""

    def __init__(self, no: Refusal, headers: dict[str, str]) -> None:
        super().__init__(no.status, no.body)
        self.headers = headers


async def _body(request: web.Request, raw: bytes) -> tuple[Json, str, object]:
    """The body of a request as an object, its form as text (what a signature covers), and what the ledger keeps of it."""
    if request.content_type == "application/x-www-form-urlencoded":
        return {}, raw.decode(errors="replace"), None
    if request.content_type == FORM:
        fields: Json = {}
        for name, value in (await request.post()).items():
            fields[name] = value.file.read() if isinstance(value, web.FileField) else value
        return fields, "", {name: value for name, value in fields.items() if isinstance(value, str)}
    if not raw:
        return {}, "", None
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
