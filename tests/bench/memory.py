"""What memory a long dry run takes: 10,000 rules over 1,000,000 mentions of 300,000 authors, about 1 GB of JSON Lines."""

import argparse
import tempfile
from pathlib import Path

from tests.bench import made
from tests.bench.page import table, told
from tests.bench.runs import run
from tests.bench.stand import Case, install_plugin, write_lines, write_policy
from tests.bench.workload import LEARNED_FROM, SEED, model, rules, texts

MENTIONS = 1_000_000
AUTHORS = 300_000
CASES = (
    Case("labels", "10,000 rules, flat", 10_000, flat=True),
    Case("care", "10,000 rules, flat, with replies, state and guards", 10_000, flat=True, care=True),
)


def main() -> None:
    """Print the table and write it to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=MENTIONS)
    parser.add_argument("--authors", type=int, default=AUTHORS)
    parser.add_argument("--only", choices=[case.name for case in CASES])
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        install_plugin(folder / "site")
        said = texts(LEARNED_FROM)
        lines = made.lines(said, SEED, mentions=asked.mentions, authors=asked.authors)
        write_lines(folder / "mentions.jsonl", lines)
        for case in (case for case in CASES if asked.only in (None, case.name)):
            write_policy(folder / case.name, case, rules(case.rules, flat=case.flat), model())
            command = (
                "simulate",
                "--policy",
                case.name,
                "--over",
                "mentions.jsonl",
                "--decisions",
                "decisions.jsonl",
            )
            cost = run(command, folder)
            print(f"{case.title}: {cost.peak / 1e6:.0f} MB, {cost.cpu:.0f} s", flush=True)
            row = f"{cost.peak / 1e6:.0f}", f"{cost.cpu:.0f}", f"{cost.cpu / asked.mentions * 1e6:.1f}"
            rows.append((case.title, *row, f"`socialcare {' '.join(command)}`"))
        size = (folder / "mentions.jsonl").stat().st_size
    about = f"{asked.mentions:,} mentions of {asked.authors:,} authors, {size / 1e6:,.0f} MB, one run each."
    told(
        "memory",
        "make bench-memory",
        [about, table(("policy", "peak, MB", "CPU, s", "µs a mention, with start", "command"), rows)],
    )


if __name__ == "__main__":
    main()
