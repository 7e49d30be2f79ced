"""Where we are called: webhooks, health, figures. No pages: those are the console's."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import TypeVar

import structlog
from aiohttp import web

from socialcare.errors import Interrupted, SettingsError
from socialcare.listening import Arrival, Refused, Webhook
from socialcare.service.logs import told
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.store.database import Database
from socialcare.store.intake import Intake

T = TypeVar("T")

_log = structlog.get_logger()

Why = Callable[[], Awaitable[Sequence[str]]]


def application(
    webhooks: Sequence[Webhook],
    intake: Intake,
    database: Database,
    metrics: Metrics,
    loops: Loops,
    unready: Why,
) -> web.Application:
    """The routes; `unready` says why this process does not decide and send at the moment, if so.

    Raises:
        SettingsError: two webhooks want the same path.
    """
    app = web.Application(client_max_size=max((one.most_bytes for one in webhooks), default=1))

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_: web.Request) -> web.Response:
        why = list(await unready())
        heard = {feed: round(seconds, 1) for feed, seconds in metrics.silent.items()}
        status = 503 if why else 200
        return web.json_response({"ready": not why, "why": why, "heard": heard}, status=status)

    async def figures(_: web.Request) -> web.Response:
        with suppress(Interrupted):  # then what this process itself knows
            await database.look(metrics.measure)
        return web.Response(
            body=metrics.page(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    pages = {"/livez": live, "/readyz": ready, "/metrics": figures}
    for path, page in pages.items():
        app.router.add_get(path, page)
    taken = set(pages)
    for one in webhooks:
        if one.path in taken or not one.path.startswith("/"):
            raise SettingsError(
                f"the webhook `{one.name}` cannot be called at `{one.path}`\n"
                "help: a path begins with `/`, and each is used once"
            )
        taken.add(one.path)
        hook = _Hook(one, intake, metrics, loops)
        app.router.add_get(one.path, hook.challenge)
        app.router.add_post(one.path, hook.call)
    return app


@asynccontextmanager
async def served_at(address: str, app: web.Application, *, closing: float) -> AsyncIterator[None]:
    """Answer at HOST:PORT; at the end calls under way have `closing` seconds to come to theirs.

    Raises:
        SettingsError: nothing can listen there.
    """
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=closing)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            why = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else "no such host"
            raise SettingsError(
                f"cannot listen at `{address}`: {why}\n"
                "help: another `address` under `[live]`, or stop what listens there"
            ) from error
        yield
    finally:
        await runner.cleanup()


class _Hook:
    """One webhook as two handlers."""

    def __init__(self, webhook: Webhook, intake: Intake, metrics: Metrics, loops: Loops) -> None:
        self._webhook = webhook
        self._intake = intake
        self._metrics = metrics
        self._loops = loops

    async def challenge(self, request: web.Request) -> web.Response:
        """The platform asks whether we are we; that asks nothing of the database."""
        answer = self._asked(lambda: self._webhook.challenge(request.query))
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    async def call(self, request: web.Request) -> web.Response:
        """The platform brings events; 200 only once they are stored."""
        if "Content-Encoding" in request.headers:  # what unpacks can be a bomb, and no platform packs
            return self._refuse(Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a packed body"))
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            body = None
        if body is None or len(body) > self._webhook.most_bytes:
            return self._refuse(Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large"))
        headers = {name.lower(): value for name, value in request.headers.items()}
        found = self._asked(lambda: self._webhook.read(body, headers))
        return found if isinstance(found, web.Response) else await self._stored(found)

    async def _stored(self, arrivals: Sequence[Arrival]) -> web.Response:
        name = self._webhook.name
        try:
            taken = await self._intake.accept(arrivals, name, None)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was stored, and the platform brings it again
            _log.error("a call could not be stored", webhook=name, why=told(error))
            return web.json_response({"stored": False}, status=503)
        self._metrics.heard(name)
        self._metrics.taken(name, taken)
        self._loops.wake("decide")
        return web.json_response({"stored": True})

    def _asked(self, call: Callable[[], T]) -> T | web.Response:
        """What a plugin's method gives, or the answer to the caller where it gives nothing."""
        try:
            return call()
        except Refused as why:
            return self._refuse(why)
        except Exception as error:  # noqa: BLE001 - the seam: a webhook may raise anything
            _log.error("a webhook failed", webhook=self._webhook.name, why=told(error), exc_info=error)
            return web.json_response({"stored": False}, status=500)

    def _refuse(self, why: Refused) -> web.Response:
        self._metrics.refused_calls.labels(self._webhook.name).inc()
        _log.warning("call turned away", webhook=self._webhook.name, why=str(why))
        return web.json_response({"refused": str(why)}, status=why.status)
