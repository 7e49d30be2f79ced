"""Feeds that ask again and again for what is new: mentions timeline and recent search."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from msgspec import Raw

from socialcare import Batch, Mention, Reject
from socialcare.clock import Clock
from socialcare.intake import BadRow
from socialcare_x.live.accounts import Account
from socialcare_x.live.asking import Pace
from socialcare_x.live.ids import x_id
from socialcare_x.live.money import ReadingMoney
from socialcare_x.live.places import Place, place
from socialcare_x.live.posts import People, Us, mention_of, post_of, turned_away
from socialcare_x.live.replies import WINDOW, Reply
from socialcare_x.live.shapes import Page

if TYPE_CHECKING:
    from socialcare_x.live.client import Client

POST_FIELDS = [
    "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities", "in_reply_to_user_id", "lang",
    "note_tweet", "public_metrics", "referenced_tweets",
]  # fmt: skip
USER_FIELDS = [
    "affiliation", "created_at", "description", "name", "protected", "public_metrics", "username", "verified", "verified_type",
]  # fmt: skip

PATIENCE = WINDOW + 100.0
"""Seconds without a batch after which a feed that asks is stalled: longer than X can make it wait."""

MOST_SHOWN = 800
"""Posts that the mentions timeline goes back, those counted that were deleted since and are not shown."""

_MAY_BE_CUT_OFF = MOST_SHOWN // 2
_CUT_OFF = f"X shows the newest {MOST_SHOWN} mentions only: older ones since `{{since}}` may be missing"
_OUT_OF_REACH = "X searches the last seven days only: what was written before, since this search was read last, may be missing"

_PAGE = 100
_COLD_PAGE = 10
_SIGN_OF_LIFE = 300.0

Params: TypeAlias = dict[str, Any]  # Any: parameters of the API

_log = logging.getLogger(__name__)


class Reading(NamedTuple):
    """What all feeds of this plugin have in common: our accounts, whether authors are bought, how often, for how much."""

    us: Us
    authors: bool
    interval: float
    money: ReadingMoney
    clock: Clock

    def fields(self) -> Params:
        """What is asked for of a post, and of its author if that is paid for."""
        asked: Params = {"tweet_fields": POST_FIELDS}
        if self.authors:
            asked |= {"expansions": ["author_id"], "user_fields": USER_FIELDS}
        return asked

    async def enough(self, feed: str) -> AsyncGenerator[Batch, None]:
        """Signs of life until there is money for reading again; none while some is left."""
        while (wait := self.money.until()) > 0:
            _log.warning("%s reads nothing for %.0f s: the money of the day is used up", feed, wait)
            yield Batch()
            await self.clock.sleep(min(wait, _SIGN_OF_LIFE))


class Timeline:
    """The mentions of one account, or what a search finds for it: both are asked alike."""

    silence = PATIENCE

    def __init__(self, kind: Literal["mentions", "search"], account: Account, reading: Reading) -> None:
        self.name = f"x.{kind}.{account.name}"
        self.doc = (
            f"{'mentions timeline' if kind == 'mentions' else 'recent search'} of @{account.handle} on X"
        )
        self.account = account.handle
        self._kind = kind
        self._ours = account
        self._reading = reading
        self._pace = Pace(reading.clock)
        self._seen: set[str] = set()

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Batches in the order in which things were written; each moves the cursor as far as it goes.

        Raises as `Pace.ask`.
        """
        client = self._ours.open()
        self.begin_again()
        try:
            if cursor is None:
                now = await self.beginning(client)
                yield Batch((), now.cursor)
            else:
                now = place(cursor)
            while True:
                async for batch in self._reading.enough(self.name):
                    yield batch
                for batch, reached in await self.news(client, now):
                    yield batch
                    now = reached
                await self._reading.clock.sleep(self._reading.interval)
        finally:
            await client.close()

    def begin_again(self) -> None:
        """Take nothing for told: what was told last may not have been stored."""
        self._seen.clear()

    async def beginning(self, client: Client) -> Place:
        """The newest post there is, which is the last one that is not taken in. Raises as `Pace.ask`."""
        page = await self._pace.ask(self._ask(client), {"max_results": _COLD_PAGE})
        numbers = (number for number, _ in self._read(page) if number is not None)
        newest = str(max(map(int, numbers), default=0))
        return Place(newest, newest)

    async def news(self, client: Client, now: Place) -> Sequence[tuple[Batch, Place]]:
        """What is new since a place, oldest first; at least one batch, be it empty.

        All pages are read before anything is given: what a page leaves out cannot be asked for later.
        """
        began = self._reading.clock.now()
        odd: list[Reject] = []
        if self._kind == "search":
            if now.is_out_of_reach(began):
                odd.append(turned_away(self.name, _OUT_OF_REACH))
            now = now.within_reach(began)
        rows, bad, cut_off = await self._rows(client, now)
        odd += bad
        if cut_off:
            odd.append(turned_away(self.name, _CUT_OFF.format(since=now.newest)))
        rows.sort(key=lambda row: int(row[0]))
        self._forget(now)
        self._seen.update(number for number, _ in rows)
        batches = [(Batch(odd), now)] if odd else []
        for start in range(0, len(rows), _PAGE):
            some = rows[start : start + _PAGE]
            now = now.moved(some[-1][0])
            batches.append((Batch([arrival for _, arrival in some], now.cursor), now))
        if self._kind == "search" and (fresh := now.kept_fresh(began)) != now:
            batches.append((Batch((), fresh.cursor), fresh))
        return batches or [(Batch(), now)]

    async def _rows(
        self, client: Client, now: Place
    ) -> tuple[list[tuple[str, Mention | Reject]], list[Reject], bool]:
        """What can be read, what cannot, and whether X shows too little to be all since the place."""
        rows: dict[str, Mention | Reject] = {}
        bad: list[Reject] = []
        params: Params = {"max_results": _PAGE, **self._reading.fields()}
        if now.since is not None:
            params["since_id"] = now.since
        shown: set[str] = set()
        while True:
            page = await self._pace.ask(self._ask(client), params)
            for number, arrival in self._read(page):
                if number is None:
                    bad.append(arrival)  # type: ignore[arg-type]  # what has no id is no mention
                    continue
                shown.add(number)
                if number not in self._seen:
                    rows[number] = arrival
            token = page.meta.next_token if page.meta is not None else None
            if not token:
                break
            params["next_token" if self._kind == "search" else "pagination_token"] = token
        # one that we know already, at the end of what is shown, proves that nothing is cut off before it
        is_short = self._kind == "mentions" and now.since is not None and now.newest not in shown
        return list(rows.items()), bad, is_short and len(shown) >= _MAY_BE_CUT_OFF

    def _read(self, page: Page) -> Sequence[tuple[str | None, Mention | Reject]]:
        people = People(page.includes, self._reading.us)
        read = [self._one(row, people) for row in page.data or ()]
        kind: Literal["read_owned", "read_post"] = "read_owned" if self._kind == "mentions" else "read_post"
        self._reading.money.count(kind, [number for number, _ in read if number])
        self._reading.money.count("read_user", people.ids)
        return read

    def _one(self, row: Raw, people: People) -> tuple[str | None, Mention | Reject]:
        number = None
        try:
            post = post_of(row)
            number = x_id(post.id, "id")
            return number, mention_of(post, people, self._for)
        except BadRow as why:
            return number, turned_away(self.name, why, row)

    def _for(self, mentioned: Sequence[str], answered: str | None) -> str | None:
        """Whom a post is for: what a search found and names nobody is for no account in particular."""
        is_ours = self._kind == "mentions" or mentioned or answered == self.account
        return self.account if is_ours else None

    def _ask(
        self, client: Client
    ) -> Callable[[Params], Any]:  # Any: an awaitable of tweepy's, which has no types
        async def ask(params: Params) -> Reply:
            reply: Reply
            if self._kind == "mentions":
                reply = await client.get_users_mentions(self._ours.id, user_auth=True, **params)
            else:
                reply = await client.search_recent_tweets(
                    self._ours.settings.search, user_auth=True, **params
                )
            return reply

        return ask

    def _forget(self, now: Place) -> None:
        """Forget what X will not show again."""
        since = int(now.since or 0)
        self._seen = {number for number in self._seen if int(number) > since}
