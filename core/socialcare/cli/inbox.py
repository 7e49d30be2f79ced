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
    from datetime import timedelta

    from socialcare.service.inbox import Item
    from socialcare.service.words import Word

_SHORTEST_REF = 8
_MOST = 50
_NEXT = {
    "needs_human": "look at the account, then say `settle`, or `retry` or `edit` if it is not there",
    "held": "`approve`, `release`, `edit` or `reject`",
    "refused": "`edit` sends it in other words; `done`, once somebody has dealt with it",
    "expired": "`done`, once somebody has dealt with it",
    "case": "`close`, once it is over",
    "quarantined": "`done`, once somebody has dealt with it on the platform",
    "inbox": "`done`, once somebody has dealt with it on the platform",
    "unknown": "it is being looked for: nothing to do yet",
}
"""What a person can say of what waits, by why it does, most urgent first."""

_KINDS = tuple(_NEXT)


@click.group("inbox")
def command() -> None:
    """What waits for a person: answers that are held, that may or may not be out or were refused, mentions nobody answered."""


@command.command("list")
@click.option(
    "--waits", "kinds", type=click.Choice(_KINDS), multiple=True, help="Only what waits for this reason."
)
@click.option("--since", metavar="SPAN", help="Only what has waited for no longer, such as `12h` or `7d`.")
@click.option("--all", "every", is_flag=True, help=f"All of it, and not the first {_MOST} only.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@config
def list_(kinds: tuple[str, ...], since: str | None, form: str, config: Path | None, *, every: bool) -> None:
    """List what waits, most urgent first; as JSON always all of it."""
    within = _span(since) if since is not None else None
    demand_live()
    from socialcare.service.inbox import waiting

    items = look(partial(waiting, kinds=frozenset(kinds or _KINDS), within=within), config)
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(items)).decode())
        return
    refs = _short([one.ref for one in items])
    for one in items if every else items[:_MOST]:
        _print(one, refs[one.ref])
    if len(items) > _MOST and not every:
        out().print(f"{len(items) - _MOST:,} more: `--all` shows them, `--since` and `--waits` choose")
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
    if one.waits in _NEXT:
        _line(_NEXT[one.waits])


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
    """Let an answer go out in other words: one that is held, or of which it is known that it is not there."""
    if not text.strip():
        raise click.UsageError(
            "there is nothing to say in `--text`; `socialcare inbox reject` keeps it from going out"
        )
    _say("edit", ref, by, config, text)


@command.command()
@click.argument("ref")
@by
@config
def reject(ref: str, by: str | None, config: Path | None) -> None:
    """Keep an answer from going out."""
    _say("reject", ref, by, config)


@command.command()
@click.argument("ref")
@click.option("--text", help="What is to be said instead.")
@by
@config
def retry(ref: str, text: str | None, by: str | None, config: Path | None) -> None:
    """Send an answer of which you know that it is not there."""
    _say("retry", ref, by, config, text)


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
@click.argument("refs", metavar="REF…", nargs=-1, required=True)
@by
@config
def done(refs: tuple[str, ...], by: str | None, config: Path | None) -> None:
    """End what was refused, came too late, or that nothing answered: somebody has dealt with it.

    REF is as `list` names it. Nothing is sent, and nothing is lost: `show` still finds it.
    """
    name = who(by)
    found = [_item(ref, config) for ref in refs]
    from socialcare.service.words import Said

    undone = 0
    for one in found:
        try:
            tell(Said("done", one.ref, name, None, one.version if one.action else None), config)
        except click.exceptions.Exit:
            undone += 1
    if undone:
        raise click.exceptions.Exit(1)


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
        raise click.UsageError(
            f"`{ref}` is a mention and not an answer to one: `socialcare inbox show {ref}` names its answers; "
            f"where there is none, answer on the platform, then say `socialcare inbox done {ref}`"
        )
    from socialcare.service.words import Said

    tell(Said(word, found.ref, name, text, found.version), config)


def _item(ref: str, config: Path | None) -> Item:
    demand_live()
    from socialcare.service.inbox import alike, item

    found = look(partial(item, ref=ref), config)
    if found is not None:
        return found
    number = 0 if ":" in ref else look(partial(alike, ref=ref), config)
    if number:
        raise click.UsageError(
            f"the ids of {number} answers begin with `{ref}`: write more of the one you mean"
        )
    raise click.UsageError(f"there is no `{ref}`; `socialcare inbox list` names what waits")


def _span(text: str) -> timedelta:
    from socialcare.policy.language.flaws import Flaw
    from socialcare.policy.language.times import duration

    try:
        return duration(text)
    except Flaw as why:
        raise click.BadParameter(str(why), param_hint="`--since`") from None


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
    waits = f"{one.waits}, urgency {one.urgency}" if one.urgency else one.waits
    out().print(visible(f"{ref}  {waits}  {said}{account}".rstrip(" ,")))
    if one.handle or one.they:
        _line(f"@{one.handle}: {one.they}")
    if one.we is not None:
        _line(f"we: {one.we}")
    why = f"held by {one.why}" if one.waits == "held" else one.why
    _line(f"{one.since:%d %b %H:%M} UTC  {why}".rstrip())


def _line(text: str) -> None:
    from socialcare.diagnostics.excerpt import visible

    out().print(visible(f"  {text}", keep="\n"))
