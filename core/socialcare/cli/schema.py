"""`socialcare schema`: the JSON Schema of policy files, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("schema")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there instead of printing it.",
)
def command(folder: Path | None, file: Path | None) -> None:
    """Print the JSON Schema of policy files, made from the enabled plugins.

    It also knows the formulas and the look-up aliases of the policy in DIR, by default that of the settings, where the policy
    is free of errors. Name the file in the first line of a policy file, and editors complete words and mark what is misspelt:

    # yaml-language-server: $schema=policy.schema.json
    """
    from socialcare.cli.opened import settings_for
    from socialcare.diagnostics import Problems
    from socialcare.opening import load_policy
    from socialcare.plugins import load
    from socialcare.policy.reading.schema import own_paths_of, schema

    settings = settings_for(folder)
    loaded = load(settings)
    policy = load_policy(settings, loaded, Problems())
    own = {} if policy is None else own_paths_of(policy, loaded.vocabulary)
    drawn = json.dumps(schema(loaded.vocabulary, own), indent=1, ensure_ascii=False) + "\n"
    if file is None:
        click.echo(drawn, nl=False)
    else:
        file.write_text(drawn, encoding="utf-8")
    if policy is None:
        click.echo(
            "the policy cannot be read, so its own formulas and aliases are left out of the schema", err=True
        )
