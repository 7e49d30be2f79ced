"""Every analysis of a policy, one after the other."""

from __future__ import annotations

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.loops import check_loops
from socialcare.policy.analysis.mute import check_mute
from socialcare.policy.analysis.rivals import check_rivals
from socialcare.policy.analysis.truths import check_truths
from socialcare.policy.statements import Policy


def analyse(policy: Policy, vocabulary: Vocabulary) -> Problems:
    """What is likely not meant, as warnings, and what could not be decided, as notes.

    A policy with findings runs all the same; nothing of it is changed.
    """
    ground = Ground(policy, vocabulary, Problems())
    for check in (check_truths, check_rivals, check_mute, check_loops):
        check(ground)
    return ground.problems
