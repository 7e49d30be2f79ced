"""`socialcare read`: a statement read back as English."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("read")
@click.argument("name", metavar="ID")
@click.option(
    "--policy",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The policy, instead of that of the settings.",
)
def command(name: str, folder: Path | None) -> None:
    """Read a rule, guard or signal back as English sentences, every and/or spelled out."""
    from socialcare.cli.opened import open_policy
    from socialcare.diagnostics import suggestion
    from socialcare.policy.explaining.english import read_guard, read_rule, read_signal

    opened = open_policy(folder)
    policy = opened.policy
    if name in policy.rules:
        text = read_rule(policy.rules[name], policy, opened.loaded.vocabulary)
    elif name in policy.guards:
        text = read_guard(policy.guards[name], policy)
    elif name in policy.signals:
        text = read_signal(name, policy)
    else:
        known = [*policy.rules, *policy.guards, *policy.signals]
        raise click.UsageError(f"there is no rule, guard or signal `{name}`; {suggestion(name, known)}")
    click.echo(text, nl=False)
