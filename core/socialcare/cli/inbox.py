"""`socialcare inbox`: what waits for a person, and the person's word on it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socialcare.cli.console import out
from socialcare.cli.live import by, config, demand_live, look, tell, who

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialcare.service.inbox import Item
    from socialcare.service.words import Word

_KINDS = ("needs_human", "unknown", "held", "case", "quarantined", "inbox")
_SHORTEST_REF = 8


@click.group("inbox")
def command() -> None:
    """What waits for a person: answers held for approval, answers that may or may not be out, mentions nobody answered."""


@command.command("list")
@click.option(
    "--waits", "kinds", type=click.Choice(_KINDS), multiple=True, help="Only what waits for this reason."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@config
def list_(kinds: tuple[str, ...], form: str, config: Path | None) -> None:
    """List what waits, most urgent first."""
    demand_live()
    from socialcare.service.inbox import waiting

    items = look(partial(waiting, kinds=frozenset(kinds or _KINDS)), config)
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(items)).decode())
        return
    refs = _short([one.ref for one in items])
    for one in items:
        _print(one, refs[one.ref])
    out().print(f"{len(items):,} waiting" if items else "nothing waits for a person")


@command.command()
@click.argument("ref")
@config
def show(ref: str, config: Path | None) -> None:
    """Show one answer or mention with everything that is known of it.

    REF is the id of an answer or the beginning of it, or a mention as PLATFORM:ID.
    """
    one = _item(ref, config)
    _print(one, one.ref)
    for what, said in (("mention", one.mention), ("author", one.author)):
        if said:
            _line(f"{what} {said}")
    for line in one.seen:
        _line(line)


@command.command()
@click.argument("ref")
@by
@config
def approve(ref: str, by: str | None, config: Path | None) -> None:
    """Agree to an answer as it stands, as the people named by the guard that holds it may."""
    _say("approve", ref, by, config)


@command.command()
@click.argument("ref")
@by
@config
def release(ref: str, by: str | None, config: Path | None) -> None:
    """Let an answer go now that a guard holds until later."""
    _say("release", ref, by, config)


@command.command()
@click.argument("ref")
@click.option("--text", required=True, help="What is to be said instead.")
@by
@config
def edit(ref: str, text: str, by: str | None, config: Path | None) -> None:
    """Let an answer go out in other words."""
    if not text.strip():
        raise click.UsageError(
            "there is nothing to say in `--text`; `socialcare inbox reject` keeps it from going out"
        )
    _say("approve", ref, by, config, text)


@command.command()
@click.argument("ref")
@by
@config
def reject(ref: str, by: str | None, config: Path | None) -> None:
    """Keep an answer from going out."""
    _say("reject", ref, by, config)


@command.command()
@click.argument("ref")
@by
@config
def retry(ref: str, by: str | None, config: Path | None) -> None:
    """Send an answer of which you know that it is not there."""
    _say("retry", ref, by, config)


@command.command()
@click.argument("ref")
@click.option("--there", metavar="LINK", help="It is there: the link to the post.")
@click.option("--leave", is_flag=True, help="Let it be: nobody sends it any more.")
@by
@config
def settle(ref: str, there: str | None, by: str | None, config: Path | None, *, leave: bool) -> None:
    """Say what became of an answer of which nobody knows whether it went out."""
    if bool(there) == leave:
        raise click.UsageError("say one of: `--there LINK`, `--leave`; `socialcare inbox retry` sends it")
    _say("settle", ref, by, config, there)


@command.command()
@click.argument("conversation")
@by
@config
def close(conversation: str, by: str | None, config: Path | None) -> None:
    """Close the case of a conversation, as `list` names it: its clock stops, and what comes next opens another."""
    name = who(by)
    demand_live()
    from socialcare.service.words import Said

    tell(Said("close", conversation, name), config)


def _say(word: Word, ref: str, by: str | None, config: Path | None, text: str | None = None) -> None:
    name, found = who(by), _item(ref, config)
    if found.action is None:
        raise click.UsageError(f"`{ref}` is a mention that nothing answers; answer it on the platform")
    from socialcare.service.words import Said

    tell(Said(word, found.ref, name, text, found.version), config)


def _item(ref: str, config: Path | None) -> Item:
    demand_live()
    from socialcare.service.inbox import item

    found = look(partial(item, ref=ref), config)
    if found is None:
        raise click.UsageError(f"`{ref}` is none, or not one alone; `socialcare inbox list` names what waits")
    return found


def _short(refs: Sequence[str]) -> dict[str, str]:
    """The beginning of each id that no other has; a mention's is whole."""
    shortened = {}
    for ref in refs:
        size = _SHORTEST_REF
        while size < len(ref) and sum(other.startswith(ref[:size]) for other in refs) > 1:
            size += 1
        shortened[ref] = ref if ":" in ref else ref[:size]
    return shortened


def _print(one: Item, ref: str) -> None:
    from socialcare.diagnostics.excerpt import visible

    said = f"{one.action} by {one.rule}, " if one.action else ""
    account = f"for {one.account}" if one.account else ""
    out().print(visible(f"{ref}  {one.waits}  {said}{account}".rstrip(" ,")))
    if one.handle or one.they:
        _line(f"@{one.handle}: {one.they}")
    if one.we is not None:
        _line(f"we: {one.we}")
    why = f"held by {one.why}" if one.waits == "held" else one.why
    _line(f"{one.since:%d %b %H:%M} UTC  {why}".rstrip())


def _line(text: str) -> None:
    from socialcare.diagnostics.excerpt import visible

    out().print(visible(f"  {text}", keep="\n"))
