"""The product beside other engines: the same rules, the same mentions, each engine in a process of its own, in one run.

The others are given every line decoded, its normal form and its intent for nothing, and only match; the product does everything
from the line to the decision. Their adapters stand in `../shared/bench/peers`. What an engine finds is held against the
naive evaluator there before it is timed.
"""

import argparse
import gc
import importlib.metadata
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import msgspec
from tests.bench.page import table, told
from tests.bench.plugin.socialcare_bench import INTENTS, Linear, Model
from tests.bench.product import ENGINES, build, mentions
from tests.bench.stand import write_lines
from tests.bench.workload import ROOT, SHARED, Rule, lines, model, rules, shared, view

OUT = ROOT / "out" / "bench-peers"
PEERS = (
    "closures", "naive_re", "automod", "sqlite_scan", "business", "jsonlogic", "rule_engine_", "cel_rust", "zen_expr", "zen_table",
)  # fmt: skip
LINES = 5_000
CHECKED = 2_000
REPEATS = 5

Match = Callable[[Sequence[Any]], Sequence[Sequence[str]]]
"""Matches lines (the product) or views (the others), and gives the ids of the rules that fired, for each."""


class Result(msgspec.Struct):
    """What one engine came to; `wrong` of `checked` mentions had other rules than the naive evaluator finds."""

    name: str
    build: float
    mention: float
    wrong: int
    checked: int


class Material(NamedTuple):
    """What all engines are given, as files."""

    folder: Path

    @property
    def rules(self) -> list[Rule]:
        """The rules in their neutral form."""
        found: list[Rule] = json.loads((self.folder / "rules.json").read_bytes())
        return found

    @property
    def lines(self) -> list[bytes]:
        """The lines of the stream."""
        return (self.folder / "lines.jsonl").read_bytes().splitlines()

    @property
    def views(self) -> list[dict[str, Any]]:  # Any: JSON
        """The lines decoded."""
        return [json.loads(line) for line in (self.folder / "views.jsonl").read_bytes().splitlines()]

    @property
    def model(self) -> Model:
        """The model of the classifier."""
        return msgspec.json.decode((self.folder / "model.json").read_bytes(), type=Model)

    @property
    def expected(self) -> list[list[str]]:
        """The ids that the naive evaluator finds in the first of the lines."""
        found: list[list[str]] = json.loads((self.folder / "expected.json").read_bytes())
        return found


def write_material(folder: Path, number: int) -> None:
    """Make what all engines are given, for so many rules."""
    folder.mkdir(parents=True, exist_ok=True)
    stream, policy = lines(LINES), rules(number)
    write_lines(folder / "lines.jsonl", stream)
    texts = {mention.id: mention.text for mention in mentions(folder / "lines.jsonl")}
    said = [texts[json.loads(line)["data"]["id"]] for line in stream]
    intents = Linear(model()).intents(said)
    views = [view(*each) for each in zip(stream, said, (INTENTS[at] for at in intents), strict=True)]
    write_lines(folder / "views.jsonl", [json.dumps(each).encode() for each in views])
    (folder / "rules.json").write_text(json.dumps(policy), "utf-8")
    (folder / "model.json").write_bytes(msgspec.json.encode(model()))
    evaluate = shared("reference").evaluate
    expected = [sorted(evaluate(policy, each)) for each in views[:CHECKED]]
    (folder / "expected.json").write_text(json.dumps(expected), "utf-8")


def measure(name: str, material: Material, cap: float) -> Result:
    """Build one engine, check it, and time it for about `cap` seconds."""
    began = time.perf_counter()
    match, items, title = _engine(name, material)
    built = time.perf_counter() - began
    expected = material.expected[: _affordable(match, items, cap, CHECKED)]
    got = match(items[: len(expected)])
    wrong = sum(sorted(one) != other for one, other in zip(got, expected, strict=True))
    return Result(title, built, _timed(match, items, cap), wrong, len(expected))


def _engine(name: str, material: Material) -> tuple[Match, Sequence[Any], str]:  # Any: lines, or views
    """An engine, what it is given, and its title."""
    for engine in ENGINES:
        if name == engine:
            return build(material.rules, material.model, engine), material.lines, f"socialcare, {engine}"
    peer = shared(f"peers.{name}")
    return peer.build(material.rules), material.views, _titled(peer)


def _titled(peer: Any) -> str:  # Any: a module without types
    title = str(peer.NAME)
    return f"{title} {importlib.metadata.version(peer.PKG)}" if hasattr(peer, "PKG") else title


def _affordable(match: Match, items: Sequence[Any], cap: float, most: int) -> int:
    """So many items as take a part of `cap` seconds, at most `most`."""
    number = 1
    while True:
        began = time.perf_counter()
        match(items[:number])
        seconds = time.perf_counter() - began
        if number == most or seconds > cap / REPEATS / 4:
            return max(1, min(most, int(number * cap / REPEATS / max(seconds, 1e-6))))
        number = min(most, number * 4)


def _timed(match: Match, items: Sequence[Any], cap: float) -> float:
    """Microseconds of CPU an item: the median of five parts of the items."""
    number = _affordable(match, items, cap, len(items))
    costs = []
    for at in range(REPEATS):
        begin = at * number % max(1, len(items) - number + 1)
        part = items[begin : begin + number]
        gc.collect()
        cpu = time.process_time()
        match(part)
        costs.append((time.process_time() - cpu) / len(part) * 1e6)
    return median(costs)


def main() -> None:
    """Measure every engine in a process of its own; print the table and write it to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=1_000)
    parser.add_argument("--cap", type=float, default=5.0, help="seconds for each engine")
    parser.add_argument("--only", help="names of engines, with commas between them")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(msgspec.json.encode(measure(asked.child, Material(OUT), asked.cap)).decode())
        return
    if not SHARED.is_dir():
        sys.exit(
            "the other engines are skipped: their adapters stand in `../shared/bench`, which is not there"
        )
    write_material(OUT, asked.rules)
    names = asked.only.split(",") if asked.only else [*ENGINES, *PEERS]
    results = [result for name in names if (result := _alone(name, asked.cap)) is not None]
    first = results[0].mention
    rows = [
        (
            each.name,
            f"{each.mention:,.1f}",
            f"{each.mention / first:,.1f}",
            f"{each.build:.2f}",
            f"{each.wrong} of {each.checked}",
        )
        for each in sorted(results, key=lambda each: each.mention)
    ]
    heads = (
        f"engine, {asked.rules:,} rules",
        "µs a mention",
        "times the product",
        "build, s",
        "other matches than the naive evaluator",
    )
    told("peers", "make bench", [table(heads, rows)])


def _alone(name: str, cap: float) -> Result | None:
    """One engine in a process of its own: a crash or a leak stays with its owner."""
    command = [sys.executable, "-m", "tests.bench.peers", "--child", name, "--cap", str(cap)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=cap * 20 + 60
        )
    except subprocess.TimeoutExpired:
        print(f"{name}: left out, it did not end in time", flush=True)
        return None
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        print(f"{name}: left out, {why[0]}", flush=True)
        return None
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Result)


if __name__ == "__main__":
    main()
