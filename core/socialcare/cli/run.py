"""`socialcare run`: listen, decide and speak, until told to stop."""

from __future__ import annotations

from pathlib import Path

import click

from socialcare.cli.console import verbosity
from socialcare.cli.live import config as config_option
from socialcare.cli.live import demand_live, deployment

_SWITCH = 0.0005
"""Seconds between two turns of threads: those of the database must not wait for long while a batch is decided."""


@click.command("run")
@config_option
@click.option("--safe-mode", is_flag=True, help="Take mentions in and serve health; decide and send nothing.")
@click.option(
    "--drain",
    is_flag=True,
    help="Listen to nothing: decide and send what is there, and stop when nothing is left to do.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "text", "json"]),
    default="auto",
    help="How to log on stderr.",
)
def command(config: Path | None, form: str, *, safe_mode: bool, drain: bool) -> None:
    """Listen to the feeds, decide every mention by the policy, and carry out what it says.

    What comes in is stored before it counts as taken, and what is said is written down before it is sent: the process may be
    killed at any moment and goes on where it was. SIGTERM or Ctrl-C finishes what is being sent; a second one ends at once.
    The policy is read again when its files change; one with errors is reported, and the last good one goes on.
    """
    if safe_mode and drain:
        raise click.UsageError(
            "`--drain` decides and sends what is there, and `--safe-mode` decides and sends nothing"
        )
    demand_live()
    settings = deployment(config)
    import asyncio
    import logging
    import sys

    from socialcare.service.logs import set_up
    from socialcare.service.run import run

    set_up(
        as_json=form == "json" or (form == "auto" and not sys.stderr.isatty()),
        level={-1: logging.WARNING, 0: logging.INFO}.get(verbosity(), logging.DEBUG),
    )
    sys.setswitchinterval(_SWITCH)
    asyncio.run(run(settings, safe_mode=safe_mode, drain=drain))
