"""What `socialcare doctor` looks at: everything that keeps a deployment from working, each with the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, func, make_url, select

from socialcare.config import Settings, shown
from socialcare.delivery import audit, bodies, leases
from socialcare.delivery.lanes import used_up
from socialcare.delivery.terms import Terms
from socialcare.diagnostics import Problems
from socialcare.errors import Interrupted, SettingsError, SocialcareError
from socialcare.opening import load_policy
from socialcare.plugins import Loaded, load
from socialcare.policy.statements import Policy
from socialcare.service import agreeing, running
from socialcare.service.asking import ask
from socialcare.service.settings import database_url, demand_database, live_settings
from socialcare.service.standing import Finding, passing, standing
from socialcare.service.terms import terms_for
from socialcare.service.wording import ago, many
from socialcare.store.database import Database, now, open_database
from socialcare.store.locking import is_locked, lock_of
from socialcare.store.tables import EFFECT, MENTION, REJECT


async def examine(settings: Settings) -> list[Finding]:
    """Look at settings, plugins, policy and database, and ask what runs; nothing is decided, and nothing is sent."""
    found = [Finding("well", f"settings: {settings.shown}")]
    loaded: Loaded | None = None
    policy: Policy | None = None
    try:
        loaded = load(settings, live=True)
        found += _plugins(loaded)
        policy = load_policy(settings, loaded, problems := Problems())
        found += _policy(settings, loaded, policy, problems)
    except SocialcareError as error:
        found += _problems(error)
    terms = Terms()
    try:
        live = live_settings(settings)
        url = database_url(live, settings)
        if loaded is not None:
            terms = terms_for(live, loaded, settings, lambda: policy.accounts if policy is not None else {})
    except SocialcareError as error:
        return [*found, *_problems(error)]
    try:
        demand_database(url)
    except SettingsError:
        return [*found, _no_database(url)]
    try:
        database = await open_database(url)
    except SocialcareError as error:
        return [*found, *_problems(error)]
    try:
        return [*found, *await _database(database, _lock_of(url), live.address, loaded, terms)]
    except Interrupted as why:
        return [*found, Finding("problem", f"database: {why}")]
    finally:
        await database.close()


def _no_database(url: str) -> Finding:
    folder = Path(make_url(url).database or "").parent
    if folder.is_dir():
        return Finding("warning", "database: there is none yet", "the first `socialcare run` makes it")
    return Finding(
        "problem",
        f"database: there is no folder `{shown(folder)}`",
        "make the folder, or name another file as `database` under `[live]`",
    )


def _lock_of(url: str) -> Path | None:
    """The file that a running process holds; none where several may run."""
    file = make_url(url).database if url.startswith("sqlite:") else None
    return lock_of(Path(file)) if file else None


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


def _policy(
    settings: Settings, loaded: Loaded, policy: Policy | None, problems: Problems
) -> Iterator[Finding]:
    if policy is None:
        number = sum(one.severity == "error" for one in problems.items)
        yield Finding("problem", f"policy: {many(number, 'error')}", "`socialcare check` shows more")
        return
    accounts = ", ".join(policy.accounts) or "none"
    yield Finding("well", f"policy: {many(len(policy.rules), 'rule')}, accounts {accounts}")
    yield from agreeing.accounts(settings, policy)
    yield from agreeing.people(policy, loaded)
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


async def _database(
    database: Database, lock: Path | None, address: str, loaded: Loaded | None, terms: Terms
) -> list[Finding]:
    found = [Finding("well", f"database: {database.dialect}")]
    found += [
        Finding("warning", warning, "a newer Python brings a newer SQLite") for warning in database.warnings
    ]
    found += await database.look(_sending)
    beats = await database.look(leases.beats)
    is_running, said = running.workers(beats, locked=is_locked(lock) if lock is not None else None)
    found.append(said)
    health = await ask(address) if is_running and address else None
    if is_running:
        found += running.asked(address, health, {one.what for one in found})
    looks: tuple[Callable[[Connection], Iterator[Finding]], ...] = (
        partial(_waiting, terms=terms),
        partial(running.feeds, loaded=loaded, health=health),
        _rejected,
        _trail,
    )
    for look in looks:
        found += await database.look(partial(_listed, look=look))
    return found


def _listed(connection: Connection, look: Callable[[Connection], Iterator[Finding]]) -> list[Finding]:
    return list(look(connection))


def _sending(connection: Connection) -> list[Finding]:
    return [*standing(connection), *passing(connection)]


def _waiting(connection: Connection, terms: Terms) -> Iterator[Finding]:
    at = now(connection)
    asked = select(func.count(), func.min(MENTION.c.arrived_at)).where(MENTION.c.state == "new")
    number, oldest = connection.execute(asked).one()
    state: Literal["well", "warning"] = "warning" if number and at - oldest > 60 else "well"
    yield Finding(
        state,
        f"{many(number, 'mention')} not decided yet"
        + (f", the oldest for {ago(at - oldest)}" if number else ""),
    )
    counted = select(EFFECT.c.state, func.count()).group_by(EFFECT.c.state)
    states: dict[str, int] = {state: number for state, number in connection.execute(counted)}  # noqa: C416 - typed by it
    if states:
        yield Finding(
            "well",
            "answers: " + ", ".join(f"{number} {state.lower()}" for state, number in sorted(states.items())),
        )
    yield from _used_up(connection, terms)
    if states.get("NEEDS_HUMAN"):
        yield Finding(
            "warning",
            f"{many(states['NEEDS_HUMAN'], 'answer')} of which nobody knows whether it is out",
            "`socialcare inbox list`",
        )
    quarantined = connection.execute(
        select(func.count()).where(MENTION.c.state == "quarantined")
    ).scalar_one()
    if quarantined:
        yield Finding(
            "warning",
            f"{many(quarantined, 'mention')} that cannot be decided",
            "`socialcare inbox list --waits quarantined`",
        )


def _used_up(connection: Connection, terms: Terms) -> Iterator[Finding]:
    """Accounts of which what would go next has to wait until there is money, or room in the platform's window, again."""
    ready = (EFFECT.c.state == "READY", EFFECT.c.not_before <= now(connection))
    number = func.count().label("number")
    for account, waiting in connection.execute(
        select(EFFECT.c.account, number).where(*ready).group_by(EFFECT.c.account).order_by(EFFECT.c.account)
    ).all():
        first = select(EFFECT.c.body).where(*ready, EFFECT.c.account == account)
        effect = bodies.read(connection.execute(first.order_by(EFFECT.c.not_before).limit(1)).scalar_one())
        term = terms.of_effect(effect)
        why = used_up(connection, effect, term) if term is not None else None
        if why is not None:
            yield Finding(
                "warning",
                f"account `{account}`: {many(waiting, 'answer')} wait: {why}",
                "they go as soon as enough of it is long enough ago; `money` under `[live]` is what an account may spend",
            )


def _rejected(connection: Connection) -> Iterator[Finding]:
    at = now(connection)
    rejected = connection.execute(
        select(func.count()).select_from(REJECT).where(REJECT.c.at > at - 86_400)
    ).scalar_one()
    if rejected:
        yield Finding(
            "warning",
            f"{many(rejected, 'arrival')} of the last day that could not be read",
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
