"""rules.md §3: 2 events, 3 batches, 20 tests, 21 accounts, 23 dry equals live; schedules."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from socialcare import Action, Author, Choice, FieldValue, Mention, Settings, hookimpl
from socialcare.model import Control, Decision, Event, Tick
from socialcare.testing import Rehearsal
from socialcare.trial.run import cases_of, run

Play = Callable[..., Rehearsal]
At = Callable[[str], datetime]

# ---- 2 and 3 ------------------------------------------------------------------------------------------------------

WHOLE = """
counts: {talks: {of: interaction, per: author}, tips: {of: our_post, per: account, per_day: true}}
rules:
  hello: {rank: question, limit: {at_most: 2, per: author, in: 3h, but_still: [label]}, do: {reply: {say: [Hello., Hi.]}, label: seen}}
  known: {when: {counts.talks: {reaches: 2}}, do: {remember: {flags.known: true}, open_case: boss}}
  entry: {rank: fallback, when: {flags.known: true}, look_up: {entry: {book: {of: text}}}, do: {dm: "{{ entry.name }}"}}
  route: {rank: safety, when: {account: main, text: {has: refund}}, do: {handover: help}}
  tip: {at: {every: day, time: 09:30}, when: {counts.tips: {equals: 0}}, do: {post: Tip.}}
guards:
  night: {when: {time: {inside: night}}, hold: [reply, post], until: open_hours, expires: 3d}
  ask: {when: {text: {has: urgent}}, need_approval: reply, by: boss, within: 30m, otherwise: {notify: lawyer}}
  pace: {limit: {at_most: 3, of: reply, per: account, in: 2h}, otherwise: {pause_account: 1h}, notify: boss}
"""


def week(at: At, rehearsal: Rehearsal) -> list[Event]:
    """Forty events over three days, with ticks and a person's words between them."""
    texts = ("hi", "urgent", "refund @AcmeCo @AcmeHelp", "hi again", "thanks")
    events: list[Event] = []
    for n in range(32):
        moment = at("19 13:00") + timedelta(minutes=131 * n)
        events.append(
            rehearsal.mention(
                texts[n % 5], at=moment, author=f"a{n % 3}", conversation=f"c{n % 6}", id=f"m{n:02}"
            )
        )
        if n % 4 == 3:
            events.append(Tick(at=moment + timedelta(minutes=60)))
    events.insert(9, Control(at=events[8].at, word="pause", ref="main", by="boss"))
    events.insert(15, Control(at=events[14].at, word="resume", ref="main", by="boss"))
    return events


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_03_deciding_a_batch_equals_deciding_its_parts(play: Play, at: At, new_book: Any, size: int) -> None:
    def decided(size: int) -> list[Decision]:
        rehearsal = play(WHOLE, new_book(answers=[{"name": "Entry."}]), keep_input=True)
        events = week(at, rehearsal)
        found: list[Decision] = []
        for start in range(0, len(events), size):
            found += rehearsal.decide(*events[start : start + size])
        return found

    whole = decided(1000)
    assert decided(size) == whole
    assert {d.event for d in whole} == {"mention", "tick", "control"}
    assert {"answered", "held", "acknowledged", "inbox"} <= {d.outcome for d in whole}
    assert any(d.then for d in whole)
    assert not [d for d in whole if d.reason == "error"]


class Breaks:
    """An action that raises where the note says so."""

    @hookimpl
    def register_actions(self, settings: Settings) -> Sequence[Action]:
        def propose(payload: Mapping[str, Any]) -> Mapping[str, Any]:
            raise RuntimeError("it broke")

        return [Action(name="break", doc="breaks", example="break: true", propose=propose)]


def test_03_a_batch_that_raises_is_decided_one_by_one_and_the_culprit_ends_in_the_inbox(play: Play) -> None:
    policy = """
rules:
  bad: {when: {text: {has: bad}}, do: {break: true, remember: {flags.bad: true}}}
  good: {when: {text: {has: good}, flags.bad: false}, do: {reply: Hello.}}
"""
    rehearsal = play(policy, Breaks())
    texts = ["good", "bad", "good too"]
    batch = [rehearsal.mention(text, conversation=text) for text in texts]
    decisions = rehearsal.decide(*batch)
    assert [(d.outcome, d.reason) for d in decisions] == [
        ("answered", "rule good"),
        ("inbox", "error"),
        ("answered", "rule good"),
    ]
    assert decisions[1].problems == ("RuntimeError: it broke",)
    assert rehearsal.decide(*batch) == []


def test_03_a_row_without_a_time_leaves_conditions_on_time_unknown(play: Play, at: At) -> None:
    policy = """
rules:
  night: {when: {time: {inside: night}}, do: {label: night}}
  day: {when: {none: [{time: {inside: night}}]}, do: {label: day}}
  old: {when: {mention.age: {above: 1h}}, do: {label: old}}
  any: {when: {time: {outside: night, if_missing: true}}, do: {label: any}}
"""
    rehearsal = play(policy)
    assert rehearsal.tell("hi", at=at("20 15:00")).fired == ("any", "day")
    assert rehearsal.tell("hi", at=at("20 15:00"), at_is_guessed=True).fired == ("any",)


def test_02_only_decide_writes_and_a_mention_is_decided_once_through_all_its_edits(play: Play) -> None:
    rehearsal = play("rules: {a: {do: {reply: Hello.}}}")
    first = rehearsal.mention("hi", id="1")
    edit = rehearsal.mention("hi!", id="2", root="1")
    other = rehearsal.mention("hi", id="1", platform="mastodon")
    assert [d.mention for d in rehearsal.decide(first, edit, first)] == ["1"]
    assert rehearsal.decide(edit) == []
    assert [d.platform for d in rehearsal.decide(other)] == ["mastodon"]


def test_02_time_passes_with_every_event(play: Play, at: At) -> None:
    policy = "rules: {a: {do: {reply: Hello.}}}\nguards: {h: {hold: reply, expires: 1h}}"
    for later in (Tick(at=at("20 17:00")), Control(at=at("20 17:00"), word="pause", ref="help")):
        rehearsal = play(policy)
        rehearsal.tell("hi", at=at("20 15:00"))
        (lapsed,) = rehearsal.decide(later)
        assert (lapsed.reason, lapsed.at, lapsed.event) == ("the hold lapsed", at("20 16:00"), "tick")


# ---- 2: schedules -------------------------------------------------------------------------------------------------

TIP = """
counts: {posts: {of: our_post, per: account, per_day: true}}
rules:
  tip: {at: {every: %s, time: 09:30, calendar: open_hours%s}, when: {counts.posts: {equals: 0}}, do: {post: Tip.}}
guards: {%s}
"""


def posts(decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    return [(f"{d.at:%d %H:%M}", a.state) for d in decisions for a in d.actions if a.action == "post"]


def hourly(rehearsal: Rehearsal, start: datetime, hours: int) -> list[Decision]:
    return rehearsal.decide(*(Tick(at=start + timedelta(minutes=30 * n)) for n in range(2 * hours)))


def test_02_a_schedule_speaks_at_its_time_in_the_zone_of_its_calendar_on_its_days(play: Play, at: At) -> None:
    decisions = hourly(play(TIP % ("day", "", "")), at("20 13:00"), 24 * 5)
    assert posts(decisions) == [("20 14:30", "allowed"), ("23 14:30", "allowed"), ("24 14:30", "allowed")]
    assert {(d.event, d.outcome, d.reason, d.account) for d in decisions} == {
        ("tick", "acknowledged", "rule tip", "main")
    }
    fridays = hourly(play(TIP % ("fri", "", "")), at("20 13:00"), 24 * 8)
    assert posts(fridays) == [("20 14:30", "allowed"), ("27 14:30", "allowed")]


def test_02_a_schedule_keeps_the_wall_clock_when_the_clocks_change(play: Play, at: At) -> None:
    policy = (TIP % ("day", "", "")).replace(", calendar: open_hours", "")
    decisions = hourly(play(policy), at("01 00:00") - timedelta(days=1), 24 * 3)
    assert posts(decisions) == [("31 13:30", "allowed"), ("01 14:30", "allowed"), ("02 14:30", "allowed")]


@pytest.mark.parametrize(
    ("missed", "late", "number"),
    [("", "15:30", 1), ("", "15:31", 0), (", if_missed: skip", "15:31", 0), (", if_missed: run", "20:00", 1)],
)
def test_02_a_schedule_that_comes_an_hour_late_is_missed(
    play: Play, at: At, missed: str, late: str, number: int
) -> None:
    rehearsal = play(TIP % ("day", missed, ""))
    rehearsal.decide(Tick(at=at("20 13:00")))
    decisions = rehearsal.decide(rehearsal.mention("hi", at=at(f"20 {late}")))
    assert len(posts(decisions)) == number
    assert [d.event for d in decisions][-1] == "mention"


def test_02_nothing_is_due_before_the_first_event(play: Play, at: At) -> None:
    rehearsal = play(TIP % ("day", ", if_missed: run", ""))
    assert [d.event for d in rehearsal.decide(rehearsal.mention("hi", at=at("20 15:00")))] == ["mention"]


def test_02_our_posts_are_counted_when_they_are_allowed(play: Play, at: At) -> None:
    two = (TIP % ("day", "", "")).replace(
        "rules:", "rules:\n  other: {at: {every: day, time: 09:00}, do: {post: Early.}}"
    )
    assert posts(hourly(play(two), at("20 13:00"), 8)) == [("20 14:00", "allowed")]
    held = hourly(
        play(two.replace("guards: {}", "guards: {h: {hold: post, except: tip}}")), at("20 13:00"), 8
    )
    assert posts(held) == [("20 14:00", "held"), ("20 14:30", "allowed")]
    assert [d.outcome for d in held] == ["held", "acknowledged"]


def test_02_a_schedule_that_finds_no_occasion_leaves_nothing_to_a_person(play: Play, at: At) -> None:
    rehearsal = play((TIP % ("day", "", "")).replace("equals: 0", "at_least: 1"))
    (decision,) = hourly(rehearsal, at("20 13:00"), 3)
    assert (decision.outcome, decision.reason) == ("acknowledged", "rule tip: its condition does not hold")
    forbidden = play(TIP % ("day", "", "no: {forbid: post}"))
    (decision,) = hourly(forbidden, at("20 13:00"), 3)
    assert (decision.outcome, decision.reason) == ("inbox", "forbidden by no")


def test_02_a_schedule_in_shadow_is_traced(play: Play, at: At) -> None:
    rehearsal = play((TIP % ("day", "", "")).replace("tip: {", "tip: {status: shadow, "))
    (decision,) = hourly(rehearsal, at("20 13:00"), 3)
    assert (decision.actions, [a.action for a in decision.shadow]) == ((), ["post"])


def test_11_what_a_schedule_takes_from_a_list_comes_back_after_its_time(
    play: Play, at: At, new_book: Any
) -> None:
    policy = """
rules:
  tip:
    at: {every: day, time: 09:30}
    look_up: {entry: {book: {of: platform, in: 3d}}}
    only_if_found: [entry]
    do: {post: {say: "{{ entry.name }}"}}
"""
    book = new_book(answers=[{"name": "A."}, {"name": "B."}], choice=Choice(key="name", within="in"))
    decisions = hourly(play(policy, book), at("20 13:00"), 24 * 5)
    assert [[a.text for a in d.actions] for d in decisions] == [["A."], ["B."], [], ["A."], ["B."]]
    assert decisions[2].reason == "rule tip: entry not found"


# ---- 20 -----------------------------------------------------------------------------------------------------------


def test_20_tests_run_against_the_whole_policy_with_given_fields_pinned_and_look_ups_silent(
    play: Play, book: Any
) -> None:
    policy = """
rules:
  a:
    rank: question
    when: {intent: question}
    look_up: {entry: {book: {of: place}}}
    only_if_found: [entry]
    do: {reply: "{{ entry.name }}"}
    tests:
      - {name: silent, mention: {text: hi, intent: question, place: Rome}, expect: {fires: false, reply: {equals: Hello.}}}
      - {name: given, mention: {text: hi, intent: question, place: Rome}, given: {book: {name: Here.}}, expect: {reply: {equals: Here.}}}
      - {name: outranked, mention: {text: help, intent: question, place: Rome}, given: {book: {name: Here.}}, expect: {never: [reply]}}
      - {name: wrong, mention: {text: hi, intent: praise}, expect: {fires: true}}
  b: {rank: fallback, do: {reply: Hello.}}
  c: {rank: safety, when: {text: {has: help}}, do: {to_inbox: a person}}
"""
    rehearsal = play(policy, book)
    report = asyncio.run(run(cases_of(rehearsal.desk.setting.policy), rehearsal.desk))
    assert {r.name: r.is_fine for r in report.results} == {
        "silent": True,
        "given": True,
        "outranked": True,
        "wrong": False,
    }
    assert book.asked == []


# ---- 21 -----------------------------------------------------------------------------------------------------------

OURS = """
rules:
  once: {limit: {at_most: 1, per: account}, do: {label: once}}
  main: {when: {account: main}, do: {label: main}}
"""


def test_21_an_account_that_the_policy_does_not_name_is_a_key_of_its_own(play: Play) -> None:
    rehearsal = play(OURS)
    told = [rehearsal.tell("hi", account=handle) for handle in ("GlobexCare", "GlobexCare", "AcmeCo", "main")]
    assert [(d.account, d.fired) for d in told] == [
        ("GlobexCare", ("once",)),
        ("GlobexCare", ()),
        ("main", ("main", "once")),
        ("main", ("main",)),
    ]


def test_21_an_archive_can_be_taken_for_an_account(play: Play) -> None:
    rehearsal = play(OURS, account="main")
    assert rehearsal.tell("hi", account="GlobexCare").account == "main"
    assert rehearsal.tell("hi", account="AcmeHelp").account == "help"


# ---- 23 -----------------------------------------------------------------------------------------------------------


def test_23_the_kept_input_is_enough_to_decide_again(play: Play, at: At, new_book: Any) -> None:
    policy = """
rules: {a: {when: {intent: question, bought: {within: 9d}}, look_up: {entry: {book: {of: place}}}, do: {reply: "{{ entry.name }}"}}}
"""
    book = new_book(answers=[{"name": "Peachtree", "km": 3.0}])
    pins = {
        "intent": FieldValue("question", 0.7, ("?",), "intent@1"),
        "place": "Rome",
        "bought": at("18 15:00"),
    }
    decision = play(policy, book, keep_input=True).tell(
        "hi?", author=Author(id="7", handle="jo"), fields=pins
    )
    kept = msgspec.json.decode(msgspec.json.encode(decision.input))
    assert kept["account"] == "main"
    assert kept["fields"]["intent"] == {
        "value": "question",
        "confidence": 0.7,
        "evidence": ["?"],
        "provider": "intent@1",
    }
    (answer,) = kept["answers"]
    assert (answer["look_up"], answer["arguments"]["of"]) == ("book", "Rome")
    again = play(policy, new_book(answers=answer["found"]), keep_input=True)
    event = msgspec.convert(kept["event"], Mention)
    again.pins[event.id] = {
        name: FieldValue(
            datetime.fromisoformat(one["value"]) if name == "bought" else one["value"],
            one["confidence"],
            tuple(one["evidence"]),
            one["provider"],
        )
        for name, one in kept["fields"].items()
    }
    assert again.decide(event) == [decision]


def test_23_what_failed_and_what_a_person_said_are_kept_too(play: Play, at: At, new_book: Any) -> None:
    policy = """
rules:
  a: {rank: safety, look_up: {entry: {book: {of: place}}}, do: {reply: "{{ entry.name | default: 'x' }}"}}
  b: {rank: fallback, do: {reply: Hello.}}
guards: {ask: {need_approval: reply, by: boss}}
"""
    rehearsal = play(policy, new_book(fails=True), keep_input=True)
    held = rehearsal.tell("hi", place="Rome")
    assert held.input is not None
    assert "the book is shut" in held.input["answers"][0]["failed"]
    word = Control(at=at("20 16:00"), word="approve", ref=str(held.actions[0].id), by="boss", text="Fine.")
    (approved,) = rehearsal.decide(word)
    assert approved.input is not None
    assert msgspec.convert(approved.input["event"], Control) == word


def test_23_without_being_asked_nothing_is_kept(play: Play) -> None:
    assert play("rules: {a: {do: {label: a}}}").tell("hi").input is None


def test_23_two_runs_over_the_same_events_are_the_same_to_the_byte(play: Play, at: At, new_book: Any) -> None:
    def written() -> bytes:
        rehearsal = play(WHOLE, new_book(answers=[{"name": "Entry."}]), keep_input=True)
        return b"\n".join(
            msgspec.json.encode(one, enc_hook=dict) for one in rehearsal.decide(*week(at, rehearsal))
        )

    assert written() == written()
