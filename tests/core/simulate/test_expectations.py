from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from socialcare.desk import Desk
from socialcare.diagnostics import Place
from socialcare.model import Mention
from socialcare.policy.cases import Bounds, Simulation
from socialcare.simulate.expectations import broken
from socialcare.simulate.run import run

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]

PLACE = Place("policy.yaml", 1, 1)


@pytest.mark.parametrize(
    ("rules", "everyone", "said"),
    [
        ({"hours": {"fires": Bounds(at_least=2, at_most=3)}}, {}, []),
        ({"hours": {"fires": Bounds(at_least=3)}}, {}, ["rule `hours`: `fires` is 2, expected at least 3"]),
        ({"hours": {"wins": Bounds(equals=1)}}, {}, ["rule `hours`: `wins` is 2, expected exactly 1"]),
        ({"hours": {"too_long": Bounds(at_most=0.05)}}, {}, []),
        (
            {"long": {"too_long": Bounds(at_most=0.05)}},
            {},
            ["rule `long`: `too_long` is 100.0%, expected at most 5.0%"],
        ),
        ({}, {"answered": Bounds(at_least=0.4), "unresolved": Bounds(equals=0)}, []),
        ({}, {"unanswered": Bounds(at_most=0.1)}, ["`unanswered` is 50.0%, expected at most 10.0%"]),
        ({}, {"mentions": Bounds(at_most=3)}, ["`mentions` is 4, expected at most 3"]),
        ({"gone": {"fires": Bounds(at_least=1)}}, {}, ["rule `gone`: `fires` is 0, expected at least 1"]),
    ],
)
async def test_figures_are_held_against_their_bounds(
    desk_for: DeskFor, mentions: Mentions, rules: Any, everyone: Any, said: list[str]
) -> None:
    summary = await run(mentions(["open?", "open", "novel", "hello"]), desk_for())
    simulation = Simulation(name="past", place=PLACE, over=(), rules=rules, everyone=everyone)
    assert broken(simulation, summary) == said
