"""`socialcare test`: what it prints, and the code it ends with."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from socialcare.cli.main import main

POLICY = """socialcare: 1
rules:
  hours:
    when: {text: {has: [open, close]}}
    do: {reply: We are open 9 to 18.}
    tests:
      - {mention: when do you open, expect: {reply: {contains: 9 to 18}}}
      - {mention: hello, expect: {fires: false}}
      - {mention: hello, expect: {reply: true}}
  thanks:
    when: {text: {has: thanks}}
    do: {label: nice}
    tests:
      - {mention: thanks, expect: {label: nice}}
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("rules")
    folder.mkdir()
    (folder / "hours.yaml").write_text(POLICY)
    return folder


def test_a_test_that_fails_is_told_and_ends_with_one(
    rules: Path, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]
) -> None:
    assert main(["test"]) == 1
    golden("test.txt", capsys.readouterr().out)


def test_one_rule_is_tested_by_itself(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "rules", "--rule", "thanks"]) == 0
    assert capsys.readouterr().out == "rules/hours.yaml .\n\n1 passed\n"


def test_an_unknown_rule_is_told_with_the_known_ones(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--rule", "hour"]) == 2
    assert "did you mean `hours`?" in capsys.readouterr().err


@pytest.mark.parametrize(("least", "code"), [("50", 0), ("100", 1)])
def test_too_little_coverage_ends_with_one(
    rules: Path, capsys: pytest.CaptureFixture[str], least: str, code: int
) -> None:
    text = POLICY.replace("      - {mention: hello, expect: {reply: true}}\n", "")
    (rules / "hours.yaml").write_text(text.replace("- {mention: thanks", "- {mention: many thanks"))
    (rules / "more.yaml").write_text(
        "socialcare: 1\nrules: {spare: {when: {text: {has: x}}, do: {label: x}}}\n"
    )
    assert main(["test", "--min-coverage", least]) == code
    assert ("coverage is under 100 %" in capsys.readouterr().err) is (code == 1)


def test_coverage_of_one_rule_makes_no_sense(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--rule", "hours", "--min-coverage", "5"]) == 2
    assert "leave --rule out" in capsys.readouterr().err


def test_json_and_junit_are_nothing_but_that(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--format", "json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["tests"]) == 4
    assert main(["test", "--format", "junit"]) == 1
    assert ET.fromstring(capsys.readouterr().out).get("failures") == "1"


def test_a_policy_with_an_error_is_not_run(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "hours.yaml").write_text(POLICY.replace("has:", "hass:"))
    assert main(["test"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "rules/hours.yaml:4:19 error SC209" in printed.err
    assert "so nothing was run" in printed.err
