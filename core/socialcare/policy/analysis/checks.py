"""The analyses of a policy, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from socialcare.diagnostics import Diagnostic, Problems
from socialcare.model import Vocabulary
from socialcare.policy.analysis.costs import check_costs
from socialcare.policy.analysis.gaps import check_gaps
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.lengths import check_lengths
from socialcare.policy.analysis.loops import check_loops
from socialcare.policy.analysis.mute import check_mute
from socialcare.policy.analysis.rivals import check_rivals
from socialcare.policy.analysis.tested import check_tested
from socialcare.policy.analysis.truths import check_truths
from socialcare.policy.analysis.wording import check_wording
from socialcare.policy.collector import collector_at_rest
from socialcare.policy.statements import Policy

_CHECKS = (
    check_truths,
    check_rivals,
    check_mute,
    check_loops,
    check_lengths,
    check_gaps,
    check_wording,
    check_tested,
    check_costs,
)


def findings(policy: Policy, vocabulary: Vocabulary) -> Sequence[Diagnostic]:
    """What all of them find, by place."""
    ground = Ground(policy, vocabulary, Problems())
    with collector_at_rest():
        for check in _CHECKS:
            check(ground)
    return ground.problems.items
