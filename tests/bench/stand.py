"""Where the benchmark stands: a folder with policies, mentions and the plugin, as a company would have them."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from tests.bench import made
from tests.bench.plugin.socialcare_bench import Model
from tests.bench.policies import write_care, write_labels
from tests.bench.workload import ROOT, SEED, Rule, lines, model, rules, texts

PLUGIN = Path(__file__).parent / "plugin"
MENTIONS = 42_000
FEW = 2_000
AUTHORS = 0.3
"""Authors a mention, where state is kept of them."""

SETTINGS = """\
policy = "rules"
[plugins.archive]
[plugins.actions]
[plugins.x]
[plugins.bench]
model = "../model.json"
"""


class Case(NamedTuple):
    """A policy of so many rules, in the folder `name`; with `care` it replies, remembers and has guards."""

    name: str
    title: str
    rules: int
    flat: bool = False
    care: bool = False

    @property
    def archive(self) -> str:
        """The name of its mentions: where state is kept, authors write more than once."""
        return "authors" if self.care else "mentions"


CASES = (
    Case("10", "10 rules", 10),
    Case("100", "100 rules", 100),
    Case("1000", "1,000 rules", 1_000),
    Case("1000-care", "1,000 rules, replies, state and guards", 1_000, care=True),
    Case("10000-flat", "10,000 rules, flat", 10_000, flat=True),
    Case("10000-dense", "10,000 rules, dense", 10_000),
)


def install_plugin(site: Path) -> None:
    """Install the benchmark's classifier where only the benchmark looks: `PYTHONPATH=site` brings it in."""
    shutil.rmtree(site, ignore_errors=True)
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
    command = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        *offline,
        "--target",
        str(site),
        str(PLUGIN),
    )
    subprocess.run(command, cwd=ROOT, check=True)


def write_policy(folder: Path, case: Case, policy: Sequence[Rule], weights: Model) -> None:
    """A deployment with these rules; the model stands beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    (write_care if case.care else write_labels)(policy, folder / "rules")
    (folder / "socialcare.toml").write_text(SETTINGS, "utf-8")
    (folder.parent / "model.json").write_bytes(msgspec.json.encode(weights))


def write_lines(file: Path, content: Iterable[bytes]) -> None:
    """An archive of JSON Lines."""
    with file.open("wb") as out:
        out.writelines(line + b"\n" for line in content)


def prepare(folder: Path, cases: Iterable[Case], mentions: int = MENTIONS) -> None:
    """Write the policies of the cases, and the archives, each once whole and once its first few mentions."""
    folder.mkdir(parents=True, exist_ok=True)
    install_plugin(folder / "site")
    for case in cases:
        write_policy(folder / case.name, case, rules(case.rules, flat=case.flat), model())
    again = list(made.lines(texts(mentions), SEED, authors=round(mentions * AUTHORS)))
    for name, all_lines in (("mentions", lines(mentions)), ("authors", again)):
        write_lines(folder / f"{name}.jsonl", all_lines)
        write_lines(folder / f"{name}-few.jsonl", all_lines[:FEW])
