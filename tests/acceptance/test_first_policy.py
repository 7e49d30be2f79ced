"""From nothing to a policy that was run dry, by the commands that `init` prints, each in a process of its own."""

import re
import subprocess
import sys
from pathlib import Path


def run(folder: Path, *args: str) -> str:
    command = [sys.executable, "-m", "socialcare", *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_that_init_prints_all_succeed(tmp_path: Path) -> None:
    printed = run(tmp_path, "init", "care")
    commands = re.findall(r"^  socialcare (.*?)(?:\s{2,}.*)?$", printed, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["check", "test", "simulate"]
    for command in commands:
        run(tmp_path / "care", *command.split())


def test_a_change_that_breaks_a_promise_is_caught(tmp_path: Path) -> None:
    run(tmp_path, "init", "care")
    questions = tmp_path / "care" / "policy" / "questions.yaml"
    questions.write_text(questions.read_text().replace("We are open", "We open"))
    assert "1 failed" not in run(tmp_path / "care", "test", "--rule", "hours.answer")
    questions.write_text(questions.read_text().replace("company.hours_text", "company.name"))
    command = [sys.executable, "-m", "socialcare", "test"]
    done = subprocess.run(command, cwd=tmp_path / "care", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "its text is `We open Acme Shop." in done.stdout


def test_a_decision_of_the_first_policy_can_be_explained(tmp_path: Path) -> None:
    run(tmp_path, "init", "care")
    care = tmp_path / "care"
    first = (care / "policy" / "past" / "first-week.jsonl").read_text("utf-8").splitlines()[0]
    found = re.search(r'"id": "(\d+)"', first)
    assert found is not None
    explained = run(care, "explain", "--over", "policy/past", "--mention", found[1])
    assert "hours.answer (policy/questions.yaml" in explained
    assert "no_strangers" in run(care, "explain", "--can-stop", "hours.answer")
