"""Where the time goes: the stages of a dry run, each alone over the same mentions, in one process; and the floor beside it.

The stages are cut at the seams of the product; nothing is patched and no profiler runs. What a stage needs was made before.
"""

import argparse
import asyncio
import gc
import io
import tempfile
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from tests.bench.floor import floor, per_item
from tests.bench.page import table, told
from tests.bench.product import fresh, mentions, open_policy
from tests.bench.stand import CASES, Case, prepare

from socialcare import Mention
from socialcare.desk import Desk
from socialcare.model import Decision
from socialcare.pipeline import decide
from socialcare.policy.deciding.engine import Seen
from socialcare.simulate.decisions import DecisionWriter
from socialcare.simulate.ordering import ordered
from socialcare.simulate.replay import BATCH
from socialcare.simulate.summary import Summary

PROFILED = ("10", "1000", "1000-care", "10000-flat")
MENTIONS = 10_000

Batches = Sequence[Sequence[Mention]]


def stages(folder: Path, case: Case) -> dict[str, float]:
    """Microseconds of CPU a mention, stage by stage."""
    file = folder / f"{case.archive}.jsonl"
    found = list(mentions(file))
    number = len(found)
    _, in_order = ordered(found)
    events = list(in_order)
    batches = [events[at : at + BATCH] for at in range(0, number, BATCH)]
    desk = open_policy(folder / case.name)
    decided: deque[list[Decision]] = deque()
    asyncio.run(_decided(batches, desk, decided))
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # as the command has it
    events_seen: list[list[Seen]] = []
    asyncio.run(_seen(batches, desk, events_seen))
    classified = per_item(lambda: asyncio.run(_classified(batches, desk)), number)
    observed = per_item(lambda: _observed(batches, desk), number)
    screened = per_item(lambda: deque(map(desk.setting.engine.screen, events_seen), maxlen=0), number)
    whole = per_item(lambda: asyncio.run(_decided(batches, desk, deque(maxlen=0))), number)
    return {
        "read a line, decode it, make a mention": per_item(lambda: deque(mentions(file), maxlen=0), number),
        "put the mentions in order of time": per_item(lambda: deque(ordered(found)[1], maxlen=0), number),
        "classify: the plugin, and what the seam checks": classified,
        "observe the fields that the policy uses": observed,
        "screen: which rules may match": screened,
        "decide: state, plan, guards, texts, record": whole - classified - observed - screened,
        "encode and write the decision": per_item(lambda: _written(decided), number),
        "count for the summary": per_item(lambda: _counted(batches, decided, desk), number),
    }


async def _classified(batches: Batches, desk: Desk) -> None:
    for batch in batches:
        await desk.seam.fields(desk.asked, batch)


def _observed(batches: Batches, desk: Desk) -> None:
    observe, account_of = desk.observe, desk.company.account_of
    for mention in chain.from_iterable(batches):
        observe(mention, account_of(mention, desk.account))


async def _seen(batches: Batches, desk: Desk, found: list[list[Seen]]) -> None:
    """Fill in what the engine is given."""
    for batch in batches:
        rows = zip(batch, await desk.seam.fields(desk.asked, batch), strict=True)
        seen = (
            {**fields, **desk.observe(one, desk.company.account_of(one, desk.account))}
            for one, fields in rows
        )
        found.append([(fields, one.at) for fields, one in zip(seen, batch, strict=True)])


async def _decided(batches: Batches, desk: Desk, found: deque[list[Decision]]) -> None:
    """Fill in the decisions; to return them would cost more than to make them, as asyncio prints results to itself."""
    empty = fresh(desk)
    for batch in batches:
        found.append(await decide(batch, empty))


def _written(decided: Iterable[Sequence[Decision]]) -> None:
    writer = DecisionWriter(io.BytesIO())
    for decisions in decided:
        writer.write_all(decisions)


def _counted(batches: Batches, decided: Iterable[Sequence[Decision]], desk: Desk) -> None:
    summary = Summary(desk.setting.policy)
    for events, decisions in zip(batches, decided, strict=True):
        summary.see(events, decisions)


def main() -> None:
    """Print the table and write it to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=MENTIONS)
    parser.add_argument(
        "--only", default=",".join(PROFILED), help="names of policies, with commas between them"
    )
    asked = parser.parse_args()
    cases = [case for case in CASES if case.name in asked.only.split(",")]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder, cases, asked.mentions)
        columns = [stages(folder, case) for case in cases]
        least = floor(folder / "mentions.jsonl")
    sums = [sum(column.values()) for column in columns]
    rows = [(stage, *(f"{column[stage]:.2f}" for column in columns)) for stage in columns[0]]
    rows.append(("**sum**", *(f"**{each:.2f}**" for each in sums)))
    rows.append(("floor: msgspec alone decodes ten fields of the line", *(f"{least:.2f}" for _ in columns)))
    rows.append(("sum / floor", *(f"{each / least:.1f}" for each in sums)))
    told("stages", "make bench", [table(("stage, µs a mention", *(case.title for case in cases)), rows)])


if __name__ == "__main__":
    main()
