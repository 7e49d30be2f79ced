"""What `socialcare doctor` looks at: everything that keeps a deployment from working, each with the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

from sqlalchemy import Connection, func, select

from socialcare.config import Settings
from socialcare.delivery import audit, leases
from socialcare.diagnostics import Problems
from socialcare.errors import Interrupted, SettingsError, SocialcareError
from socialcare.opening import load_policy
from socialcare.plugins import Loaded, load
from socialcare.service.settings import database_url, demand_database, live_settings
from socialcare.service.standing import Finding, passing, standing
from socialcare.service.terms import terms_for
from socialcare.store.database import Database, now, open_database
from socialcare.store.tables import CURSOR, EFFECT, MENTION, REJECT


async def examine(settings: Settings) -> list[Finding]:
    """Look at settings, plugins, policy and database; nothing is decided, and nothing is sent."""
    found = [Finding("well", f"settings: {settings.shown}")]
    loaded: Loaded | None = None
    try:
        loaded = load(settings, live=True)
        found += [*_plugins(loaded), *_policy(settings, loaded)]
    except SocialcareError as error:
        found += _problems(error)
    try:
        live = live_settings(settings)
        url = database_url(live, settings)
        if loaded is not None:
            terms_for(live, loaded, settings, dict)
    except SocialcareError as error:
        return [*found, *_problems(error)]
    try:
        demand_database(url)
    except SettingsError:
        return [
            *found,
            Finding("warning", "database: there is none yet", "the first `socialcare run` makes it"),
        ]
    try:
        database = await open_database(url)
    except SocialcareError as error:
        return [*found, *_problems(error)]
    try:
        return [*found, *await _database(database)]
    except Interrupted as why:
        return [*found, Finding("problem", f"database: {why}")]
    finally:
        await database.close()


def _problems(error: SocialcareError) -> Iterator[Finding]:
    """What an error says, one finding a problem, each with its way out."""
    what, out = "", ""
    for line in str(error).splitlines():
        if line.startswith("help: "):
            out = line.removeprefix("help: ")
        else:
            if what:
                yield Finding("problem", what, out)
            what, out = line, ""
    yield Finding("problem", what, out)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _plugins(loaded: Loaded) -> Iterator[Finding]:
    names = [one.name for one in loaded.info if one.enabled]
    yield Finding("well", f"plugins: {', '.join(names)}")
    feeds = [*(one.name for one in loaded.feeds), *(one.name for one in loaded.webhooks)]
    if feeds:
        yield Finding("well", f"listens to: {', '.join(feeds)}")
    else:
        yield Finding(
            "problem", "listens to nothing", "give a plugin an account, such as `[plugins.x.accounts.main]`"
        )
    senders = [one.name for one in loaded.senders]
    if senders:
        yield Finding("well", f"speaks through: {', '.join(senders)}")
    else:
        yield Finding(
            "warning",
            "speaks through nothing",
            "what is decided is kept and never sent; give a plugin an account",
        )


def _policy(settings: Settings, loaded: Loaded) -> Iterator[Finding]:
    problems = Problems()
    policy = load_policy(settings, loaded, problems)
    if policy is None:
        number = sum(one.severity == "error" for one in problems.items)
        yield Finding("problem", f"policy: {_many(number, 'error')}", "`socialcare check` shows more")
        return
    accounts = ", ".join(policy.accounts) or "none"
    yield Finding("well", f"policy: {_many(len(policy.rules), 'rule')}, accounts {accounts}")
    carried_out = {action for one in loaded.senders for action in one.actions}
    actions = loaded.vocabulary.actions
    said = {use.action for rule in policy.rules.values() if rule.status == "live" for use in rule.uses}
    if carried_out and (
        idle := sorted(one for one in said - carried_out if actions[one].effect != "internal")
    ):
        yield Finding(
            "warning",
            f"nothing carries out {', '.join(f'`{one}`' for one in idle)}: what rules say so is kept and never sent",
            "a plugin that speaks, such as `[plugins.notify]`, or another action",
        )


async def _database(database: Database) -> list[Finding]:
    looks: tuple[Callable[[Connection], Iterator[Finding]], ...] = (
        _sending,
        _workers,
        _waiting,
        _feeds,
        _trail,
    )
    found = [Finding("well", f"database: {database.dialect}")]
    found += [
        Finding("warning", warning, "a newer Python brings a newer SQLite") for warning in database.warnings
    ]
    for look in looks:
        found += await database.look(partial(_listed, look=look))
    return found


def _listed(connection: Connection, look: Callable[[Connection], Iterator[Finding]]) -> list[Finding]:
    return list(look(connection))


def _sending(connection: Connection) -> Iterator[Finding]:
    yield from standing(connection)
    yield from passing(connection)


def _workers(connection: Connection) -> Iterator[Finding]:
    number = len(leases.alive(connection))
    if number:
        yield Finding("well", f"{number} running")
    else:
        yield Finding("warning", "nothing is running", "`socialcare run`")


def _waiting(connection: Connection) -> Iterator[Finding]:
    at = now(connection)
    asked = select(func.count(), func.min(MENTION.c.arrived_at)).where(MENTION.c.state == "new")
    number, oldest = connection.execute(asked).one()
    state: Literal["well", "warning"] = "warning" if number and at - oldest > 60 else "well"
    yield Finding(
        state,
        f"{_many(number, 'mention')} not decided yet"
        + (f", the oldest for {at - oldest:.0f} s" if number else ""),
    )
    counted = select(EFFECT.c.state, func.count()).group_by(EFFECT.c.state)
    states: dict[str, int] = {state: number for state, number in connection.execute(counted)}  # noqa: C416 - typed by it
    if states:
        yield Finding(
            "well",
            "answers: " + ", ".join(f"{number} {state.lower()}" for state, number in sorted(states.items())),
        )
    if states.get("NEEDS_HUMAN"):
        yield Finding(
            "warning",
            f"{_many(states['NEEDS_HUMAN'], 'answer')} of which nobody knows whether it is out",
            "`socialcare inbox list`",
        )
    quarantined = connection.execute(
        select(func.count()).where(MENTION.c.state == "quarantined")
    ).scalar_one()
    if quarantined:
        yield Finding(
            "warning",
            f"{_many(quarantined, 'mention')} that cannot be decided",
            "`socialcare inbox list --waits quarantined`",
        )


def _feeds(connection: Connection) -> Iterator[Finding]:
    at = now(connection)
    for feed, moved in connection.execute(select(CURSOR.c.feed, CURSOR.c.at).order_by(CURSOR.c.feed)):
        yield Finding("well", f"feed {feed}: brought something {at - moved:.0f} s ago")
    rejected = connection.execute(
        select(func.count()).select_from(REJECT).where(REJECT.c.at > at - 86_400)
    ).scalar_one()
    if rejected:
        yield Finding(
            "warning",
            f"{_many(rejected, 'arrival')} of the last day that could not be read",
            "they are kept in the table `reject`",
        )


def _trail(connection: Connection) -> Iterator[Finding]:
    broken = audit.verify(connection)
    if broken is not None:
        yield Finding(
            "problem", f"audit trail: row {broken.seq} {broken.why}", "somebody changed the database by hand"
        )
    else:
        yield Finding("well", "audit trail: as it was written")
