"""The feed of private messages, as far as X's API still shows them (most are encrypted since XChat)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from socialcare import Batch, Mention, Reject
from socialcare.intake import BadRow
from socialcare_x.live.accounts import Account
from socialcare_x.live.asking import Pace
from socialcare_x.live.posts import People, message_of, turned_away
from socialcare_x.live.replies import Reply
from socialcare_x.live.timelines import PATIENCE, USER_FIELDS, Params, Reading

if TYPE_CHECKING:
    from socialcare_x.live.client import Client

_PAGE = 100
_FEWEST_SECONDS = 65.0
"""Between two looks: X allows 15 in a quarter of an hour."""


class Messages:
    """What people write to one account in private; our own messages are left out."""

    silence = PATIENCE

    def __init__(self, account: Account, reading: Reading) -> None:
        self.name = f"x.messages.{account.name}"
        self.doc = f"private messages to @{account.handle} on X"
        self.account = account.handle
        self._ours = account
        self._reading = reading
        self._pace = Pace(reading.clock)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Batches from the last message known, oldest first. Raises as `Pace.ask`."""
        client = self._ours.open()
        try:
            while True:
                async for batch in self._reading.enough(self.name):
                    yield batch
                batch = await self._news(client, cursor)
                cursor = batch.cursor or cursor
                yield batch
                await self._reading.clock.sleep(max(self._reading.interval, _FEWEST_SECONDS))
        finally:
            await client.close()

    async def _news(self, client: Client, cursor: str | None) -> Batch:
        """All messages after the cursor; at a cold start none, but the id of the newest."""
        found: dict[str, Mention] = {}
        bad: list[Reject] = []
        params: Params = {
            "max_results": _PAGE if cursor else 1,
            "event_types": "MessageCreate",
            "dm_event_fields": ["created_at", "dm_conversation_id", "event_type", "sender_id", "text"],
        }
        if self._reading.authors:
            params |= {"expansions": ["sender_id"], "user_fields": USER_FIELDS}
        while True:
            page = await self._pace.ask(lambda asked: _ask(client, asked), params)
            people = People(page.includes, self._reading.us)
            for row in page.data or ():
                try:
                    message = message_of(row, people, self.account)
                    found[message.id] = message
                except BadRow as why:
                    bad.append(turned_away(self.name, why, row))
            self._reading.money.count("read_user", people.ids)
            token = page.meta.next_token if page.meta is not None else None
            if cursor is None or not token or any(int(number) <= int(cursor) for number in found):
                break
            params["pagination_token"] = token
        self._reading.money.count("read_dm_event", found)
        newest = str(max(map(int, found), default=int(cursor or 0)))
        if cursor is None:
            return Batch((), newest)
        new = sorted(
            (one for one in found.values() if int(one.id) > int(cursor)), key=lambda one: int(one.id)
        )
        return Batch([*(one for one in new if one.author.id != self._ours.id), *bad], newest)


async def _ask(client: Client, params: Params) -> Reply:
    reply: Reply = await client.get_direct_message_events(user_auth=True, **params)
    return reply
