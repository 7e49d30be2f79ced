"""`socialcare audit`: what was done and by whom, and the proof that nobody changed it."""

from __future__ import annotations

from pathlib import Path

import click

from socialcare.cli.console import out
from socialcare.cli.live import config, demand_live, look


@click.group("audit")
def command() -> None:
    """The audit trail."""


@command.command()
@click.option(
    "--anchor",
    "anchors",
    metavar="SEQ:HASH",
    multiple=True,
    help="A head that was kept outside the database: the log prints one a day.",
)
@config
def verify(anchors: tuple[str, ...], config: Path | None) -> None:
    """Check the chain of hashes from the first row to the last, and the first row that was changed or is missing."""
    demand_live()
    from socialcare.delivery import audit

    kept = [audit.Head(*_head(written)) for written in anchors]
    broken, head = look(lambda trail: (audit.verify(trail, anchors=kept), audit.head(trail)), config)
    if broken is not None:
        out().print(f"row {broken.seq} {broken.why}")
        raise click.exceptions.Exit(1)
    out().print(
        "no row yet"
        if head is None
        else f"every row is as it was written; the last is {head.seq}:{head.hash}"
    )


def _head(written: str) -> tuple[int, str]:
    number, _, digest = written.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise click.UsageError(f"`{written}` is no head; write it as it was printed, SEQ:HASH")
    return int(number), digest
