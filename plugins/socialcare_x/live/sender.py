"""Says on X what was decided: one request an attempt, and a sober reading of what became of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from socialcare import Answer, Effect, Found, Mention, OwnPost, Window
from socialcare.clock import Clock
from socialcare_x.live import looking
from socialcare_x.live.accounts import Account, named
from socialcare_x.live.answers import answer_to
from socialcare_x.live.gate import GATE, Gate
from socialcare_x.live.pictures import NoPicture, Pictures
from socialcare_x.live.replies import Broken, Reply

if TYPE_CHECKING:
    from socialcare_x.live.client import Client

_LINK = re.compile(r"https?://\S+|\bt\.co/\S+")
_ANSWERS_A_MENTION = frozenset({"reply", "quote", "repost", "dm"})


class XSender:
    """The sender of X."""

    name = "x"
    doc = "replies, messages, posts and reposts on X, one request each"
    platform = "x"
    idempotency: Literal["client_id", "key", "none"] = "none"
    key_ttl = 0.0
    look_up: Literal["by_id", "by_reply_target", "none"] = "by_reply_target"
    lag = 60.0
    most_seconds = 15.0
    patience = 14.0
    """A little less, so that it is we who say what is known of a request that takes too long."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        actions: frozenset[str],
        pictures: Pictures,
        clock: Clock,
        windows: Sequence[Window] = (),
    ) -> None:
        self.actions = actions
        self.windows = windows
        self._accounts = accounts
        self._pictures = pictures
        self._clock = clock
        self._clients: dict[str, Client] = {}

    def client_key(self, effect: Effect) -> str | None:  # noqa: ARG002 - whatever it is
        """None: X takes no key."""
        return None

    async def send(self, effect: Effect, may_write: Callable[[], bool]) -> Answer:
        """One request, and before it the upload of a picture that nobody sees yet."""
        account = named(self._accounts, effect.account)
        if account is None:
            return Answer(
                kind="paused", reason=f"`[plugins.x.accounts]` has no account `{effect.account}`; add it"
            )
        if effect.action in _ANSWERS_A_MENTION and effect.mention is None:
            return Answer(kind="refused", reason=f"`{effect.action}` answers a mention, and there is none")
        gate = Gate(may_write)
        try:
            async with asyncio.timeout(self.patience):
                return await self._said(account, effect, gate)
        except NoPicture as why:
            return Answer(kind="refused", reason=str(why))
        except (Broken, TimeoutError) as why:
            reason = str(why) or "it took too long"
            return (
                Answer(kind="unknown", reason=reason, charged=True)
                if gate.opened
                else Answer(kind="unsent", reason=reason)
            )

    async def find(self, effect: Effect, since: datetime) -> Found:
        """Own posts that this effect can have made: those that answer something; messages and original posts by their words."""
        account = named(self._accounts, effect.account)
        if account is None:
            return Found((), complete=False)
        mention = effect.mention
        client = self._client(account)
        if effect.action == "dm" and mention is not None:
            found = await looking.own_messages(client, account.id, mention.author.id, since)
        else:
            found = await looking.own_posts(client, account.id, since)
        return Found([post for post in found.posts if _can_be(post, effect)], found.complete)

    async def own_posts(self, account: str, since: datetime) -> Found | None:
        """All that an account has posted since a moment, no private messages; `None` where we have no keys for it."""
        ours = named(self._accounts, account)
        if ours is None:
            return None
        return await looking.own_posts(self._client(ours), ours.id, since)

    async def is_there(self, mention: Mention) -> bool | None:
        """Whether a post can still be seen; of messages X does not say it."""
        ours = named(self._accounts, mention.account or "") or next(iter(self._accounts.values()), None)
        if mention.kind == "message" or ours is None:
            return None
        return await looking.is_there(self._client(ours), mention.id)

    async def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    async def _said(self, account: Account, effect: Effect, gate: Gate) -> Answer:
        client = self._client(account)
        media: list[str] | None = None
        if (written := effect.payload.get("media")) is not None:
            use: Literal["tweet", "dm"] = "dm" if effect.action == "dm" else "tweet"
            media = [await self._pictures.uploaded(client, account.id, str(written), use)]
        asked = GATE.set(gate)
        try:
            reply = await _request(client, effect, media)
        finally:
            GATE.reset(asked)
        target = effect.mention.id if effect.mention is not None else None
        return answer_to(reply, target, self._clock.now())

    def _client(self, account: Account) -> Client:
        if account.name not in self._clients:
            self._clients[account.name] = account.open()
        return self._clients[account.name]


async def _request(client: Client, effect: Effect, media: list[str] | None) -> Reply:
    """The one request of an effect; whom it reaches is the author of the mention, whatever the payload says (S10)."""
    said: dict[str, Any] = {"text": effect.text, "user_auth": True}  # Any: arguments of tweepy
    target = effect.mention.id if effect.mention is not None else None
    reply: Reply
    match effect.action:
        case "dm" if effect.mention is not None:
            picture = media[0] if media else None
            reply = await client.create_direct_message(
                participant_id=effect.mention.author.id, media_id=picture, **said
            )
        case "repost":
            reply = await client.retweet(target, user_auth=True)
        case "quote":
            reply = await client.create_tweet(quote_tweet_id=target, media_ids=media, **said)
        case "reply":
            reply = await client.create_tweet(in_reply_to_tweet_id=target, media_ids=media, **said)
        case _:
            reply = await client.create_tweet(media_ids=media, **said)
    return reply


def _can_be(post: OwnPost, effect: Effect) -> bool:
    """Whether an effect can have made a post: of one that answers something the core says, since it alone knows all edits."""
    mention = effect.mention
    if mention is None or effect.action in {"post", "dm"}:
        return _bare(post.text) == _bare(effect.text or "")
    return post.in_reply_to is not None


def _bare(text: str) -> str:
    """A text without its links, which X spells in its own way."""
    return " ".join(_LINK.sub(" ", text).split())
