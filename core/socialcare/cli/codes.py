"""`socialcare codes`: what a code in a message means."""

from __future__ import annotations

import click


@click.command("codes")
@click.argument("code", metavar="[CODE]", required=False)
def command(code: str | None) -> None:
    """Explain a code such as SC203, or list all of them."""
    from socialcare.codes import CODES
    from socialcare.diagnostics import suggestion

    if code is None:
        for known in CODES.values():
            click.echo(f"{known.code}  {known.title}")
        return
    found = CODES.get(code.upper())
    if found is None:
        raise click.UsageError(f"there is no code `{code}`; {suggestion(code.upper(), CODES)}")
    click.echo(f"{found.code}: {found.title}\n\n{found.page}")
