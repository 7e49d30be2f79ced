"""A second company uses the rules of the first: it changes its own data and nothing else."""

import asyncio
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from socialcare.cli.main import main
from socialcare.config import find_settings
from socialcare.diagnostics import Problems
from socialcare.opening import load_policy, open_desk
from socialcare.plugins import load
from socialcare.store.memory import MemoryStore
from socialcare.trial.run import cases_of, run

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "airline"
OF_ACMES_OWN_WORDS = {
    "advocate.speaks",
    "order.status",
    "prize.winner",
    "safety.recall",
    "store.hours",
    "store.nearest",
}
"""Rules whose tests speak of Acme's shops, orders, winners, advocates and recall."""

OUTCOMES = ("answered", "held", "handed_over", "acknowledged", "ignored", "inbox")


@pytest.fixture(scope="module")
def skylark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the two lines of the example's page make."""
    folder = tmp_path_factory.mktemp("airline") / "skylark"
    block = re.search(r"(?s)```sh\n(.*?)```", (EXAMPLE / "README.md").read_text("utf-8"))
    assert block is not None
    lines = [line for line in block[1].splitlines() if not line.startswith("socialcare ")]
    script = "\n".join(lines).replace("skylark/", f"{shlex.quote(str(folder))}/")
    subprocess.run(["sh", "-ec", script], cwd=ROOT, check=True)
    return folder


def test_the_example_holds_a_companys_own_data_and_nothing_else() -> None:
    allowed = {"socialcare", "company", "people", "accounts", "zone", "lists", "calendars"}
    keys = set(re.findall(r"(?m)^(\w+):", (EXAMPLE / "company.yaml").read_text("utf-8")))
    assert keys <= allowed
    assert {file.name for file in EXAMPLE.glob("*.yaml")} == {"company.yaml", "airline.test.yaml"}


def test_the_airlines_policy_has_no_error_and_no_warning(
    skylark: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(skylark)]) == 0
    assert "warning" not in capsys.readouterr().out


def test_only_tests_that_speak_of_acmes_own_words_fail(skylark: Path) -> None:
    settings = find_settings(skylark)
    loaded = load(settings)
    policy = load_policy(settings, loaded, Problems())
    assert policy is not None
    report = asyncio.run(run(cases_of(policy), open_desk(policy, loaded, MemoryStore())))
    assert {result.rule for result in report.results if result.failures} == OF_ACMES_OWN_WORDS
    assert sum(result.rule is None for result in report.results) == 6


def test_the_airline_answers_a_quarter_of_real_mentions_and_holds_few(
    skylark: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    over = str(data / "airline-mentions.csv.gz")
    assert (
        main(["simulate", "--policy", str(skylark), "--as", "main", "--over", over, "--format", "json"]) == 0
    )
    everyone = json.loads(capsys.readouterr().out)["everyone"]
    shares = {name: everyone[name] / everyone["mentions"] for name in OUTCOMES}
    with capsys.disabled():
        print("\n" + " · ".join(f"{name} {share:.1%}" for name, share in shares.items()))
    assert shares["answered"] >= 0.25
    assert shares["held"] <= 0.15
