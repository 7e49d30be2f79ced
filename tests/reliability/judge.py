"""The ten promises of the send protocol, read off the ledger of the platform and the database once everything is over.

Each function gives what breaks its promise, one line each, and nothing where it is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, select

from socialcare.delivery import audit
from socialcare.delivery.states import CANCELLED, EXPIRED, FINAL, NEEDS_HUMAN, SENDING, SENT, WAYS
from socialcare.delivery.terms import WRITE_WITHIN
from socialcare.store.tables import ATTEMPT, AUDIT, DECISION, EFFECT, MENTION
from socialcare.testing.fake_x import Ledger
from socialcare.testing.fake_x.ledger import Posted, Requested

PATIENCE = 1800.0 + 300.0
"""Seconds within which all is settled after the last fault: thirty minutes, and what a look-up or a restart takes."""

_CLOCKS = 2.0
"""Seconds by which the clocks of platform and database may differ: they read the same time at different moments."""

_REQUEST = 15.0
_NO_MORE = "although no request was left"
_POSTS = "POST /2/tweets"

_Rows: TypeAlias = Sequence[Row[Any]]  # Any: rows of a table


@dataclass
class Evidence:
    """What the judge looks at: the database, the platform's ledger, what was posted to us (id → author), how long it took.

    `took` is the time in seconds from the last fault or request, whichever was later, until all was settled.
    """

    connection: Connection
    ledger: Ledger
    accepted: Mapping[str, str]
    took: float
    others: Mapping[str, str] = field(default_factory=dict)
    """What the other store made of the same case: the author of each mention → what became of the answer."""

    def _all(self, table: Any, order: Any) -> _Rows:  # Any: tables and columns
        return self.connection.execute(select(table).order_by(order)).all()

    @cached_property
    def mentions(self) -> dict[str, Row[Any]]:  # Any: a row
        """Mentions by the id of their first edit."""
        return {row.root: row for row in self._all(MENTION, MENTION.c.id)}

    @cached_property
    def effects(self) -> dict[str, Row[Any]]:  # Any: a row
        """Public effects by the mention that they answer."""
        return {row.root: row for row in self._all(EFFECT, EFFECT.c.id) if row.slot == "public"}

    @cached_property
    def attempts(self) -> dict[str, list[Row[Any]]]:  # Any: a row
        """The intents of each effect."""
        found = defaultdict(list)
        for row in self._all(ATTEMPT, ATTEMPT.c.id):
            found[row.effect].append(row)
        return found

    @cached_property
    def changes(self) -> dict[str, list[tuple[float, dict[str, Any]]]]:  # Any: JSON
        """The changes of state of each effect in their order: when, and what the audit trail says of it."""
        found = defaultdict(list)
        for row in self._all(AUDIT, AUDIT.c.seq):
            if row.what == "effect":
                found[row.subject].append((row.at, msgspec.json.decode(row.body)))
        return found

    @cached_property
    def pauses(self) -> list[tuple[float, float]]:
        """From when until when it was known that the platform wants no requests."""
        rows = [row for row in self._all(AUDIT, AUDIT.c.seq) if row.what == "lane closed"]
        told = [(row.at, msgspec.json.decode(row.body)["until"]) for row in rows]
        return [(at, float("inf") if until is None else until) for at, until in told]

    @cached_property
    def requests(self) -> dict[str, list[Requested]]:
        """The requests to answer a mention, by its id, as they arrived."""
        found = defaultdict(list)
        for one in self.ledger.requests_of(_POSTS):
            found[str((one.body or {}).get("reply", {}).get("in_reply_to_tweet_id"))].append(one)
        return found

    @cached_property
    def posts(self) -> dict[str, list[Posted]]:
        """What stands on the platform, by the mention that it answers."""
        found = defaultdict(list)
        for post in self.ledger.posts:
            found[str(post.root)].append(post)
        return found


def visible(seen: Evidence) -> Iterator[str]:
    """I1: what was accepted is in exactly one visible state."""
    for root, who in seen.accepted.items():
        row = seen.mentions.get(root)
        if row is None:
            yield f"the mention of {who} is lost"
        elif row.state == "new":
            yield f"the mention of {who} was never decided"
        elif row.state == "done" and root not in seen.effects and not _was_closed(seen, row):
            yield f"the mention of {who} is closed, and nothing says why"


def _was_closed(seen: Evidence, mention: Row[Any]) -> bool:  # Any: a row
    asked = select(DECISION.c.body).where(DECISION.c.mention == mention.id)
    decisions = [msgspec.json.decode(body) for body in seen.connection.execute(asked).scalars()]
    return any(one["outcome"] != "answered" for one in decisions)


def once(seen: Evidence) -> Iterator[str]:
    """I2: no account answers a mention twice."""
    for root, posts in seen.posts.items():
        by_account = defaultdict(list)
        for post in posts:
            by_account[post.account].append(post.id)
        for account, ids in by_account.items():
            if len(ids) > 1:
                yield f"{account} answered {seen.accepted.get(root, root)} {len(ids)} times: {', '.join(ids)}"


def intended(seen: Evidence) -> Iterator[str]:
    """I3: each request, and so each post, has an intent that was committed before it."""
    for root, requests in seen.requests.items():
        effect = seen.effects.get(root)
        intents = seen.attempts[effect.id] if effect is not None else []
        if len(requests) > len(intents):
            yield f"{len(requests)} requests to answer {seen.accepted.get(root, root)}, and {len(intents)} intents"
        for number, request in enumerate(requests):
            before = [one for one in intents if one.started_at <= request.at + _CLOCKS]
            if len(before) <= number:
                yield f"request {request.number} came before its intent"


def sent(seen: Evidence) -> Iterator[str]:
    """I4: what is called sent is one post of that id, and each post is called sent."""
    for root, effect in seen.effects.items():
        ids = [post.id for post in seen.posts.get(root, ())]
        who = seen.accepted.get(root, root)
        if effect.state == SENT and ids != [effect.remote_id]:
            yield f"the answer to {who} is called sent as {effect.remote_id}, and there is {ids}"
        if effect.state != SENT and ids and not _came_later(seen, root, effect):
            yield f"the answer to {who} is {effect.state}, and there is {ids}"
    for root, posts in seen.posts.items():
        if root not in seen.effects:
            yield f"post {posts[0].id} answers {root}, of which we know nothing"


def _came_later(seen: Evidence, root: str, effect: Row[Any]) -> bool:  # Any: a row
    """Whether all that stands there came after a person was asked: from a process that slept between two bytes for so long.

    The person has to look, and sees it then.
    """
    asked = [at for at, change in seen.changes[effect.id] if change["to"] == NEEDS_HUMAN]
    return effect.state == NEEDS_HUMAN and all(post.at > asked[-1] for post in seen.posts[root])


def stopped(seen: Evidence) -> Iterator[str]:
    """I5: nothing is sent after deletion, opt-out, kill switch or expiry was committed."""
    closed = list(_killed(seen))
    for root, effect in seen.effects.items():
        who = seen.accepted.get(root, root)
        ends = [at for at, change in seen.changes[effect.id] if change["to"] in (CANCELLED, EXPIRED)]
        for at in ends:
            if any(one.at > at + _CLOCKS for one in seen.requests.get(root, ())):
                yield f"a request to answer {who} after that was called off"
        for intent in seen.attempts[effect.id]:
            if effect.expires_at is not None and intent.started_at > effect.expires_at:
                yield f"the answer to {who} was begun after it was too old"
            if any(since < intent.started_at < until for since, until in closed):
                yield f"the answer to {who} was begun with the kill switch set"
        for request in seen.requests.get(root, ()):
            if any(since + WRITE_WITHIN + _REQUEST < request.at < until for since, until in closed):
                yield f"a request to answer {who} while the kill switch was set"


def _killed(seen: Evidence) -> Iterator[tuple[float, float]]:
    since = None
    for row in seen.connection.execute(select(AUDIT).order_by(AUDIT.c.seq)):
        if row.what == "kill switch set" and since is None:
            since = row.at
        if row.what == "kill switch released" and since is not None:
            yield since, row.at
            since = None
    if since is not None:
        yield since, float("inf")


def fenced(seen: Evidence) -> Iterator[str]:
    """I6: the fence never falls, each turn has a greater one, and each change follows the one before."""
    rows = {row.id: row for row in seen.effects.values()}
    for name, changes in seen.changes.items():
        fence, state = 0, None
        for _, change in changes:
            before, to, mine = change["from"], change["to"], change["fence"]
            if mine < fence or (to == SENDING and mine <= fence):
                yield f"effect {name}: the fence goes from {fence} to {mine}"
            if state is not None and before != state:
                yield f"effect {name}: {before} became {to}, and it was {state}"
            if to not in WAYS[before]:
                yield f"effect {name}: {before} became {to}"
            fence, state = mine, to
        row = rows.get(name)
        if row is not None and state is not None and (row.state, row.fence) != (state, fence):
            yield f"effect {name} is {row.state} with fence {row.fence}, and the trail ends with {state}, {fence}"


def within_limits(seen: Evidence) -> Iterator[str]:
    """I7: the platform got no request that it had asked not to get, as far as it was known, nor gives it another complaint."""
    numbers = {one.number: one for requests in seen.requests.values() for one in requests}
    for complaint in seen.ledger.complaints:
        request = numbers.get(complaint.request)
        if request is None or _NO_MORE not in complaint.why or _was_known(seen, request):
            yield f"request {complaint.request}: {complaint.why}"


def _was_known(seen: Evidence, request: Requested) -> bool:
    """Whether this request was begun although it was written down that the platform wants none for a while."""
    effect = seen.effects.get(str((request.body or {}).get("reply", {}).get("in_reply_to_tweet_id")))
    intents = [one.started_at for one in seen.attempts[effect.id]] if effect is not None else []
    began = max((at for at in intents if at <= request.at + _CLOCKS), default=request.at)
    return any(at < began < until for at, until in seen.pauses)


def audited(seen: Evidence) -> Iterator[str]:
    """I8: the audit trail is whole."""
    broken = audit.verify(seen.connection)
    if broken is not None:
        yield f"the audit trail, row {broken.seq}: {broken.why}"


def agreed(seen: Evidence) -> Iterator[str]:
    """I9: both stores say the same to each author, and come to the same end."""
    if seen.others:
        ours = endings(seen)
        for who in sorted(ours.keys() | seen.others.keys()):
            if ours.get(who) != seen.others.get(who):
                yield f"{who}: {ours.get(who)} here, and {seen.others.get(who)} with the other store"


def endings(seen: Evidence) -> dict[str, str]:
    """What each author was told, or was to be told, and what became of it."""
    found = {}
    for root, who in seen.accepted.items():
        effect, row = seen.effects.get(root), seen.mentions.get(root)
        if effect is None:
            found[f"{who}/{root}"] = row.state if row is not None else "lost"
            continue
        said = sorted({str((one.body or {}).get("text")) for one in seen.requests.get(root, ())})
        found[f"{who}/{root}"] = f"{effect.state} {' | '.join(said)}".strip()
    return {
        key.split("/")[0] if _is_alone(key, found) else key.split("/")[0] + "'s": end
        for key, end in found.items()
    }


def _is_alone(key: str, found: Mapping[str, str]) -> bool:
    who = key.split("/", maxsplit=1)[0]
    first = min(
        (other for other in found if other.split("/")[0] == who), key=lambda one: int(one.split("/")[1])
    )
    return key == first


def settled(seen: Evidence) -> Iterator[str]:
    """I10: once faults are over and the platform was asked last, all is final or with a person within thirty minutes."""
    for root, effect in seen.effects.items():
        if effect.state not in FINAL and effect.state != NEEDS_HUMAN:
            yield f"the answer to {seen.accepted.get(root, root)} is still {effect.state}"
    if seen.took > PATIENCE:
        yield f"it took {seen.took / 60:.0f} minutes"


PROMISES: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "I1": visible,
    "I2": once,
    "I3": intended,
    "I4": sent,
    "I5": stopped,
    "I6": fenced,
    "I7": within_limits,
    "I8": audited,
    "I9": agreed,
    "I10": settled,
}
"""Every promise by its number in the design."""


UNFINISHED = ("I1", "I10")
"""Promises of which nothing can be said before the end."""


def broken(seen: Evidence, *, without: Collection[str] = ()) -> list[str]:
    """What breaks a promise, its number in front; `without` some of them."""
    asked = [(number, check) for number, check in PROMISES.items() if number not in without]
    return [f"{number} {why}" for number, check in asked for why in check(seen)]
