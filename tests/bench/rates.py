"""How fast `socialcare simulate` is: JSON Lines in, decisions file out, whole processes; and how fast the commands start.

Of each policy two archives are run, a long one and its first few mentions. What a mention costs is the difference, divided by
the mentions that the long one has more: start-up, plugins and loading cancel out, and are told beside it. All are measured in
rounds, each once a round: a machine that is slow for a minute is slow for all of them, and ratios are those within a round.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.floor import floor
from tests.bench.page import table, told
from tests.bench.runs import OUT, REPEATS, Cost, median_of, run
from tests.bench.stand import CASES, FEW, MENTIONS, Case, prepare
from tests.bench.workload import source

COMMAND = "make bench"
DECISIONS = "decisions.jsonl"
WORKERS = ("--workers", "2")
WITH_WORKERS = ("1000", "1000-care")
RATIOS = (("1000", "10"), ("10000-flat", "1000"), ("10000-dense", "1000"), ("1000-care", "1000"))


class Round(NamedTuple):
    """One measurement of a policy: the short archive, the long one, and the short one where the policy is read anew."""

    few: Cost
    many: Cost
    anew: Cost


@dataclass
class Rate:
    """What a policy costs, round by round, with options of the command.

    `mentions` is how many the long archive has, `decisions` tells the decisions of two apart.
    """

    case: Case
    mentions: int
    options: Sequence[str] = ()
    rounds: list[Round] = field(default_factory=list)
    decisions: str = ""

    def begin(self, folder: Path) -> None:
        """A run that does not count."""
        run(self._simulate(f"{self.case.archive}-few"), folder)

    def go_round(self, folder: Path) -> None:
        """Measure once."""
        few = self._simulate(f"{self.case.archive}-few")
        anew = run(few, folder, kept=False)
        self.rounds.append(Round(run(few, folder), run(self._many, folder), anew))
        self.decisions = hashlib.sha256((folder / DECISIONS).read_bytes()).hexdigest()

    @property
    def command(self) -> str:
        """What was measured, as somebody would type it."""
        return f"socialcare {' '.join(self._many)}"

    @property
    def each(self) -> Sequence[float]:
        """Microseconds of CPU a mention, of every round."""
        return [(one.many.cpu - one.few.cpu) / (self.mentions - FEW) * 1e6 for one in self.rounds]

    @property
    def mention(self) -> float:
        """Microseconds of CPU a mention."""
        return median(self.each)

    @property
    def on_the_wall(self) -> float:
        """Microseconds on the wall a mention."""
        return median((one.many.wall - one.few.wall) / (self.mentions - FEW) * 1e6 for one in self.rounds)

    @property
    def start(self) -> float:
        """Seconds of CPU that no mention adds to, where the policy was kept."""
        return self._start(one.few for one in self.rounds)

    @property
    def start_anew(self) -> float:
        """Seconds of CPU that no mention adds to, where the policy is read anew."""
        return self._start(one.anew for one in self.rounds)

    def over(self, other: Sequence[float]) -> float:
        """How many times another cost a mention of the same rounds it is."""
        return median(mine / its for mine, its in zip(self.each, other, strict=True))

    def _start(self, costs: Iterable[Cost]) -> float:
        return median(cost.cpu for cost in costs) - FEW * self.mention / 1e6

    @property
    def _many(self) -> list[str]:
        return self._simulate(self.case.archive)

    def _simulate(self, archive: str) -> list[str]:
        files = ["--policy", self.case.name, "--over", f"{archive}.jsonl", "--decisions", DECISIONS]
        return ["simulate", *files, *self.options]


def main() -> None:
    """Print the tables and write them to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=MENTIONS)
    parser.add_argument("--only", help="names of policies, with commas between them")
    asked = parser.parse_args()
    began = time.perf_counter()
    cases = [case for case in CASES if asked.only is None or case.name in asked.only.split(",")]
    prepare(OUT, cases, asked.mentions)
    rates = {case.name: Rate(case, asked.mentions) for case in cases}
    with_two = {case.name: Rate(case, asked.mentions, WORKERS) for case in cases if case.name in WITH_WORKERS}
    floors = go_round([*rates.values(), *with_two.values()])
    bytes_each = (OUT / "mentions.jsonl").stat().st_size / asked.mentions
    told(
        "rates",
        COMMAND,
        [
            f"{asked.mentions:,} mentions of {bytes_each:.0f} bytes, texts: {source()}. CPU, median of {REPEATS} rounds.",
            _one_process(rates.values()),
            _ratios(rates, floors),
            _two_workers(rates, with_two),
            _starts(),
        ],
    )
    print(f"\n{time.perf_counter() - began:.0f} s")


def go_round(rates: Sequence[Rate]) -> list[float]:
    """Measure all, round by round, so that what else the machine does befalls all; the floor of each round, in microseconds."""
    for each in rates:
        each.begin(OUT)
    floors = []
    for number in range(REPEATS):
        print(f"round {number + 1} of {REPEATS}", file=sys.stderr, flush=True)
        for each in rates:
            each.go_round(OUT)
        floors.append(floor(OUT / "mentions.jsonl"))
    return floors


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
            f"{median(one.many.cpu for one in each.rounds):.2f}",
            f"{median(one.many.peak for one in each.rounds) / 1e6:.0f}",
            f"`{each.command}`",
        )
        for each in rates
    ]
    return table(heads, rows)


def _ratios(rates: Mapping[str, Rate], floors: Sequence[float]) -> str:
    rows = [
        (
            f"{rates[one].case.title} / {rates[other].case.title}",
            f"{rates[one].over(rates[other].each):.2f}",
        )
        for one, other in RATIOS
        if one in rates and other in rates
    ]
    rows.append(("msgspec decode of the same bytes, µs a mention", f"{median(floors):.2f}"))
    rows += [(f"{each.case.title} / that decode", f"{each.over(floors):.1f}") for each in rates.values()]
    return table(("time a mention, median of the rounds' ratios", "ratio"), rows)


def _two_workers(rates: Mapping[str, Rate], with_two: Mapping[str, Rate]) -> str:
    heads = (
        "on the wall",
        "1 process, mentions/s",
        "2 workers, mentions/s",
        "CPU of both, µs",
        "same decisions",
        "command, in `out/bench`",
    )
    rows = []
    for name, both in with_two.items():
        alone = rates[name]
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
