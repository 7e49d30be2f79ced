"""`socialcare erase`: forget a person."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from socialcare.cli.console import out
from socialcare.cli.live import change, config, demand_live


@click.command("erase")
@click.argument("author", metavar="PLATFORM:ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config
def command(author: str, config: Path | None, *, yes: bool) -> None:
    """Remove everything that one author wrote and all that is remembered of them: texts, drafts, counts, flags.

    Decisions stay, without their words; the audit trail stays verifiable. It cannot be undone.
    """
    demand_live()
    from socialcare.store.retention import erase_author

    platform, _, name = author.partition(":")
    if not (platform and name):
        raise click.UsageError(
            "write the author as PLATFORM:ID, such as `x:12345`; `socialcare inbox show` tells it"
        )
    if not yes:
        click.confirm(f"Remove everything of {author}?", abort=True)
    number = change(partial(erase_author, author=author), config)
    found = f"{number:,} mentions were emptied" if number != 1 else "1 mention was emptied"
    out().print(
        found if number else f"there is no mention of {author}; whatever else was kept of them is gone"
    )
