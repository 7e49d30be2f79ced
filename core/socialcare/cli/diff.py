"""`socialcare diff`: what a new policy would change, over past mentions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import err, out, progress, verbosity
from socialcare.cli.over import over, read_over, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialcare.cli.opened import Opened
    from socialcare.desk import Desk
    from socialcare.model import FieldValue, Mention
    from socialcare.simulate.comparing.difference import Difference
    from socialcare.simulate.comparing.told import Verdict


@click.command("diff")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path, exists=True))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path, exists=True))
@over
@click.option(
    "--fail-on",
    "bounds",
    metavar="FIGURE>N[%]",
    multiple=True,
    help="End with 1 if more changes than this, such as `public_changed>0.5%`; several times for several.",
)
@click.option(
    "--report",
    "report_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page to read, with the mentions behind every number.",
)
@told
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(  # noqa: PLR0913 - one for each option
    *,
    old: Path,
    new: Path,
    paths: tuple[str, ...],
    columns: Mapping[str, str],
    strict: bool,
    bounds: tuple[str, ...],
    report_file: Path | None,
    account: str | None,
    assume: tuple[str, ...],
    form: str,
) -> None:
    """Run two policies over the same past mentions, and tell what changes from OLD to NEW, for whom, and why.

    OLD and NEW are folders of rules, or folders that hold a socialcare.toml. Nothing is sent.
    """
    import asyncio

    from socialcare.cli.opened import open_policy
    from socialcare.simulate.assumptions import assumed
    from socialcare.simulate.comparing.difference import Difference
    from socialcare.simulate.comparing.thresholds import threshold
    from socialcare.simulate.comparing.told import Verdict
    from socialcare.simulate.rejects import Rejects

    limits = [threshold(each) for each in bounds]
    sides = [open_policy(folder) for folder in (old, new)]
    values = assumed(assume, sides[1].loaded.vocabulary)
    desks = [_desk(each, account, values) for each in sides]
    rejects = Rejects(None)
    number, mentions = read_over(paths, columns, sides[1].loaded, rejects, strict=strict)
    difference = Difference(sides[0].policy, sides[1].policy)
    with progress("comparing", number) as advance:
        asyncio.run(_compare(_told(mentions, advance), desks, difference))
    verdict = Verdict(difference, [each for each in limits if each.exceeded(difference)])
    _print(verdict, form)
    if rejects.count and verbosity() >= 0:
        err().print(f"{rejects.count:,} rows could not be read; `socialcare simulate` says why")
    if report_file is not None:
        _report(verdict, report_file)
    if verdict.exceeded or number == 0:
        raise click.exceptions.Exit(1)


async def _compare(mentions: Iterator[Mention], desks: list[Desk], difference: Difference) -> None:
    from socialcare.simulate.comparing.sides import side_by_side

    async for pairs in side_by_side(mentions, *desks):
        difference.see(pairs)


def _desk(opened: Opened, account: str | None, values: Mapping[str, FieldValue]) -> Desk:
    from socialcare.diagnostics import suggestion
    from socialcare.opening import open_desk
    from socialcare.store.memory import MemoryStore

    if account is not None and account not in opened.policy.accounts:
        raise click.UsageError(
            f"--as: unknown account `{account}`; {suggestion(account, opened.policy.accounts)}"
        )
    return open_desk(opened.policy, opened.loaded, MemoryStore(), account=account, assume=values)


def _told(mentions: Iterator[Mention], advance: Callable[[int], None]) -> Iterator[Mention]:
    for mention in mentions:
        advance(1)
        yield mention


def _print(verdict: Verdict, form: str) -> None:
    from socialcare.simulate.comparing.told import render_json, render_text

    if form == "json":
        import json

        click.echo(json.dumps(render_json(verdict), indent=2, ensure_ascii=False))
        return
    click.echo(render_text(verdict, out().width), nl=False)


def _report(verdict: Verdict, file: Path) -> None:
    from socialcare.simulate.pages.diff_page import diff_page

    size = file.write_text(diff_page(verdict), "utf-8")
    if verbosity() >= 0:
        err().print(f"{file}: the report, {size / 1_000_000:.1f} MB")
