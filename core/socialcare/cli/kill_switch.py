"""`socialcare kill-switch`: nothing is sent any more, by nobody, until it is off again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from socialcare.cli.console import out
from socialcare.cli.live import by, change, config, demand_live, who


@click.command("kill-switch")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--because", default="", metavar="TEXT", help="Why; it stands in the audit trail.")
@by
@config
def command(state: str, because: str, by: str | None, config: Path | None) -> None:
    """Stop all sending (on), or let it go on (off). What is decided meanwhile waits.

    It holds for every worker on the database, from the next answer on; a request that is on its way is not called back.
    """
    demand_live()
    from socialcare.delivery import switch

    if state == "on":
        change(partial(switch.kill, reason=because, by=who(by)), config)
        out().print(
            "nothing is sent any more, within two seconds; `socialcare kill-switch off` lets answers go out again"
        )
    else:
        change(partial(switch.release, by=who(by)), config)
        out().print("answers go out again")
