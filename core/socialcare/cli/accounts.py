"""`socialcare pause` and `socialcare resume`: keep an account from speaking, and let it speak again."""

from __future__ import annotations

from typing import Literal

import click

from socialcare.cli.live import by, demand_live, tell, who


@click.command("pause")
@click.argument("account")
@by
def pause(account: str, by: str | None) -> None:
    """Keep ACCOUNT from speaking: what it would say is held until it is resumed."""
    _say("pause", account, by)


@click.command("resume")
@click.argument("account")
@by
def resume(account: str, by: str | None) -> None:
    """Let ACCOUNT speak again: what the pause held is put before the guards once more."""
    _say("resume", account, by)


def _say(word: Literal["pause", "resume"], account: str, by: str | None) -> None:
    demand_live()
    from socialcare.cli.opened import open_policy
    from socialcare.diagnostics.spelling import suggestion
    from socialcare.service.words import Said

    accounts = open_policy(None).policy.accounts
    if account not in accounts:
        raise click.UsageError(f"the policy has no account `{account}`; {suggestion(account, accounts)}")
    tell(Said(word, account, who(by)))
