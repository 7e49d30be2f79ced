"""Whether the settings and the policy speak of the same accounts and people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from socialcare.config import Settings
from socialcare.diagnostics.spelling import suggestion
from socialcare.model import Vocabulary
from socialcare.plugins import Loaded
from socialcare.policy.statements import Asked, Policy, Use
from socialcare.sending import Reaching
from socialcare.service.standing import Finding

_TELLS = "notify"


def accounts(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Accounts that plugins listen and speak for, and the policy does not have, or has otherwise."""
    tables = {name: table.get("accounts") for name, table in settings.plugins.items()}
    given = {name: table for name, table in tables.items() if isinstance(table, Mapping)}
    for plugin, table in given.items():
        for name, account in table.items():
            where = f"`[plugins.{plugin}.accounts.{name}]`"
            if name not in policy.accounts:
                out = f"{suggestion(name, policy.accounts)}; the policy names them under `accounts:`"
                yield Finding("problem", f"{where}: the policy has no account `{name}`", out)
                continue
            handle = account.get("handle") if isinstance(account, Mapping) else None
            if isinstance(handle, str) and _bare(handle) != _bare(policy.accounts[name]):
                yield Finding(
                    "problem",
                    f"{where} says `handle = {handle!r}`, and the policy `{name}: {policy.accounts[name]}`",
                    "write in both what the platform shows after the `@`",
                )
    if any(given.values()):
        there = {name for table in given.values() for name in table}
        for name in policy.accounts:
            if name not in there:
                out = f"give a plugin that account, such as `[plugins.{next(iter(given))}.accounts.{name}]`"
                yield Finding("warning", f"account `{name}` of the policy is no plugin's", out)


def _bare(handle: str) -> str:
    return handle.removeprefix("@").casefold()


def people(policy: Policy, loaded: Loaded) -> Iterator[Finding]:
    """People whom the policy wants to be told, and whom nothing tells."""
    for action, named in sorted(_told(policy, loaded.vocabulary).items()):
        carrying = [one for one in loaded.senders if action in one.actions]
        if not carrying and action == _TELLS:
            who = ", ".join(f"`{one}`" for one in sorted(named))
            yield Finding(
                "warning",
                f"nothing carries out `{action}`: the policy wants {who} told, and nobody is",
                "`[plugins.notify]` with their addresses sends e-mail or calls a webhook",
            )
        for sender in carrying:
            unknown = [
                one
                for one in sorted(named)
                if isinstance(sender, Reaching) and not sender.reaches(one, action)
            ]
            for person in unknown:
                yield Finding(
                    "warning",
                    f"`{sender.name}` does not know how `{person}` is reached: `{action}` for them is refused",
                    f"`[plugins.{sender.name}.people]` says how, or `otherwise` who is told instead",
                )


def _told(policy: Policy, vocabulary: Vocabulary) -> dict[str, set[str]]:
    """By action, the people who are named for it; of one that is looked up, who is named in case nobody is found."""
    told: dict[str, set[str]] = defaultdict(set)
    for rule in policy.rules.values():
        for use in rule.uses if rule.status == "live" else ():
            told[use.action].update(_named(use.params.get("to"), policy))
            told[_TELLS].update(_named(_breach(use, vocabulary), policy))
    for guard in policy.guards.values():
        told[_TELLS].update(guard.notify, guard.approval.notify if guard.approval is not None else ())
    return {action: named for action, named in told.items() if named}


def _breach(use: Use, vocabulary: Vocabulary) -> object:
    breach = use.params.get(vocabulary.actions[use.action].breach or "")
    return breach.get(_TELLS) if isinstance(breach, Mapping) else None


def _named(written: object, policy: Policy) -> set[str]:
    name = written.otherwise if isinstance(written, Asked) else written
    return {name} if isinstance(name, str) and name in policy.people else set()
