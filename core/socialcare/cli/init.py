"""`socialcare init`: a first policy that checks, passes its tests and can be tried over invented mentions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import click

from socialcare.cli.console import verbosity

SCHEMA = "policy.schema.json"
"""The schema for editors, beside the files that name it in their first line."""

_STEPS = """\
{folder} holds a first policy for a shop that does not exist: rules, tests and a week of invented mentions.

next:
  cd {folder}
  socialcare check                         is every word right?
  socialcare test                          does it do what its tests say?
  socialcare simulate --over policy/past   what would it have answered?

then put your own names into policy/company.yaml, and read README.md.
"""


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write a first policy into DIR, a folder that is new or empty."""
    from socialcare.cli.opened import open_policy
    from socialcare.policy.reading.schema import own_paths_of, schema

    _refuse(folder)
    for path, file in _starter():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    opened = open_policy(folder)
    drawn = schema(opened.loaded.vocabulary, own_paths_of(opened.policy, opened.loaded.vocabulary))
    target = opened.settings.policy / SCHEMA
    target.write_text(json.dumps(drawn, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if verbosity() >= 0:
        click.echo(_STEPS.format(folder=click.format_filename(folder)), nl=False)


def _refuse(folder: Path) -> None:
    """Stop where something would be in the way."""
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"`{folder}` is a file; name a new folder")
    first = next(iter(sorted(folder.iterdir())), None) if folder.is_dir() else None
    if first is not None:
        raise click.UsageError(
            f"`{folder}` is not empty: it holds `{first.name}`; nothing is written over, so name a new folder, "
            f"such as `{folder / 'care'}`"
        )


def _starter() -> Iterator[tuple[PurePosixPath, Traversable]]:
    """Every file of the starter by its path."""
    yield from _below(files("socialcare") / "starter", PurePosixPath())


def _below(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _below(entry, path / entry.name)
        else:
            yield path / entry.name, entry
