"""t8b to t11: what may have been done is found out, and only what was surely not done is sent again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from sqlalchemy import Connection, Row, func, or_, select, union_all

from socialcare.delivery import bodies, leases
from socialcare.delivery.outcomes import doubt, pause
from socialcare.delivery.states import (
    NEEDS_HUMAN,
    READY,
    REFUSED,
    SENDING,
    SENT,
    UNKNOWN,
    Effects,
    State,
    locked,
    move,
    sent,
)
from socialcare.delivery.terms import Term, Terms
from socialcare.failpoints import reach
from socialcare.sending import Effect, Found, OwnPost
from socialcare.store.database import now
from socialcare.store.tables import ATTEMPT, EDIT, EFFECT, EVIDENCE, MENTION

PATIENCE = 1800.0
"""Seconds after which a person is asked."""

_AT_ONCE = 100
"""What is taken over in one transaction, as nobody else can write meanwhile."""

APART = 60.0
"""Seconds between two look-ups, at least."""

_BEFORE = timedelta(hours=1)
"""How far before its own time an effect without a mention is looked for: clocks differ."""


class Doubt(Struct, frozen=True):
    """An effect that may have been done: how long this is unknown and since when it was tried, in seconds, and what is known of it.

    `proof` is what was learned after all of its last attempt, `duplicate` that the platform says it has the text already, `looks`
    how many look-ups of whichever worker did not find it.
    """

    effect: Effect
    state: State
    fence: int
    unknown_for: float
    tried_for: float
    since: datetime
    ids: frozenset[str]
    resent: bool
    proof: str | None
    duplicate: bool
    looks: int


@dataclass
class Watch:
    """What one process has seen of a doubt, by its steady clock: since when it watches, and each look with whether it saw that nothing is there."""

    since: float
    looks: list[tuple[float, bool]] = field(default_factory=list)

    def empty_after(self, quiet: float) -> int:
        """How many looks after the quiet time saw all there is and did not find it."""
        return sum(empty and at >= self.since + quiet for at, empty in self.looks)

    def next_look(self, lag: float, *, at_once: bool = False) -> float:
        """When to look: after the lag (or `at_once`), then twice a minute apart, then less and less often."""
        if not self.looks:
            return self.since if at_once else self.since + min(lag, APART)
        return self.looks[-1][0] + APART * 2.0 ** max(0, len(self.looks) - 2)


Step: TypeAlias = Literal["believe", "look", "send_again", "refuse", "ask", "wait"]


def next_step(doubt: Doubt, watch: Watch, term: Term | None, steady: float) -> Step:
    """What to do about a doubt now: `believe` late evidence, `look`, `send_again`, `refuse` as a duplicate, `ask` a person, or `wait`."""
    if doubt.proof is not None:
        return "believe"
    if term is None or doubt.state == NEEDS_HUMAN:
        return "ask" if doubt.unknown_for >= PATIENCE and doubt.state == UNKNOWN else "wait"
    if term.repeats:
        return "send_again"
    if _is_surely_absent(doubt, watch, term, steady):
        return "refuse" if doubt.duplicate else "send_again"
    can_look = term.sender.look_up != "none"
    if doubt.unknown_for >= PATIENCE and (watch.looks or doubt.looks or not can_look):
        return "ask"
    # who takes over late, and is the first to look, may find it at once
    at_once = not doubt.looks and doubt.unknown_for >= term.sender.lag
    may_look = can_look and steady >= watch.next_look(term.sender.lag, at_once=at_once)
    return "look" if may_look else "wait"


def _is_surely_absent(doubt: Doubt, watch: Watch, term: Term, steady: float) -> bool:
    """Whether a second request cannot do it twice."""
    if steady < watch.since + term.quiet:
        return False
    if doubt.duplicate:
        return watch.empty_after(term.quiet) >= 2
    if doubt.resent:
        return False
    if term.sender.idempotency == "client_id":
        return watch.empty_after(term.quiet) >= 1
    if term.sender.idempotency == "key" and doubt.tried_for <= term.sender.key_ttl / 2:
        return True
    return term.resend_once and watch.empty_after(term.quiet) >= 2


def take_over(connection: Connection, worker: str, *, alone: bool = False) -> int:
    """t8b: take some of what a dead worker was sending, or watched; how many, to be called until it gives 0.

    `alone`: there is no worker but this one.
    """
    at = now(connection)
    living = [worker] if alone else [worker, *leases.alive(connection)]
    orphaned = or_(EFFECT.c.owner.is_(None), EFFECT.c.owner.not_in(living))
    late = (EFFECT.c.state == SENDING) & (EFFECT.c.lease_until < at)
    asked = select(EFFECT).where(EFFECT.c.state.in_((SENDING, UNKNOWN)), or_(orphaned, late))
    some = asked.order_by(EFFECT.c.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
    rows = connection.execute(some).all()
    for row in rows:
        if row.state == SENDING:
            doubt(connection, row, worker, f"{row.owner} stopped while it was sending")
        else:
            changes = {"fence": row.fence + 1, "owner": worker, "unknown_since": row.unknown_since}
            move(connection, row, UNKNOWN, by=worker, reason=row.reason, **changes)
    return len(rows)


def doubts(connection: Connection, worker: str) -> list[Doubt]:
    """What this worker has to find out, oldest first; and what a person was asked of which proof came late."""
    proven = select(EVIDENCE.c.id).where(EVIDENCE.c.effect == EFFECT.c.id, EVIDENCE.c.kind == "sent").exists()
    ours = (EFFECT.c.state == UNKNOWN) & (EFFECT.c.owner == worker)
    late = (EFFECT.c.state == NEEDS_HUMAN) & proven
    mine = or_(ours, late)
    rows = connection.execute(select(EFFECT).where(mine).order_by(EFFECT.c.changed_at, EFFECT.c.id)).all()
    if not rows:
        return []
    of_mine = EVIDENCE.c.effect.in_(select(EFFECT.c.id).where(mine))
    told: defaultdict[str, list[Row[Any]]] = defaultdict(list)  # Any: columns of `evidence`
    for one in connection.execute(select(EVIDENCE).where(of_mine).order_by(EVIDENCE.c.id)):
        told[one.effect].append(one)
    tried = ATTEMPT.c.effect.in_(select(EFFECT.c.id).where(mine))
    firsts = select(ATTEMPT.c.effect, func.min(ATTEMPT.c.started_at)).where(tried).group_by(ATTEMPT.c.effect)
    begun = {effect: float(at) for effect, at in connection.execute(firsts)}
    answered = select(EFFECT.c.mention).where(mine)
    roots = select(MENTION.c.id, MENTION.c.root).where(MENTION.c.id.in_(answered))
    edits = select(EDIT.c.mention, EDIT.c.id).where(EDIT.c.mention.in_(answered))
    known: defaultdict[int, list[str]] = defaultdict(list)
    for mention, name in connection.execute(union_all(roots, edits)):
        known[mention].append(name)
    at = now(connection)
    return [
        _doubt(row, at, begun.get(row.id, row.created_at), told[row.id], known[row.mention]) for row in rows
    ]


def _doubt(
    row: Effects,
    at: float,
    began: float,
    told: Sequence[Row[Any]],  # Any: columns of `evidence`
    edits: Sequence[str],
) -> Doubt:
    effect = bodies.read(row.body)
    mention, proof = effect.mention, _proof(told, row.attempts)
    of_mention = (mention.id, mention.root or mention.id, *edits) if mention is not None else ()
    return Doubt(
        effect=effect,
        state=row.state,
        fence=row.fence,
        unknown_for=at - (row.unknown_since if row.unknown_since is not None else row.changed_at),
        tried_for=at - began,
        since=mention.at if mention is not None else datetime.fromtimestamp(began, UTC) - _BEFORE,
        ids=frozenset(of_mention),
        resent=row.resent,
        proof=proof[0] if proof is not None else None,
        duplicate=any(one.kind == "duplicate" and one.attempt == row.attempts for one in told),
        looks=sum(one.kind == "empty" and one.attempt is None for one in told),
    )


def _proof(told: Sequence[Row[Any]], attempts: int) -> tuple[str, str | None] | None:  # Any: as above
    """What is known for certain of an effect: that it was sent, or what became of its last attempt."""
    for one in told:
        if one.kind == "sent" and one.remote_id:
            return "sent", one.remote_id
    last = [one.kind for one in told if one.attempt == attempts and one.kind in ("refused", "unsent")]
    return (last[-1], None) if last else None


def together(doubts: Sequence[Doubt], terms: Terms) -> list[list[Doubt]]:
    """Doubts that one reading of our own posts can end, as each answers a post of one platform in the name of one account."""
    groups: dict[object, list[Doubt]] = {}
    for one in doubts:
        effect, term = one.effect, terms.of_effect(one.effect)
        mention = effect.mention
        answers = mention is not None and mention.kind == "post"
        alone = term is None or term.sender.look_up != "by_reply_target" or not answers
        groups.setdefault(
            effect.id if alone else (effect.platform, effect.action, effect.account), []
        ).append(one)
    return list(groups.values())


def answering(doubts: Sequence[Doubt], found: Found | None) -> list[Found | None]:
    """Of what all of them may have made that which answers the mention of each."""
    if found is None:
        return [None] * len(doubts)
    answers: defaultdict[str | None, list[OwnPost]] = defaultdict(list)
    for post in found.posts:
        answers[post.in_reply_to].append(post)
    return [
        Found([post for name in sorted(one.ids) for post in answers[name]], found.complete) for one in doubts
    ]


def matching(doubt: Doubt, posts: Sequence[OwnPost]) -> OwnPost | None:
    """The post that this effect made, if it is among those that its sender takes for possible: known by our key, else by what it answers.

    Of one that answers nothing, a message or an original post, the sender's word is all there is: only it knows how its
    platform writes links.
    """
    for post in posts:
        if doubt.effect.client_key is not None and post.client_key == doubt.effect.client_key:
            return post
    for post in posts:
        if post.in_reply_to is None or post.in_reply_to in doubt.ids:
            return post
    return None


def _not_others(connection: Connection, doubt: Doubt, posts: Sequence[OwnPost]) -> list[OwnPost]:
    """The posts without those that another effect made: the same was perhaps said twice."""
    effect = doubt.effect
    same = (EFFECT.c.platform == effect.platform) & (EFFECT.c.account == effect.account)
    named = EFFECT.c.remote_id.in_([post.id for post in posts])
    others = set(
        connection.execute(select(EFFECT.c.remote_id).where(same, named, EFFECT.c.id != effect.id)).scalars()
    )
    return [post for post in posts if post.id not in others]


def looked(connection: Connection, doubt: Doubt, found: Found | None, *, by: str) -> State:
    """Write down what a look-up saw (`None`: it failed); t9: if it is there, it was sent, even where it was given up meanwhile."""
    post = matching(doubt, _not_others(connection, doubt, found.posts)) if found is not None else None
    kind = "found" if post is not None else "empty" if found is not None else "failed"
    reason = None if found is None else "complete" if found.complete else "incomplete"
    _note(connection, doubt, kind, post.id if post is not None else None, reason)
    row = locked(connection, doubt.effect.id)
    if row is None:
        return doubt.state
    state: State = row.state
    if post is not None and (state == READY or (state == UNKNOWN and row.fence == doubt.fence)):
        sent(connection, row, post.id, by=by)
        state = SENT
    reach("look_up.before_commit")
    return state


def settle(connection: Connection, doubt: Doubt, step: Step, *, by: str) -> State:
    """t9 to t11: end a doubt as `next_step` says, if it is still as it was; its state."""
    row = locked(connection, doubt.effect.id)
    if row is None or row.fence != doubt.fence or row.state != doubt.state:
        return doubt.state if row is None else row.state
    told = connection.execute(
        select(EVIDENCE).where(EVIDENCE.c.effect == row.id).order_by(EVIDENCE.c.id)
    ).all()
    if (proof := _proof(told, row.attempts)) is not None:
        return _believe(connection, row, *proof, by=by)
    if step == "send_again":
        later = now(connection) + pause(row.attempts)
        move(connection, row, READY, by=by, reason="surely not there", resent=True, not_before=later)
        return READY
    if step == "refuse":
        move(connection, row, REFUSED, by=by, reason="duplicate text")
        return REFUSED
    if step == "ask":
        move(connection, row, NEEDS_HUMAN, by=by, reason=row.reason)
        return NEEDS_HUMAN
    return doubt.state


def _believe(connection: Connection, row: Effects, kind: str, remote_id: str | None, *, by: str) -> State:
    if kind == "sent" and remote_id is not None:
        sent(connection, row, remote_id, by=by)
        return SENT
    if kind == "refused":
        move(connection, row, REFUSED, by=by, reason="refused, as was learned late")
        return REFUSED
    move(connection, row, READY, by=by, reason="not sent, as was learned late")
    return READY


def _note(connection: Connection, doubt: Doubt, kind: str, remote_id: str | None, reason: str | None) -> None:
    seen = {"kind": kind, "remote_id": remote_id, "reason": reason, "at": now(connection)}
    connection.execute(EVIDENCE.insert().values(effect=doubt.effect.id, attempt=None, **seen))
