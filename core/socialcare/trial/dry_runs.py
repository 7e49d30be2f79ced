"""Holds a policy to what its `simulations:` expect of dry runs over past mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from socialcare.desk import Desk
from socialcare.errors import ArchiveError
from socialcare.model import Mention, Reject
from socialcare.policy.cases import Simulation
from socialcare.ports import ReadOptions, Source
from socialcare.simulate.archives import find_archives, read_archives
from socialcare.simulate.expectations import broken
from socialcare.simulate.ordering import ordered
from socialcare.simulate.run import run
from socialcare.simulate.summary import Summary
from socialcare.store.memory import MemoryStore
from socialcare.trial.results import Failure, Result

Advance = Callable[[int], None]


async def hold(
    simulation: Simulation,
    desk: Desk,
    sources: Sequence[Source],
    folders: Sequence[Path],
    advance: Advance = lambda _: None,
) -> Result:
    """Run a simulation and hold its figures against what is expected.

    Its files are looked for in `folders`, in this order. `advance` is told of every batch of mentions done.
    """
    try:
        summary = await _run(simulation, desk, sources, folders, advance)
    except (ArchiveError, OSError) as error:
        failure = Failure(simulation.place, f"past mentions in {', '.join(simulation.over)}", _said(error))
        return Result(simulation.name, simulation.place, (failure,))
    failures = tuple(_failure(simulation, sentence) for sentence in broken(simulation, summary))
    return Result(simulation.name, simulation.place, failures)


async def _run(
    simulation: Simulation, desk: Desk, sources: Sequence[Source], folders: Sequence[Path], advance: Advance
) -> Summary:
    options = ReadOptions()
    names = [str(_found(name, folders)) for name in simulation.over]
    rejects: list[Reject] = []
    archives = find_archives(names, sources, options)
    _, mentions = ordered(_mentions(read_archives(archives, options), rejects))
    if rejects:
        first = rejects[0]
        raise ArchiveError(f"{first.file}, row {first.row}: {first.reason} ({len(rejects)} bad rows)")
    fresh = replace(desk, store=MemoryStore())
    return await run(mentions, fresh, also=lambda events, _: advance(len(events)))


def _mentions(rows: Iterator[Mention | Reject], rejects: list[Reject]) -> Iterator[Mention]:
    for row in rows:
        if isinstance(row, Mention):
            yield row
        else:
            rejects.append(row)


def _found(name: str, folders: Sequence[Path]) -> Path:
    """The first folder's path of that name; a pattern fits where it finds something."""
    for folder in folders:
        path = folder / name
        if path.exists() or any(folder.glob(name) if not Path(name).is_absolute() else ()):
            return path
    looked = " nor ".join(f"in `{folder}`" for folder in dict.fromkeys(folders))
    raise ArchiveError(f"`{name}` is neither {looked}" if len(folders) > 1 else f"`{name}` is not {looked}")


def _failure(simulation: Simulation, sentence: str) -> Failure:
    happened, _, expected = sentence.rpartition(", expected ")
    return Failure(simulation.place, expected, happened)


def _said(error: ArchiveError | OSError) -> str:
    if isinstance(error, OSError):
        return f"`{error.filename}`: {(error.strerror or 'cannot be read').lower()}"
    return str(error).partition("\n")[0]
