"""A few crashes of the matrix, and the proof that its judge can say no."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are forked, stopped and killed as Linux has it"
)


def matrix(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: this one has threads, and must not fork."""
    command = [sys.executable, "-m", "tests.reliability.matrix", *words]
    path = os.pathsep.join(map(str, (ROOT / "core", ROOT / "plugins", ROOT)))
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def only(*names: str) -> list[str]:
    return [word for name in names for word in ("--only", name)]


@pytest.mark.timeout(180)
def test_a_worker_may_die_anywhere_and_nobody_is_answered_twice_or_forgotten() -> None:
    done = matrix(
        *only(
            "intake.after_commit/ok/kill, restart/sqlite",
            "request.written/applied, lost/kill, restart/sqlite",
            "request.half_written/ok/kill, restart/sqlite/resend",
            "purge.before_commit/ok/kill, restart/sqlite",
        ),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 of 4 cases keep all ten promises" in done.stdout


@pytest.mark.timeout(180)
def test_another_worker_takes_over_and_the_one_that_slept_does_no_harm(
    postgresql_server: Callable[[str], str],
) -> None:
    done = matrix(
        "--postgresql",
        postgresql_server(""),
        *only(
            "request.connected/ok/stop, takeover/postgresql",
            "outcome.before_commit/ok/kill, takeover/postgresql",
        ),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 cases keep all ten promises" in done.stdout


@pytest.mark.timeout(180)
def test_a_protocol_that_sends_again_what_timed_out_is_caught() -> None:
    done = matrix(
        "--weakened",
        *only(
            "outcome.after_commit/applied late/kill, restart/sqlite",
            "takeover.after_commit/applied, lost/kill, restart/sqlite",
            "intake.after_commit/applied, lost/kill, restart/sqlite",
        ),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "I2 AcmeShop answered ann 2 times" in done.stdout
