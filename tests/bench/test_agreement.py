import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_rules_of_the_benchmark_mean_the_same_to_both_engines() -> None:
    command = [sys.executable, "-m", "tests.bench.agreement", "--rules", "60", "--mentions", "150"]
    env = {**os.environ, "SOCIALCARE_SHARED": "nowhere", "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert [line.split(" ")[-2:] for line in done.stdout.splitlines()] == [["0", "differ"]] * 2, done.stderr
