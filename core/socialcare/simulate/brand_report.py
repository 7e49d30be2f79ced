"""Tells what the brand did about the mentions that it answered, beside what the policy would have done."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from socialcare.model import OUTCOMES
from socialcare.simulate.findings.beside import Comparison, Kind
from socialcare.simulate.pages.words import waiting
from socialcare.simulate.tables import Columns, table


def beside_json(beside: Comparison | None) -> dict[str, Any] | None:  # Any: what is printed is JSON
    """The comparison with the brand's own replies, for a program; nothing where the archive has none."""
    if beside is None or not beside.answered:
        return None
    return {
        "answered": beside.answered,
        "compared": beside.compared,
        "outcomes": {outcome: one.count for outcome, one in sorted(beside.outcomes.items())},
        "waited_median": beside.waited(0.5),
        "waited_nine_in_ten": beside.waited(0.9),
        "kinds": {
            name: {
                "agreement": kind.agreement,
                "both": kind.both.count,
                "policy_only": kind.policy_only.count,
                "brand_only": kind.brand_only.count,
                "neither": kind.neither.count,
            }
            for name, kind in beside.kinds.items()
        },
    }


def beside_lines(beside: Comparison | None, width: int) -> Iterator[str]:
    """The same for a person; headings are marked with NUL."""
    if beside is None or not beside.answered:
        return
    yield f"\0beside the {beside.answered:,} mentions that the brand answered itself"
    outcomes = [(beside.outcomes[name].count, name) for name in OUTCOMES if name in beside.outcomes]
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for count, name in outcomes)
    yield from _wrapped(f"The policy: {told}.", width)
    half, most = beside.waited(0.5), beside.waited(0.9)
    if half is not None and most is not None:
        yield from _wrapped(
            f"People waited {waiting(half)} for the brand (median); nine in ten at most {waiting(most)}.",
            width,
        )
    if beside.compared:
        yield f"\0of the {beside.compared:,} that both answer, agreement"
        columns: Columns[Kind] = {
            "agree %": lambda one: round(100 * one.agreement),
            "both": lambda one: one.both.count,
            "policy only": lambda one: one.policy_only.count,
            "brand only": lambda one: one.brand_only.count,
        }
        yield from table("who", columns, list(beside.kinds.items()), width)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, max(20, width), initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
