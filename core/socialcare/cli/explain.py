"""`socialcare explain`: why a mention was decided as it was, why a rule did not fire, what can keep a rule quiet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out, verbosity
from socialcare.cli.over import over, read_over, told, under

if TYPE_CHECKING:
    from socialcare.cli.opened import Opened
    from socialcare.desk import Desk
    from socialcare.model import Mention
    from socialcare.policy.statements import Policy
    from socialcare.simulate.hindsight import Hindsight


@click.command("explain")
@under
@over
@click.option("--mention", metavar="ID", help="The mention to explain, by its id or the link to it.")
@click.option(
    "--why-not",
    metavar="RULE",
    help="Explain one rule: what kept it from firing, and what would have let it.",
)
@click.option(
    "--can-stop", metavar="RULE", help="List everything that can keep a rule quiet; needs no mention."
)
@told
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(  # noqa: PLR0913 - one for each option
    *,
    folder: Path | None,
    paths: tuple[str, ...],
    columns: Mapping[str, str],
    strict: bool,
    mention: str | None,
    why_not: str | None,
    can_stop: str | None,
    account: str | None,
    assume: tuple[str, ...],
    form: str,
) -> None:
    """Explain a decision: what fired, what did not and why, and how far every other rule was from firing.

    The mentions before it are replayed, so that counts, limits and holds stand as they would have stood. Personal data
    is hidden in what is printed.
    """
    import asyncio

    from socialcare.cli.explained import decision_lines, obstacle_lines, rule_lines
    from socialcare.cli.opened import open_policy
    from socialcare.opening import open_desk
    from socialcare.simulate.assumptions import assumed
    from socialcare.store.memory import MemoryStore

    if can_stop is None and (mention is None or not paths):
        raise click.UsageError(
            "say which mention of which files: `--over FILE --mention ID`, or `--can-stop RULE`"
        )
    opened = open_policy(folder)
    for name in (why_not, can_stop):
        _demand_rule(name, opened.policy)
    values = assumed(assume, opened.loaded.vocabulary)
    desk = open_desk(opened.policy, opened.loaded, MemoryStore(), account=account, assume=values)
    if can_stop is not None:
        rule = opened.policy.rules[can_stop]
        if form == "json":
            from socialcare.cli.explained_json import obstacles_object

            _print_json(obstacles_object(rule, desk.setting))
        else:
            _print(obstacle_lines(rule, desk.setting))
        return
    found = asyncio.run(_look_back(_id_in(str(mention)), desk, opened, paths, columns, strict=strict))
    if form == "json":
        from socialcare.cli.explained_json import explanation_object

        _print_json(explanation_object(found, desk.setting, why_not))
    elif why_not is not None:
        _print(rule_lines(found, opened.policy.rules[why_not], desk.setting))
    else:
        _print(decision_lines(found, desk.setting, every=verbosity() > 0))


def _id_in(written: str) -> str:
    """The id that was written, or that a link to a post ends with."""
    numbers = re.findall(r"/(\d{5,})(?=[/?#]|$)", written) if written.startswith("http") else []
    return numbers[-1] if numbers else written


async def _look_back(
    wanted: str,
    desk: Desk,
    opened: Opened,
    paths: tuple[str, ...],
    columns: Mapping[str, str],
    *,
    strict: bool,
) -> Hindsight:
    from socialcare.errors import ArchiveError
    from socialcare.simulate.hindsight import look_back
    from socialcare.simulate.rejects import Rejects

    number, mentions = read_over(paths, columns, opened.loaded, Rejects(), strict=strict)
    seen = _Ids(wanted, mentions)
    found = await look_back(seen, desk, wanted)
    if found is None:
        nearest = f"; the nearest id is `{seen.nearest}`" if seen.nearest is not None else ""
        raise ArchiveError(f"no mention has the id `{wanted}`\nhelp: {number:,} mentions were read{nearest}")
    return found


class _Ids:
    """Mentions on their way, of whose ids the nearest to the wanted one is kept."""

    def __init__(self, wanted: str, mentions: Iterable[Mention]) -> None:
        self._wanted = wanted
        self._mentions = mentions
        self.nearest: str | None = None

    def __iter__(self) -> Iterator[Mention]:
        nearest = None
        for mention in self._mentions:
            distance = _distance(self._wanted, mention.id)
            if nearest is None or distance < nearest:
                nearest, self.nearest = distance, mention.id
            yield mention


def _distance(one: str, other: str) -> tuple[int, int]:
    """How far two ids are from each other: by the characters they do not begin with alike, then as numbers."""
    alike = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    numbers = one.isdecimal() and other.isdecimal()
    return max(len(one), len(other)) - alike, abs(int(one) - int(other)) if numbers else 0


def _demand_rule(name: str | None, policy: Policy) -> None:
    from socialcare.diagnostics import suggestion

    if name in policy.guards:
        raise click.UsageError(f"`{name}` is a guard, not a rule; `socialcare read {name}` tells of it")
    if name is not None and name not in policy.rules:
        raise click.UsageError(f"there is no rule `{name}`; {suggestion(name, policy.rules)}")


def _print(lines: Iterable[str]) -> None:
    from socialcare.diagnostics.excerpt import visible

    console = out()
    for line in lines:
        console.print(visible(line, keep="\n"))


def _print_json(found: object) -> None:
    import json

    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


for _parameter in command.params:
    if _parameter.name == "paths":
        _parameter.required = False  # `--can-stop` looks at the policy alone
