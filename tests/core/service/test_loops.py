"""What a loop meets ends neither it nor the others, and is told."""

import asyncio
from typing import Any

import pytest

from socialcare.errors import Interrupted
from socialcare.service.loops import LONGEST_PAUSE, Loops


class Step:
    """Does what its script says; counts how often it was done."""

    def __init__(self, *script: Any) -> None:  # Any: what it says, or what it raises
        self.script = list(script)
        self.done = 0

    async def __call__(self) -> bool:
        self.done += 1
        what = self.script.pop(0) if self.script else False
        if isinstance(what, Exception):
            raise what
        return bool(what)


@pytest.fixture
def loops(clock: Any) -> Loops:
    return Loops(clock)


async def test_a_step_is_done_again_at_once_while_there_is_more(loops: Loops, until: Any) -> None:
    step = Step(True, True, False)
    task = asyncio.create_task(loops.go("work", step, 60))
    await until(lambda: step.done == 3)
    loops.stop()
    await task


async def test_a_step_is_done_when_its_time_has_come_or_it_is_woken(
    loops: Loops, clock: Any, until: Any
) -> None:
    step = Step()
    task = asyncio.create_task(loops.go("work", step, 60))
    await until(lambda: step.done == 1)
    await clock.advance(59)
    assert step.done == 1
    await clock.advance(1)
    await until(lambda: step.done == 2)
    loops.wake("work")
    await until(lambda: step.done == 3)
    loops.wake("nobody")
    loops.stop()
    await task


async def test_a_step_that_raises_is_named_and_tried_again_after_a_pause_that_doubles(
    loops: Loops, until: Any, logged: Any
) -> None:
    step = Step(*(ValueError("no way") for _ in range(10)))
    task = asyncio.create_task(loops.go("work", step, 60))
    await until(lambda: step.done == 1)
    assert loops.ailing == {"work": "ValueError: no way"}
    await until(lambda: step.done == 11, turning=1)
    await until(lambda: not loops.ailing)
    pauses = [one["again_in_s"] for one in logged]
    assert pauses[:3] == [0.2, 0.4, 0.8]
    assert pauses[-1] == LONGEST_PAUSE
    loops.stop()
    await task


async def test_what_is_nobodys_fault_is_told_without_its_place(loops: Loops, until: Any, logged: Any) -> None:
    step = Step(Interrupted("the database is away"))
    task = asyncio.create_task(loops.go("work", step, 60))
    await until(lambda: step.done == 1)
    loops.stop()
    await task
    (said,) = logged
    assert said["why"] == "Interrupted: the database is away"
    assert said["exc_info"] is None


async def test_one_loop_that_fails_leaves_the_others_alone(loops: Loops, until: Any) -> None:
    bad, good = Step(*(ValueError() for _ in range(99))), Step()
    tasks = [asyncio.create_task(loops.go(name, step, 1)) for name, step in (("bad", bad), ("good", good))]
    await until(lambda: good.done > 5, turning=1)
    assert set(loops.ailing) == {"bad"}
    loops.stop()
    await asyncio.gather(*tasks)


async def test_a_step_that_is_under_way_when_we_stop_is_finished(loops: Loops, until: Any) -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), False

    async def step() -> bool:
        nonlocal done
        begun.set()
        await go_on.wait()
        done = True
        return True

    task = asyncio.create_task(loops.go("work", step, 60))
    await begun.wait()
    loops.stop()
    go_on.set()
    await task
    assert done
