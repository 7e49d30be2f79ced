"""The product as an engine among others: from lines to the rules that fired, everything that `simulate` does in between."""

import asyncio
import gc
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from tests.bench.plugin import socialcare_bench
from tests.bench.plugin.socialcare_bench import Model
from tests.bench.stand import Case, write_lines, write_policy
from tests.bench.workload import Rule

from socialcare import Mention, ReadOptions
from socialcare.config import read_settings
from socialcare.desk import Desk
from socialcare.diagnostics import Problems, render_text
from socialcare.model import Decision, Event
from socialcare.opening import load_policy, open_desk
from socialcare.plugins import load
from socialcare.simulate.archives import find_archives, read_in_lists
from socialcare.simulate.decisions import DecisionWriter
from socialcare.simulate.ordering import ordered
from socialcare.simulate.rejects import Rejects
from socialcare.simulate.run import run
from socialcare.store.memory import MemoryStore
from socialcare_archive.x import XPages

Engine = Literal["compiled", "naive"]
Match = Callable[[Sequence[bytes]], list[list[str]]]
ENGINES: tuple[Engine, ...] = get_args(Engine)


def mentions(file: Path) -> Iterator[Mention]:
    """The mentions of an archive, read as the command reads them."""
    options, rejects = ReadOptions(), Rejects()
    archives = find_archives((str(file),), (XPages(),), options, rejects.skips.add)
    rows = read_in_lists(archives, options, rejects.skips.add)
    return chain.from_iterable(map(rejects.mentions, rows))


def open_policy(folder: Path, engine: Engine = "compiled") -> Desk:
    """A desk for a policy that `write_policy` wrote, with the benchmark's plugin.

    Raises:
        SystemExit: the policy has errors, which are shown.
    """
    settings = read_settings(folder / "socialcare.toml")
    loaded = load(settings, extra={"bench": socialcare_bench})
    problems = Problems()
    policy = load_policy(settings, loaded, problems)
    if policy is None:
        raise SystemExit(render_text(problems, lambda name: Path(name).read_text("utf-8"), color=False))
    return open_desk(policy, loaded, MemoryStore(), engine=engine, near=False)


def fresh(desk: Desk) -> Desk:
    """The same desk before anything was decided on it; what it has made ready stays, as in one long run."""
    other = copy(desk)
    object.__setattr__(other, "store", MemoryStore())
    return other


def build(rules: Sequence[Rule], model: Model, engine: Engine = "compiled") -> Match:
    """What matches lines of the stream: for each the ids of the rules that fired."""
    place = tempfile.TemporaryDirectory()
    folder = Path(place.name)
    write_policy(folder / "policy", Case("policy", "", len(rules)), rules, model)
    desk = open_policy(folder / "policy", engine)
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # as the command has it

    def match(lines: Sequence[bytes]) -> list[list[str]]:
        archive = Path(place.name) / "lines.jsonl"
        write_lines(archive, lines)
        ids: list[str] = []
        fired: dict[str, tuple[str, ...]] = {}

        def see(decisions: Sequence[Decision]) -> None:
            fired.update((decision.mention, decision.fired) for decision in decisions)

        _simulate(desk, archive, io.BytesIO(), ids, see)
        return [list(fired[each]) for each in ids]

    return match


def written(desk: Desk, archive: Path) -> list[bytes]:
    """The decisions about an archive, as they are written."""
    file = io.BytesIO()
    _simulate(desk, archive, file, [], lambda _: None)
    return file.getvalue().splitlines()


def _simulate(
    desk: Desk, archive: Path, file: BinaryIO, ids: list[str], see: Callable[[Sequence[Decision]], None]
) -> None:
    """A dry run as the command has it, without the report; `ids` are those of the mentions, as they are read."""
    writer = DecisionWriter(file)

    def read() -> Iterator[Mention]:
        for mention in mentions(archive):
            ids.append(mention.id)
            yield mention

    def also(_: Sequence[Event], decisions: Sequence[Decision]) -> None:
        writer.write_all(decisions)
        see(decisions)

    async def all_of_it() -> None:
        await run(events, fresh(desk), also=also)

    _, events = ordered(read())
    asyncio.run(all_of_it())
