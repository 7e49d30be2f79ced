"""Whether the engines agree: every decision of a workload by the compiled engine, beside the naive one's, and beside the rules' meaning.

`python -m tests.bench.agreement --rules 1000 --mentions 2000` compares whole decisions, byte for byte, of the policy with labels and of
the one with replies, memory and guards. A test runs it small.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench import made
from tests.bench.product import ENGINES, open_policy, written
from tests.bench.stand import AUTHORS, Case, write_lines, write_policy
from tests.bench.workload import SEED, model, rules, texts


def main() -> None:
    """Print what was compared; end with 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=1_000)
    parser.add_argument("--mentions", type=int, default=2_000)
    asked = parser.parse_args()
    policy = rules(asked.rules)
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = folder / "mentions.jsonl"
        authors = round(asked.mentions * AUTHORS)
        write_lines(archive, made.lines(texts(asked.mentions), SEED, authors=authors))
        for case in (Case("labels", "", asked.rules), Case("care", "", asked.rules, care=True)):
            write_policy(folder / case.name, case, policy, model())
            one, other = (written(open_policy(folder / case.name, engine), archive) for engine in ENGINES)
            differ = sum(left != right for left, right in zip(one, other, strict=True))
            print(f"{case.name}: {len(one):,} decisions, {differ} differ")
            wrong += differ
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
