"""Orders to a fake X that runs as a process of its own: what people do on it, what goes wrong next, how it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import msgspec
from aiohttp import web
from msgspec import Struct

from socialcare.testing.fake_x.scripts import Script, Step
from socialcare.testing.fake_x.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that somebody posts; `at` is in epoch seconds, now where it is left out."""

    author: str
    text: str
    mentioning: list[str] = []
    in_reply_to: str | None = None
    quoting: str | None = None
    at: float | None = None
    lang: str = "en"


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new text of a post, or a message from one to another."""

    text: str
    sender: str = ""
    recipient: str = ""


def place(world: World, order: Order) -> str:
    """Carry an order out. Returns the id of the post."""
    return world.post(
        order.author,
        order.text,
        mentioning=order.mentioning,
        in_reply_to=order.in_reply_to,
        quoting=order.quoting,
        at=order.at,
        lang=order.lang,
    ).id


def control(world: World, script: Script) -> Iterator[tuple[str, str, Handler]]:
    """Method, path and handler of each order; all take and give JSON."""

    async def post(request: web.Request) -> web.Response:
        return web.json_response({"id": place(world, msgspec.json.decode(await request.read(), type=Order))})

    async def edit(request: web.Request) -> web.Response:
        words = msgspec.json.decode(await request.read(), type=Words)
        return web.json_response({"id": world.edit(request.match_info["id"], words.text).id})

    async def delete(request: web.Request) -> web.Response:
        world.delete(request.match_info["id"])
        return web.json_response({})

    async def message(request: web.Request) -> web.Response:
        words = msgspec.json.decode(await request.read(), type=Words)
        return web.json_response({"id": world.message(words.sender, words.recipient, words.text).id})

    async def steps(request: web.Request) -> web.Response:
        script.replace(msgspec.json.decode(await request.read(), type=list[Step]))
        return web.json_response({})

    async def state(_: web.Request) -> web.Response:
        twice = {root: [post.id for post in posts] for root, posts in world.ledger.answered_twice().items()}
        complaints = [entry.why for entry in world.ledger.complaints]
        return web.json_response(
            {"posts": len(world.ledger.posts), "answered_twice": twice, "complaints": complaints}
        )

    yield "POST", "/fake/posts", post
    yield "PUT", "/fake/posts/{id}", edit
    yield "DELETE", "/fake/posts/{id}", delete
    yield "POST", "/fake/messages", message
    yield "PUT", "/fake/steps", steps
    yield "GET", "/fake/state", state
