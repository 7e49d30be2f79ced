"""`socialcare inbox`: what waits for a person, and the person's word on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out
from socialcare.cli.live import by, demand_live, look, tell, who

if TYPE_CHECKING:
    from socialcare.service.inbox import Item

_KINDS = ("needs_human", "unknown", "held", "quarantined", "inbox")


@click.group("inbox")
def command() -> None:
    """What waits for a person: answers held for approval, answers that may or may not be out, mentions nobody answered."""


@command.command("list")
@click.option(
    "--waits", "kinds", type=click.Choice(_KINDS), multiple=True, help="Only what waits for this reason."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def list_(kinds: tuple[str, ...], form: str) -> None:
    """List what waits, most urgent first."""
    demand_live()
    from socialcare.service.inbox import waiting

    items = look(partial(waiting, kinds=frozenset(kinds or _KINDS)))
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(items)).decode())
        return
    for one in items:
        _print(one)
    out().print(f"{len(items)} waiting" if items else "nothing waits for a person")


@command.command()
@click.argument("ref")
def show(ref: str) -> None:
    """Show one answer, with everything that is known of it; REF is its id, or the beginning of it."""
    _print(_item(ref), whole=True)


@command.command()
@click.argument("ref")
@by
def approve(ref: str, by: str | None) -> None:
    """Agree to an answer as it stands, as the people named by the guard that holds it may."""
    _say("approve", ref, by)


@command.command()
@click.argument("ref")
@by
def release(ref: str, by: str | None) -> None:
    """Let an answer go now that a guard holds until later."""
    _say("release", ref, by)


@command.command()
@click.argument("ref")
@click.option("--text", required=True, help="What is to be said instead.")
@by
def edit(ref: str, text: str, by: str | None) -> None:
    """Let an answer go out in other words."""
    _say("approve", ref, by, text)


@command.command()
@click.argument("ref")
@by
def reject(ref: str, by: str | None) -> None:
    """Keep an answer from going out."""
    _say("reject", ref, by)


@command.command()
@click.argument("ref")
@by
def retry(ref: str, by: str | None) -> None:
    """Send an answer of which you know that it is not there."""
    _say("retry", ref, by)


@command.command()
@click.argument("ref")
@click.option("--there", metavar="LINK", help="It is there: the link to the post.")
@click.option("--leave", is_flag=True, help="Let it be: nobody sends it any more.")
@by
def settle(ref: str, there: str | None, *, leave: bool, by: str | None) -> None:
    """Say what became of an answer of which nobody knows whether it went out."""
    if bool(there) == leave:
        raise click.UsageError("say one of: `--there LINK`, `--leave`; `socialcare inbox retry` sends it")
    _say("settle", ref, by, there)


def _say(word: str, ref: str, by: str | None, text: str | None = None) -> None:
    found = _item(ref)
    from socialcare.service.words import Said

    tell(Said(word, found.ref, who(by), text, found.version))  # type: ignore[arg-type]  # the words of this file are among them


def _item(ref: str) -> Item:
    demand_live()
    from socialcare.service.inbox import item

    found = look(partial(item, ref=ref))
    if found is None:
        raise click.UsageError(f"there is no one answer `{ref}`; `socialcare inbox list` names them")
    return found


def _print(one: Item, *, whole: bool = False) -> None:
    from socialcare.diagnostics.excerpt import visible

    console = out()
    said = f"{one.action} by {one.rule}" if one.action else "no answer"
    console.print(f"{one.ref}  {one.waits}  since {one.since:%d %b %H:%M}  {said}  for {one.account}")
    console.print(visible(f"  @{one.author}: {one.they}", keep="\n"))
    if one.we is not None:
        console.print(visible(f"  we: {one.we}", keep="\n"))
    if one.why:
        console.print(visible(f"  {one.why}", keep="\n"))
    for line in one.seen if whole else ():
        console.print(visible(f"  {line}", keep="\n"))
