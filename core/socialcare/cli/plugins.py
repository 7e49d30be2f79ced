"""`socialcare plugins`: what is installed, what is on, and the words it brings."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from socialcare.cli.console import out
from socialcare.config import find_settings
from socialcare.plugins import Info, load

_KINDS = {"lookups": "look-ups"}


@click.command("plugins")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings, instead of the nearest socialcare.toml.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(config: Path | None, form: str) -> None:
    """List the plugins: which are on, and the words each brings to a policy.

    A plugin is switched on by a table of its own in socialcare.toml: [plugins.NAME].
    """
    settings = find_settings(file=config)
    plugins = load(settings, skip_broken=True).info
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in plugins], indent=2, ensure_ascii=False))
    else:
        _print(plugins, settings.shown)
    if any(one.problem for one in plugins):
        raise click.exceptions.Exit(1)


def _print(plugins: Sequence[Info], settings: str) -> None:
    console = out()
    console.print(f"by {settings}:")
    for one in plugins:
        state = "broken" if one.problem else "on" if one.enabled else "off"
        console.print(f"\n{one.name} {one.version}  {state}")
        for kind, words in one.brings.items():
            console.print(f"  {_KINDS.get(kind, kind)}: {', '.join(words)}")
        if one.hooks:
            console.print(f"  hooks: {', '.join(one.hooks)}")
        if one.problem:
            console.print(f"  {one.problem}".replace("\n", "\n  "))
        elif not one.enabled:
            console.print(f"  help: `[plugins.{one.name}]` in socialcare.toml switches it on")
