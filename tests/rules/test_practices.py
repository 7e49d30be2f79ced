"""The starter policy answers every practice it is there for, and docs/practices.md says what answers which.

`UPDATE_GOLDEN=1` writes the page anew.
"""

import os
import re
import tomllib
from pathlib import Path

import pytest

from socialcare.config import find_settings
from socialcare.diagnostics import Problems
from socialcare.opening import load_policy
from socialcare.plugins import load
from socialcare.policy.statements import Guard, Policy, Rule

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "practices.md"
PRACTICES = tomllib.loads(Path(__file__).with_name("practices.toml").read_text("utf-8"))["practice"]
HEAD = """# Practices

<!-- Written by tests/rules/test_practices.py with UPDATE_GOLDEN=1; edit `because:` of the rules, or tests/rules/practices.toml. -->

What five articles of 2011 to 2013 on customer service over Twitter ask a company to do, and what in the
[starter policy](../rules) or in the product does it. *Refused* says why not.

| | asks | answered by |
|---|---|---|
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    settings = find_settings(ROOT)
    problems = Problems()
    policy = load_policy(settings, load(settings), problems, folder=ROOT / "rules")
    assert policy is not None
    return policy


def own(policy: Policy) -> list[Rule | Guard]:
    """The rules and guards that stand in the files of the starter policy."""
    return [*policy.rules.values(), *(guard for guard in policy.guards.values() if not guard.sealed)]


def answered_by(policy: Policy) -> dict[str, list[str]]:
    """Per practice, the statements whose reason names it."""
    named: dict[str, list[str]] = {}
    for one in own(policy):
        word = "rule" if isinstance(one, Rule) else "guard"
        for practice in re.findall(r"R\d+", one.because or ""):
            named.setdefault(practice, []).append(f"{word} `{one.id}`")
    return named


def test_the_page_says_what_answers_each_practice(policy: Policy) -> None:
    named = answered_by(policy)
    rows = [
        f"| {one['id']} | {one['asks']} | {'; '.join([*named.get(one['id'], []), *([one['by']] if 'by' in one else [])])} |"
        for one in PRACTICES
    ]
    page = HEAD + "\n".join(rows) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text("utf-8")


def test_every_practice_is_answered_or_refused(policy: Policy) -> None:
    named = answered_by(policy)
    assert [one["id"] for one in PRACTICES] == [f"R{number}" for number in range(1, 59)]
    assert not [one["id"] for one in PRACTICES if one["id"] not in named and not one.get("by")]
    assert set(named) <= {one["id"] for one in PRACTICES}


def test_every_rule_and_guard_has_an_owner_and_a_reason_that_names_its_practice(policy: Policy) -> None:
    assert not [one.id for one in own(policy) if not one.owner or not re.search(r"\(R\d+", one.because or "")]


def test_every_rule_is_tested_firing_and_staying_quiet(policy: Policy) -> None:
    """Rules on a schedule need a clock that moves: posts.test.yaml has their conversations."""
    for rule in (one for one in policy.rules.values() if one.at is None):
        quiet = [case for case in rule.cases if case.steps[0].expect.fires is False]
        assert quiet, f"{rule.id} has no test that stays quiet"
        assert len(quiet) < len(rule.cases), f"{rule.id} has no test that fires"
