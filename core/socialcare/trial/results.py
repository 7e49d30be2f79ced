"""What came of tests, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from socialcare.diagnostics import Place
from socialcare.seam import Failure as PluginFailure
from socialcare.trial.coverage import Coverage

Verdict = Literal["passed", "failed", "known gap", "closed gap"]
"""`known gap` fails and must; `closed gap` must fail and does not any more, which is a failure."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not met: what was expected, what happened, and why, a line each."""

    place: Place
    expected: str
    happened: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one test, or of the expectations of one simulation: `rule` is the test's own, if it has one."""

    name: str
    place: Place
    failures: tuple[Failure, ...] = ()
    rule: str | None = None
    known_gap: bool = False

    @property
    def verdict(self) -> Verdict:
        """Whether it is as it should be."""
        if self.known_gap:
            return "known gap" if self.failures else "closed gap"
        return "failed" if self.failures else "passed"

    @property
    def is_fine(self) -> bool:
        """Whether nobody has to do anything."""
        return self.verdict in ("passed", "known gap")


@dataclass(frozen=True, slots=True)
class Report:
    """What came of all tests of a run, what they reached, and what went wrong in plugins on the way."""

    results: tuple[Result, ...]
    coverage: Coverage
    plugin_failures: tuple[PluginFailure, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether every test is as it should be."""
        return all(result.is_fine for result in self.results)
