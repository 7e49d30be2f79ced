"""A company under test: a policy, a platform that keeps a ledger of what it was made to post, a clock that stands still."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from socialcare.delivery import outbox
from socialcare.delivery.terms import Terms
from socialcare.desk import Desk
from socialcare.model import Author, Decision, Mention
from socialcare.plugins import Loaded
from socialcare.sending import Answer, Effect, Found, OwnPost
from socialcare.store.decisions import keep_decisions
from socialcare.testing import desk, loaded
from socialcare.testing.standins import Counting

BEGIN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

_POLICY = """
accounts: {main: brand}
guards:
  famous: {when: {author.verified: {equals: true, if_missing: false}}, hold: [reply], because: What we say to many is read by a person first.}
rules:
  thanks:
    when: {text: {has: thanks}}
    do: {reply: "Glad to hear it, {{ author.handle }}!", label: praise}
  other:
    when: {text: {has: late}}
    do: {reply: "Sorry, {{ author.handle }}. We look into it.", label: complaint}
"""
_TEXTS = ("@brand thanks a lot", "@brand late again", "@brand what a day")


class Company(NamedTuple):
    """A desk with two rules that reply and a guard that holds, and its plugins."""

    desk: Desk
    loaded: Loaded


def company() -> Company:
    """It, ready to decide."""
    return Company(desk(_POLICY, Counting()).desk, loaded("actions", Counting()))


def mention(number: int) -> Mention:
    """The mention of that number, by an author of its own."""
    who = Author(id=f"a{number}", handle=f"user{number}", verified=number % 7 == 0)
    text, at = f"{_TEXTS[number % 3]} ({number})", BEGIN + timedelta(seconds=number)
    return Mention(id=f"{number}", root=f"{number}", text=text, author=who, at=at, mentioned=("brand",))


@dataclass
class StandingClock:
    """Time that passes when it is told to; waiting is over at once, and raises what `check` raises."""

    check: Callable[[], None] = lambda: None
    time: float = BEGIN.timestamp()

    def now(self) -> float:
        """Epoch seconds."""
        return self.time

    def steady(self) -> float:
        """The same."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing."""
        self.check()


@dataclass
class Platform:
    """A platform without keys, on which requests are refused, applied without an answer, or lost; `posts` is the truth."""

    rng: random.Random = field(default_factory=random.Random)
    name: str = "ledger"
    doc: str = "a platform that keeps a ledger"
    platform: str = "x"
    actions: frozenset[str] = frozenset({"reply"})
    idempotency: Literal["client_id", "key", "none"] = "none"
    key_ttl: float = 0.0
    look_up: Literal["by_id", "by_reply_target", "none"] = "by_reply_target"
    lag: float = 5.0
    most_seconds: float = 15.0
    posts: list[OwnPost] = field(default_factory=list)
    requests: list[tuple[str, int]] = field(default_factory=list)

    def client_key(self, effect: Effect) -> str | None:
        """It takes none."""
        return None

    async def send(self, effect: Effect, may_write: Callable[[], bool]) -> Answer:
        """One request."""
        self.requests.append((effect.id, effect.attempt))
        fate = self.rng.random()
        if fate < 0.1 or not may_write():
            return Answer(kind="unsent", reason="no connection")
        if fate < 0.2:
            return Answer(kind="refused", status=403, reason="not summoned")
        if fate < 0.3:
            return Answer(kind="unknown", reason="lost before it was applied")
        answers = effect.mention.id if effect.mention is not None else None
        post = OwnPost(f"p{len(self.posts)}", BEGIN, answers, effect.text or "")
        self.posts.append(post)
        if fate < 0.5:
            return Answer(kind="unknown", reason="applied, and the answer lost")
        return Answer(kind="sent", remote_id=post.id, status=201)

    async def find(self, effect: Effect, since: datetime) -> Found:
        """Our posts in reply to its mention."""
        answers = effect.mention.id if effect.mention is not None else None
        return Found([post for post in self.posts if post.in_reply_to == answers], complete=True)

    async def own_posts(self, account: str, since: datetime) -> Found:
        """All our posts."""
        return Found(tuple(self.posts), complete=True)

    async def is_there(self, mention: Mention) -> bool | None:
        """It is."""
        return True

    async def close(self) -> None:
        """Nothing to let go of."""


def commit_too(connection: Connection, decisions: Sequence[Decision], terms: Terms) -> None:
    """What the service commits with the state that decisions leave behind."""
    keep_decisions(connection, decisions)
    outbox.record(connection, decisions, terms)


def answered_twice(posts: Sequence[OwnPost]) -> list[str]:
    """The mentions that have more than one answer."""
    answered = [post.in_reply_to or "" for post in posts]
    return sorted({one for one in answered if answered.count(one) > 1})
