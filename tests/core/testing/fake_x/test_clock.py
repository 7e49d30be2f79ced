"""A clock that a test moves."""

import asyncio

from socialcare.testing.fake_x import HandClock


async def test_sleepers_wake_in_order_at_their_moments() -> None:
    clock = HandClock(0.0)
    woken: list[tuple[float, float]] = []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.now()))

    tasks = [asyncio.create_task(sleeper(seconds)) for seconds in (30, 10, 20, 0)]
    await asyncio.sleep(0)
    await clock.advance(25)
    assert woken == [(0, 0.0), (10, 10.0), (20, 20.0)]
    assert (clock.now(), clock.steady(), clock.sleepers) == (25.0, 25.0, 1)
    await clock.advance(5)
    await asyncio.gather(*tasks)


async def test_who_sleeps_again_while_time_passes_is_woken_again() -> None:
    clock = HandClock(0.0)
    ticks: list[float] = []

    async def ticking() -> None:
        while True:
            await clock.sleep(10)
            ticks.append(clock.now())

    task = asyncio.create_task(ticking())
    await asyncio.sleep(0)
    await clock.advance(45)
    task.cancel()
    assert ticks == [10.0, 20.0, 30.0, 40.0]


def test_a_jump_moves_the_wall_and_nothing_else() -> None:
    clock = HandClock(1_000.0)
    clock.jump(-500)
    assert (clock.now(), clock.steady()) == (500.0, 0.0)
