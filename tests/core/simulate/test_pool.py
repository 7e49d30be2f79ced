"""Several processes decide what one decides, byte for byte."""

import asyncio
import io
import os
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from socialcare import hookimpl
from socialcare.desk import Desk
from socialcare.model import Field, FieldValue, Mention
from socialcare.simulate.apart import Surprise, decided_here
from socialcare.simulate.decisions import DecisionWriter
from socialcare.simulate.pool import pool
from socialcare.simulate.report import Run, render_json
from socialcare.simulate.run import run, run_pooled
from socialcare.testing import desk as rehearse
from socialcare.testing import mention

PLAIN = """
accounts: {main: AcmeCo}
rules:
  hours:
    when: {text: {has: open}}
    do: {label: [hours, asked]}
  famous:
    when: {all: [{author.followers: {above: 1000}}, {text: {matches: 'a\\d+'}}]}
    do: {note: somebody, label: asked}
"""
REMEMBERS = """
accounts: {main: AcmeCo}
calendars: {open_hours: {zone: UTC, week: {every day: 09:00-11:00}}}
counts: {asked: {of: mention, per: author, in: 1h}}
rules:
  hours:
    when: {text: {has: open}}
    do: {reply: "We open at 9, {{ author.handle }}.", label: hours}
    limit: {at_most: 1, per: author, in: 1d}
  often:
    when: {counts.asked: {reaches: 3}}
    do: {label: often}
guards:
  night: {hold: [public], until: open_hours, expires: 2h}
"""
NOTES = ("when are you open?", "nothing", "a12 is open", "thanks", "open or a7")


def archive(number: int) -> list[Mention]:
    """Mentions by seven authors, a minute apart, every ninth of which stands twice in the archive."""
    made = [
        replace(
            mention(f"@AcmeCo {NOTES[n % 5]} {n}", id=str(1000 + n), author=f"u{n % 7}"),
            root=str(1000 + n),
        )
        for n in range(number)
    ]
    first = made[0].at
    timed = [replace(one, at=first + timedelta(minutes=n)) for n, one in enumerate(made)]
    return sorted([*timed, *timed[::9]], key=lambda one: (one.at, one.id))


def one_process(mentions: Sequence[Mention], desk: Desk) -> tuple[bytes, object]:
    file = io.BytesIO()
    writer = DecisionWriter(file)
    summary = asyncio.run(run(mentions, desk, also=lambda _, decisions: writer.write_all(decisions)))
    return file.getvalue(), figures(summary, desk)


def several(mentions: Sequence[Mention], desk: Desk, opened: Callable[[], Desk]) -> tuple[bytes, object]:
    """What several processes look at and one decides."""
    file = io.BytesIO()
    writer = DecisionWriter(file)
    with pool(2, desk, opened) as processes:
        see = run_pooled(mentions, desk, processes, also=lambda _, decisions: writer.write_all(decisions))
        summary = asyncio.run(see)
    return file.getvalue(), figures(summary, desk)


def figures(summary: object, desk: Desk) -> object:
    done = Run(summary=summary, rejects=(), skips=(), failures=tuple(desk.seam.failures), seconds=1.0)  # type: ignore[arg-type]  # what `run` gives
    return render_json(done)


def opened(policy: str) -> Desk:
    return rehearse(policy, "actions", near=False).desk


@pytest.mark.parametrize("policy", [PLAIN, REMEMBERS], ids=["plain", "remembers"])
def test_several_processes_decide_what_one_decides(policy: str) -> None:
    mentions = archive(2_000)
    lines, told = one_process(mentions, opened(policy))
    again, told_again = several(mentions, opened(policy), lambda: opened(policy))
    assert again == lines
    assert told_again == told
    assert lines.count(b"\n") >= 2_000


class Deadly:
    """A classifier at which every process dies but the one that made it."""

    name, version, reads_outside = "deadly", "1", False
    fields = (Field(name="mood", kind="one_of", doc="how they feel", example="mood: calm", values=("calm",)),)

    def __init__(self) -> None:
        self.home = os.getpid()

    def classify(self, mentions: Sequence[Mention]) -> list[dict[str, FieldValue]]:
        if os.getpid() != self.home and any(one.id == "1600" for one in mentions):
            os._exit(1)
        return [{"mood": FieldValue("calm")} for _ in mentions]

    @hookimpl
    def register_classifiers(self) -> list["Deadly"]:
        return [self]


def test_a_process_that_dies_costs_no_mention() -> None:
    policy = PLAIN.replace("{text: {has: open}}", "{text: {has: open}, mood: calm}")

    def opened_with_it() -> Desk:
        return rehearse(policy, "actions", Deadly(), near=False).desk

    mentions = archive(1_500)
    lines, told = one_process(mentions, opened_with_it())
    again, told_again = several(mentions, opened_with_it(), opened_with_it)
    assert (again, told_again) == (lines, told)
    assert b"mood" in lines


def test_a_process_that_dies_stops_deciding_apart() -> None:
    desk = rehearse(
        PLAIN.replace("{text: {has: open}}", "{mood: calm}"), "actions", Deadly(), near=False
    ).desk
    with pool(2, desk, lambda: desk) as processes, pytest.raises(Surprise):
        list(processes.decide(archive(1_500), {}, batch=500))


def test_a_plugin_that_fails_stops_deciding_apart() -> None:
    desk = rehearse(
        PLAIN.replace("{text: {has: open}}", "{mood: calm}"), "actions", Failing(), near=False
    ).desk
    with pool(2, desk, lambda: desk) as processes, pytest.raises(Surprise):
        list(processes.decide(archive(500), {}))
    with pytest.raises(Surprise):
        list(decided_here(archive(500), desk, {}))
    assert list(desk.seam.failures) == []


class Failing(Deadly):
    """A classifier that fails at one mention."""

    def classify(self, mentions: Sequence[Mention]) -> list[dict[str, FieldValue]]:
        if any(one.id == "1400" for one in mentions):
            raise ValueError("no mood for this one")
        return super().classify(mentions)
