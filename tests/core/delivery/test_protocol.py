"""Two workers, crashes, lost and late answers, lagging reads: whatever the order, nobody is answered twice and nothing is lost.

`SOCIALCARE_SEARCH=2000` looks at that many orders of events instead of 40.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from socialcare.delivery.speaking import Speaker

if TYPE_CHECKING:
    from tests.core.delivery.world import World

FATES = ["ok", "lost", "applied and lost", "applied and 503", "dropped", "refused", "429"]
SEARCH = settings(
    max_examples=int(os.environ.get("SOCIALCARE_SEARCH", "40")),
    deadline=None,
    stateful_step_count=50,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    database=None,
)


class Machine(RuleBasedStateMachine):
    """Everything that can happen, as rules over a world."""

    make: Callable[[], World]

    def __init__(self) -> None:
        super().__init__()
        self.world = self.make()

    @rule(
        slot=st.integers(0, 1),
        what=st.sampled_from(["speak", "speak", "reconcile"]),
        steps=st.integers(1, 4),
    )
    def act(self, slot: int, what: str, steps: int) -> None:
        for _ in range(steps):
            self.world.act((self.world.slots[slot], what))

    @rule(slot=st.integers(0, 1), steps=st.integers(2, 6))
    def speak(self, slot: int, steps: int) -> None:
        for _ in range(steps):
            self.world.act((self.world.slots[slot], "speak"))

    @rule(slot=st.integers(0, 1))
    def crash(self, slot: int) -> None:
        self.world.crash(slot)

    @rule(
        seconds=st.sampled_from([1, 4, 6, 16, 46, 61, 76, 181, 700]),
        beating=st.sampled_from([{0, 1}, {0}, {1}]),
        applies=st.booleans(),
    )
    def turn(self, seconds: int, beating: set[int], applies: bool) -> None:
        self.world.turn(seconds, beating, applies=applies)

    @precondition(lambda self: self.world.open_requests())
    @rule(which=st.integers(0, 9), how=st.sampled_from(FATES), lag=st.sampled_from([0, 30, 60]))
    def answer(self, which: int, how: str, lag: int) -> None:
        waiting = self.world.open_requests()
        self.world.answer(waiting[which % len(waiting)], how, lag)

    @rule(
        what=st.sampled_from(["look", "look", "look", "kill", "go on", "go on", "delete"]),
        number=st.integers(1, 2),
    )
    def person(self, what: str, number: int) -> None:
        if what == "look":
            self.world.person(number)
        elif what == "delete":
            self.world.delete(number)
        else:
            self.world.kill(on=what == "kill")

    @invariant()
    def holds(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        try:
            self.world.end()
        finally:
            self.world.close()


def machine_of(world: ModuleType, **kind: str | type[Speaker]) -> type[Machine]:
    """The rules over worlds of one kind."""
    return type("Machine", (Machine,), {"make": staticmethod(lambda: world.World(**kind))})


@pytest.mark.timeout(0)
@pytest.mark.parametrize("idempotency", ["none", "client_id"])
def test_nobody_is_answered_twice_and_nothing_is_lost(world: ModuleType, idempotency: str) -> None:
    run_state_machine_as_test(machine_of(world, idempotency=idempotency), settings=SEARCH)


def test_the_search_catches_a_protocol_that_sends_again_on_a_time_out(world: ModuleType) -> None:
    """A check that cannot fail is no check: the same search over a worker that is less careful."""
    weakened = machine_of(world, speaker=world.ResendsOnTimeOut)
    with pytest.raises(AssertionError, match="I2: answered twice"):
        run_state_machine_as_test(
            weakened, settings=settings(SEARCH, max_examples=300, phases=[Phase.generate], derandomize=True)
        )


def hasty(world: ModuleType, **kind: type[Speaker]) -> World:
    """A worker dies while its request is under way, and is taken over at once."""
    play: World = world.World(**kind)
    for _ in range(3):
        play.act((play.slots[0], "speak"))
    assert len(play.open_requests()) == 1
    play.crash(0)
    play.turn(46, {0, 1}, applies=True)
    for what in ("reconcile", "speak"):
        for _ in range(12):
            play.act((play.slots[1], what))
            if what == "reconcile":
                play.turn(1, {0, 1}, applies=True)
    for late in play.open_requests():
        play.answer(late, "ok", 0.0)
    return play


def test_a_look_up_that_is_believed_at_once_answers_twice(world: ModuleType) -> None:
    play = hasty(world, speaker=world.LooksAtOnce)
    with pytest.raises(AssertionError, match="I2: answered twice"):
        play.end()
    play.close()


def test_a_request_that_is_under_way_when_its_worker_is_taken_over_is_waited_for(world: ModuleType) -> None:
    play = hasty(world)
    play.end()
    play.close()
