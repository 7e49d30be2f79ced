"""`socialcare doctor`: what keeps a deployment from working, and the way out."""

from __future__ import annotations

from pathlib import Path

import click

from socialcare.cli.console import out
from socialcare.cli.live import config as config_option
from socialcare.cli.live import demand_live, deployment


@click.command("doctor")
@config_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(config: Path | None, form: str) -> None:
    """Look at settings, plugins, policy and database, and say what is in the way.

    Nothing is changed and nothing is sent. Exit code 1 where something is in the way.
    """
    demand_live()
    import asyncio

    from socialcare.diagnostics.excerpt import visible
    from socialcare.service.doctor import examine

    findings = asyncio.run(examine(deployment(config)))
    if form == "json":
        import json

        click.echo(json.dumps([one._asdict() for one in findings], indent=2, ensure_ascii=False))
    else:
        signs = {"well": "ok     ", "warning": "warning", "problem": "problem"}
        for one in findings:
            out().print(f"{signs[one.state]}  {visible(one.what)}")
            if one.out:
                out().print(f"         help: {visible(one.out)}")
    if any(one.state == "problem" for one in findings):
        raise click.exceptions.Exit(1)
