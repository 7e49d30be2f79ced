"""rules.md §3: 7 limits, 8 counts, 15 budgets."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from socialcare import Author
from socialcare.model import Control, Decision, Tick
from socialcare.testing import Rehearsal

Play = Callable[..., Rehearsal]
At = Callable[[str], datetime]

NIGHT = "night: {when: {time: {inside: night}}, hold: [reply], until: open_hours, expires: 3d}"


def states(decision: Decision) -> list[tuple[str, str]]:
    return [(a.action, a.state) for a in decision.actions]


# ---- 7: a rule's own limit ----------------------------------------------------------------------------------------

LIMITED = """
rules:
  a: {rank: question, limit: {at_most: 1, per: author, %s}, do: {reply: Hello., label: a}}
guards: {%s}
"""


@pytest.mark.parametrize(
    ("guard", "used"),
    [
        ("n: {forbid: dm}", True),
        ("n: {hold: [reply, label]}", True),
        ("n: {forbid: reply}", True),
        ("n: {forbid: [reply, label]}", False),
    ],
)
def test_07_a_limit_is_used_up_if_one_action_ends_allowed_or_held(play: Play, guard: str, used: bool) -> None:
    rehearsal = play(LIMITED % ("in: 1d", guard))
    assert rehearsal.tell("hi", conversation="1").gated == {}
    assert rehearsal.tell("hi", conversation="2").gated == ({"a": "limit"} if used else {})


def test_07_a_limit_is_read_before_the_mention(play: Play) -> None:
    rehearsal = play(LIMITED.replace("at_most: 1", "at_most: 2") % ("in: 1d", ""))
    fired = [rehearsal.tell("hi", conversation=str(n)).fired for n in range(3)]
    assert fired == [("a",), ("a",), ()]


def test_07_the_window_of_a_limit_leaves_out_its_first_instant(play: Play, at: At) -> None:
    rehearsal = play(LIMITED % ("in: 2h", ""))
    start = at("20 15:00")
    fired = [
        bool(rehearsal.tell("hi", at=start + timedelta(seconds=s), conversation=str(s)).fired)
        for s in (0, 7_199, 7_200, 14_399, 14_400)
    ]
    assert fired == [True, False, True, False, True]


def test_07_a_limit_per_day_ends_with_the_day_of_the_policys_zone(play: Play, at: At) -> None:
    rehearsal = play(LIMITED % ("per_day: true", ""))
    told = [
        bool(rehearsal.tell("hi", at=at(moment), conversation=moment).fired)
        for moment in ("20 06:00", "21 04:59", "21 05:00", "22 04:59")
    ]
    assert told == [True, False, True, False]


def test_07_a_day_has_25_hours_when_the_clocks_go_back(play: Play, at: At) -> None:
    """In New York that was at 06:00 UTC on 1 November 2026."""
    rehearsal = play(LIMITED % ("per_day: true", ""))
    told = [
        bool(rehearsal.tell("hi", at=at(moment), conversation=moment).fired)
        for moment in ("01 03:59", "01 04:00", "02 04:59", "02 05:00")
    ]
    assert told == [True, True, False, True]


def test_07_a_limit_is_kept_for_each_of_its_parties(play: Play) -> None:
    policy = "rules: {a: {limit: {at_most: 1, per: [author, account]}, do: {label: a}}}"
    rehearsal = play(policy)
    told = [
        bool(rehearsal.tell(text, author=author).fired)
        for text, author in [
            ("hi", "jo"),
            ("@AcmeHelp hi", "jo"),
            ("hi", "kim"),
            ("hi", "jo"),
            ("@AcmeHelp", "kim"),
        ]
    ]
    assert told == [True, True, True, False, True]


def test_07_without_a_party_a_limit_is_the_whole_policys(play: Play) -> None:
    rehearsal = play("rules: {a: {limit: {at_most: 2, in: 1d}, do: {label: a}}}")
    assert [bool(rehearsal.tell("hi", author=str(n)).fired) for n in range(3)] == [True, True, False]


def test_07_what_is_still_done_claims_no_slot_and_uses_nothing_up(play: Play, at: At) -> None:
    policy = """
rules:
  a: {rank: complaint, limit: {at_most: 1, per: author, in: 1d, but_still: [open_case]}, do: {reply: Sorry., open_case: boss}}
  b: {rank: question, do: {reply: Hello.}}
"""
    rehearsal = play(policy)
    first = rehearsal.tell("hi", at=at("20 15:00"), conversation="1")
    assert states(first) == [("reply", "allowed"), ("open_case", "allowed")]
    later = rehearsal.tell("hi", at=at("21 10:00"), conversation="2")
    assert [(a.action, a.rule) for a in later.actions] == [("reply", "b"), ("open_case", "a")]
    assert (later.gated, later.fired) == ({"a": "limit"}, ("b",))
    assert rehearsal.tell("hi", at=at("21 15:00"), conversation="3").actions[0].rule == "a"


def test_07_a_follow_up_joins_the_case_of_its_conversation(play: Play) -> None:
    rehearsal = play("rules: {a: {do: {open_case: boss}}}")
    joined = [
        rehearsal.tell("hi", conversation=conversation).actions[0].payload["joined"]
        for conversation in ("1", "1", "2")
    ]
    assert joined == [False, True, False]


# ---- 7: a guard's limit -------------------------------------------------------------------------------------------


def test_07_a_guards_limit_counts_an_act_when_it_becomes_allowed(play: Play) -> None:
    policy = """
rules: {a: {do: {reply: Hello.}}}
guards:
  pace: {limit: {at_most: 1, of: reply, per: author, in: 1d}, otherwise: to_inbox}
  vips: {when: {vip: {equals: true, if_missing: false}}, forbid: reply}
"""
    rehearsal = play(policy)
    assert rehearsal.tell("hi", vip=True, conversation="1").reason == "forbidden by vips"
    assert rehearsal.tell("hi", conversation="2").outcome == "answered"
    third = rehearsal.tell("hi", conversation="3")
    assert (third.outcome, third.reason) == ("inbox", "forbidden by pace")


def test_07_a_nights_held_replies_do_not_leave_in_one_breath(play: Play, at: At) -> None:
    policy = f"""
rules: {{a: {{do: {{reply: Hello.}}}}}}
guards:
  {NIGHT}
  pace: {{limit: {{at_most: 2, of: reply, per: account, in: 1h}}, otherwise: to_inbox}}
"""
    rehearsal = play(policy)
    night = [rehearsal.tell("hi", at=at("20 03:30") + timedelta(minutes=n), author=f"n{n}") for n in range(4)]
    assert [d.outcome for d in night] == ["held"] * 4
    morning = rehearsal.decide(Tick(at=at("20 14:00")))
    assert [d.mention for d in morning] == [d.mention for d in night]
    assert [d.outcome for d in morning] == ["answered", "answered", "inbox", "inbox"]
    assert rehearsal.tell("hi", at=at("20 14:30")).outcome == "inbox"
    assert rehearsal.tell("hi", at=at("20 15:00"), conversation="x").outcome == "answered"


def test_07_an_approval_counts_when_it_is_given(play: Play, at: At) -> None:
    policy = """
rules: {a: {do: {reply: Hello.}}}
guards:
  ask: {when: {vip: {equals: true, if_missing: false}}, need_approval: reply, by: boss}
  pace: {limit: {at_most: 1, of: reply, per: account, in: 1h}}
"""
    rehearsal = play(policy)
    held = rehearsal.tell("hi", vip=True, at=at("20 15:00"))
    assert rehearsal.tell("hi", author="kim", at=at("20 15:10")).outcome == "answered"
    ref = str(held.actions[0].id)
    (approved,) = rehearsal.decide(Control(at=at("20 15:20"), word="approve", ref=ref, by="boss"))
    assert (approved.outcome, approved.reason) == ("inbox", "forbidden by pace")


def test_07_one_reply_a_conversation_and_author_a_day_is_built_in(play: Play, at: At) -> None:
    rehearsal = play("rules: {a: {do: {reply: Hello.}}}")
    told = [
        rehearsal.tell("hi", at=at(moment), conversation=c, author=author).reason
        for moment, c, author in [
            ("20 15:00", "1", "jo"),
            ("20 15:01", "1", "jo"),
            ("20 15:02", "2", "jo"),
            ("20 15:03", "1", "kim"),
            ("21 15:00", "1", "jo"),
        ]
    ]
    assert told == ["rule a", "forbidden by sealed.one_reply", "rule a", "rule a", "rule a"]


# ---- 8: counts ----------------------------------------------------------------------------------------------------

COUNTED = """
counts: {n: {of: mention, per: %s, %s}}
rules:
  two: {when: {counts.n: {at_least: 2}}, do: {label: two}}
  reaches: {when: {counts.n: {reaches: 2}}, do: {label: reaches}}
"""


def test_08_a_count_includes_the_mention_itself_and_leaves_out_the_first_instant(play: Play, at: At) -> None:
    rehearsal = play(COUNTED % ("author", "in: 1h"))
    start = at("20 15:00")
    fired = [rehearsal.tell("hi", at=start + timedelta(seconds=s)).fired for s in (0, 3_599, 7_199, 7_200)]
    assert fired == [(), ("reaches", "two"), (), ("reaches", "two")]


def test_08_a_count_reaches_a_number_when_it_arrives_there(play: Play) -> None:
    rehearsal = play(COUNTED % ("author", "when: {intent: praise}"))
    told = [rehearsal.tell("hi", intent=i).fired for i in ("praise", "praise", "question", "praise")]
    assert told == [(), ("reaches", "two"), ("two",), ("two",)]


def test_08_a_mention_whose_condition_is_unknown_does_not_count(play: Play) -> None:
    rehearsal = play(COUNTED % ("author", "when: {vip: true}"))
    told = [
        rehearsal.tell("hi", fields=pins).fired for pins in ({"vip": True}, {}, {"vip": False}, {"vip": True})
    ]
    assert told == [(), (), (), ("reaches", "two")]


def test_08_a_count_per_day_starts_anew_with_the_day_of_the_policys_zone(play: Play, at: At) -> None:
    rehearsal = play(COUNTED % ("author", "per_day: true"))
    told = [rehearsal.tell("hi", at=at(m)).fired for m in ("21 04:00", "21 04:59", "21 05:00", "21 06:00")]
    assert told == [(), ("reaches", "two"), (), ("reaches", "two")]


def test_08_a_missing_key_is_a_key_of_its_own(play: Play) -> None:
    rehearsal = play(COUNTED % ("author", "in: 1h"))
    nobody = Author(id="", handle=None)
    assert rehearsal.tell("hi", author=nobody).fired == ()
    assert rehearsal.tell("hi").fired == ()
    assert rehearsal.tell("hi", author=nobody).fired == ("reaches", "two")


def test_08_edits_and_handed_over_repeats_do_not_count(play: Play) -> None:
    policy = (COUNTED % ("author", "in: 1h")).replace(
        "rules:", "rules:\n  route: {when: {account: main}, do: {handover: help}}"
    )
    rehearsal = play(policy)
    assert "two" not in rehearsal.tell("hi", id="1").fired
    assert rehearsal.decide(rehearsal.mention("hi (edited)", id="2", root="1")) == []
    assert "two" in rehearsal.tell("hi", id="3").fired


def test_08_what_was_true_when_decided_stays_counted(play: Play) -> None:
    policy = """
counts: {late: {of: mention, when: {flags.known: false}, per: author}}
rules:
  know: {when: {text: {has: remember}}, do: {remember: {flags.known: true}}}
  two: {when: {counts.late: {at_least: 2}}, do: {label: two}}
"""
    rehearsal = play(policy)
    told = [rehearsal.tell(text).fired for text in ("hi", "remember me", "hi")]
    assert told == [(), ("know", "two"), ("two",)]


def test_08_an_interaction_is_a_conversation(play: Play) -> None:
    rehearsal = play(COUNTED.replace("of: mention", "of: interaction") % ("author", "in: 30d"))
    told = [rehearsal.tell("hi", conversation=c).fired for c in ("1", "1", "1", "2", "1", "3")]
    assert told == [(), (), (), ("reaches", "two"), ("two",), ("two",)]


def test_08_the_window_of_a_count_is_wall_time_even_when_the_clocks_change(play: Play, at: At) -> None:
    rehearsal = play(COUNTED % ("author", "in: 24h"))
    told = [rehearsal.tell("hi", at=at(m)).fired for m in ("01 03:00", "02 02:59", "03 02:59")]
    assert told == [(), ("reaches", "two"), ()]


# ---- 15: budgets --------------------------------------------------------------------------------------------------

BUDGET = """
rules:
  promo: {when: {text: {has: sale}}, do: {reply: {say: Half price!, counts_as: promotion}}}
  talk: {rank: fallback, do: {reply: Hello.}}
guards: {mix: {budget: {of: public, per: account, in: 7d, at_most: {promotion: 10%}}}}
"""


def test_15_a_budget_lets_the_first_of_a_kind_through_and_then_one_in_ten(play: Play) -> None:
    rehearsal = play(BUDGET)
    texts = ["sale", "sale", *["hi"] * 17, "sale", "hi", "sale", *["hi"] * 8, "sale", "sale"]
    outcomes = [rehearsal.tell(text, conversation=str(n)).outcome for n, text in enumerate(texts)]
    promotions = [o for text, o in zip(texts, outcomes, strict=True) if text == "sale"]
    assert promotions == ["answered", "inbox", "inbox", "answered", "inbox", "inbox"]
    assert all(o == "answered" for text, o in zip(texts, outcomes, strict=True) if text == "hi")


def test_15_a_budget_forgets_what_left_its_window(play: Play, at: At) -> None:
    rehearsal = play(BUDGET)
    told = [
        rehearsal.tell("sale", at=at(m), conversation=m).outcome for m in ("10 15:00", "17 14:59", "17 15:00")
    ]
    assert told == ["answered", "inbox", "answered"]


def test_15_a_budget_is_kept_per_account(play: Play) -> None:
    rehearsal = play(BUDGET)
    told = [rehearsal.tell(t, conversation=t).outcome for t in ("sale", "sale again", "@AcmeHelp sale")]
    assert told == ["answered", "inbox", "answered"]
