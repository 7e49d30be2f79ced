"""Where commands write: consoles that honour the user's choices, and a bar for work that takes a while."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_VERBOSITY = "socialcare.verbosity"
_PATIENCE = 1.0  # seconds before a bar appears
_REDRAW = 0.1  # seconds between two updates of a bar


def shared_options() -> list[click.Parameter]:
    """The options that every command takes, before its name and after."""
    return [
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            expose_value=False,
            callback=_choose_colour,
            help="When to colour what is printed; `auto` heeds NO_COLOR and the terminal.",
        ),
        _verbosity(["-q", "--quiet"], -1, "Print results and errors only."),
        _verbosity(["-v", "--verbose"], 1, "Print more on the way."),
    ]


def verbosity() -> int:
    """-1 where the user asked for quiet, 1 where for more, else 0."""
    context = click.get_current_context(silent=True)
    return int(context.meta.get(_VERBOSITY, 0)) if context else 0


def out() -> "Console":
    """The console of results, on stdout; it prints texts as they are, without markup of its own."""
    return _console(stderr=False)


def err() -> "Console":
    """The console of everything that is no result, on stderr."""
    return _console(stderr=True)


@contextmanager
def progress(
    description: str, total: int | None = None, *, now: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int], None]]:
    """Give a function to call with the number of items done; after a second of work a bar appears on stderr.

    The bar shows the rate and, where the total is known, the time left. There is none without a terminal, under
    `CI`, or when the user asked for quiet. `now` is a clock in seconds.
    """
    if verbosity() < 0 or os.environ.get("CI") or not sys.stderr.isatty():
        yield lambda _: None
        return
    began = drawn = now()
    done = 0
    bar: Progress | None = None

    def advance(items: int) -> None:
        nonlocal done, drawn, bar
        done += items
        moment = now()
        if moment - began <= _PATIENCE or moment - drawn < _REDRAW:
            return
        drawn = moment
        if bar is None:
            bar = _bar(description, total)
            bar.start()
        bar.update(bar.task_ids[0], completed=done, rate=f"{done / (moment - began):,.0f}/s")

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()


def _bar(description: str, total: int | None) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    bar = Progress(*columns, TimeRemainingColumn(), console=err(), transient=True)
    bar.add_task(description, total=total, rate="")
    return bar


def _console(*, stderr: bool) -> "Console":
    """One console for each stream and run, so that a bar and the lines above it do not write over each other."""
    from rich.console import Console

    context = click.get_current_context(silent=True)
    color = context.color if context else None
    console = Console(
        stderr=stderr,
        force_terminal=color,
        no_color=None if color is None else not color,
        color_system="standard" if color else "auto",
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=True,
    )
    if context is None:
        return console
    kept: Console = context.meta.setdefault(f"socialcare.console.{stderr}", console)
    return kept


def _choose_colour(ctx: click.Context, _: click.Parameter, choice: str | None) -> None:
    """Set the choice on the whole chain, as it may stand before the name of the command or after."""
    if choice is None and ctx.parent is not None:
        return
    color = {"always": True, "never": False}.get(choice or "auto")
    if color is None and os.environ.get("NO_COLOR"):
        color = False
    link: click.Context | None = ctx
    while link is not None:
        link.color = color
        link = link.parent


def _verbosity(names: list[str], level: int, text: str) -> click.Option:
    def choose(ctx: click.Context, _: click.Parameter, chosen: Any) -> None:
        if chosen:
            ctx.meta[_VERBOSITY] = level

    return click.Option(names, is_flag=True, expose_value=False, callback=choose, help=text)
