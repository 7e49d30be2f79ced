"""Holds a policy to what its `simulations:` expect of dry runs over past mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isclose
from operator import ge, le
from pathlib import Path

from socialcare.desk import Desk
from socialcare.errors import ArchiveError
from socialcare.model import Mention, Reject
from socialcare.policy.statements import Bounds, Simulation
from socialcare.ports import ReadOptions, Source
from socialcare.simulate.archives import find_archives, read_archives
from socialcare.simulate.ordering import ordered
from socialcare.simulate.replay import replay
from socialcare.simulate.summary import Summary, figures
from socialcare.store.memory import MemoryStore
from socialcare.trial.results import Failure, Result

_SHARES = ("unanswered",)
"""Figures that are shares themselves."""

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
    return Result(simulation.name, simulation.place, tuple(_failures(simulation, summary)))


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
    summary = Summary(desk.setting.policy)
    async for events, decisions in replay(mentions, replace(desk, store=MemoryStore())):
        summary.see(events, decisions)
        advance(len(events))
    return summary


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


def _failures(simulation: Simulation, summary: Summary) -> Iterator[Failure]:
    for rule, expected in simulation.rules.items():
        of_rule = summary.rules.get(rule)
        for figure, bounds in expected.items():
            number = getattr(of_rule, figure) if of_rule is not None else 0
            base = summary.mentions if figure == "fires" or of_rule is None else of_rule.fires
            yield from _held(simulation, f"`{rule}` {figure}", number, base, bounds)
    everyone = figures(summary)
    for figure, bounds in simulation.everyone.items():
        base = 0 if figure in _SHARES else summary.mentions
        yield from _held(simulation, figure, everyone[figure], base, bounds)


def _held(simulation: Simulation, what: str, number: float, base: float, bounds: Bounds) -> Iterator[Failure]:
    """A bound between 0 and 1 on a number is about its share of `base`: 0 where `number` is a share itself."""
    tests = (
        ("at least", bounds.at_least, ge),
        ("at most", bounds.at_most, le),
        ("exactly", bounds.equals, isclose),
    )
    for word, bound, holds in tests:
        if bound is None:
            continue
        is_share = base == 0 or 0 < bound < 1
        is_ = number / base if is_share and base else number
        if not holds(is_, bound):
            happened = f"{_shown(is_, share=is_share)}" + (
                f" ({number:g} of {base:g})" if is_share and base else ""
            )
            yield Failure(simulation.place, f"{what} {word} {_shown(bound, share=is_share)}", happened)


def _shown(number: float, *, share: bool) -> str:
    return f"{100 * number:.1f} %" if share else f"{number:g}"


def _said(error: ArchiveError | OSError) -> str:
    if isinstance(error, OSError):
        return f"`{error.filename}`: {(error.strerror or 'cannot be read').lower()}"
    return str(error).partition("\n")[0]
