"""Orders to a fake X that runs as a process of its own: what people do on it, what goes wrong next, how it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from aiohttp import web

from socialcare.testing.fake_x.orders import Mistake, NewText, Note, Order, demand_post, place, read
from socialcare.testing.fake_x.problems import Json
from socialcare.testing.fake_x.scripts import Script, Step
from socialcare.testing.fake_x.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def control(world: World, script: Script) -> Iterator[tuple[str, str, Handler]]:
    """Method, path and handler of each order; all take and give JSON, and answer 400 with `error` what cannot be done."""

    def post(_: str, raw: bytes) -> Json:
        return {"id": place(world, read(raw, Order))}

    def edit(number: str, raw: bytes) -> Json:
        demand_post(world, number)
        return {"id": world.edit(number, read(raw, NewText).text).id}

    def delete(number: str, _: bytes) -> Json:
        demand_post(world, number)
        world.delete(number)
        return {}

    def message(_: str, raw: bytes) -> Json:
        note = read(raw, Note)
        return {"id": world.message(note.sender, note.recipient, note.text).id}

    def steps(_: str, raw: bytes) -> Json:
        script.replace(read(raw, list[Step]))
        return {}

    def state(_: str, __: bytes) -> Json:
        twice = {root: [post.id for post in posts] for root, posts in world.ledger.answered_twice().items()}
        complaints = [entry.why for entry in world.ledger.complaints]
        return {"posts": len(world.ledger.posts), "answered_twice": twice, "complaints": complaints}

    orders = {
        ("POST", "/fake/posts"): post,
        ("PUT", "/fake/posts/{id}"): edit,
        ("DELETE", "/fake/posts/{id}"): delete,
        ("POST", "/fake/messages"): message,
        ("PUT", "/fake/steps"): steps,
        ("GET", "/fake/state"): state,
    }

    async def unknown(request: web.Request) -> web.Response:
        known = ", ".join(f"{method} {path}" for method, path in orders)
        why = f"there is no order `{request.method} {request.path}`; known: {known}"
        return web.json_response({"error": why}, status=404)

    for (method, path), obey in orders.items():
        yield method, path, partial(_answer, obey)
    yield "*", "/fake/{path:.*}", unknown


async def _answer(obey: Callable[[str, bytes], Json], request: web.Request) -> web.Response:
    try:
        return web.json_response(obey(request.match_info.get("id", ""), await request.read()))
    except Mistake as error:
        return web.json_response({"error": str(error)}, status=400)
