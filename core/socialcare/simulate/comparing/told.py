"""Tells what a new policy changes: for a person, as wide as the terminal is, and for a program."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from socialcare.diagnostics.excerpt import visible
from socialcare.simulate.comparing.changes import MEANING
from socialcare.simulate.comparing.difference import Changed, Difference
from socialcare.simulate.comparing.thresholds import Threshold
from socialcare.simulate.findings.exhibits import Answer
from socialcare.simulate.pages.words import many

_CAUSES = 12
_SAMPLES = 2
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """A comparison, done, and the bounds that it exceeds."""

    difference: Difference
    exceeded: Sequence[Threshold] = ()


def render_json(verdict: Verdict) -> dict[str, Any]:  # Any: what is printed is JSON
    """Every figure by its word, with the sampled mentions by id."""
    one = verdict.difference
    return {
        "old": one.old.hash,
        "new": one.new.hash,
        "mentions": one.mentions,
        "counterfactual": one.counterfactual,
        "counterfactual_changed": one.counterfactual_changed,
        "figures": one.figures,
        "matrix": {f"{old} > {new}": drawer.count for (old, new), drawer in sorted(one.matrix.items())},
        "statements": [
            {"kind": each.kind, "name": each.name, "how": each.how, "through": each.detail or None}
            for each in one.statements
        ],
        "causes": [
            {
                "kind": cause.kind,
                "name": cause.name,
                "how": cause.how,
                "through": cause.detail or None,
                "mentions": drawer.count,
                "samples": [{"mention": each.new.mention, "changes": list(each.changes)} for each in drawer],
            }
            for cause, drawer in ranked(one)
        ],
        "exceeded": [each.written for each in verdict.exceeded],
    }


def ranked(difference: Difference) -> list[tuple[Any, Any]]:  # Any: a cause and its drawer
    """The causes, the one that changes most first."""
    return sorted(difference.causes.items(), key=lambda pair: (-pair[1].count, pair[0]))


def render_text(verdict: Verdict, width: int) -> str:
    """The same for a person, no line longer than `width` columns, except a name that is."""
    one = verdict.difference
    blocks = [_opening(one, width), _figures(one), _matrix(one), _causes(one, width), _bounds(verdict)]
    lines = [line for block in blocks if (some := list(block)) for line in ("", *some)][1:]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _opening(one: Difference, width: int) -> Iterator[str]:
    yield f"{many(one.mentions, 'mention')} compared, policy {one.old.hash[:12]} with {one.new.hash[:12]}"
    if one.counterfactual:
        yield from _wrapped(
            f"{many(one.counterfactual, 'mention')} counted apart ({one.counterfactual_changed:,} changed): they follow a changed "
            "public answer, and might not have been written.",
            width,
        )
    if not one.any_changed:
        yield "nothing changes for any of them"


def _figures(one: Difference) -> Iterator[str]:
    shown = {name: number for name, number in one.figures.items() if number}
    if shown:
        yield "what changes"
    for name, number in shown.items():
        yield f"  {name:<16}{number:>8,}{number / one.mentions:>8.1%}"


def _matrix(one: Difference) -> Iterator[str]:
    moved = sorted(
        ((cell, drawer) for cell, drawer in one.matrix.items() if cell[0] != cell[1]),
        key=lambda pair: (-pair[1].count, pair[0]),
    )
    if not moved:
        return
    yield "from where to where"
    for (old, new), drawer in moved:
        yield f"  {old.replace('_', ' '):<13}> {new.replace('_', ' '):<13}{drawer.count:>8,}"
    stayed = sum(drawer.count for (old, new), drawer in one.matrix.items() if old == new)
    yield f"  {'as before':<28}{stayed:>8,}"


def _causes(one: Difference, width: int) -> Iterator[str]:
    found = ranked(one)
    if not found:
        return
    yield "because of"
    for place, (cause, drawer) in enumerate(found):
        if place == _CAUSES:
            yield f"  and {many(len(found) - _CAUSES, 'other statement')}"
            return
        yield f"  {visible(str(cause))}: {many(drawer.count, 'mention')}"
        if place < _SHOWN:
            for changed in list(drawer)[:_SAMPLES]:
                yield from _sample(changed, width)


def _sample(changed: Changed, width: int) -> Iterator[str]:
    yield from _line(f"@{changed.old.author}: {changed.old.text}", width)
    yield from _line(f"old: {_done(changed.old.outcome, changed.old.answers)}", width)
    yield from _line(f"new: {_done(changed.new.outcome, changed.new.answers)}", width)


def _done(outcome: str, answers: Sequence[Answer]) -> str:
    spoken = [each for each in answers if each.text]
    told = [
        f"{each.action} by {each.rule}"
        + (f" ({each.state} by {', '.join(each.by)})" if each.by else "")
        + f": {each.text}"
        for each in spoken
    ]
    return "; ".join(told) or outcome.replace("_", " ")


def _bounds(verdict: Verdict) -> Iterator[str]:
    for each in verdict.exceeded:
        number = verdict.difference.figures[each.figure]
        share = number / verdict.difference.mentions if verdict.difference.mentions else 0.0
        yield f"exceeded: {each.written} ({number:,}, {share:.2%}: {MEANING.get(each.figure, 'any change')})"  # type: ignore[call-overload]  # a word that `threshold` has checked


def _line(text: str, width: int) -> list[str]:
    flat = visible(" ".join(text.split()))
    short = textwrap.shorten(flat, 3 * max(20, width - 6), placeholder=" …")
    return textwrap.wrap(
        short, max(20, width), initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
    )


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(20, width), break_on_hyphens=False)
