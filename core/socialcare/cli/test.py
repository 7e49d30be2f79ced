"""`socialcare test`: a policy's own tests, what they reach, and the dry runs that are kept with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out, progress, verbosity

if TYPE_CHECKING:
    from socialcare.cli.opened import Opened
    from socialcare.trial.results import Result


@click.command("test")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--rule", metavar="ID", help="Run the tests of one rule only.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    help="How to print.",
)
@click.option(
    "--min-coverage",
    metavar="N",
    type=click.FloatRange(0, 100),
    help="Fail where the tests reach less than N percent of the policy.",
)
@click.pass_context
def command(
    ctx: click.Context, folder: Path | None, rule: str | None, form: str, min_coverage: float | None
) -> None:
    """Run the policy's own tests.

    DIR is the folder of the rules, or one that holds a socialcare.toml; without it the policy of the settings is tested. Tests
    stand under `tests:` of a rule, or as conversations in files NAME.test.yaml; what is expected of dry runs stands
    under `simulations:`. Exit code 1 when one fails.
    """
    import asyncio

    from socialcare.cli.opened import open_policy, source_of
    from socialcare.diagnostics import suggestion
    from socialcare.opening import open_desk
    from socialcare.store.memory import MemoryStore
    from socialcare.trial.formats import render_json, render_junit
    from socialcare.trial.run import cases_of, run
    from socialcare.trial.text import render_text

    if rule is not None and min_coverage is not None:
        raise click.UsageError("--min-coverage is about the whole policy: leave --rule out")
    opened = open_policy(folder)
    if rule is not None and rule not in opened.policy.rules:
        raise click.UsageError(f"there is no rule `{rule}`; {suggestion(rule, opened.policy.rules)}")
    desk = open_desk(opened.policy, opened.loaded, MemoryStore())
    report = asyncio.run(run(cases_of(opened.policy, rule), desk))
    if rule is None and opened.policy.simulations:
        report = replace(report, results=(*report.results, *_dry_runs(opened)))
    if form == "json":
        click.echo(render_json(report), nl=False)
    elif form == "junit":
        click.echo(render_junit(report), nl=False)
    else:
        console = out()
        color = console.is_terminal and not console.no_color
        sources = opened.policy.sources
        text = render_text(
            report,
            lambda name: sources.get(name) or source_of(name),
            color=color,
            every=verbosity() > 0,
            coverage=rule is None and verbosity() >= 0,
        )
        click.echo(text, nl=False, color=color)
    too_little = min_coverage is not None and report.coverage.percent < min_coverage
    if too_little:
        click.echo(f"coverage is under {min_coverage:g} %", err=True)
    if too_little or not report.is_fine:
        ctx.exit(1)


def _dry_runs(opened: Opened) -> list[Result]:
    """What came of the simulations, in order of place; their files lie in the folder of the settings or of the policy."""
    import asyncio

    from socialcare.opening import open_desk
    from socialcare.store.memory import MemoryStore
    from socialcare.trial.dry_runs import hold

    async def run_all() -> list[Result]:
        desk = open_desk(opened.policy, opened.loaded, MemoryStore())
        folders = list(dict.fromkeys([opened.settings.folder, opened.settings.policy.absolute()]))
        with progress("dry runs") as advance:
            simulations = sorted(opened.policy.simulations.values(), key=lambda one: one.place)
            return [await hold(one, desk, opened.loaded.sources, folders, advance) for one in simulations]

    return asyncio.run(run_all())
