"""What may be sent how often: windows of requests and of money, and lanes that are closed for a while.

A window is counted in fifteenths of its length, so that at most its limit falls into any stretch of time that long, wherever it
begins; what that costs is a fifteenth of the rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from socialcare.delivery import audit
from socialcare.delivery.locks import one_at_a_time
from socialcare.delivery.states import READY, REFUSED
from socialcare.delivery.terms import DAY, WRITE_WITHIN, Term
from socialcare.delivery.upsert import insert_missing
from socialcare.sending import Effect
from socialcare.store.database import now
from socialcare.store.tables import BUDGET, EFFECT, LANE

EVERYTHING: Final = "*"
"""The lane of all that an account says."""

_MONEY: Final = "money"
_PARTS = 15
_REFUSALS, _WITHIN = 5, 3600.0
"""So many refusals of one rule's answers, within so many seconds, close its lane."""


class Closed(NamedTuple):
    """A lane where nothing may be sent at the moment."""

    account: str
    lane: str
    until: float | None
    reason: str

    @property
    def waits_for_a_person(self) -> bool:
        """Whether it has no end, or is all that an account says: that may have the platform's next period for its end."""
        return self.until is None or self.lane == EVERYTHING


class _Purse(NamedTuple):
    """One window of one account, and what an effect takes from it."""

    account: str
    lane: str
    limit: float
    seconds: float
    amount: float

    @property
    def part(self) -> float:
        return self.seconds / _PARTS

    def began(self, at: float) -> float:
        """When the part of the window began that holds a moment."""
        return floor(at / self.part) * self.part

    @property
    def mine(self) -> ColumnElement[bool]:
        return (BUDGET.c.account == self.account) & (BUDGET.c.lane == self.lane)


def _purses(effect: Effect, term: Term) -> Iterator[_Purse]:
    for window in term.windows:
        account = effect.account if window.per == "account" else ""
        yield _Purse(account, f"{term.lane}/{window.seconds:g}", window.limit, window.seconds, 1.0)
    price = term.price(effect)
    if term.money is not None and price:
        yield _Purse(effect.account, _MONEY, term.money, DAY, price)


def spend(connection: Connection, effect: Effect, term: Term) -> bool:
    """Take from every window what the effect costs, or from none if one has not enough left."""
    at = now(connection)
    purses = list(_purses(effect, term))
    for purse in purses:
        if not purse.account:
            one_at_a_time(connection, purse.lane)
        if not _is_enough(connection, purse, at):
            return False
    for purse in purses:
        connection.execute(delete(BUDGET).where(purse.mine, BUDGET.c.window < at - 2 * purse.seconds))
        row = {"account": purse.account, "lane": purse.lane, "window": purse.began(at)}
        insert_missing(connection, BUDGET, [{**row, "used": 0.0}])
        _add(connection, purse, at, purse.amount)
    return True


def _is_enough(connection: Connection, purse: _Purse, at: float) -> bool:
    since = at - purse.seconds - purse.part - WRITE_WITHIN
    asked = select(func.coalesce(func.sum(BUDGET.c.used), 0.0)).where(purse.mine, BUDGET.c.window > since)
    return bool(connection.execute(asked).scalar_one() + purse.amount <= purse.limit)


def used_up(connection: Connection, effect: Effect, term: Term) -> str | None:
    """Why an effect has to wait until some of what was spent is long enough ago, in words; `None` where it need not."""
    at = now(connection)
    for purse in _purses(effect, term):
        if not _is_enough(connection, purse, at):
            if purse.lane == _MONEY:
                return f"the {purse.limit:g} dollars of a day are used up"
            return f"{purse.limit:g} requests in {purse.seconds:g} s are made"
    return None


def hand_back(connection: Connection, effect: Effect, term: Term, spent_at: float) -> None:
    """Give back what was taken for a request that was not made, or not charged."""
    for purse in _purses(effect, term):
        _add(connection, purse, spent_at, -purse.amount)


def _add(connection: Connection, purse: _Purse, at: float, amount: float) -> None:
    part = purse.mine & (BUDGET.c.window == purse.began(at))
    connection.execute(update(BUDGET).where(part).values(used=BUDGET.c.used + amount))


def closed(connection: Connection) -> list[Closed]:
    """The lanes that are closed now."""
    still = LANE.c.closed_until.is_(None) | (LANE.c.closed_until > now(connection))
    asked = select(LANE.c.account, LANE.c.lane, LANE.c.closed_until, LANE.c.reason).where(still)
    return [Closed(*row) for row in connection.execute(asked.order_by(LANE.c.account, LANE.c.lane))]


def close(
    connection: Connection, account: str, lane: str, *, until: float | None, reason: str, by: str
) -> None:
    """Send nothing in a lane until a moment, or until a person opens it; what is closed for longer stays so."""
    here = (LANE.c.account == account) & (LANE.c.lane == lane)
    found = connection.execute(select(LANE.c.closed_until).where(here).with_for_update()).one_or_none()
    if found is None:
        first = {"account": account, "lane": lane, "closed_until": until, "reason": reason}
        insert_missing(connection, LANE, [first])
    elif found[0] is None or (until is not None and found[0] >= until):
        return
    else:
        connection.execute(update(LANE).where(here).values(closed_until=until, reason=reason))
    audit.append(
        connection,
        "lane closed",
        account or lane,
        by=by,
        body={"lane": lane, "until": until, "reason": reason},
    )


def reopen(connection: Connection, account: str, lane: str, *, by: str) -> bool:
    """A person's word that a lane may be used again; whether it was closed."""
    at = now(connection)
    shut = LANE.c.closed_until.is_(None) | (LANE.c.closed_until > at)
    here = (LANE.c.account == account) & (LANE.c.lane == lane)
    done = connection.execute(update(LANE).where(here, shut).values(closed_until=at, reason=None))
    if done.rowcount:
        audit.append(connection, "lane opened", account or lane, by=by, body={"lane": lane})
    return bool(done.rowcount)


def resume(connection: Connection, account: str, *, by: str) -> list[Closed]:
    """A person's word that what stopped an account is mended: open what waits for one; what was closed.

    The lane of a rate limit opens by itself. What was put off meanwhile is tried at once.
    """
    shut = [one for one in closed(connection) if one.account == account and one.waits_for_a_person]
    for one in shut:
        reopen(connection, account, one.lane, by=by)
    if shut:
        at = now(connection)
        put_off = (EFFECT.c.account == account) & (EFFECT.c.state == READY) & (EFFECT.c.not_before > at)
        connection.execute(update(EFFECT).where(put_off).values(not_before=at))
    return shut


def rule_lane(rule: str) -> str:
    """The lane of what one rule says."""
    return f"rule:{rule}"


def pause_refused(connection: Connection, rule: str, *, by: str) -> None:
    """Close the lane of a rule whose answers the platform refuses again and again; the refusal at hand is one of them."""
    lane = rule_lane(rule)
    reopened = select(LANE.c.closed_until).where(LANE.c.account == "", LANE.c.lane == lane)
    since = max(now(connection) - _WITHIN, connection.execute(reopened).scalar() or 0.0)
    refused = (EFFECT.c.state == REFUSED) & (EFFECT.c.rule == rule) & (EFFECT.c.changed_at > since)
    times = connection.execute(select(func.count()).select_from(EFFECT).where(refused)).scalar_one()
    if times >= _REFUSALS:
        reason = f"refused {times} times within an hour"
        close(connection, "", lane, until=None, reason=reason, by=by)
