"""`socialcare pause` and `socialcare resume`: keep an account from speaking, and let it speak again."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from socialcare.cli.live import by, config, demand_live, tell, who


@click.command("pause")
@click.argument("account")
@by
@config
def pause(account: str, by: str | None, config: Path | None) -> None:
    """Keep ACCOUNT from speaking: what it would say is held until it is resumed."""
    _say("pause", account, by, config)


@click.command("resume")
@click.argument("account")
@by
@config
def resume(account: str, by: str | None, config: Path | None) -> None:
    """Let ACCOUNT speak again: what the pause held is put before the guards once more."""
    _say("resume", account, by, config)


def _say(word: Literal["pause", "resume"], account: str, by: str | None, file: Path | None) -> None:
    demand_live()
    from socialcare.service.words import Said

    tell(Said(word, account, who(by)), file)
