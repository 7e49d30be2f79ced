"""What the pages tell a reader to type exists, and what can be typed is on a page."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from socialcare.cli.console import shared_options
from socialcare.cli.frame import COMMANDS
from socialcare.cli.simulate import command as simulate

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
BROUGHT = {"NAME"}
"""Commands that plugins bring, in examples."""


def test_every_command_of_a_page_exists_and_every_command_is_on_a_page() -> None:
    said = {
        word
        for page in PAGES
        for word in re.findall(r"(?:\$ |`)socialcare ([a-z][\w-]*)", page.read_text("utf-8"))
    }
    assert said - BROUGHT == COMMANDS.keys()


def test_every_target_of_make_that_a_page_names_exists() -> None:
    targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"))
    named = {
        word
        for page in PAGES
        for word in re.findall(r"(?:\$ |`)make (?:\w+=\S+ )*([a-z-]+)", page.read_text("utf-8"))
    }
    assert named <= {*targets}


def test_every_option_of_simulate_is_described() -> None:
    page = (ROOT / "docs" / "simulation.md").read_text("utf-8")
    shared = {name for option in shared_options() for name in option.opts}
    options = [option.opts[0] for option in simulate.params if option.opts[0] not in shared]
    assert not [name for name in options if f"| `{name}" not in page]


def test_the_first_commands_of_the_readme_work_as_they_stand_there(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    typed = re.findall(r"(?m)^\$ (socialcare .*)$", readme.partition("## Live")[0])
    assert [line.split()[1] for line in typed] == ["init", "check", "test", "simulate", "explain"]
    script = "\n".join(typed).replace("socialcare ", f"{shlex.quote(sys.executable)} -m socialcare ")
    done = subprocess.run(["sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_newcomer_who_misspells_a_key_reads_what_is_wrong(tmp_path: Path) -> None:
    """Step 6 of the newcomer's ten minutes in CONTRIBUTING."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copy(ROOT / "socialcare.toml", tmp_path)
    rule = tmp_path / "rules" / "praise.yaml"
    rule.write_text(rule.read_text("utf-8").replace("when:", "wen:", 1), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "socialcare", "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert re.search(r"rules/praise\.yaml:\d+:\d+ error SC201 unknown key `wen`", done.stdout)
    assert "did you mean `when`?" in done.stdout
