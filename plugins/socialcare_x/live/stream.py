"""The filtered stream: one connection for all accounts, and the timeline for what it did not carry.

tweepy's `AsyncStreamingClient` is not used: it connects again at once and for ever after a clean close, ends quietly after
any error in a handler, and swallows its own cancellation. Here the stream ends or raises, and who listens decides when to
begin again.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.json import Decoder

from socialcare import Batch, Mention, PluginError, Reject
from socialcare.intake import BadRow, decoded
from socialcare_x.live.accounts import Account
from socialcare_x.live.places import Place, place
from socialcare_x.live.posts import People, mention_of, post_of, turned_away
from socialcare_x.live.replies import Reply
from socialcare_x.live.shapes import NOTHING, Line
from socialcare_x.live.timelines import PATIENCE, POST_FIELDS, USER_FIELDS, Params, Reading, Timeline

if TYPE_CHECKING:
    from socialcare_x.live.client import Client

_RULES = "/2/tweets/search/stream/rules"
_STREAM = "/2/tweets/search/stream"
_TAG = "socialcare:"
_SWEEP = 900.0
"""Seconds between two looks at the timelines while a stream is open."""

_LINE = Decoder(Line)


class _Rule(Struct):
    value: str
    id: str | None = None
    tag: str | None = None


class _Rules(Struct):
    data: list[_Rule] | None = None


_RULES_THERE = Decoder(_Rules)


class Stream:
    """Posts that the rules of our accounts match, as they are written; the cursor says how far the timelines were read."""

    name = "x.stream"
    doc = "filtered stream of X, with the mentions timeline for what it misses"
    silence = PATIENCE

    def __init__(self, accounts: Sequence[Account], reading: Reading) -> None:
        self.account = accounts[0].handle
        self._accounts = {account.name: account for account in accounts}
        self._timelines = {account.name: Timeline("mentions", account, reading) for account in accounts}
        self._reading = reading

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """First what the timelines hold since the cursor, then the stream, until it ends, breaks off or falls silent.

        Raises:
            PluginError: X does not open the stream, or ends it with a reason.
            Broken: the connection was lost, or silent for too long.
        """
        clients = {name: account.open() for name, account in self._accounts.items()}
        first = next(iter(clients.values()))
        places = {name: place(one) for name, one in json.loads(cursor or "{}").items()}
        for timeline in self._timelines.values():
            timeline.begin_again()
        try:
            await self._set_rules(first)
            async with aclosing(first.lines(_STREAM, self._params())) as lines:
                swept = None
                async for line in lines:
                    if isinstance(line, Reply):
                        raise PluginError(f"X does not open the stream: {_said(line)}")
                    now = self._reading.clock.steady()
                    if swept is None or now - swept > _SWEEP:
                        swept = now
                        async for batch in self._sweep(clients, places):
                            yield batch
                    yield Batch(self._read(line))
                    async for batch in self._reading.enough(self.name):
                        yield batch
        finally:
            for client in clients.values():
                await client.close()

    async def _sweep(self, clients: Mapping[str, Client], places: dict[str, Place]) -> AsyncIterator[Batch]:
        """What the timelines show since the places, which move on; an account without one begins now."""
        for name, timeline in self._timelines.items():
            if name not in places:
                places[name] = await timeline.beginning(clients[name])
                yield Batch((), _cursor(places))
            for batch, reached in await timeline.news(clients[name], places[name]):
                places[name] = reached
                yield Batch(batch.arrivals, _cursor(places))

    def _read(self, line: bytes) -> Sequence[Mention | Reject]:
        if not line:
            return ()
        try:
            told = decoded(line, _LINE, "a line of the stream")
            if told.data == NOTHING:
                reasons = "; ".join(problem.said for problem in told.errors or ())
                raise PluginError(f"X ends the stream: {reasons or 'without a reason'}")
            people = People(told.includes, self._reading.us)
            tags = [(rule.tag or "").removeprefix(_TAG) for rule in told.matching_rules or ()]
            ours = next((self._accounts[tag].handle for tag in tags if tag in self._accounts), None)
            mention = mention_of(
                post_of(told.data),
                people,
                lambda named, answered: ours if named or answered == ours else None,
            )
        except BadRow as why:
            return [turned_away(self.name, why, line)]
        self._reading.money.count("read_post", [mention.id])
        self._reading.money.count("read_user", people.ids)
        return [mention]

    async def _set_rules(self, client: Client) -> None:
        """Make the rules at X those of the settings; rules that others made there are left alone."""
        wanted = {f"{_TAG}{name}": account.settings.stream for name, account in self._accounts.items()}
        reply = await client.request("GET", _RULES)
        _demand(reply)
        try:
            there = decoded(reply.body, _RULES_THERE, "a list of rules").data or []
        except BadRow as why:
            raise PluginError(f"the rules of the stream: {why}") from why
        ours = [rule for rule in there if (rule.tag or "").startswith(_TAG)]
        old = [rule.id for rule in ours if wanted.get(rule.tag or "") != rule.value]
        if old:
            _demand(await client.request("POST", _RULES, json={"delete": {"ids": old}}))
        kept = {rule.tag for rule in ours if rule.id not in old}
        new = [{"value": value, "tag": tag} for tag, value in wanted.items() if tag not in kept]
        if new:
            _demand(await client.request("POST", _RULES, json={"add": new}))

    def _params(self) -> Params:
        params = {"tweet.fields": ",".join(POST_FIELDS)}
        if self._reading.authors:
            params |= {"expansions": "author_id", "user.fields": ",".join(USER_FIELDS)}
        return params


def _cursor(places: Mapping[str, Place]) -> str:
    return json.dumps({name: one.cursor for name, one in places.items()})


def _demand(reply: Reply) -> None:
    """Raises `PluginError` where X did not do what it was asked; it may say so in a success, too."""
    if reply.problem() is not None or not 200 <= reply.status < 300:
        raise PluginError(f"X does not take the rules of the stream: {_said(reply)}")


def _said(reply: Reply) -> str:
    problem = reply.problem()
    return f"{problem.said or problem.title}" if problem is not None else str(reply.status)
