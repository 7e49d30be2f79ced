"""How what came of tests is printed."""

import json
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from socialcare.trial.formats import render_json, render_junit
from socialcare.trial.results import Report
from socialcare.trial.text import render_text

Golden = Callable[[str, str], None]

POLICY = """socialcare: 1
accounts: {main: AcmeCo}
people: {manager: m@acme.example}
rules:
  hours:
    when: {intent: question, none: [{topic: billing}]}
    limit: {at_most: 1, per: author, in: 24h}
    do: {reply: We are open 9 to 18.}
    tests:
      - {mention: "@AcmeCo when?", expect: {reply: {contains: open 9}}}
      - {mention: "@AcmeCo hello, call 615 555 0117\\u202e", expect: {fires: true}}
      - {mention: {text: "@AcmeCo when?", topic: billing}, expect: {reply: true}}
      - {mention: "@AcmeCo when?", given: {fired: {hours: 3h ago}}, expect: {reply: {contains: open}, outcome: answered}}
      - {mention: "@AcmeCo when?", expect: {fires: false, never: [reply]}}
      - {mention: "@AcmeCo hi", known_gap: true, expect: {reply: true}}
      - {mention: "@AcmeCo when?", known_gap: true, expect: {reply: true}}
  sorry:
    rank: complaint
    when: {intent: [complaint, question], topic: returns}
    do: {reply: We are sorry., open_case: {to: manager, answer_within: 2h}}
    tests:
      - {mention: {text: "@AcmeCo awful", topic: returns}, expect: {open_case: {answer_within: 4h}, place: Ulm}}
"""


@pytest.fixture
def report(attempt: Callable[..., Report]) -> Report:
    _, accounts, people, rules = POLICY.split("\n", 3)
    return attempt(rules, accounts=f"{accounts}\n{people}")


def test_a_person_reads_what_was_expected_what_happened_and_why(report: Report, golden: Golden) -> None:
    golden("report.txt", render_text(report, lambda _: POLICY))


def test_colour_is_only_paint(report: Report) -> None:
    painted = render_text(report, lambda _: POLICY, color=True)
    for paint in ("\x1b[1;31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"):
        painted = painted.replace(paint, "")
    assert painted == render_text(report, lambda _: POLICY)


def test_a_program_reads_the_same(report: Report, golden: Golden) -> None:
    text = render_json(report)
    golden("report.json", text)
    assert set(json.loads(text)) == {"tests", "coverage", "plugin_failures"}


def test_junit_counts_what_failed_and_skips_known_gaps(report: Report, golden: Golden) -> None:
    text = render_junit(report)
    golden("report.xml", text)
    root = ET.fromstring(text)
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("8", "6", "1")


def test_a_policy_without_tests_is_told_so(attempt: Callable[..., Report]) -> None:
    report = attempt("rules:\n  hours: {when: {intent: question}, do: {reply: Open.}}\n")
    assert "no tests: write some under `tests:` of a rule" in render_text(report, lambda _: None)
    assert report.is_fine
