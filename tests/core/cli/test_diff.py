"""`socialcare diff` as it is typed."""

import json
from pathlib import Path

import pytest

from socialcare.cli.main import main

OLD = "socialcare: 1\naccounts: {main: AcmeCo}\nrules:\n  hours: {when: {text: {has: open}}, do: {reply: We are open 9 to 18.}}\n"
TABLE = "Nr,When,Who,Message\n1,2026-03-02 10:00:00,anna,@AcmeCo open?\n2,2026-03-02 11:00:00,bo,hello\n"
MAP = ["--over", "past.csv", "--map", "text=Message,id=Nr,created_at=When,author=Who", "--as", "main"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("old", OLD), ("new", OLD.replace("9 to 18", "8 to 20"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.yaml").write_text(text)
    (tmp_path / "past.csv").write_text(TABLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_changes_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old", "new", *MAP]) == 0
    said = capsys.readouterr()
    assert "  text_changed           1   50.0%" in said.out
    assert "rule hours, changed: 1 mention" in said.out
    assert said.err == ""


def test_too_much_change_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["diff", "old", "new", *MAP, "--fail-on", "public_changed>0.5%", "--fail-on", "silenced>0"]) == 1
    )
    said = capsys.readouterr().out
    assert "exceeded: public_changed>0.5% (1, 50.00%" in said
    assert "exceeded: silenced" not in said


def test_programs_get_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old", "new", *MAP, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["figures"]["public_changed"] == 1
    assert told["causes"][0]["samples"] == [{"mention": "1", "changes": ["public_changed", "text_changed"]}]


def test_a_page_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old", "new", *MAP, "--report", "diff.html"]) == 0
    assert "diff.html: the report, 0.0 MB" in capsys.readouterr().err
    assert "rule hours, changed" in (folder / "diff.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["old", "new"], "missing option `--over`"),
        (["old", "nowhere", *MAP], "nowhere"),
        (["old", "new", *MAP, "--fail-on", "public>1"], "unknown figure `public`"),
        (["old", "new", *MAP, "--as", "us"], "unknown account `us`"),
    ],
)
def test_what_a_user_gets_wrong_is_a_message(
    folder: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    assert main(["diff", *args]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
