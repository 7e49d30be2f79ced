"""What keeps a deployment from sending, as its database knows it: said by `socialcare doctor` and by `/readyz` in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from shlex import quote
from typing import Literal, NamedTuple

from msgspec.json import decode
from sqlalchemy import Connection, select

from socialcare.delivery import lanes, switch
from socialcare.policy.deciding.state import paused
from socialcare.store.database import now
from socialcare.store.sql import key_of, name_of
from socialcare.store.tables import STATE

_FIRST = name_of(paused(""))
"""The key before those of all paused accounts; they follow it one upon the other."""
_AFTER = _FIRST[:-1] + chr(ord(_FIRST[-1]) + 1)


class Finding(NamedTuple):
    """One thing that was looked at: `well`, to be looked at (`warning`), or in the way (`problem`)."""

    state: Literal["well", "warning", "problem"]
    what: str
    out: str = ""


def standing(connection: Connection) -> list[Finding]:
    """Why nothing is sent, or nothing of an account or a rule, until a person or a far day mends it."""
    return list(_standing(connection))


def passing(connection: Connection) -> Iterator[Finding]:
    """What is not sent for a while, and goes on by itself."""
    at = now(connection)
    for lane in lanes.closed(connection):
        if lane.until is not None and not lane.waits_for_a_person:
            what = f"{_who(lane)[0]} sends nothing by {lane.lane} for {lane.until - at:.0f} s: {lane.reason}"
            yield Finding("warning", what, "it goes on then")


def _standing(connection: Connection) -> Iterator[Finding]:
    switched = switch.standing(connection)
    if switched.killed:
        why = f": {switched.reason}" if switched.reason else ""
        yield Finding("warning", f"the kill switch is on{why}", "`socialcare kill-switch off`")
    if switched.amnesia:
        yield Finding(
            "warning",
            "nothing is sent: our own posts are to be read back first",
            "the database may have forgotten what was sent; `socialcare run` reads it back as soon as it can",
        )
    yield from (_stopped(lane) for lane in lanes.closed(connection) if lane.waits_for_a_person)
    yield from _paused(connection)


def _stopped(lane: lanes.Closed) -> Finding:
    """Where nothing is sent, until when, why, and what a person can do about it."""
    who, whom = _who(lane)
    all_of_it = lane.lane == lanes.EVERYTHING or not lane.account
    what = f"{who} sends nothing" if all_of_it else f"{who} sends nothing by {lane.lane}"
    if lane.until is None:
        return Finding("warning", f"{what}: {lane.reason}", f"`socialcare resume {whom}` once that is mended")
    return Finding(
        "warning",
        f"{what} until {_moment(lane.until)}: {lane.reason}",
        f"it goes on then; before, with `socialcare resume {whom}`",
    )


def _who(lane: lanes.Closed) -> tuple[str, str]:
    """An account or a rule, in words and as the command names it."""
    if lane.account:
        return f"account `{lane.account}`", quote(lane.account)
    rule = lane.lane.removeprefix(lanes.rule_lane(""))
    return f"rule `{rule}`", f"--rule {quote(rule)}"


def _paused(connection: Connection) -> Iterator[Finding]:
    """Accounts whose answers are held because a person or a guard said so."""
    at = now(connection)
    kept = select(STATE.c.key, STATE.c.data).where(STATE.c.key >= _FIRST, STATE.c.key < _AFTER)
    for name, data in connection.execute(kept.order_by(STATE.c.key)):
        account, pause = key_of(name)[1], decode(data)
        if pause["until"] <= at:
            continue
        by_person = pause["by"] == "pause"
        until = "" if by_person else f" by the guard `{pause['by']}` until {_moment(pause['until'])}"
        yield Finding(
            "warning",
            f"account `{account}` is paused{until}: what it would say is held",
            f"`socialcare resume {quote(account)}`",
        )


def _moment(at: float) -> str:
    """Epoch seconds as people read them."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
