"""Which requests the fake X understands, and what they may say."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from socialcare.testing.fake_x import messages, reading, rules, usage, webhooks, writing
from socialcare.testing.fake_x.fields import (
    FIELDS,
    MESSAGE_EXPANSIONS,
    POST_EXPANSIONS,
    POST_FIELDS,
    USER_EXPANSIONS,
    names_of,
)
from socialcare.testing.fake_x.problems import Json, invalid
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.world import World

Who = Literal["user", "app"]
BOTH: frozenset[Who] = frozenset({"user", "app"})
USER: frozenset[Who] = frozenset({"user"})
APP: frozenset[Who] = frozenset({"app"})

TIMES = ("start_time", "end_time")
PAGES = ("since_id", "until_id", "max_results", "pagination_token", *TIMES)
USER_FIELDS = ("user.fields", "tweet.fields", "post.fields", "expansions")
MESSAGE_FIELDS = ("dm_event.fields", "event_types", "max_results", "pagination_token", *POST_FIELDS)


class Endpoint(NamedTuple):
    """A request that is understood: `who` may send it, `query` are its parameters (those of `needed` must be there),
    `sizes` the bounds of `max_results`, `made` the status when all went well. Without `run` it stays open: `streams`.
    """

    name: str
    run: Callable[[World, Call], Json | Awaitable[Json]] | None
    who: frozenset[Who] = BOTH
    query: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    sizes: tuple[int, int] = (1, 100)
    expansions: Literal["post", "user", "message"] = "post"
    made: int = 200

    @property
    def method(self) -> str:
        """GET, POST, PUT or DELETE."""
        return self.name.split(" ")[0]

    @property
    def route(self) -> str:
        """The path as aiohttp writes it."""
        return re.sub(r":(\w+)", r"{\1}", self.name.split(" ")[1])


ENDPOINTS = (
    Endpoint("GET /2/users/:id/mentions", reading.mentions, query=(*PAGES, *POST_FIELDS), sizes=(5, 100)),
    Endpoint(
        "GET /2/users/:id/tweets", reading.own_posts, query=("exclude", *PAGES, *POST_FIELDS), sizes=(5, 100)
    ),
    Endpoint(
        "GET /2/tweets/search/recent",
        reading.search,
        query=("query", "next_token", "sort_order", *PAGES, *POST_FIELDS),
        needed=("query",),
        sizes=(10, 100),
    ),
    Endpoint(
        "GET /2/tweets/search/stream",
        None,
        APP,
        query=("backfill_minutes", *TIMES, *POST_FIELDS),
    ),
    Endpoint(
        "GET /2/tweets/search/stream/rules",
        rules.rules,
        APP,
        query=("ids", "max_results", "pagination_token"),
    ),
    Endpoint("POST /2/tweets/search/stream/rules", rules.change, APP, query=("dry_run", "delete_all")),
    Endpoint("GET /2/tweets", reading.lookup, query=("ids", *POST_FIELDS), needed=("ids",)),
    Endpoint("POST /2/tweets", writing.create, USER, made=201),
    Endpoint("GET /2/tweets/:id", reading.lookup_one, query=POST_FIELDS),
    Endpoint("DELETE /2/tweets/:id", writing.delete, USER),
    Endpoint("POST /2/users/:id/retweets", writing.repost, USER),
    Endpoint("POST /2/media/upload", writing.upload, USER),
    Endpoint("POST /2/dm_conversations/with/:id/messages", messages.send, USER, made=201),
    Endpoint("GET /2/dm_events", messages.events, USER, query=MESSAGE_FIELDS, expansions="message"),
    Endpoint(
        "GET /2/dm_conversations/with/:id/dm_events",
        messages.events_with,
        USER,
        query=MESSAGE_FIELDS,
        expansions="message",
    ),
    Endpoint("GET /2/users/me", reading.me, USER, query=USER_FIELDS, expansions="user"),
    Endpoint("GET /2/users", reading.users, query=("ids", *USER_FIELDS), needed=("ids",), expansions="user"),
    Endpoint(
        "GET /2/users/by",
        reading.users_by_name,
        query=("usernames", *USER_FIELDS),
        needed=("usernames",),
        expansions="user",
    ),
    Endpoint(
        "GET /2/users/by/username/:username", reading.user_by_name, query=USER_FIELDS, expansions="user"
    ),
    Endpoint("GET /2/users/:id", reading.user, query=USER_FIELDS, expansions="user"),
    Endpoint("POST /2/webhooks", webhooks.add_hook, APP),
    Endpoint("GET /2/webhooks", webhooks.hooks, APP, query=("webhook_config.fields",)),
    Endpoint("PUT /2/webhooks/:id", webhooks.check_hook, APP),
    Endpoint("DELETE /2/webhooks/:id", webhooks.remove_hook, APP),
    Endpoint("POST /2/activity/subscriptions", webhooks.subscribe),
    Endpoint(
        "GET /2/activity/subscriptions", webhooks.subscriptions, query=("max_results", "pagination_token")
    ),
    Endpoint("DELETE /2/activity/subscriptions/:id", webhooks.unsubscribe),
    Endpoint("GET /2/usage/tweets", usage.usage, APP, query=("days", "usage.fields")),
)
"""In the order in which a path is tried."""


def check_query(endpoint: Endpoint, query: Mapping[str, str]) -> None:
    """Raises `Refusal` with a 400 for parameters that the endpoint does not know or whose values it does not take."""
    for name, value in query.items():
        if name not in endpoint.query:
            raise invalid(
                name, value, f"The query parameter [{name}] is not one of [{','.join(endpoint.query)}]"
            )
        if strange := set(value.split(",")) - FIELDS[name] if name in FIELDS else ():
            raise invalid(name, value, f"The `{name}` query parameter value [{min(strange)}] is not known")
    for name in endpoint.needed:
        if not query.get(name):
            raise invalid(name, "", f"The `{name}` query parameter can not be empty")
    _check_expansions(endpoint, query)
    for name in ("since_id", "until_id"):
        if not re.fullmatch("[0-9]{1,19}", query.get(name, "0")):
            raise invalid(name, query[name], f"The `{name}` query parameter value is not a valid id")
    for name in ("ids", "usernames"):
        if len(query.get(name, "").split(",")) > 100:
            raise invalid(
                name,
                query[name],
                f"The number of values in the `{name}` query parameter is not between 1 and 100",
            )
    for name in TIMES:
        if name in query:
            _check_time(name, query[name])
    _check_size(endpoint, query)


def _check_size(endpoint: Endpoint, query: Mapping[str, str]) -> None:
    low, high = endpoint.sizes
    size = query.get("max_results", str(low))
    if not size.isdecimal() or not low <= int(size) <= high:
        raise invalid(
            "max_results",
            size,
            f"The `max_results` query parameter value [{size}] is not between {low} and {high}",
        )


def _check_expansions(endpoint: Endpoint, query: Mapping[str, str]) -> None:
    if "expansions" not in query:
        return
    known = {
        "post": POST_EXPANSIONS[names_of(query)],
        "user": USER_EXPANSIONS,
        "message": MESSAGE_EXPANSIONS,
    }[endpoint.expansions]
    if strange := set(query["expansions"].split(",")) - known:
        raise invalid(
            "expansions",
            query["expansions"],
            f"The `expansions` query parameter value [{min(strange)}] is not known",
        )


def _check_time(name: str, value: str) -> None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid(name, value, f"The `{name}` query parameter value is not a valid time (RFC 3339)")
