"""How fast `socialcare simulate` is: JSON Lines in, decisions file out, whole processes; and how fast the commands start.

Of each policy two archives are run, a long one and its first few mentions. What a mention costs is the difference, divided by
the mentions that the long one has more: start-up, plugins and loading cancel out, and are told beside it.
"""

import argparse
import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.floor import floor
from tests.bench.page import table, told
from tests.bench.runs import OUT, Cost, median_of, run
from tests.bench.stand import CASES, FEW, MENTIONS, Case, prepare
from tests.bench.workload import source

COMMAND = "make bench"
DECISIONS = "decisions.jsonl"
WORKERS = ("--workers", "2")
WITH_WORKERS = ("1000", "1000-care")
RATIOS = (("1000", "10"), ("10000-flat", "1000"), ("10000-dense", "1000"), ("1000-care", "1000"))


class Rate(NamedTuple):
    """What a policy costs: a whole run, the start (what no mention adds to) where the policy was kept and where it is read
    anew, and microseconds a mention, of CPU and on the wall; `decisions` tells the decisions of two runs apart.
    """

    case: Case
    command: str
    whole: Cost
    start: float
    start_anew: float
    mention: float
    on_the_wall: float
    decisions: str


def rate(case: Case, folder: Path, mentions: int, options: Sequence[str] = ()) -> Rate:
    """Measure one policy, after a run that does not count."""

    def simulate(archive: str) -> list[str]:
        files = ["--policy", case.name, "--over", f"{archive}.jsonl", "--decisions", DECISIONS]
        return ["simulate", *files, *options]

    few, many = simulate(f"{case.archive}-few"), simulate(case.archive)
    run(few, folder)
    anew = median_of(few, folder, repeats=3, kept=False)
    short, whole = median_of(few, folder), median_of(many, folder)
    decisions = hashlib.sha256((folder / DECISIONS).read_bytes()).hexdigest()
    mention = (whole.cpu - short.cpu) / (mentions - FEW)
    on_the_wall = (whole.wall - short.wall) / (mentions - FEW)
    return Rate(
        case,
        f"socialcare {' '.join(many)}",
        whole,
        start=short.cpu - FEW * mention,
        start_anew=anew.cpu - FEW * mention,
        mention=mention * 1e6,
        on_the_wall=on_the_wall * 1e6,
        decisions=decisions,
    )


def main() -> None:
    """Print the tables and write them to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=MENTIONS)
    parser.add_argument("--only", help="names of policies, with commas between them")
    asked = parser.parse_args()
    began = time.perf_counter()
    cases = [case for case in CASES if asked.only is None or case.name in asked.only.split(",")]
    prepare(OUT, cases, asked.mentions)
    rates = {case.name: rate(case, OUT, asked.mentions) for case in cases}
    bytes_each = (OUT / "mentions.jsonl").stat().st_size / asked.mentions
    told(
        "rates",
        COMMAND,
        [
            f"{asked.mentions:,} mentions of {bytes_each:.0f} bytes, texts: {source()}. CPU, median of five.",
            _one_process(rates.values()),
            _ratios(rates),
            _two_workers(rates, asked.mentions),
            _starts(),
        ],
    )
    print(f"\n{time.perf_counter() - began:.0f} s")


def _one_process(rates: Iterable[Rate]) -> str:
    heads = (
        "one process",
        "µs a mention",
        "mentions/s",
        "start, s",
        "start, read anew, s",
        "whole run, s",
        "peak, MB",
        "command, in `out/bench`",
    )
    rows = [
        (
            each.case.title,
            f"{each.mention:.1f}",
            f"{1e6 / each.mention:,.0f}",
            f"{each.start:.2f}",
            f"{each.start_anew:.2f}",
            f"{each.whole.cpu:.2f}",
            f"{each.whole.peak / 1e6:.0f}",
            f"`{each.command}`",
        )
        for each in rates
    ]
    return table(heads, rows)


def _ratios(rates: Mapping[str, Rate]) -> str:
    rows = [
        (
            f"{rates[one].case.title} / {rates[other].case.title}",
            f"{rates[one].mention / rates[other].mention:.2f}",
        )
        for one, other in RATIOS
        if one in rates and other in rates
    ]
    least = floor(OUT / "mentions.jsonl")
    rows.append(("msgspec decode of the same bytes, µs a mention", f"{least:.2f}"))
    rows += [(f"{each.case.title} / that decode", f"{each.mention / least:.1f}") for each in rates.values()]
    return table(("time a mention, in one run", "ratio"), rows)


def _two_workers(rates: Mapping[str, Rate], mentions: int) -> str:
    heads = (
        "on the wall",
        "1 process, mentions/s",
        "2 workers, mentions/s",
        "CPU of both, µs",
        "same decisions",
        "command, in `out/bench`",
    )
    rows = []
    for name in (name for name in WITH_WORKERS if name in rates):
        alone, both = rates[name], rate(rates[name].case, OUT, mentions, WORKERS)
        rows.append(
            (
                alone.case.title,
                f"{1e6 / alone.on_the_wall:,.0f}",
                f"{1e6 / both.on_the_wall:,.0f}",
                f"{both.mention:.1f}",
                "yes" if alone.decisions == both.decisions else "NO",
                f"`{both.command}`",
            )
        )
    return table(heads, rows)


def _starts() -> str:
    rows = []
    for command, kept in ((["--version"], True), (["check", "rules/"], False), (["check", "rules/"], True)):
        run(command, kept=kept)
        cost = median_of(command, kept=kept)
        how = "" if command == ["--version"] else ", policy kept" if kept else ", policy read anew"
        row = f"{cost.cpu:.3f}", f"{cost.wall:.3f}", f"{cost.peak / 1e6:.0f}"
        rows.append((f"`socialcare {' '.join(command)}`{how}", *row))
    return table(("whole process", "CPU, s", "wall, s", "peak, MB"), rows)


if __name__ == "__main__":
    main()
