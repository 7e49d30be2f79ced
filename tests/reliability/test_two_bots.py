"""Two companies that run the product do not talk to each other for ever, and one that is told to stop does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are forked and ended as Linux has it"
)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own: this one has threads, and must not fork."""
    path = os.pathsep.join(map(str, (ROOT / "core", ROOT / "plugins", ROOT)))
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.timeout(180)
def test_two_bots_stop_after_one_answer_each_and_labelled_ones_say_nothing() -> None:
    done = run("tests.reliability.two_bots", "--no-page", "--hours", "0.5")
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = done.stdout.splitlines()
    assert first.endswith("answers AcmeShop 1, GlobexHelp 1.")
    assert second.endswith("answers AcmeShop 0, GlobexHelp 0.")


@pytest.mark.timeout(180)
def test_kill_switch_and_sigterm_stop_sending_and_finish_what_is_under_way() -> None:
    done = run("tests.reliability.crash_stops", "--no-page")
    assert done.returncode == 0, done.stdout + done.stderr
