"""Past time passes as it did: batches, ticks, schedules, holds."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import Decision, Mention, Tick
from socialcare.simulate.replay import replay, with_ticks

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]

TEXTS = ["when do you open?", "it is broken", "advert", "hello", "a novel, please", "open and broken"] * 9


async def decided(desk: Desk, past: Iterable[Mention], batch: int = 500) -> list[Decision]:
    return [one async for _, decisions in replay(past, desk, batch=batch) for one in decisions]


def records(decisions: Iterable[Decision]) -> Any:
    return to_builtins(list(decisions))


@pytest.mark.parametrize("batch", [1, 2, 7, 100])
async def test_the_size_of_a_batch_changes_nothing(desk_for: DeskFor, mentions: Mentions, batch: int) -> None:
    whole = await decided(desk_for(), mentions(TEXTS))
    assert records(await decided(desk_for(), mentions(TEXTS), batch)) == records(whole)
    assert len(whole) == len(TEXTS)


async def test_two_runs_are_the_same(desk_for: DeskFor, mentions: Mentions) -> None:
    first, second = [records(await decided(desk_for(), mentions(TEXTS))) for _ in range(2)]
    assert first == second


async def test_the_same_post_twice_is_decided_once(desk_for: DeskFor, mentions: Mentions) -> None:
    past = list(mentions(["open?", "open?"]))
    edit = replace(past[0], id="9999", root=past[0].id, at=past[1].at, text="open now?")
    assert len(await decided(desk_for(), [past[0], past[0], past[1], edit])) == 2


async def test_a_schedule_comes_at_its_moment_between_mentions(desk_for: DeskFor, mentions: Mentions) -> None:
    past = list(mentions(["hello", "hello"]))
    later = replace(past[1], at=past[0].at + timedelta(days=2))
    ticks = [one for one in await decided(desk_for(), [past[0], later]) if one.event == "tick"]
    assert [one.at for one in ticks] == [datetime(2026, 3, day, 9, tzinfo=UTC) for day in (3, 4)]
    assert [one.actions[0].text for one in ticks] == ["Good morning"] * 2


async def test_what_is_held_at_night_is_let_go_in_the_morning(desk_for: DeskFor, mentions: Mentions) -> None:
    past = list(mentions(["when do you open?", "hello"]))
    night = replace(past[0], at=datetime(2026, 3, 2, 23, tzinfo=UTC))
    morning = replace(past[1], at=datetime(2026, 3, 3, 10, tzinfo=UTC))
    held, *later = await decided(desk_for(), [night, morning])
    assert held.outcome == "held"
    released = [one for one in later if one.mention == night.id]
    assert [(one.event, one.at.hour, one.outcome) for one in released] == [("tick", 9, "answered")]


def test_time_ends_with_the_last_mention(desk_for: DeskFor, mentions: Mentions) -> None:
    past = list(mentions(["a", "b"]))
    assert list(with_ticks(past, desk_for()))[-1] == Tick(at=past[-1].at)


def test_a_guessed_time_makes_no_schedule_due(desk_for: DeskFor, mentions: Mentions) -> None:
    """Rows without any time stand at the epoch: nothing has been scheduled for fifty years since."""
    first, second = mentions(["a", "b"])
    guessed = replace(first, at=datetime(1970, 1, 1, tzinfo=UTC), at_is_guessed=True)
    assert list(with_ticks([guessed, second], desk_for())) == [guessed, second, Tick(at=second.at)]
