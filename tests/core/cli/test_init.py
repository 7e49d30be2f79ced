"""`socialcare init`: a first policy, and that every command accepts it as it is."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from socialcare.cli.main import main


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a first policy, where we stand."""
    folder = tmp_path / "care"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    capsys.readouterr()
    return folder


def test_it_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "care")]) == 0
    said = capsys.readouterr().out
    for command in ("socialcare check", "socialcare test", "socialcare simulate --over policy/past"):
        assert command in said
    assert main(["init", "-q", str(tmp_path / "quiet")]) == 0
    assert capsys.readouterr().out == ""


def test_check_finds_nothing_at_all(first: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "warning" not in capsys.readouterr().out


def test_its_tests_pass_and_reach_nearly_everything(first: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--min-coverage", "95"]) == 0
    assert "failed" not in capsys.readouterr().out


def test_it_can_be_run_dry_over_its_week_of_mentions(first: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--over", "policy/past", "--decisions", "out.jsonl"]) == 0
    decisions = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    mentions = [one for one in decisions if one["event"] == "mention"]
    assert len(mentions) == 40
    assert {one["outcome"] for one in mentions} >= {"answered", "held", "handed_over", "ignored", "inbox"}


def test_every_file_of_it_fits_the_schema_that_lies_beside_it(first: Path) -> None:
    validator = jsonschema.Draft202012Validator(
        json.loads((first / "policy" / "policy.schema.json").read_text())
    )
    files = sorted((first / "policy").glob("*.yaml"))
    assert len(files) >= 8
    for file in files:
        text = file.read_text()
        assert text.startswith("# yaml-language-server: $schema=policy.schema.json\n"), file
        assert [error.message for error in validator.iter_errors(_plain(yaml.safe_load(text)))] == [], file


def _plain(value: object) -> object:
    """What an editor sees: JSON; a key that YAML read as a date or a number is its text."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | bool | int | float) or value is None else str(value)


def test_a_folder_with_anything_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "is not empty: it holds `mine.txt`" in said
    assert "name a new folder" in said
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file")]) == 2
    assert "is a file" in capsys.readouterr().err


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "socialcare.toml").is_file()
