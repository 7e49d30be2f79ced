"""Reads: timelines, search, look-ups, people, what was used."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from socialcare.testing.fake_x.fields import names_of
from socialcare.testing.fake_x.ids import moment_of
from socialcare.testing.fake_x.people import User
from socialcare.testing.fake_x.posts import Post
from socialcare.testing.fake_x.problems import Json, Refusal, invalid, not_authorized, not_found, problem
from socialcare.testing.fake_x.queries import matcher
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.shapes import asked, posts_json, user_json
from socialcare.testing.fake_x.world import World

NEWEST_MENTIONS = 800
NEWEST_OWN = 3_200
SEARCHED = 7 * 86_400
"""Seconds that recent search looks back."""


def mentions(world: World, call: Call) -> Json:
    """GET /2/users/:id/mentions: newest first, of the newest 800."""
    return _page(world, call, world.named[person(world, call).id][-NEWEST_MENTIONS:])


def own_posts(world: World, call: Call) -> Json:
    """GET /2/users/:id/tweets: newest first, of the newest 3,200; `exclude` leaves out replies or reposts."""
    left_out = asked(call.query, "exclude")

    def fits(post: Post) -> bool:
        return not (
            ("replies" in left_out and post.in_reply_to is not None)
            or ("retweets" in left_out and post.reposted is not None)
        )

    return _page(world, call, world.written[person(world, call).id][-NEWEST_OWN:], fits)


def search(world: World, call: Call) -> Json:
    """GET /2/tweets/search/recent: of the last seven days."""
    oldest = world.clock.now() - SEARCHED
    since = call.query.get("since_id")
    if since is not None and moment_of(since) < oldest:
        raise invalid("since_id", since, "'since_id' must be a tweet id created within the last 7 days")
    fits = matcher(call.query["query"])
    numbers = world.all_posts
    first = bisect_left(numbers, oldest, key=lambda number: moment_of(str(number)))
    return _page(world, call, numbers[first:], fits)


def _page(
    world: World, call: Call, numbers: Sequence[int], fits: Callable[[Post], bool] = lambda _: True
) -> Json:
    """One page of the posts of these numbers, newest first, as the query bounds them."""
    query = call.query
    low = bisect_right(numbers, int(query["since_id"])) if "since_id" in query else 0
    high = bisect_left(numbers, int(query["until_id"])) if "until_id" in query else len(numbers)
    token = query.get("pagination_token") or query.get("next_token")
    if token is not None:
        high = min(high, bisect_left(numbers, _place(token)))
    size = int(query.get("max_results", 10))
    page: list[Post] = []
    more = False
    for number in reversed(numbers[low:high]):
        post = world.posts[str(number)]
        if not (world.is_shown(post) and post.newest and _between(query, post.at) and fits(post)):
            continue
        if len(page) == size:
            more = True
            break
        page.append(post)
    meta: Json = {"result_count": len(page)}
    if not page:
        return {"meta": meta}
    meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if more:
        meta["next_token"] = f"7140{int(page[-1].id):x}"
    data, includes = posts_json(page, query)
    return {"data": data, **({"includes": includes} if includes else {}), "meta": meta}


def _place(token: str) -> int:
    try:
        return int(token.removeprefix("7140"), 16)
    except ValueError:
        raise invalid("pagination_token", token, "the pagination token is not valid") from None


def _between(query: Mapping[str, str], at: float) -> bool:
    start, end = query.get("start_time"), query.get("end_time")
    return (start is None or at >= datetime.fromisoformat(start).timestamp()) and (
        end is None or at < datetime.fromisoformat(end).timestamp()
    )


def lookup(world: World, call: Call) -> Json:
    """GET /2/tweets: what can be seen under `data`, the rest under `errors`."""
    found, missing = _look(world, call.query["ids"].split(","), "ids")
    data, includes = posts_json(found, call.query)
    return {
        **({"data": data} if data else {}),
        **({"includes": includes} if includes else {}),
        **({"errors": missing} if missing else {}),
    }


def lookup_one(world: World, call: Call) -> Json:
    """GET /2/tweets/:id: a post that is not there is a 200 with `errors` alone."""
    found, missing = _look(world, [call.path["id"]], "id")
    if not found:
        return {"errors": missing}
    data, includes = posts_json(found, call.query)
    return {"data": data[0], **({"includes": includes} if includes else {})}


def _look(world: World, ids: Sequence[str], key: str) -> tuple[list[Post], list[Json]]:
    found: list[Post] = []
    missing: list[Json] = []
    for one in ids:
        post = world.posts.get(one)
        if post is not None and world.is_shown(post):
            found.append(post)
        elif post is not None and post.author.state == "protected" and post.deleted_at is None:
            missing.append(not_authorized(one, key))
        else:
            missing.append(not_found("tweet", key, one))
    return found, missing


def person(world: World, call: Call) -> User:
    """The account whose id is in the path. Raises `Refusal` where there is none."""
    found = world.people.get(call.path["id"])
    if found is None:
        raise Refusal(400, problem(400, f"The `id` query parameter value [{call.path['id']}] is not valid"))
    return found


def me(world: World, call: Call) -> Json:  # noqa: ARG001 - as the others
    """GET /2/users/me."""
    return {"data": user_json(call.caller.account, names_of(call.query), asked(call.query, "user.fields"))}


def users(world: World, call: Call) -> Json:
    """GET /2/users."""
    return _users(call, "ids", "id", world.people.get)


def users_by_name(world: World, call: Call) -> Json:
    """GET /2/users/by."""
    return _users(call, "usernames", "username", world.known)


def user_by_name(world: World, call: Call) -> Json:
    """GET /2/users/by/username/:username."""
    found = world.known(call.path["username"])
    return _one_user(call, found, "username")


def user(world: World, call: Call) -> Json:
    """GET /2/users/:id."""
    return _one_user(call, world.people.get(call.path["id"]), "id")


def _one_user(call: Call, found: User | None, key: str) -> Json:
    if found is None or found.state == "suspended":
        return {"errors": [not_found("user", key, call.path[key])]}
    return {"data": user_json(found, names_of(call.query), asked(call.query, "user.fields"))}


def _users(call: Call, parameter: str, key: str, find: Callable[[str], User | None]) -> Json:
    data: list[Json] = []
    errors: list[Json] = []
    for one in call.query[parameter].split(","):
        found = find(one)
        if found is None or found.state == "suspended":
            errors.append(not_found("user", key, one))
        else:
            data.append(user_json(found, names_of(call.query), asked(call.query, "user.fields")))
    return {**({"data": data} if data else {}), **({"errors": errors} if errors else {})}
