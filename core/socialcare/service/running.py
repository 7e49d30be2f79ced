"""What `socialcare doctor` says of a process that runs, or that was killed: whether it lives, and how its feeds do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, func, select

from socialcare.delivery import leases
from socialcare.plugins import Loaded
from socialcare.service.asking import Health
from socialcare.service.standing import Finding
from socialcare.service.wording import ago
from socialcare.store.database import now
from socialcare.store.tables import CURSOR, MENTION

_FORGOTTEN = 7 * 86_400.0
"""Seconds after which a feed that was taken out of the settings is not spoken of any more."""


def workers(beats: Sequence[float], *, locked: bool | None) -> tuple[bool, Finding]:
    """Whether something runs, by the seconds since each worker's last beat, and by the lock where there is one."""
    alive = [one for one in beats if one < leases.DEAD_AFTER]
    late = [one for one in alive if one > 2 * leases.BEAT_EVERY]
    if locked is False:
        killed = f"; what ran {ago(min(alive))} ago was killed" if alive else ""
        return False, Finding("warning", f"nothing is running{killed}", "`socialcare run`")
    if not alive and locked is None:
        return False, Finding("warning", "nothing is running", "`socialcare run`")
    if not alive:
        return True, Finding(
            "warning", "what runs gives no sign of life", "it has just begun, or hangs: its log says more"
        )
    if late:
        return True, Finding(
            "warning",
            f"{len(alive)} running, {len(late)} without a sign of life for {ago(max(late))}",
            f"one is due every {leases.BEAT_EVERY:g} s; after {leases.DEAD_AFTER:g} s the others take over",
        )
    return True, Finding("well", f"{len(alive)} running")


def asked(address: str, health: Health | None, known: Collection[str]) -> Iterator[Finding]:
    """Why what runs says that it is not ready, as far as we do not know it."""
    if not address:
        yield Finding(
            "warning",
            "how its feeds do cannot be asked: `address` under `[live]` is empty",
            "give it one, such as `127.0.0.1:8470`, or read its log",
        )
    elif health is None:
        yield Finding(
            "warning",
            f"what runs does not answer at `{address}`",
            "it has just begun, hangs, or was started with another `address` under `[live]`, or elsewhere",
        )
    else:
        yield from (
            Finding("problem", why, "the log of `socialcare run` says more")
            for why in health.why
            if why not in known
        )


def feeds(connection: Connection, loaded: Loaded | None, health: Health | None) -> Iterator[Finding]:
    """What each feed and webhook brought last, and whether it was asked lately."""
    at = now(connection)
    brought = select(MENTION.c.feed, func.max(MENTION.c.arrived_at)).group_by(MENTION.c.feed)
    newest: dict[str, float] = {feed: last for feed, last in connection.execute(brought)}  # noqa: C416 - typed by it
    moved = connection.execute(select(CURSOR.c.feed, CURSOR.c.at).order_by(CURSOR.c.feed)).all()
    listened = [one.name for one in loaded.feeds] if loaded is not None else [feed for feed, _ in moved]
    failing = {why.partition(":")[0] for why in health.why} if health is not None else set()
    for feed in listened:
        last = f"the newest mention came {ago(at - newest[feed])} ago" if feed in newest else "no mention yet"
        if f"feed {feed}" in failing:
            continue
        if health is None:
            yield Finding("well", f"feed {feed}: {last}")
        elif feed in health.heard:
            yield Finding("well", f"feed {feed}: asked {ago(health.heard[feed])} ago, {last}")
        else:
            yield Finding("warning", f"feed {feed}: no sign of life yet, {last}", "wait, or look at the log")
    for webhook in loaded.webhooks if loaded is not None else ():
        last = f"{ago(at - newest[webhook.name])} ago" if webhook.name in newest else "none yet"
        yield Finding("well", f"webhook {webhook.name}: newest mention {last}")
    for feed, then in moved:
        if feed not in listened and at - then < _FORGOTTEN:
            yield Finding(
                "warning",
                f"feed {feed}: nothing listens to it any more, since {ago(at - then)}",
                "the settings name no such feed; it is not spoken of a week after it was heard last",
            )
