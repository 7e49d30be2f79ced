"""`socialcare check`: whether every word of a policy is right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out, verbosity
from socialcare.version import __version__

if TYPE_CHECKING:
    from socialcare.diagnostics import Problems
    from socialcare.policy.statements import Policy


@click.command("check")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="How to print what is wrong.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.pass_context
def command(ctx: click.Context, folder: Path | None, form: str, *, strict: bool) -> None:
    """Check a policy: every problem at once, with its place and the way out.

    DIR is the folder of the rules, or one that holds a socialcare.toml; without it the policy of the settings is checked.
    A policy without an error is analysed: what can never happen, what only an id decides, what may be too long or missing.
    With --verbose, what could not be decided is told too. Exit code 1 when something must be mended.
    """
    from socialcare.cli.opened import settings_for
    from socialcare.diagnostics import Problems
    from socialcare.opening import load_policy, sealed_guards
    from socialcare.plugins import load
    from socialcare.policy.analysis.analyse import analyse
    from socialcare.policy.yaml.files import shown_path

    settings = settings_for(folder)
    loaded = load(settings)
    problems = Problems()
    policy = load_policy(settings, loaded, problems)
    if policy is not None:
        problems.extend(analyse(policy, loaded.vocabulary))
    _print(_wanted(problems, strict=strict), form, dict(sealed_guards(loaded)))
    if form == "text" and policy is not None and verbosity() >= 0:
        click.echo(f"{shown_path(settings.policy)}: no error in {_counted(policy)}")
    if policy is None or (strict and problems.has_warnings):
        ctx.exit(1)


def _wanted(problems: Problems, *, strict: bool) -> Problems:
    """What the user asked to read: notes with --verbose, with --quiet only what makes the check fail."""
    from socialcare.diagnostics import Problems

    failing = {"error", "warning"} if strict else {"error"}
    shown = failing if verbosity() < 0 else {"error", "warning", *(["note"] if verbosity() > 0 else [])}
    wanted = Problems()
    wanted.extend(item for item in problems.items if item.severity in shown)
    return wanted


def _print(problems: Problems, form: str, built_in: Mapping[str, str]) -> None:
    from socialcare.cli.opened import source_of
    from socialcare.diagnostics import render_github, render_json, render_sarif, render_text

    if form == "json":
        click.echo(render_json(problems), nl=False)
    elif form == "github":
        click.echo(render_github(problems), nl=False)
    elif form == "sarif":
        click.echo(render_sarif(problems, __version__), nl=False)
    elif len(problems):
        console = out()
        color = console.is_terminal and not console.no_color
        text = render_text(problems, lambda name: built_in.get(name) or source_of(name), color=color)
        click.echo(text, nl=False, color=color)


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
