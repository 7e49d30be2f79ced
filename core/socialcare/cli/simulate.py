"""`socialcare simulate`: what the policy would have done with past mentions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from socialcare.cli.console import err, out, progress, verbosity
from socialcare.cli.over import lists_over, over, read_over, told, under

if TYPE_CHECKING:
    from datetime import datetime

    from socialcare.cli.opened import Opened
    from socialcare.desk import Desk
    from socialcare.model import Decision, Event, Mention
    from socialcare.plugins import Loaded
    from socialcare.simulate.decisions import DecisionWriter
    from socialcare.simulate.findings.findings import Findings
    from socialcare.simulate.rejects import Rejects
    from socialcare.simulate.report import Run
    from socialcare.simulate.rows import Row
    from socialcare.simulate.summary import Summary

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
@click.option(
    "--near", is_flag=True, help="Tell beside each mention for the inbox which rules came closest; slow."
)
@click.option(
    "--engine",
    type=click.Choice(["compiled", "naive"]),
    default="compiled",
    help="How rules are found; both find the same, the naive one reads every condition of every rule.",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes that look at mentions beside the one that decides in order; the decisions are the same.",
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
    near: bool,
    engine: Literal["compiled", "naive"],
    workers: int,
    form: str,
) -> None:
    """Run the policy dry over past mentions, and tell what it would have done.

    Nothing is sent. Known archives are posts of X (from its API, or an account's own archive), of Bluesky and of Mastodon, the
    airline and the customer support data sets, decisions written --with-input, and any other table with --map (CSV, JSON Lines,
    Parquet); plain, packed with gzip or zstd, in folders and in zip archives.
    """
    from socialcare.cli.opened import open_policy
    from socialcare.diagnostics import suggestion
    from socialcare.simulate.decisions import DecisionWriter
    from socialcare.simulate.report import Run

    opened = open_policy(folder)
    if account is not None and account not in opened.policy.accounts:
        raise click.UsageError(
            f"--as: unknown account `{account}`; {suggestion(account, opened.policy.accounts)}"
        )
    way = _Way(account, assume, rollout, with_input, near or report_file is not None, engine)
    desk = _opened_desk(opened, way)
    if rejects_file is None and decisions_file is not None:
        rejects_file = decisions_file.with_name(f"{decisions_file.name}.rejects.jsonl")
    written = [decisions_file, report_file]
    archives = _Archives(paths, columns, opened.loaded, strict, written, rejects_file)
    crew = _Crew(workers, partial(_again, folder, way), opened.settings.unseal)
    with ExitStack() as open_files:
        open_files.enter_context(_few_collections())
        read = None if report_file is not None else _read_apart(archives, desk, crew)
        read = read or _read_in_order(archives, desk, crew)
        rejects = open_files.enter_context(closing(read.rejects))
        writer = None
        if decisions_file is not None:
            file = open_files.enter_context(decisions_file.open("wb"))
            writer = DecisionWriter(file, opened.settings.unseal)
        seen = _Seen(desk, writer, report=report_file is not None, beside=read.beside)
        began = time.perf_counter()
        try:
            summary = read.decide(seen)
        except KeyboardInterrupt:
            _stopped(writer, decisions_file)
            raise click.exceptions.Exit(STOPPED) from None
        seconds = read.seconds + time.perf_counter() - began
    done = Run(
        summary=summary,
        rejects=tuple(rejects),
        skips=tuple(rejects.skips),
        failures=tuple(desk.seam.failures),
        seconds=seconds,
        rejects_file=str(rejects_file) if rejects_file is not None and rejects.count else None,
        unsealed=tuple(opened.settings.unseal.items()),
        beside=seen.brand.finish() if seen.brand is not None else None,
    )
    _print(done, form)
    if report_file is not None and seen.findings is not None:
        _report(done, seen.findings, report_file)
    if read.number == 0:
        err().print("error: no mention could be read")
        raise click.exceptions.Exit(1)


class _Archives(NamedTuple):
    """What is read, and what is written beside it."""

    paths: tuple[str, ...]
    columns: Mapping[str, str]
    loaded: Loaded
    strict: bool
    written: Sequence[Path | None]
    rejects: Path | None


class _Crew(NamedTuple):
    """The processes asked for, how each opens a desk of its own, and what stands in each line that they write."""

    workers: int
    again: Callable[[], Desk]
    unsealed: Mapping[str, str]


class _Read(NamedTuple):
    """What was read: how many mentions, which rows not, and what is left to do; `seconds` were spent on deciding already.

    `beside` says that replies of ours are among them.
    """

    number: int
    rejects: Rejects
    decide: Callable[[_Seen], Summary]
    beside: bool = False
    seconds: float = 0.0


def _read_in_order(archives: _Archives, desk: Desk, crew: _Crew) -> _Read:
    """All mentions in order, to be decided one after the other."""
    from socialcare.simulate.findings.beside import OurReplies
    from socialcare.simulate.rejects import Rejects

    paths, columns, loaded, strict, written, rejects_file = archives
    rejects, ours = Rejects(rejects_file), OurReplies(desk.company)
    number, mentions = read_over(
        paths, columns, loaded, rejects, strict=strict, written=written, also=ours.see
    )
    return _Read(number, rejects, lambda seen: _run(mentions, number, desk, seen, crew), ours.found)


def _read_apart(archives: _Archives, desk: Desk, crew: _Crew) -> _Read | None:
    """All mentions, decided as they are read; none if they have to be decided in order."""
    from socialcare.simulate.apart import Surprise, is_apart, put_together
    from socialcare.simulate.findings.beside import OurReplies
    from socialcare.simulate.ordering import ordered_rows
    from socialcare.simulate.rejects import Rejects

    if not is_apart(desk):
        return None
    paths, columns, loaded, strict, written, rejects_file = archives
    rejects, ours = Rejects(rejects_file), OurReplies(desk.company)
    began = time.perf_counter()

    def read(advance: Callable[[int], None]) -> Iterator[Mention]:
        for mentions in lists_over(
            paths, columns, loaded, rejects, strict=strict, written=written, advance=advance
        ):
            ours.see(mentions)
            if ours.found:
                raise Surprise
            yield from mentions

    try:
        with _deciding_apart(desk, crew) as decided, progress("deciding") as advance:
            number, rows = ordered_rows(chain.from_iterable(decided(read(advance))))
    except Surprise:
        rejects.close()
        return None
    policy, seconds = desk.setting.policy, time.perf_counter() - began
    return _Read(number, rejects, lambda seen: put_together(rows, policy, seen.lines), seconds=seconds)


@contextmanager
def _deciding_apart(desk: Desk, crew: _Crew) -> Iterator[Callable[[Iterable[Mention]], Iterator[list[Row]]]]:
    """Decides mentions here, or in the processes asked for."""
    if crew.workers == 1:
        from socialcare.simulate.apart import decided_here

        yield partial(decided_here, desk=desk, unsealed=crew.unsealed)
        return
    from socialcare.simulate.pool import pool

    with pool(crew.workers, desk, crew.again) as processes:
        yield partial(processes.decide, unsealed=crew.unsealed)


class _Way(NamedTuple):
    """How the user wants mentions decided."""

    account: str | None
    assume: tuple[str, ...]
    rollout: float | None
    with_input: bool
    near: bool
    engine: Literal["compiled", "naive"]


def _opened_desk(opened: Opened, way: _Way) -> Desk:
    from socialcare.opening import open_desk
    from socialcare.simulate.assumptions import assumed
    from socialcare.store.memory import MemoryStore

    return open_desk(
        opened.policy,
        opened.loaded,
        MemoryStore(),
        account=way.account,
        assume=assumed(way.assume, opened.loaded.vocabulary),
        rollout=way.rollout,
        keep_input=way.with_input,
        near=way.near,
        engine=way.engine,
    )


def _again(folder: Path | None, way: _Way) -> Desk:
    """The same desk in another process."""
    from socialcare.cli.opened import open_policy

    return _opened_desk(open_policy(folder), way)


class _Seen:
    """Everything that looks on while mentions are decided: the file of decisions, the report, the brand's own replies."""

    def __init__(self, desk: Desk, writer: DecisionWriter | None, *, report: bool, beside: bool) -> None:
        from socialcare.simulate.findings.beside import BrandReplies
        from socialcare.simulate.findings.findings import Findings

        self.writer = writer
        self.findings = Findings(desk) if report else None
        self.brand = self.findings.brand if self.findings is not None else None
        if self.brand is None and beside:
            self.brand = BrandReplies(desk.setting.zone)
        self.advance: Callable[[int], None] = lambda _: None

    def batch(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Take in what was decided about a batch of events."""
        if self.writer is not None:
            self.writer.write_all(decisions)
        if self.findings is not None:
            self.findings.see(events, decisions)
        elif self.brand is not None:
            self.brand.see(events, decisions)
        self.advance(len(events))

    def lines(self, lines: bytes, count: int, until: datetime) -> None:
        """Take in the lines of so many decisions, the last of that moment."""
        if self.writer is not None:
            self.writer.write_lines(lines, count, until)
        self.advance(count)


def _run(
    mentions: Iterator[Mention],
    number: int,
    desk: Desk,
    seen: _Seen,
    crew: _Crew,
) -> Summary:
    import asyncio

    from socialcare.simulate.run import run, run_pooled

    workers = crew.workers
    outside = [one.name for one in desk.asked if one.classifier.reads_outside]
    if workers > 1 and outside:
        err().print(f"--workers: {', '.join(outside)} reads the outside, so one process decides all")
        workers = 1
    if workers == 1:
        with progress("deciding", number) as seen.advance:
            return asyncio.run(run(mentions, desk, also=seen.batch))
    from socialcare.simulate.pool import pool

    with (
        pool(workers, desk, crew.again) as processes,
        progress("deciding", number) as seen.advance,
    ):
        return asyncio.run(run_pooled(mentions, desk, processes, also=seen.batch))


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let the garbage collector come seldom: what is decided is gone at once, and nothing of it goes in circles."""
    import gc

    before = gc.get_threshold()
    gc.freeze()  # the policy stays to the end
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


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


def _stopped(writer: DecisionWriter | None, file: Path | None) -> None:
    """Say what there is of a run that was stopped."""
    if writer is None or writer.until is None:
        err().print("stopped; nothing was written")
    else:
        err().print(
            f"stopped; {file} holds {writer.written:,} decisions, up to {writer.until:%Y-%m-%d %H:%M} UTC"
        )
