"""Analyses small policies, over the vocabulary of the policy's own tests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from textwrap import dedent

import pytest

from socialcare.diagnostics import Diagnostic, render_text
from socialcare.model import Vocabulary
from socialcare.policy.analysis.analyse import analyse
from socialcare.policy.statements import Policy
from socialcare_x.channel import XSettings, channel


@dataclass(frozen=True)
class Analysed:
    """What was found of one code, and its text as `check` shows it."""

    items: list[Diagnostic]
    text: str

    @property
    def said(self) -> list[str]:
        """The messages of what was found, without those that are undecided."""
        return [item.message for item in self.items if item.severity != "note"]


Analyse = Callable[[str, str], Analysed]


@pytest.fixture(scope="session")
def analysed(read: Callable[[str], Policy], vocabulary: Vocabulary) -> Analyse:
    """What is found of a code in the text of a policy, for the platform X; `socialcare: 1` is put before it."""

    words = replace(vocabulary, channels={"x": channel(XSettings(tier="enterprise"))})

    def check(code: str, text: str) -> Analysed:
        source = f"socialcare: 1\n{dedent(text)}"
        found = analyse(read(dedent(text)), words)
        items = [item for item in found.items if item.code == code]
        return Analysed(items, render_text(items, lambda _: source, color=False, strict=True))

    return check
