"""Holds a dry run against what is expected of it under `simulations:`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from socialcare.policy.cases import Bounds, Simulation
from socialcare.simulate.summary import Summary, figures


def broken(simulation: Simulation, summary: Summary) -> list[str]:
    """What is not as expected, a sentence each, in the order written.

    A bound between 0 and 1, such as `5%`, is a share: of the rule's fires, or of all mentions.
    """
    found = []
    for name, expected in simulation.rules.items():
        one = summary.rules.get(name)
        counts = {figure: float(getattr(one, figure)) if one is not None else 0.0 for figure in expected}
        whole = float(one.fires) if one is not None else 0.0
        found += [f"rule `{name}`: {told}" for told in _broken(expected, counts, whole)]
    counts = dict(figures(summary))
    return found + list(_broken(simulation.everyone, counts, float(summary.mentions)))


def _broken(expected: Mapping[str, Bounds], counts: Mapping[str, float], whole: float) -> Iterator[str]:
    for figure, bounds in expected.items():
        found = counts[figure]
        for word, bound in (
            ("at least", bounds.at_least),
            ("at most", bounds.at_most),
            ("exactly", bounds.equals),
        ):
            if bound is None:
                continue
            is_share = figure == "unanswered" or 0 < bound < 1
            value = found if figure == "unanswered" or not is_share else (found / whole if whole else 0.0)
            if _holds(word, value, bound):
                continue
            shown = (
                f"{value:.1%}, expected {word} {bound:.1%}"
                if is_share
                else f"{value:g}, expected {word} {bound:g}"
            )
            yield f"`{figure}` is {shown}"


def _holds(word: str, value: float, bound: float) -> bool:
    if word == "at least":
        return value >= bound
    return value <= bound if word == "at most" else abs(value - bound) < 1e-9
