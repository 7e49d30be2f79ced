"""Analyses a policy, or says what is known of it already."""

from __future__ import annotations

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.cache.kept import is_on, recall_findings, remember_findings
from socialcare.policy.cache.keys import key_of_findings
from socialcare.policy.statements import Policy


def analyse(policy: Policy, vocabulary: Vocabulary) -> Problems:
    """What is likely not meant, as warnings, and what could not be decided, as notes.

    A policy with findings runs all the same; nothing of it is changed. The findings are kept in the user's cache, as the policy is.
    """
    key = key_of_findings(policy, vocabulary) if is_on() else None
    kept = None if key is None else recall_findings(key)
    if kept is None:
        from socialcare.policy.analysis.checks import findings  # noqa: PLC0415 - what is known needs no solver

        kept = findings(policy, vocabulary)
        if key is not None:
            remember_findings(key, kept)
    problems = Problems()
    problems.extend(kept)
    return problems
