"""`socialcare pause` and `socialcare resume`: keep an account from speaking, and let it, or a rule that stopped, speak again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.live import by, config, demand_live, tell, who

if TYPE_CHECKING:
    from socialcare.service.words import Word


@click.command("pause")
@click.argument("account")
@by
@config
def pause(account: str, by: str | None, config: Path | None) -> None:
    """Keep ACCOUNT from speaking: what it would say is held until it is resumed."""
    _say("pause", account, by, config)


@click.command("resume")
@click.argument("account", required=False)
@click.option(
    "--rule", metavar="NAME", help="A rule that stopped, as its answers were refused again and again."
)
@by
@config
def resume(account: str | None, rule: str | None, by: str | None, config: Path | None) -> None:
    """Let ACCOUNT speak again: what a pause held is put before the guards once more, and what had stopped is sent.

    An account stops by itself where only a person can help, such as by keys that the platform does not know.
    `socialcare doctor` names what stopped, and why.
    """
    if account and not rule:
        _say("resume", account, by, config)
    elif rule and not account:
        _say("resume_rule", rule, by, config)
    else:
        raise click.UsageError(
            "say one of: an account, `--rule NAME`; `socialcare doctor` names what stopped"
        )


def _say(word: Word, ref: str, by: str | None, file: Path | None) -> None:
    demand_live()
    from socialcare.service.words import Said

    tell(Said(word, ref, who(by)), file)
