"""`socialcare vocabulary`: every word that a policy may use, on one page."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("vocabulary")
@click.option(
    "--out",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there instead of printing it.",
)
def command(file: Path | None) -> None:
    """Print every field, operator, action and look-up with an example each, as the enabled plugins bring them."""
    from socialcare.config import find_settings
    from socialcare.plugins import load
    from socialcare.policy.explaining.vocabulary_page import vocabulary_page

    page = vocabulary_page(load(find_settings()).vocabulary)
    if file is None:
        click.echo(page, nl=False)
    else:
        file.write_text(page, encoding="utf-8")
