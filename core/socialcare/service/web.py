"""Where we are called: webhooks, health, figures. No pages: those are the console's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

import structlog
from aiohttp import web

from socialcare.errors import Interrupted
from socialcare.listening import Arrival, Refused, Webhook
from socialcare.seam import Failed, attempt
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database
from socialcare.store.intake import Intake

_log = structlog.get_logger()


def application(
    webhooks: Sequence[Webhook],
    intake: Intake,
    database: Database,
    metrics: Metrics,
    loops: Loops,
    unready: Callable[[], Sequence[str]],
) -> web.Application:
    """The routes; `unready` says why this process does not decide and send at the moment, if so."""
    most = max((one.most_bytes for one in webhooks), default=1)
    app = web.Application(client_max_size=most)

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_: web.Request) -> web.Response:
        why = list(unready())
        return web.json_response({"ready": not why, "why": why}, status=503 if why else 200)

    async def figures(_: web.Request) -> web.Response:
        await database.look(metrics.measure)
        return web.Response(
            body=metrics.page(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    app.router.add_get("/livez", live)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", figures)
    for one in webhooks:
        hook = _Hook(one, intake, metrics, loops)
        app.router.add_get(one.path, hook.challenge)
        app.router.add_post(one.path, hook.call)
    return app


class _Hook:
    """One webhook as two handlers."""

    def __init__(self, webhook: Webhook, intake: Intake, metrics: Metrics, loops: Loops) -> None:
        self._webhook = webhook
        self._intake = intake
        self._metrics = metrics
        self._loops = loops

    async def challenge(self, request: web.Request) -> web.Response:
        """The platform asks whether we are we."""
        answer = attempt(lambda: _caught(lambda: self._webhook.challenge(request.query)))
        return self._told(answer) or web.json_response(answer)

    async def call(self, request: web.Request) -> web.Response:
        """The platform brings events; 200 only once they are stored."""
        if "Content-Encoding" in request.headers:  # what unpacks can be a bomb, and no platform packs
            return self._refuse(Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a packed body"))
        body = await request.read()
        if len(body) > self._webhook.most_bytes:
            return self._refuse(Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large"))
        headers = {name.lower(): value for name, value in request.headers.items()}
        found = attempt(lambda: _caught(lambda: self._webhook.read(body, headers)))
        if (told := self._told(found)) is not None:
            return told
        return await self._stored(found)  # type: ignore[arg-type]  # what is no refusal is what `read` gives

    async def _stored(self, arrivals: Sequence[Arrival]) -> web.Response:
        try:
            taken = await self._intake.accept(arrivals, self._webhook.name, None)
        except Interrupted:
            return web.json_response({"stored": False}, status=503)
        self._metrics.heard(self._webhook.name)
        self._metrics.taken(self._webhook.name, taken)
        self._loops.wake("decide")
        return web.json_response({"stored": True})

    def _told(self, answer: object) -> web.Response | None:
        if isinstance(answer, Refused):
            return self._refuse(answer)
        if isinstance(answer, Failed):
            _log.error("webhook failed", webhook=self._webhook.name, why=answer.reason)
            return web.json_response({"stored": False}, status=500)
        return None

    def _refuse(self, why: Refused) -> web.Response:
        self._metrics.refused_calls.labels(self._webhook.name).inc()
        _log.warning("call turned away", webhook=self._webhook.name, why=str(why))
        return web.json_response({"refused": str(why)}, status=why.status)


def _caught(call: Callable[[], Mapping[str, str] | Sequence[Arrival]]) -> object:
    """What a call gives, a refusal included: that is an answer and no failure."""
    try:
        return call()
    except Refused as why:
        return why
