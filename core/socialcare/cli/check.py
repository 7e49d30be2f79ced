"""`socialcare check`: whether every word of a policy is right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out, verbosity

if TYPE_CHECKING:
    from socialcare.policy.statements import Policy


@click.command("check")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="How to print what is wrong.",
)
@click.pass_context
def command(ctx: click.Context, folder: Path | None, form: str) -> None:
    """Check a policy: every problem at once, with its place and the way out.

    DIR is the folder of the rules, or one that holds a socialcare.toml; without it the policy of the settings is checked.
    Exit code 1 when something must be mended.
    """
    from socialcare.cli.opened import settings_for, source_of
    from socialcare.diagnostics import Problems, render_github, render_json, render_text
    from socialcare.opening import load_policy, sealed_guards
    from socialcare.plugins import load
    from socialcare.policy.yaml.files import shown_path

    settings = settings_for(folder)
    loaded = load(settings)
    problems = Problems()
    policy = load_policy(settings, loaded, problems)
    if form == "json":
        click.echo(render_json(problems), nl=False)
    elif form == "github":
        click.echo(render_github(problems), nl=False)
    elif len(problems):
        console = out()
        color = console.is_terminal and not console.no_color
        built_in = dict(sealed_guards(loaded))
        text = render_text(problems, lambda name: built_in.get(name) or source_of(name), color=color)
        click.echo(text, nl=False, color=color)
    if form == "text" and policy is not None and verbosity() >= 0:
        click.echo(f"{shown_path(settings.policy)}: no error in {_counted(policy)}")
    if policy is None:
        ctx.exit(1)


def _counted(policy: Policy) -> str:
    """What was checked."""
    tests = sum(len(rule.cases) for rule in policy.rules.values()) + len(policy.conversations)
    own = sum(not guard.sealed for guard in policy.guards.values())
    built_in = len(policy.guards) - own
    numbers = [
        (len(policy.rules), "rule"),
        (own, "guard"),
        (built_in, "built-in guard"),
        (len(policy.signals), "signal"),
        (tests, "test"),
    ]
    return ", ".join(f"{number:,} {noun}{'' if number == 1 else 's'}" for number, noun in numbers)
