"""`socialcare erase`: forget a person."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out
from socialcare.cli.live import change, config, demand_live, look

if TYPE_CHECKING:
    from sqlalchemy import Connection


@click.command("erase")
@click.argument("author", metavar="PLATFORM:ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config
def command(author: str, config: Path | None, *, yes: bool) -> None:
    """Remove everything that one author wrote and all that is remembered of them: texts, drafts, counts, flags.

    ID is the platform's own for the author, which stays; a handle may be another's tomorrow. Decisions stay, without their words;
    the audit trail stays verifiable; what we posted stays on the platform. It cannot be undone. Exit code 1 where there was
    no mention of them.
    """
    demand_live()
    from socialcare.store.retention import erase_author

    platform, _, name = author.partition(":")
    if not (platform and name):
        raise click.UsageError(
            "write the author as PLATFORM:ID, such as `x:12345`; `socialcare inbox show` tells it"
        )
    if meant := look(partial(_called, platform=platform, name=name), config):
        raise click.UsageError(
            f"`{name}` is a handle here, and nothing was erased; the author's id is written {' or '.join(f'`{one}`' for one in meant)}"
        )
    if not yes:
        click.confirm(f"Remove everything of {author}?", abort=True)
    number = change(partial(erase_author, author=author), config)
    if not number:
        out().print(f"there is no mention of {author}; what else was kept under that id is gone")
        raise click.exceptions.Exit(1)
    out().print(f"{number:,} mentions were emptied" if number > 1 else "1 mention was emptied")


def _called(connection: Connection, platform: str, name: str) -> list[str]:
    """The authors that are meant where a handle was written for an id."""
    from socialcare.service.named import authors_called, has_written

    if has_written(connection, f"{platform}:{name}"):
        return []
    return authors_called(connection, platform, name)
