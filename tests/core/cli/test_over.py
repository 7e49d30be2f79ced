"""What is read stays as it is, whatever a command writes."""

from pathlib import Path

import pytest

from socialcare.cli.main import main

POLICY = "socialcare: 1\nrules: {hi: {when: {text: {has: hello}}, do: {label: hi}}}\n"
PAST = '{"id": "1", "text": "@AcmeCo hello", "created_at": "2026-03-02T14:00:00.000Z"}\n'


@pytest.mark.parametrize(
    "typed",
    [
        ["simulate", "--over", "past", "--decisions", "past/week.jsonl"],
        ["simulate", "--over", "past/*.jsonl", "--report", "past/week.jsonl"],
        ["simulate", "--over", "past/week.jsonl", "--rejects", "rules/../past/week.jsonl"],
        ["classify", "--over", "past", "--out", "past/week.jsonl"],
    ],
)
def test_no_archive_is_written_over(
    typed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"rules/hi.yaml": POLICY, "past/week.jsonl": PAST}.items():
        Path(name).parent.mkdir()
        Path(name).write_text(text)
    assert main(typed) == 2
    assert "past/week.jsonl` is read here and would be written over" in capsys.readouterr().err
    assert Path("past/week.jsonl").read_text() == PAST
