"""rules.md §3: 6 several guards, holds and approvals, pauses; 22 controls."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialcare.model import ActionRecord, Control, Decision, Tick
from socialcare.testing import Rehearsal

Play = Callable[..., Rehearsal]
At = Callable[[str], datetime]

REPLY = "rules: {a: {do: {reply: Hello.}}}\n"
NIGHT = "night: {when: {time: {inside: night}}, hold: [reply], until: open_hours, expires: 3d}"
ASK = "ask: {need_approval: [reply], by: boss}"


def only(decisions: Sequence[Decision]) -> ActionRecord:
    (decision,) = decisions
    return decision.actions[0]


def word(
    rehearsal: Rehearsal, held: Decision, word: Any, at: datetime, by: str = "", text: str | None = None
) -> list[Decision]:
    (action,) = (a for a in held.actions if a.state == "held")
    return rehearsal.decide(Control(at=at, word=word, ref=str(action.id), by=by, text=text))


# ---- 6: several guards --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guards", "state", "by"),
    [
        ("f: {forbid: reply}, n: {need_approval: reply, by: boss}, h: {hold: reply}", "forbidden", ("f",)),
        ("n: {need_approval: reply, by: boss}, h: {hold: reply}", "held", ("n", "h")),
        ("f: {forbid: public}, g: {forbid: everything}", "forbidden", ("f", "g")),
        ("l: {limit: {at_most: 1, of: reply}}, f: {forbid: reply}", "forbidden", ("f",)),
        ("d: {forbid: private}", "allowed", ()),
    ],
)
def test_06_forbid_comes_before_approval_and_approval_before_hold(
    play: Play, guards: str, state: str, by: tuple[str, ...]
) -> None:
    for text in (guards, ", ".join(f"{g}}}" for g in reversed(guards.rstrip("}").split("}, ")))):
        action = play(REPLY + f"guards: {{{guards}}}").tell("hi").actions[0]
        assert (action.state, action.by) == (state, by), text


def test_06_what_is_forbidden_goes_to_the_inbox(play: Play) -> None:
    decision = play(REPLY + "guards: {f: {forbid: reply}}").tell("hi")
    assert (decision.outcome, decision.reason) == ("inbox", "forbidden by f")


def test_06_an_exception_may_be_a_rule_or_a_rank(play: Play) -> None:
    policy = """
rules:
  a: {when: {intent: question}, rank: question, do: {reply: A.}}
  b: {when: {intent: praise}, rank: praise, do: {reply: B.}}
  c: {when: {intent: complaint}, rank: safety, do: {reply: C.}}
guards: {f: {forbid: reply, except: [b, safety]}}
"""
    rehearsal = play(policy)
    states = [
        rehearsal.tell("hi", intent=intent, conversation=intent).actions[0].state
        for intent in ("question", "praise", "complaint")
    ]
    assert states == ["forbidden", "allowed", "allowed"]


def test_06_a_guard_may_be_active_for_a_while_only(play: Play, at: At) -> None:
    rehearsal = play(REPLY + "guards: {f: {active: {until: 2026-11-21}, forbid: reply}}")
    assert rehearsal.tell("hi", at=at("21 04:59")).outcome == "inbox"
    assert rehearsal.tell("hi", at=at("21 05:00"), conversation="2").outcome == "answered"


# ---- 6: holds -----------------------------------------------------------------------------------------------------


def test_06_a_hold_ends_when_its_calendar_opens_and_the_guards_are_asked_again(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{NIGHT}}}")
    held = rehearsal.tell("hi", at=at("20 03:30"))  # Thursday, 22:30 in New York
    assert (held.outcome, held.reason) == ("held", "guard night")
    assert held.actions[0].until == at("20 14:00")
    assert rehearsal.decide(Tick(at=at("20 13:59"))) == []
    (released,) = rehearsal.decide(Tick(at=at("20 14:00")))
    assert (released.outcome, released.event, released.mention) == ("answered", "tick", held.mention)
    assert released.actions[0].text == "Hello."
    assert released.actions[0].id == held.actions[0].id
    assert rehearsal.decide(Tick(at=at("24 14:00"))) == []


def test_06_a_hold_that_ends_between_two_mentions_is_decided_before_the_later_one(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{NIGHT}}}")
    rehearsal.tell("hi", at=at("20 03:30"))
    first, second = rehearsal.decide(rehearsal.mention("hey", at=at("20 18:00"), conversation="2"))
    assert (first.event, first.at, first.outcome) == ("tick", at("20 14:00"), "answered")
    assert (second.event, second.outcome) == ("mention", "answered")


def test_06_what_holds_until_a_calendar_opens_holds_nothing_while_it_is_open(play: Play, at: At) -> None:
    rehearsal = play(REPLY + "guards: {h: {hold: reply, until: open_hours}}")
    assert rehearsal.tell("hi", at=at("20 14:00")).outcome == "answered"
    held = rehearsal.tell("hi", at=at("20 23:00"), conversation="2")
    assert held.actions[0].until == at("23 14:00")  # over the weekend, to Monday 9:00
    (released,) = rehearsal.decide(Tick(at=at("23 14:00")))
    assert released.outcome == "answered"


def test_06_a_release_asks_all_guards_on_the_state_of_then(play: Play, at: At) -> None:
    policy = """
rules:
  a: {when: {text: {has: hi}}, do: {reply: Hello.}}
  stop: {when: {text: {has: stop}}, do: {remember: {flags.stop: true}}}
guards:
  %s
  honour: {when: {flags.stop: true}, forbid: reply}
"""
    rehearsal = play(policy % NIGHT)
    rehearsal.tell("hi", at=at("20 03:30"))
    rehearsal.tell("stop", at=at("20 04:30"))
    (released,) = rehearsal.decide(Tick(at=at("20 14:00")))
    assert (released.outcome, released.reason) == ("inbox", "forbidden by honour")


def test_06_a_release_does_not_count_its_mention_again(play: Play, at: At) -> None:
    policy = """
counts: {talks: {of: mention, per: author}}
rules: {a: {do: {reply: Hello.}}}
guards: {%s, often: {when: {counts.talks: {at_least: 2}}, forbid: reply}}
"""
    rehearsal = play(policy % NIGHT)
    rehearsal.tell("hi", at=at("20 03:30"))
    assert only(rehearsal.decide(Tick(at=at("20 14:00")))).state == "allowed"


def test_06_a_rule_that_was_switched_off_meanwhile_does_not_speak(play: Play, at: At) -> None:
    before = play(REPLY + f"guards: {{{NIGHT}}}")
    before.tell("hi", at=at("20 03:30"))
    after = play(REPLY.replace("do:", "status: shadow, do:") + f"guards: {{{NIGHT}}}")
    object.__setattr__(after.desk, "store", before.desk.store)
    (ruling,) = after.decide(Tick(at=at("20 14:00")))
    assert (ruling.outcome, ruling.reason) == ("inbox", "its rule is off")


def test_06_a_hold_lapses_into_the_inbox(play: Play, at: At) -> None:
    rehearsal = play(REPLY + "guards: {h: {hold: reply, expires: 2h}}")
    rehearsal.tell("hi", at=at("20 15:00"))
    assert rehearsal.decide(Tick(at=at("20 16:59"))) == []
    (lapsed,) = rehearsal.decide(Tick(at=at("20 17:00")))
    assert (lapsed.outcome, lapsed.reason) == ("inbox", "the hold lapsed")
    assert lapsed.actions[0].state == "forbidden"


def test_06_a_hold_without_an_end_waits_for_a_person(play: Play, at: At) -> None:
    rehearsal = play(REPLY + "guards: {h: {hold: reply}}")
    held = rehearsal.tell("hi")
    assert held.actions[0].until is None
    assert rehearsal.decide(Tick(at=at("30 15:00"))) == []
    assert only(word(rehearsal, held, "release", at("30 15:01"))).state == "allowed"


def test_06_fields_of_every_kind_come_back_from_a_hold(play: Play, at: At, new_book: Any) -> None:
    policy = """
rules: {a: {do: {reply: Hello.}}}
guards:
  %s
  late: {when: {bought: {within: 2d, if_missing: false}}, forbid: reply}
  topic: {when: {topics: [billing]}, need_approval: reply, by: boss}
  score: {when: {score: {above: 3, if_missing: false}}, forbid: reply}
"""
    rehearsal = play(policy % NIGHT)
    held = rehearsal.tell(
        "hi", at=at("20 03:30"), topics=("billing", "delivery"), bought=at("17 03:30"), score=2.5, vip=True
    )
    assert held.actions[0].by == ("topic", "night")
    again = word(rehearsal, held, "approve", at("20 14:30"))
    assert only(again).state == "allowed"


# ---- 6: approvals, 22: controls -----------------------------------------------------------------------------------


def test_06_a_release_needs_every_guard_cleared(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{NIGHT}, {ASK}}}")
    held = rehearsal.tell("hi", at=at("20 03:30"))
    assert held.actions[0].by == ("ask", "night")
    assert held.actions[0].until is None
    approved = word(rehearsal, held, "approve", at("20 04:00"), by="boss")
    assert (only(approved).state, only(approved).by) == ("held", ("night",))
    assert only(approved).until == at("20 14:00")
    assert only(rehearsal.decide(Tick(at=at("20 14:00")))).state == "allowed"


def test_06_the_end_of_a_hold_does_not_approve(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{NIGHT}, {ASK}}}")
    held = rehearsal.tell("hi", at=at("20 03:30"))
    assert rehearsal.decide(Tick(at=at("20 14:00"))) == []
    assert only(word(rehearsal, held, "approve", at("20 14:30"), by="boss")).state == "allowed"


def test_06_an_approval_in_the_next_night_waits_for_the_morning_again(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{NIGHT}, {ASK}}}")
    held = rehearsal.tell("hi", at=at("19 15:00"))
    assert held.actions[0].by == ("ask",)
    waiting = only(word(rehearsal, held, "approve", at("20 03:30"), by="boss"))
    assert (waiting.state, waiting.by, waiting.until) == ("held", ("night",), at("20 14:00"))


def test_06_each_guard_needs_its_own_person(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{ASK}, law: {{need_approval: reply, by: lawyer}}}}")
    held = rehearsal.tell("hi")
    assert only(word(rehearsal, held, "approve", at("20 15:10"), by="boss")).by == ("law",)
    assert only(word(rehearsal, held, "approve", at("20 15:20"), by="stranger")).by == ("law",)
    assert only(word(rehearsal, held, "release", at("20 15:30"), by="lawyer")).by == ("law",)
    assert only(word(rehearsal, held, "approve", at("20 15:40"), by="lawyer")).state == "allowed"


def test_06_of_several_people_one_is_enough(play: Play, at: At) -> None:
    rehearsal = play(REPLY + "guards: {ask: {need_approval: reply, by: [boss, lawyer]}}")
    held = rehearsal.tell("hi")
    assert only(word(rehearsal, held, "approve", at("20 15:10"), by="lawyer")).state == "allowed"


def test_06_when_nobody_approves_in_time_the_people_named_are_told_and_it_waits_on(
    play: Play, at: At
) -> None:
    guard = "ask: {need_approval: reply, by: boss, within: 30m, otherwise: {notify: lawyer}}"
    rehearsal = play(REPLY + f"guards: {{{guard}}}")
    held = rehearsal.tell("hi", at=at("20 15:00"))
    (late,) = rehearsal.decide(Tick(at=at("20 15:30")))
    assert late.outcome == "held"
    assert [(a.action, a.rule, a.payload.get("to")) for a in late.actions[1:]] == [
        ("notify", "ask", "lawyer")
    ]
    assert rehearsal.decide(Tick(at=at("20 23:30"))) == []
    assert only(word(rehearsal, held, "approve", at("20 23:40"), by="boss")).state == "allowed"


def test_06_when_nobody_approves_in_time_it_lapses_where_nobody_is_to_be_told(play: Play, at: At) -> None:
    rehearsal = play(REPLY + "guards: {ask: {need_approval: reply, by: boss, within: 30m}}")
    rehearsal.tell("hi", at=at("20 15:00"))
    (late,) = rehearsal.decide(Tick(at=at("20 15:30")))
    assert (late.outcome, late.reason) == ("inbox", "nobody approved in time")


def test_06_the_patience_of_an_approval_ends_with_the_approval(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{NIGHT}, ask: {{need_approval: reply, by: boss, within: 30m}}}}")
    held = rehearsal.tell("hi", at=at("20 03:30"))
    word(rehearsal, held, "approve", at("20 03:50"), by="boss")
    assert rehearsal.decide(Tick(at=at("20 13:00"))) == []
    assert only(rehearsal.decide(Tick(at=at("20 14:00")))).state == "allowed"


def test_22_a_rejection_forbids_and_says_who(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{ASK}}}")
    held = rehearsal.tell("hi")
    (rejected,) = word(rehearsal, held, "reject", at("20 15:10"), by="boss")
    assert (rejected.outcome, rejected.reason, rejected.event) == ("inbox", "rejected by boss", "control")
    assert word(rehearsal, held, "approve", at("20 15:20"), by="boss") == []


def test_22_an_edited_text_passes_the_outgoing_filter(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{ASK}}}")
    held = rehearsal.tell("hi")
    text = "Hello @jo, ask @stranger or look at https://evil.com/x \u202enow"
    approved = only(word(rehearsal, held, "approve", at("20 15:10"), by="boss", text=text))
    assert approved.state == "allowed"
    assert approved.text == "Hello @jo, ask stranger or look at  now"


def test_22_an_edited_text_that_is_too_long_or_private_stays_held(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{ASK}}}")
    held = rehearsal.tell("hi")
    long = only(word(rehearsal, held, "approve", at("20 15:10"), by="boss", text="x" * 281))
    assert (long.state, long.reason, long.by) == ("held", "too long: 281 of 280", ())
    private = only(word(rehearsal, held, "approve", at("20 15:20"), text="call +1 555 010 9999"))
    assert (private.state, private.reason) == ("held", "it would repeat personal data")
    fine = only(word(rehearsal, held, "approve", at("20 15:30"), text="We are on it."))
    assert (fine.state, fine.text, fine.reason) == ("allowed", "We are on it.", None)


def test_22_a_word_on_something_that_is_not_held_decides_nothing(play: Play, at: At) -> None:
    rehearsal = play(REPLY)
    assert rehearsal.decide(Control(at=at("20 15:00"), word="approve", ref="nobody")) == []


def test_22_an_archive_has_no_controls_so_what_needs_a_person_stays_held(play: Play, at: At) -> None:
    rehearsal = play(REPLY + f"guards: {{{ASK}}}")
    assert rehearsal.tell("hi").outcome == "held"
    assert rehearsal.decide(Tick(at=at("30 15:00"))) == []


# ---- the brake, pauses, notifications -----------------------------------------------------------------------------

BRAKE = """
rules:
  a: {do: {reply: Hello.}}
guards:
  brake: {limit: {at_most: 2, of: [reply], per: account, in: 5m}, otherwise: {pause_account: 1h}, notify: boss%s}
"""


def burst(rehearsal: Rehearsal, at: datetime, number: int = 4) -> list[Decision]:
    return [rehearsal.tell("hi", at=at, author=f"{at:%H%M}{n}") for n in range(number)]


def test_06_the_brake_pauses_the_account_and_tells_the_person(play: Play, at: At) -> None:
    rehearsal = play(BRAKE % "")
    decisions = burst(rehearsal, at("20 15:00"))
    assert [d.outcome for d in decisions] == ["answered", "answered", "held", "held"]
    assert [d.actions[0].until for d in decisions[2:]] == [at("20 16:00")] * 2
    told = [[a.payload["to"] for a in d.actions if a.action == "notify"] for d in decisions]
    assert told == [[], [], ["boss"], []]
    assert rehearsal.tell("@AcmeHelp hi", author="kim").outcome == "answered"


def test_06_what_a_pause_held_goes_out_when_it_ends_as_far_as_the_brake_lets_it(play: Play, at: At) -> None:
    rehearsal = play(BRAKE % "")
    held = burst(rehearsal, at("20 15:00"), number=6)[2:]
    released = rehearsal.decide(Tick(at=at("20 16:00")))
    assert [d.outcome for d in released] == ["answered", "answered", "held", "held"]
    assert [d.mention for d in released] == [d.mention for d in held]
    assert [d.outcome for d in rehearsal.decide(Tick(at=at("20 17:00")))] == ["answered", "answered"]


def test_06_a_pause_spares_whom_its_guard_excepts(play: Play, at: At) -> None:
    policy = (BRAKE % ", except: [safety]").replace(
        "rules:", "rules:\n  recall: {rank: safety, when: {text: {has: heater}}, do: {reply: Stop.}}"
    )
    rehearsal = play(policy)
    burst(rehearsal, at("20 15:00"))
    assert rehearsal.tell("heater!", author="kim").outcome == "answered"
    assert rehearsal.tell("hi", author="lee").outcome == "held"


def test_22_a_person_pauses_an_account_and_resumes_it(play: Play, at: At) -> None:
    rehearsal = play(REPLY)
    assert rehearsal.decide(Control(at=at("20 15:00"), word="pause", ref="main", by="boss")) == []
    held = rehearsal.tell("hi", at=at("20 15:10"))
    assert (held.outcome, held.actions[0].by) == ("held", ("pause",))
    assert rehearsal.tell("@AcmeHelp hi", author="kim").outcome == "answered"
    assert rehearsal.decide(Tick(at=at("29 15:00"))) == []
    (released,) = rehearsal.decide(Control(at=at("30 15:00"), word="resume", ref="main", by="boss"))
    assert (released.outcome, released.mention) == ("answered", held.mention)
    assert rehearsal.tell("hi", author="lee").outcome == "answered"


@pytest.mark.parametrize(
    "guard",
    [
        "g: {forbid: reply, notify: [boss, lawyer]}",
        "g: {hold: reply, notify: [boss, lawyer]}",
        "g: {need_approval: reply, by: boss, notify: [boss, lawyer]}",
    ],
)
def test_06_a_guard_that_binds_tells_whom_it_names_once(play: Play, guard: str, at: At) -> None:
    policy = (
        "rules: {a: {do: {reply: Hello., dm: Hello.}}}\nguards: {"
        + guard.replace("reply", "[reply, dm]")
        + "}"
    )
    rehearsal = play(policy)
    decision = rehearsal.tell("hi", kind="message")
    told = [(a.rule, a.payload["to"]) for a in decision.actions if a.action == "notify"]
    assert told == [("g", "boss"), ("g", "lawyer")]


def test_06_a_guard_that_binds_only_at_the_release_tells_then(play: Play, at: At) -> None:
    policy = f"""
rules:
  a: {{when: {{text: {{has: hi}}}}, do: {{reply: Hello.}}}}
  stop: {{when: {{text: {{has: stop}}}}, do: {{remember: {{flags.stop: true}}}}}}
guards: {{{NIGHT}, honour: {{when: {{flags.stop: true}}, forbid: reply, notify: boss}}}}
"""
    rehearsal = play(policy)
    rehearsal.tell("hi", at=at("20 03:30"))
    rehearsal.tell("stop", at=at("20 04:30"))
    (released,) = rehearsal.decide(Tick(at=at("20 14:00") + timedelta(minutes=5)))
    assert [(a.action, a.rule) for a in released.actions] == [("reply", "a"), ("notify", "honour")]
