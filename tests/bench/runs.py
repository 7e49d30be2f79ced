"""Runs commands and tells what they cost; CPU time, because other work on the machine disturbs it least."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.workload import ROOT

OUT = ROOT / "out" / "bench"
REPEATS = 5
SOCIALCARE = Path(sys.executable).with_name("socialcare")
"""The command of the environment that the benchmark runs in."""

# A small process in between: on Linux a child's peak is never less than that of the process it was made by.
_LAUNCHER = """
import json, os, sys, time
null = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
began = time.perf_counter()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[null])
_, status, used = os.wait4(pid, 0)
wall = time.perf_counter() - began
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss]))
"""


class Cost(NamedTuple):
    """Seconds of CPU (user and system, with all children), seconds on the wall, and bytes of memory at the peak."""

    cpu: float
    wall: float
    peak: int


def run(command: Sequence[str], folder: Path = ROOT, *, kept: bool = True) -> Cost:
    """Run `socialcare COMMAND…` in a folder, as a process of its own.

    Policies that were read are kept in `out/bench/kept`, apart from those of the user; without `kept` they are read anew.

    Raises:
        SystemExit: it failed; what it said is shown.
    """
    paths = [str(folder / "site"), os.environ.get("PYTHONPATH")]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "SOCIALCARE_CACHE": str(OUT / "kept") if kept else "off",
    }
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, str(SOCIALCARE), *command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    code, cpu, wall, peak = json.loads(done.stdout)
    if code:
        sys.exit(f"socialcare {' '.join(command)}\n{done.stderr}")
    return Cost(cpu, wall, peak if sys.platform == "darwin" else peak * 1024)


def median_of(
    command: Sequence[str], folder: Path = ROOT, *, repeats: int = REPEATS, kept: bool = True
) -> Cost:
    """The median of several runs, each figure for itself."""
    costs = [run(command, folder, kept=kept) for _ in range(repeats)]
    return Cost(
        median(cost.cpu for cost in costs),
        median(cost.wall for cost in costs),
        round(median(cost.peak for cost in costs)),
    )
