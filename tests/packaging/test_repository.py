"""What the repository itself promises: no address of a registry, no path of a machine, commands that exist."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written so that this file does not find itself.
REGISTRIES = r"py[p]i\.org|python[h]osted\.org|registry\.np[m]js|np[m]js\.(com|org)|np[m]mirror|/simp[l]e/"
MACHINES = r"(?<![\w.~-])/(wo[r]k|roo[t]|hom[e]/\w+|User[s]/\w+|op[t])/|[A-Z]:\\User[s]\\"


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINES], ids=["registry", "machine"])
def test_no_file_names_a_registry_or_a_machine(pattern: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in tracked()
        for number, line in enumerate(file.read_bytes().decode(errors="replace").splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert not found


def test_ci_runs_what_a_developer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = [line for line in script.read_text().splitlines() if "make" in line]
    assert commands == ["make test", "make crash-matrix PAGE=no"]


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"(?m)^\.PHONY: (.+)$", makefile)
    assert targets
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert [line.split()[0] for line in said.splitlines()] == targets[1].split()
