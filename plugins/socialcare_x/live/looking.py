"""What X shows of us: all that an account posted or wrote to somebody, and whether a mention is still there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialcare import Found, OwnPost
from socialcare.intake import UNTIMED, BadRow, moment
from socialcare_x.live.ids import moment_of, x_id
from socialcare_x.live.posts import People, message_of, post_of, typed
from socialcare_x.live.replies import Broken, Reply
from socialcare_x.live.shapes import Page, Post

if TYPE_CHECKING:
    from socialcare_x.live.client import Client

_MARGIN = timedelta(minutes=2)
"""How far X's clock and ours may be apart."""

_MOST_SHOWN = 3_200
"""So far back goes the timeline of an account, in posts."""

_LATEST = datetime.max.replace(tzinfo=UTC)

_NOT_THERE = ("resource-not-found", "not-authorized-for-resource", "resource-unavailable")

_Ask = Callable[[dict[str, Any]], Awaitable[Reply]]  # Any: parameters of the API


async def own_posts(client: Client, account_id: str, since: datetime) -> Found:
    """Every post of an account since a moment; what one answers is what it replies to, quotes or shares."""

    async def ask(paging: dict[str, Any]) -> Reply:  # Any: parameters of the API
        reply: Reply = await client.get_users_tweets(
            account_id,
            user_auth=True,
            start_time=since - _MARGIN,
            tweet_fields=["created_at", "referenced_tweets"],
            max_results=100,
            **paging,
        )
        return reply

    pages, complete = await _pages(ask)
    try:
        found = [_own(post_of(row)) for page in pages for row in page.data or ()]
    except BadRow:
        return Found((), complete=False)
    return Found(found, complete and len(found) < _MOST_SHOWN)


async def own_messages(client: Client, account_id: str, person: str, since: datetime) -> Found:
    """Every private message of an account to one person since a moment."""

    async def ask(paging: dict[str, Any]) -> Reply:  # Any: parameters of the API
        reply: Reply = await client.get_direct_message_events(
            participant_id=person,
            user_auth=True,
            event_types="MessageCreate",
            dm_event_fields=["created_at", "sender_id", "text", "event_type"],
            max_results=100,
            **paging,
        )
        return reply

    pages, complete = await _pages(ask, until=lambda page: _oldest(page) < since - _MARGIN)
    nobody = People(None, {})
    try:
        messages = [message_of(row, nobody, "") for page in pages for row in page.data or ()]
    except BadRow:
        return Found((), complete=False)
    ours = (each for each in messages if each.author.id == account_id and each.at >= since - _MARGIN)
    return Found([OwnPost(each.id, each.at, None, each.text) for each in ours], complete)


async def is_there(client: Client, post_id: str) -> bool | None:
    """Whether a post can be seen; `None` where X does not say."""
    try:
        reply: Reply = await client.get_tweets([post_id], user_auth=True)
        page = reply.page()
    except (Broken, BadRow):
        return None
    if reply.status == 200 and page.data:
        return True
    gone = any((problem.type or "").endswith(_NOT_THERE) for problem in page.errors or ())
    return False if reply.status == 200 and gone else None


async def _pages(ask: _Ask, until: Callable[[Page], bool] = lambda _: False) -> tuple[list[Page], bool]:
    """All pages of an answer, and whether these are really all."""
    pages: list[Page] = []
    paging: dict[str, Any] = {}  # Any: as above
    while True:
        try:
            reply = await ask(paging)
            page = reply.page()
        except (Broken, BadRow):
            return pages, False
        if reply.status != 200 or page.errors:
            return pages, False
        pages.append(page)
        token = page.meta.next_token if page.meta is not None else None
        if not token or until(page):
            return pages, True
        paging = {"pagination_token": token}


def _own(post: Post) -> OwnPost:
    number = x_id(post.id, "id")
    at = moment(post.created_at) if post.created_at else moment_of(number)
    related = post.referenced_tweets or post.referenced_posts or ()
    order = {"replied_to": 0, "quoted": 1}
    answers = sorted((order.get(each.type, 2), str(each.id)) for each in related)
    return OwnPost(
        number,
        at or UNTIMED,
        answers[0][1] if answers else None,
        typed(post.text or ""),
    )


def _oldest(page: Page) -> datetime:
    nobody = People(None, {})
    return min((message_of(row, nobody, "").at for row in page.data or ()), default=_LATEST)
