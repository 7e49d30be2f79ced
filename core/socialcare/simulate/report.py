"""Tells what came of a dry run: for a person, as wide as the terminal is, and for a program."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from socialcare.diagnostics.excerpt import visible
from socialcare.model import OUTCOMES
from socialcare.seam import Failure
from socialcare.simulate.brand_report import beside_json, beside_lines
from socialcare.simulate.findings.beside import Comparison
from socialcare.simulate.rejects import Kind
from socialcare.simulate.skips import Skip
from socialcare.simulate.summary import RuleFigures, Sample, Summary, figures
from socialcare.simulate.tables import Columns, table

SOURCE_TEXTS = 0.56
"""The share of customers' tweets to companies that went unanswered, by the texts this product was made from."""

_SAMPLES = 5
_LISTED = 5
_WORDS = {"handed_over": "handed over"}
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A dry run, done: its figures, what could not be read or was passed over, what failed, and how long deciding took (seconds)."""

    summary: Summary
    rejects: Sequence[Kind] = ()
    skips: Sequence[Skip] = ()
    failures: Sequence[Failure] = ()
    seconds: float | None = None
    rejects_file: str | None = None
    unsealed: tuple[tuple[str, str], ...] = ()
    beside: Comparison | None = None


def render_json(run: Run) -> dict[str, Any]:  # Any: what is printed is JSON
    """Every figure by the words of the language; shares are 0 to 1."""
    summary = run.summary
    return {
        "policy": summary.policy.hash,
        "since": summary.since.isoformat() if summary.since else None,
        "until": summary.until.isoformat() if summary.until else None,
        "everyone": dict(figures(summary)),
        "own_posts": summary.own_posts,
        "read_again": summary.read_again,
        "guessed_times": summary.guessed_times,
        "scheduled": summary.scheduled,
        "errors": summary.errors,
        "reasons": _reasons(summary),
        "held": {**asdict(summary.held), "waiting": summary.held.waiting},
        "rules": {name: asdict(one) for name, one in summary.rules.items()},
        "dead_rules": summary.dead_rules,
        "guards": {name: asdict(one) for name, one in sorted(summary.guards.items())},
        "missing_values": [
            {"rule": rule, "name": name, "count": count}
            for (rule, name), count in sorted(summary.missing.items())
        ],
        "lacking_fields": summary.lacking,
        "unnamed_accounts": dict(summary.unnamed_accounts.most_common()),
        "unsealed": dict(run.unsealed),
        "rejects": [
            {"count": each.count, "reason": each.first.reason, "file": each.first.file, "row": each.first.row}
            for each in run.rejects
        ],
        "skipped": [asdict(each) for each in run.skips],
        "failures": [asdict(each) for each in run.failures],
        "beside": beside_json(run.beside),
        "samples": [asdict(each) for each in summary.samples(_SAMPLES)],
        "seconds": run.seconds,
    }


def render_text(run: Run, width: int, *, color: bool = False) -> str:
    """The report, no line of it longer than `width` columns, except a name that is."""
    summary = run.summary
    blocks = [
        _opening(run, width),
        _outcomes(summary, width),
        _unanswered(summary, width),
        _rules(summary, width),
        _guards(summary, width),
        beside_lines(run.beside, width),
        _samples(summary.samples(_SAMPLES), width),
        _worth_knowing(run, width),
    ]
    lines = [line for block in blocks if (some := list(block)) for line in ("", *some)][1:]
    if color:
        lines = [f"{_BOLD}{line[1:]}{_PLAIN}" if line.startswith("\0") else line for line in lines]
    return "".join(line.removeprefix("\0").rstrip() + "\n" for line in lines)


def _reasons(summary: Summary) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (outcome, reason), count in sorted(summary.reasons.items(), key=lambda pair: (-pair[1], pair[0])):
        found.setdefault(outcome, {})[reason] = count
    return found


def _opening(run: Run, width: int) -> Iterator[str]:
    summary = run.summary
    head = _many(summary.mentions, "mention")
    if summary.since is not None and summary.until is not None:
        zone = ZoneInfo(summary.policy.zone)
        days = [_day(at.astimezone(zone)) for at in (summary.since, summary.until)]
        head += f", {' to '.join(dict.fromkeys(days))}"
    yield "\0" + head
    counted = [
        f"{_many(summary.own_posts, 'post')} of our own" if summary.own_posts else "",
        f"{_many(summary.read_again, 'row')} read again (the same post, or an edit of it)"
        if summary.read_again
        else "",
    ]
    apart = [each for each in counted if each]
    if apart:
        yield from _wrapped(f"not counted: {', '.join(apart)}", width)
    if run.seconds:
        yield f"decided in {run.seconds:,.1f} s, {summary.mentions / run.seconds:,.0f} a second"


def _outcomes(summary: Summary, width: int) -> Iterator[str]:
    yield "\0what would have come of them"
    bar = max(0, min(30, width - 36))
    for outcome in OUTCOMES:
        number = summary.outcomes[outcome]
        share = number / summary.mentions if summary.mentions else 0.0
        line = f"  {_WORDS.get(outcome, outcome):<13}{number:>8,}{share:>8.1%}"
        yield f"{line}  {'█' * round(bar * share)}"


def _unanswered(summary: Summary, width: int) -> Iterator[str]:
    if not summary.wanting:
        return
    yield f"\0unanswered{summary.unanswered:>21.1%}"
    share = summary.outcomes["held"] / summary.wanting
    yield from _wrapped(
        f"of the {summary.wanting:,} mentions that were not ignored; held {share:.1%} among them. In the source texts "
        f"{SOURCE_TEXTS:.0%} of customers' tweets to companies went unanswered.",
        width,
    )
    waiting = [
        (summary.outcomes["handed_over"], "with a person who was told"),
        (summary.outcomes["acknowledged"], "read and in need of no answer"),
        (summary.outcomes["inbox"], "in the inbox"),
    ]
    where = ", ".join(f"{number / summary.wanting:.1%} {place}" for number, place in waiting if number)
    if where:
        yield from _wrapped(f"None of them is lost: {where}.", width)
    held = summary.held
    if held.actions:
        fates = [
            (held.released, "let go later"),
            (held.lapsed, "lapsed"),
            (held.refused, "forbidden in the end"),
            (held.waiting, "still waiting when the archive ends"),
        ]
        told = ", ".join(f"{number:,} {fate}" for number, fate in fates if number)
        yield from _wrapped(f"Of {_many(held.actions, 'held action')}: {told}.", width)


def _rules(summary: Summary, width: int) -> Iterator[str]:
    columns: Columns[RuleFigures] = {
        "fired": lambda one: one.fires,
        "won": lambda one: one.wins,
        "outranked": lambda one: one.outranked,
        "forbidden": lambda one: one.forbidden,
        "held": lambda one: one.held,
        "limited": lambda one: one.limited,
        "gated": lambda one: one.gated,
        "too long": lambda one: one.too_long,
        "shadow": lambda one: one.shadow,
    }
    dead = summary.dead_rules
    alive = {name: summary.rules[name] for name in summary.rules.keys() - dead}
    used = {
        word: count
        for word, count in columns.items()
        if word in ("fired", "won", "outranked", "forbidden") or any(count(one) for one in alive.values())
    }
    ranked = sorted(alive.items(), key=lambda pair: (-pair[1].fires, -pair[1].shadow, pair[0]))
    if ranked:
        yield from table("rule", used, [(visible(name), one) for name, one in ranked], width)
    if dead:
        yield ""
        yield f"\0{_many(len(dead), 'rule')} never fired"
        yield from _wrapped(", ".join(visible(name) + _why_dead(summary.rules[name]) for name in dead), width)


def _why_dead(one: RuleFigures) -> str:
    stopped = one.limited + one.gated
    return f" (matched {stopped:,} times, stopped by a gate)" if stopped else ""


def _guards(summary: Summary, width: int) -> Iterator[str]:
    ranked = sorted(summary.guards.items(), key=lambda pair: (-pair[1].forbade - pair[1].held, pair[0]))
    if ranked:
        rows = [(visible(name), one) for name, one in ranked]
        yield from table(
            "guard", {"forbade": lambda one: one.forbade, "held": lambda one: one.held}, rows, width
        )


def _samples(samples: Sequence[Sample], width: int) -> Iterator[str]:
    if not samples:
        return
    yield "\0some answers, the first of each rule"
    for place, each in enumerate(samples):
        if place:
            yield ""
        yield f"  {visible(each.rule)}, mention {visible(each.mention)}"
        yield from _quoted(f"@{each.author}", each.text, width)
        yield from _quoted(
            "we" if each.action == "reply" else f"we ({visible(each.action)})", each.reply, width
        )


def _quoted(who: str, text: str, width: int) -> Iterator[str]:
    """What somebody said, on lines of its own that cannot act on a terminal."""
    from rich.cells import cell_len  # noqa: PLC0415 - takes 20 ms, and not every run prints texts

    line = f"{visible(who)}: {visible(' '.join(text.split()))}"
    room = max(20, width) * len(line) // max(1, cell_len(line))  # a sign of Chinese takes two cells
    yield from textwrap.wrap(
        line,
        max(20, room),
        initial_indent="    ",
        subsequent_indent="      ",
        break_on_hyphens=False,
    )


def _worth_knowing(run: Run, width: int) -> Iterator[str]:
    told = [line for lines in remarks(run) for line in _item(lines, width)]
    if told:
        yield "\0worth knowing"
        yield from told


def remarks(run: Run) -> Iterator[str]:
    """What else a reader should know of a run, a sentence each; one that begins with two blanks belongs to the one before."""
    yield from _of_texts(run.summary)
    yield from _of_the_archive(run.summary)
    for name, why in run.unsealed:
        yield f"the built-in guard `{visible(name)}` is off: {visible(why)}"
    yield from _unread(run)
    for failure in run.failures:
        times = f", {failure.count:,} times" if failure.count > 1 else ""
        yield f"plugin `{visible(failure.plugin)}`, {visible(failure.what)}: {visible(failure.reason)}{times}"


def _of_texts(summary: Summary) -> Iterator[str]:
    for rule, name, count in sorted((rule, name, count) for (rule, name), count in summary.missing.items()):
        yield f"{visible(rule)}: no value for `{visible(name)}` in {_many(count, 'text')}, held; give it a `default`"
    if summary.too_long:
        names = sorted(name for name, one in summary.rules.items() if one.too_long)
        yield f"{_many(summary.too_long, 'text')} too long, held: {visible(', '.join(names))}; `if_too_long` says what then"


def _of_the_archive(summary: Summary) -> Iterator[str]:
    if summary.lacking and summary.mentions > summary.errors:
        assume = " ".join(f"--assume {name}=VALUE" for name in summary.lacking[:2])
        yield f"no mention has {_listed(summary.lacking)}, which the policy reads: such conditions are unknown, or what `if_missing` says; try `{assume}`"
    if summary.policy.accounts and summary.unnamed_accounts:
        number = sum(summary.unnamed_accounts.values())
        names = [
            f"{name or 'none named'} ({count:,})" for name, count in summary.unnamed_accounts.most_common()
        ]
        ours = " or ".join(summary.policy.accounts)
        yield (
            f"{_many(number, 'mention')} concern{'s' * (number == 1)} an account that the policy does not name: "
            f"{_listed(names, ticks=False)}; `--as {visible(ours)}` decides them as ours"
        )
    if summary.guessed_times:
        yield (
            f"{_many(summary.guessed_times, 'row')} without a time took that of the row before; conditions on time are unknown "
            "for them"
        )
    if summary.errors:
        yield f"{_many(summary.errors, 'mention')} could not be decided and went to the inbox; this is a bug of ours"


def _unread(run: Run) -> Iterator[str]:
    """What could not be read, and what was passed over."""
    if run.rejects:
        kept = f", kept in {run.rejects_file}" if run.rejects_file else "; `--rejects FILE` keeps them"
        yield f"{_many(sum(each.count for each in run.rejects), 'row')} could not be read{kept}:"
        for each in run.rejects[:_LISTED]:
            row = f":{each.first.row}" if each.first.row else ""
            yield f"  {each.count:,} × {visible(each.first.reason)} (first {visible(each.first.file)}{row})"
    if run.skips:
        yield "passed over:"
        for skip in run.skips[:_LISTED]:
            more = ", …" if skip.count > len(skip.files) > 1 else ""
            yield f"  {skip.count:,} × {visible(skip.what)} ({', '.join(map(visible, skip.files))}{more})"


def _item(text: str, width: int) -> list[str]:
    indent = "      " if text.startswith("  ") else "  - "
    return textwrap.wrap(
        text.strip(),
        max(20, width),
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _wrapped(text: str, width: int) -> Iterable[str]:
    return textwrap.wrap(
        text,
        max(20, width),
        initial_indent="  ",
        subsequent_indent="  ",
        break_on_hyphens=False,
        break_long_words=False,
    )


def _listed(names: Sequence[str], *, ticks: bool = True) -> str:
    shown = [f"`{visible(name)}`" if ticks else visible(name) for name in names[:_LISTED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"
