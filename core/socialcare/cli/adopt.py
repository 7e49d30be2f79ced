"""`socialcare adopt`: answer from a database that was restored, moved or copied."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out
from socialcare.cli.live import by, change, config, demand_live, look, who

if TYPE_CHECKING:
    from sqlalchemy import Connection


@click.command("adopt")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by
@config
def command(by: str | None, config: Path | None, *, yes: bool) -> None:
    """Say that this database is to be answered from by this machine, and by no other any more.

    A database on another machine than it was made on is a copy until somebody says otherwise: two of them would answer everybody
    twice. Stop the other one first. Our own posts are read back before anything is sent. Where the database is this machine's
    already, nothing is done.
    """
    demand_live()
    from socialcare.delivery import amnesia

    if look(_is_ours, config):
        out().print("this database is this machine's already; there is nothing to do")
        return
    if not yes:
        click.confirm("Is nothing else answering from this database or a copy of it?", abort=True)
    change(partial(amnesia.adopt, by=who(by)), config)
    out().print("adopted; start `socialcare run` anew: it reads our own posts back, and then answers")


def _is_ours(connection: Connection) -> bool:
    from sqlalchemy import select

    from socialcare.store.hosts import host_of
    from socialcare.store.tables import CONTROL

    instance: str = connection.execute(select(CONTROL.c.instance)).scalar_one()
    return instance == host_of(connection)
