"""Reads `--fail-on 'public_changed>0.5%'`: how much may change before a comparison is a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass

from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import SocialcareError
from socialcare.simulate.comparing.changes import MEANING
from socialcare.simulate.comparing.difference import Difference

FIGURES = ("changed", *MEANING)
"""What can be bounded."""

_WRITTEN = re.compile(r"\s*(\w+)\s*(>=|>)\s*(\d+(?:\.\d+)?)\s*(%?)\s*")


class ThresholdError(SocialcareError):
    """A bound that cannot be read."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound on a figure: a number of mentions, or a share of them in percent."""

    figure: str
    is_strict: bool
    bound: float
    is_share: bool
    written: str

    def exceeded(self, difference: Difference) -> bool:
        """Whether more changes than this allows."""
        value = float(difference.figures[self.figure])
        if self.is_share:
            value = 100 * value / difference.mentions if difference.mentions else 0.0
        return value > self.bound if self.is_strict else value >= self.bound


def threshold(written: str) -> Threshold:
    """Read one bound.

    Raises:
        ThresholdError: it has another form, or names no figure.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ThresholdError(
            f"`--fail-on {written}` cannot be read\nhelp: write FIGURE>NUMBER, such as `public_changed>0.5%`"
        )
    figure, sign, number, percent = found.groups()
    if figure not in FIGURES:
        raise ThresholdError(
            f"`--fail-on {written}`: unknown figure `{figure}`\nhelp: {suggestion(figure, FIGURES)}"
        )
    return Threshold(figure, sign == ">", float(number), percent == "%", written.strip())
