"""`socialcare simulate`: what the policy would have done with past mentions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import err, out, progress, verbosity
from socialcare.cli.over import over, read_over, told, under

if TYPE_CHECKING:
    from socialcare.model import Decision, Event
    from socialcare.simulate.decisions import DecisionWriter
    from socialcare.simulate.findings.findings import Findings
    from socialcare.simulate.report import Run

STOPPED = 130


@click.command("simulate")
@under
@over
@click.option(
    "--decisions",
    "decisions_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every decision, one JSON object a line.",
)
@click.option(
    "--report",
    "report_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page to read: pictures, every rule, and the mentions behind every number.",
)
@click.option("--with-input", is_flag=True, help="Keep in each decision what is needed to decide again.")
@click.option(
    "--rejects",
    "rejects_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the rows that cannot be read; beside the decisions, if they are written.",
)
@told
@click.option(
    "--rollout", metavar="N", type=click.FloatRange(0, 100), help="Take every rollout to be at N percent."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(  # noqa: PLR0913 - one for each option
    *,
    folder: Path | None,
    paths: tuple[str, ...],
    columns: Mapping[str, str],
    strict: bool,
    decisions_file: Path | None,
    report_file: Path | None,
    with_input: bool,
    rejects_file: Path | None,
    account: str | None,
    assume: tuple[str, ...],
    rollout: float | None,
    form: str,
) -> None:
    """Run the policy dry over past mentions, and tell what it would have done.

    Nothing is sent. Known archives are posts of X (from its API, or an account's own archive), of Bluesky and of Mastodon, the
    airline and the customer support data sets, decisions written --with-input, and any other table with --map (CSV, JSON Lines,
    Parquet); plain, packed with gzip or zstd, in folders and in zip archives.
    """
    import asyncio

    from socialcare.cli.opened import open_policy
    from socialcare.diagnostics import suggestion
    from socialcare.opening import open_desk
    from socialcare.simulate.assumptions import assumed
    from socialcare.simulate.decisions import DecisionWriter
    from socialcare.simulate.findings.findings import Findings
    from socialcare.simulate.rejects import Rejects
    from socialcare.simulate.report import Run
    from socialcare.simulate.run import run
    from socialcare.store.memory import MemoryStore

    opened = open_policy(folder)
    if account is not None and account not in opened.policy.accounts:
        raise click.UsageError(
            f"--as: unknown account `{account}`; {suggestion(account, opened.policy.accounts)}"
        )
    desk = open_desk(
        opened.policy,
        opened.loaded,
        MemoryStore(),
        account=account,
        assume=assumed(assume, opened.loaded.vocabulary),
        rollout=rollout,
        keep_input=with_input,
    )
    if rejects_file is None and decisions_file is not None:
        rejects_file = decisions_file.with_name(f"{decisions_file.name}.rejects.jsonl")
    rejects = Rejects(rejects_file)
    with ExitStack() as open_files:
        open_files.callback(rejects.close)
        number, mentions = read_over(
            paths, columns, opened.loaded, rejects, strict=strict, written=[decisions_file, report_file]
        )
        findings = Findings(desk)
        writer = None
        if decisions_file is not None:
            file = open_files.enter_context(decisions_file.open("wb"))
            writer = DecisionWriter(file, opened.settings.unseal)
        began = time.perf_counter()
        try:
            with progress("deciding", number) as advance:

                def also(events: Sequence[Event], decisions: Sequence[Decision]) -> None:
                    _write(decisions, writer)
                    findings.see(events, decisions)
                    advance(len(events))

                summary = asyncio.run(run(mentions, desk, also=also))
        except KeyboardInterrupt:
            _stopped(writer, decisions_file)
            raise click.exceptions.Exit(STOPPED) from None
        seconds = time.perf_counter() - began
    done = Run(
        summary=summary,
        rejects=tuple(rejects),
        skips=tuple(rejects.skips),
        failures=tuple(desk.seam.failures),
        seconds=seconds,
        rejects_file=str(rejects_file) if rejects_file is not None and rejects.count else None,
        unsealed=tuple(opened.settings.unseal.items()),
        beside=findings.brand.finish(),
    )
    _print(done, form)
    if report_file is not None:
        _report(done, findings, report_file)
    if number == 0:
        err().print("error: no mention could be read")
        raise click.exceptions.Exit(1)


def _report(done: Run, findings: Findings, file: Path) -> None:
    from socialcare.simulate.pages.run_page import run_page

    size = file.write_text(run_page(done, findings), "utf-8")
    if verbosity() >= 0:
        err().print(f"{file}: the report, {size / 1_000_000:.1f} MB")


def _print(done: Run, form: str) -> None:
    from socialcare.simulate.report import render_json, render_text

    if form == "json":
        import json

        click.echo(json.dumps(render_json(done), indent=2, ensure_ascii=False))
        return
    console = out()
    color = console.is_terminal and not console.no_color
    click.echo(render_text(done, console.width, color=color), nl=False, color=color)


def _write(decisions: Sequence[Decision], writer: DecisionWriter | None) -> None:
    if writer is not None:
        for decision in decisions:
            writer.write(decision)


def _stopped(writer: DecisionWriter | None, file: Path | None) -> None:
    """Say what there is of a run that was stopped."""
    if writer is None or writer.until is None:
        err().print("stopped; nothing was written")
    else:
        err().print(
            f"stopped; {file} holds {writer.written:,} decisions, up to {writer.until:%Y-%m-%d %H:%M} UTC"
        )
