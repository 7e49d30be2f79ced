"""`socialcare codes`: what a code in a message means."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("codes")
@click.argument("code", metavar="[CODE]", required=False)
@click.option(
    "--out",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all of them there, as a page in Markdown.",
)
def command(code: str | None, file: Path | None) -> None:
    """Explain a code such as SC203, or list all of them."""
    from socialcare.codes import CODES
    from socialcare.codes.page import codes_page
    from socialcare.diagnostics import suggestion

    if file is not None:
        file.write_text(codes_page(CODES.values()), encoding="utf-8")
        return
    if code is None:
        for known in CODES.values():
            click.echo(f"{known.code}  {known.title}")
        return
    found = CODES.get(code.upper())
    if found is None:
        raise click.UsageError(f"there is no code `{code}`; {suggestion(code.upper(), CODES)}")
    click.echo(f"{found.code}: {found.title}\n\n{found.page}")
