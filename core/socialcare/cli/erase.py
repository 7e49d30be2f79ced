"""`socialcare erase`: forget a person."""

from __future__ import annotations

from functools import partial

import click

from socialcare.cli.console import out
from socialcare.cli.live import change, demand_live


@click.command("erase")
@click.argument("author", metavar="PLATFORM:ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(author: str, *, yes: bool) -> None:
    """Remove everything that one author wrote and all that is remembered of them: texts, drafts, counts, flags.

    Decisions stay, without their words; the audit trail stays verifiable. It cannot be undone.
    """
    demand_live()
    from socialcare.store.retention import erase_author

    if ":" not in author:
        raise click.UsageError(
            "write the author as PLATFORM:ID, such as `x:12345`; `socialcare inbox show` tells it"
        )
    if not yes:
        click.confirm(f"Remove everything of {author}?", abort=True)
    out().print(f"{change(partial(erase_author, author=author)):,} mentions were emptied")
