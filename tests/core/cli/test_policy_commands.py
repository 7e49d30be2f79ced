"""The commands that tell what a policy says, and whether it can be read."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from socialcare.cli.frame import cli
from socialcare.codes import CODES

ROOT = Path(__file__).parents[3]
POLICY = (
    "socialcare: 1\nsignals:\n  asks: {any: [{intent: question}, {text: {ends_with: '?'}}]}\n"
    "formulas:\n  reach: {calc: 2 * author.followers, if_missing: 0}\n"
    "rules:\n  hours:\n    when: {all: [asks], reach: {above: 10}}\n    do: {reply: We are open 9 to 18.}\n"
    "    tests: [{mention: We are late, expect: {fires: false}}]\n"
)
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder that holds `rules/care.yaml`."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/care.yaml").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(cli, args)


def spoil(word: str, by: str) -> None:
    file = Path("rules/care.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace(word, by), encoding="utf-8")


def test_check_says_what_it_checked(run: Run) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.output.startswith("rules: no error in 1 rule, 0 guards, ")
    assert run("check", "--quiet").output == ""


def test_check_shows_every_problem_and_fails(run: Run) -> None:
    spoil("question", "qestion")
    spoil("above", "abov")
    result = run("check", "rules")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line.split(" ")[2] for line in lines if line.startswith("rules/")] == ["SC203", "SC209"]
    assert lines[-1] == "2 errors"


def test_check_speaks_json_and_github(run: Run) -> None:
    assert json.loads(run("check", "--format", "json").output) == []
    spoil("question", "qestion")
    found = json.loads(run("check", "--format", "json").output)
    assert [(item["code"], item["file"], item["line"]) for item in found] == [("SC203", "rules/care.yaml", 3)]
    assert run("check", "--format", "github").output.startswith("::error file=rules/care.yaml,line=3,")


def test_check_warns_of_what_is_likely_not_meant_and_fails_only_if_strict(run: Run) -> None:
    spoil("above: 10", "above: 10, below: 5")
    result = run("check")
    assert result.exit_code == 0
    assert "rules/care.yaml:7:3 warning SC301 the rule `hours` never fires" in result.output
    assert "1 warning\nrules: no error in 1 rule" in result.output
    assert run("check", "--strict").exit_code == 1
    assert run("check", "--quiet").output == ""
    assert run("check", "--quiet", "--strict").output.startswith("rules/care.yaml:7:3 warning SC301")
    assert run("check", "--format", "github").output.startswith("::warning file=rules/care.yaml,line=7,")


def test_check_tells_what_is_undecided_when_asked_for_more(run: Run) -> None:
    spoil("We are open 9 to 18.", "\"{{ language | replace: 'e', '' }} {{ author.name }}\"")
    assert "undecided" not in run("check").output
    assert "note SC401 undecided: whether `reply` of `hours` fits" in run("check", "--verbose").output


def test_check_speaks_sarif(run: Run) -> None:
    assert json.loads(run("check", "--format", "sarif").output)["runs"][0]["results"] == []
    spoil("question", "qestion")
    (found,) = json.loads(run("check", "--format", "sarif").output)["runs"][0]["results"]
    assert (found["ruleId"], found["level"]) == ("SC203", "error")


def test_check_names_a_folder_that_is_not_there(run: Run) -> None:
    result = run("check", "nowhere")
    assert result.exit_code == 1
    assert "SC101" in result.output


def test_read_says_a_statement_in_english(run: Run) -> None:
    assert "When `asks` and `reach` is more than 10," in run("read", "hours").output
    assert run("read", "asks").output == "`asks` means: `intent` is question or the text ends with “?”.\n"
    assert run("read", "sealed.bots").output.startswith("Guard `sealed.bots` (built in) forbids ")


def test_read_guesses_at_a_misspelt_id(run: Run) -> None:
    result = run("read", "hour")
    assert result.exit_code == 2
    assert "did you mean `hours`?" in result.output


def test_schema_knows_the_policy_s_own_formulas(run: Run) -> None:
    run("schema", "--out", "policy.schema.json")
    drawn = json.loads(Path("policy.schema.json").read_text(encoding="utf-8"))
    assert "reach" in drawn["$defs"]["condition"]["then"]["properties"]
    spoil("question", "qestion")
    result = run("schema")
    assert result.exit_code == 0
    assert "left out of the schema" in result.stderr


def test_codes_explains_each_code(run: Run) -> None:
    assert run("codes").output.count("\n") == len(CODES)
    assert run("codes", "sc208").output.startswith("SC208: a value without an operator\n\n")
    assert "did you mean" in run("codes", "SC2088").output


def test_the_page_of_words_is_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = CliRunner().invoke(cli, ["vocabulary"]).output
    file = ROOT / "docs/vocabulary.md"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(page, encoding="utf-8")
    assert page == file.read_text(encoding="utf-8"), "run `socialcare vocabulary --out docs/vocabulary.md`"
