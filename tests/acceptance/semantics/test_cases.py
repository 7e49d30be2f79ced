"""rules.md §2.3: a case has one owner, one clock and one who is told when nobody answered in time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from socialcare.model import Control, Decision, Tick
from socialcare.testing import Rehearsal

Play = Callable[..., Rehearsal]
At = Callable[[str], datetime]

COMPLAINT = """
rules:
  complaint:
    when: {text: {has: broken}}
    do:
      reply: Sorry.
      open_case: {to: lawyer, answer_within: 2h, on_breach: {notify: boss}}
guards: {}
"""
HELD = COMPLAINT.replace("guards: {}", "guards: {agree: {need_approval: [reply], by: [boss]}}")
NOON = "20 12:00"


def told(decision: Decision) -> list[tuple[str, object]]:
    return [(one.action, one.payload.get("to")) for one in decision.actions]


def test_who_is_named_is_told_when_the_time_is_over(play: Play, at: At) -> None:
    rehearsal = play(COMPLAINT)
    rehearsal.tell("it is broken", at=at(NOON), conversation="c")
    assert rehearsal.decide(Tick(at=at("20 13:59"))) == []
    (breached,) = rehearsal.decide(Tick(at=at("20 14:00")))
    assert (breached.event, breached.at, told(breached)) == ("tick", at("20 14:00"), [("notify", "boss")])
    assert breached.reason == "no answer within 2:00:00"
    assert rehearsal.decide(Tick(at=at("25 14:00"))) == []


def test_what_joins_a_case_does_not_start_its_clock_anew(play: Play, at: At) -> None:
    rehearsal = play(COMPLAINT)
    rehearsal.tell("it is broken", at=at(NOON), conversation="c")
    rehearsal.tell("still broken", at=at("20 13:00"), conversation="c")
    (breached,) = rehearsal.decide(Tick(at=at("20 23:00")))
    assert breached.at == at("20 14:00")


def test_a_case_without_a_clock_tells_nobody(play: Play, at: At) -> None:
    rehearsal = play(COMPLAINT.replace(", answer_within: 2h, on_breach: {notify: boss}", ""))
    rehearsal.tell("it is broken", at=at(NOON))
    assert rehearsal.decide(Tick(at=at("30 14:00"))) == []


def test_a_breach_of_which_nobody_is_to_be_told_is_decided_all_the_same(play: Play, at: At) -> None:
    rehearsal = play(COMPLAINT.replace(", on_breach: {notify: boss}", ""))
    rehearsal.tell("it is broken", at=at(NOON))
    (breached,) = rehearsal.decide(Tick(at=at("20 15:00")))
    assert told(breached) == []


def test_the_answer_that_a_person_agrees_to_stops_the_clock(play: Play, at: At) -> None:
    rehearsal = play(HELD)
    decision = rehearsal.tell("it is broken", at=at(NOON), conversation="c")
    held = next(one for one in decision.actions if one.action == "reply")
    rehearsal.decide(Control(at=at("20 12:30"), word="approve", ref=str(held.id), by="boss"))
    assert rehearsal.decide(Tick(at=at("20 18:00"))) == []


def test_an_answer_that_a_person_refuses_does_not(play: Play, at: At) -> None:
    rehearsal = play(HELD)
    decision = rehearsal.tell("it is broken", at=at(NOON), conversation="c")
    held = next(one for one in decision.actions if one.action == "reply")
    rehearsal.decide(Control(at=at("20 12:30"), word="reject", ref=str(held.id), by="boss"))
    assert len(rehearsal.decide(Tick(at=at("20 18:00")))) == 1


def test_a_person_closes_a_case_and_what_comes_next_opens_another(play: Play, at: At) -> None:
    rehearsal = play(COMPLAINT)
    rehearsal.tell("it is broken", at=at(NOON), conversation="c")
    (closed,) = rehearsal.decide(Control(at=at("20 12:30"), word="close", ref="x:c", by="boss"))
    assert (closed.event, closed.reason, closed.outcome) == ("control", "closed by boss", "handed_over")
    assert rehearsal.decide(Tick(at=at("20 18:00"))) == []
    again = rehearsal.tell("broken again", at=at("20 19:00"), conversation="c")
    assert next(one for one in again.actions if one.action == "open_case").payload["joined"] is False


def test_a_word_on_a_case_that_is_not_there_decides_nothing(play: Play, at: At) -> None:
    assert play(COMPLAINT).decide(Control(at=at(NOON), word="close", ref="x:c")) == []


@pytest.mark.parametrize("together", [True, False])
def test_a_clock_runs_out_before_what_comes_later_in_one_batch_or_in_two(
    play: Play, at: At, together: bool
) -> None:
    rehearsal = play(COMPLAINT)
    first = rehearsal.mention("it is broken", at=at(NOON), conversation="c")
    later = rehearsal.mention("hello", at=at(NOON) + timedelta(hours=3), conversation="d")
    if together:
        decisions = rehearsal.decide(first, later)
    else:
        decisions = [*rehearsal.decide(first), *rehearsal.decide(later)]
    assert [(one.event, one.at) for one in decisions] == [
        ("mention", at(NOON)),
        ("tick", at("20 14:00")),
        ("mention", at("20 15:00")),
    ]
