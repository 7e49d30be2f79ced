"""rules.md §3: 1 order of one decision, 9 shadow, 10 rollout, 12 outranked rules, 13 outcome."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from socialcare import Author
from socialcare.model import Decision
from socialcare.testing import Rehearsal

Play = Callable[..., Rehearsal]
At = Callable[[str], datetime]


def acts(decision: Decision) -> list[tuple[str, str, str]]:
    return [(a.action, a.rule, a.state) for a in decision.actions]


# ---- 1 ------------------------------------------------------------------------------------------------------------

GATED = """
rules:
  best: {rank: complaint, %s, do: {reply: Best.}}
  next: {rank: question, do: {reply: Next.}}
"""


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ("status: 'off'", None),
        ("active: {from: 2026-12-01}", "not active yet"),
        ("active: {until: 2026-11-20}", "not active any more"),
        ("rollout: {percent: 0, by: author}", "rollout"),
    ],
)
def test_01_a_rule_that_fails_a_gate_does_not_match_and_the_next_one_wins(
    play: Play, gate: str, reason: str | None
) -> None:
    decision = play(GATED % gate).tell("hi")
    assert acts(decision) == [("reply", "next", "allowed")]
    assert decision.gated.get("best") == reason
    assert decision.fired == ("next",)


def test_01_a_look_up_that_found_nothing_lets_the_next_rule_win(play: Play, new_book: Any) -> None:
    gate = "look_up: {entry: {book: {of: place}}}, only_if_found: [entry]"
    decision = play(GATED % gate, new_book(answers=[])).tell("hi", place="Rome")
    assert acts(decision) == [("reply", "next", "allowed")]
    assert decision.gated == {"best": "entry not found"}


def test_01_what_fails_after_the_slots_never_promotes_a_runner_up(play: Play) -> None:
    policy = GATED % "owner: care" + "guards: {no: {forbid: reply, except: next}}"
    decision = play(policy).tell("hi")
    assert acts(decision) == [("reply", "best", "forbidden")]
    assert (decision.outcome, decision.reason) == ("inbox", "forbidden by no")
    assert decision.outranked == {"next": "best"}


def test_01_active_begins_at_the_start_of_its_day_in_the_policys_zone(play: Play, at: At) -> None:
    policy = "rules: {a: {active: {from: 2026-11-21, until: 2026-11-22}, do: {reply: Yes.}}}"
    rehearsal = play(policy)
    told = [
        rehearsal.tell("hi", at=at(moment), conversation=moment).fired
        for moment in ("21 04:59", "21 05:00", "22 04:59", "22 05:00")
    ]
    assert told == [(), ("a",), ("a",), ()]


def test_01_effects_of_one_rule_are_not_seen_by_another_of_the_same_mention(play: Play) -> None:
    policy = """
rules:
  a: {rank: safety, do: {remember: {flags.known: true}, label: a}}
  b: {when: {flags.known: true}, do: {label: b}}
"""
    rehearsal = play(policy)
    assert rehearsal.tell("hi").fired == ("a",)
    assert rehearsal.tell("hi").fired == ("a", "b")


# ---- 9 ------------------------------------------------------------------------------------------------------------


def test_09_a_shadow_rule_is_traced_and_never_planned(play: Play) -> None:
    policy = """
rules:
  live: {rank: question, do: {reply: Live.}}
  dark: {rank: safety, status: shadow, do: {reply: Dark., remember: {flags.known: true}}}
  seen: {when: {flags.known: true}, do: {label: seen}}
"""
    rehearsal = play(policy)
    decision = rehearsal.tell("hi")
    assert acts(decision) == [("reply", "live", "allowed")]
    assert [(a.action, a.rule) for a in decision.shadow] == [("reply", "dark"), ("remember", "dark")]
    assert "dark" not in decision.fired
    assert rehearsal.tell("hi", conversation="2").fired == ("live",)


def test_09_a_shadow_rule_keeps_its_limit_in_a_ledger_of_its_own(play: Play) -> None:
    policy = "rules: {dark: {status: shadow, limit: {at_most: 1, per: author}, do: {label: dark}}}"
    rehearsal = play(policy)
    assert len(rehearsal.tell("hi").shadow) == 1
    assert rehearsal.tell("hi").shadow == ()
    assert len(rehearsal.tell("hi", author="kim").shadow) == 1


def test_09_a_shadow_guard_is_traced_and_counts_apart(play: Play) -> None:
    policy = """
rules: {a: {do: {label: a}}}
guards: {dark: {status: shadow, limit: {at_most: 1, of: label, per: author, in: 1d}}}
"""
    rehearsal = play(policy)
    first, second = rehearsal.tell("hi"), rehearsal.tell("hi")
    assert acts(first) == acts(second) == [("label", "a", "allowed")]
    assert first.shadow == ()
    assert [(a.state, a.by) for a in second.shadow] == [("forbidden", ("dark",))]


def test_09_a_shadow_rule_never_causes_a_reading_look_up(play: Play, new_book: Any) -> None:
    policy = "rules: {dark: {status: shadow, look_up: {entry: {book: {of: place}}}, do: {label: dark}}}"
    outside, pure = new_book(reads_outside=True), new_book()
    assert play(policy, outside).tell("hi", place="Rome").shadow == ()
    assert outside.asked == []
    assert len(play(policy, pure).tell("hi", place="Rome").shadow) == 1
    assert len(pure.asked) == 1


def test_09_a_shadow_guard_asks_no_look_up_again(play: Play, new_book: Any) -> None:
    policy = """
rules: {live: {look_up: {entry: {book: {of: place}}}, only_if_found: [entry], do: {reply: "{{ entry.name }}"}}}
guards: {dark: {status: shadow, forbid: reply}}
"""
    book = new_book(answers=[{"name": "Peachtree"}], reads_outside=True)
    decision = play(policy, book).tell("hi", place="Rome")
    assert len(book.asked) == 1
    assert decision.outcome == "answered"
    assert [(a.text, a.state, a.by) for a in decision.shadow] == [("Peachtree", "forbidden", ("dark",))]


# ---- 10 -----------------------------------------------------------------------------------------------------------

ROLLED = "rules: {trial: {%s rollout: {percent: 25, by: author}, do: {label: in}}}"


def test_10_rollout_takes_the_keys_whose_hash_is_below_the_share(play: Play) -> None:
    rehearsal = play(ROLLED % "")
    authors = [f"a{number}" for number in range(400)]
    chosen = [name for name in authors if rehearsal.tell("hi", author=name).fired]
    digest = {name: int.from_bytes(sha256(f"trial\0x:{name}".encode()).digest()) % 10_000 for name in authors}
    assert chosen == [name for name in authors if digest[name] < 2_500]
    assert 60 <= len(chosen) <= 140


def test_10_rollout_follows_a_rule_through_its_renames(play: Play) -> None:
    renamed = (ROLLED % "was: [trial],").replace("trial: {", "final: {", 1)
    old, new = play(ROLLED % ""), play(renamed)
    for number in range(60):
        fired = bool(old.tell("hi", author=f"a{number}").fired)
        assert bool(new.tell("hi", author=f"a{number}").fired) is fired


def test_10_a_missing_key_is_out_and_a_full_rollout_can_be_asked_for(play: Play) -> None:
    nobody = Author(id="", handle=None)
    assert play(ROLLED % "").tell("hi", author=nobody).gated == {"trial": "rollout"}
    full = play(ROLLED % "", rollout=100.0)
    assert all(full.tell("hi", author=f"a{number}").fired for number in range(40))
    assert not full.tell("hi", author=nobody).fired


def test_10_rollout_comes_before_look_ups(play: Play, book: Any) -> None:
    policy = "rules: {a: {rollout: {percent: 0, by: author}, look_up: {entry: {book: {of: place}}}, do: {label: in}}}"
    play(policy, book).tell("hi", place="Rome")
    assert book.asked == []


# ---- 12 -----------------------------------------------------------------------------------------------------------


def test_12_an_outranked_rule_still_contributes_what_merges(play: Play) -> None:
    policy = """
rules:
  first: {rank: complaint, do: {reply: Sorry., urgency: 2, label: [sad, both]}}
  second: {rank: question, do: {reply: Hello., urgency: 3, label: [asks, both]}}
"""
    decision = play(policy).tell("hi")
    assert decision.outranked == {"second": "first"}
    assert acts(decision)[0] == ("reply", "first", "allowed")
    words = [a.payload["word"] for a in decision.actions if a.action == "label"]
    assert sorted(words) == ["asks", "both", "sad"]
    assert [a.payload["level"] for a in decision.actions if a.action == "urgency"] == [3]


def test_12_what_takes_both_slots_needs_both_free(play: Play) -> None:
    policy = """
rules:
  private: {rank: safety, do: {dm: Psst.}}
  silent: {rank: legal, do: {ignore: noise}}
  public: {rank: question, do: {reply: Hello.}}
"""
    decision = play(policy).tell("hi", kind="message")
    assert [a.action for a in decision.actions] == ["reply", "dm"]
    assert decision.outranked == {"silent": "private"}


def test_12_to_say_nothing_keeps_the_others_quiet(play: Play) -> None:
    policy = """
rules:
  silent: {rank: legal, do: {ignore: noise, label: quiet}}
  public: {rank: question, do: {reply: Hello., label: asks}}
"""
    decision = play(policy).tell("hi")
    assert [(a.action, a.rule) for a in decision.actions] == [
        ("ignore", "silent"),
        ("label", "silent"),
        ("label", "public"),
    ]
    assert (decision.outcome, decision.reason) == ("ignored", "noise")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("rank: legal", "rank: question"),
        ("wins_over: [b]", "owner: x"),
        ("when: {intent: question, text: {has: hi}}", "when: {text: {has: [hi, ho]}}"),
        ("owner: x", "owner: y"),
    ],
)
def test_12_the_winner_is_the_higher_rank_then_who_wins_over_then_the_more_specific_then_the_id(
    play: Play, better: str, worse: str
) -> None:
    for order in ((better, worse), (worse, better)):
        names = ("a", "b") if order[0] is better else ("b", "a")
        text = ", ".join(
            f"{name}: {{{gate}, do: {{reply: {name}.}}}}" for name, gate in zip(names, order, strict=True)
        )
        decision = play(f"rules: {{{text}}}").tell("hi", intent="question")
        assert [a.rule for a in decision.actions] == ["a"]


def test_12_the_list_order_settles_before_the_id(play: Play) -> None:
    policy = "order: [b, a]\nrules: {a: {do: {reply: A.}}, b: {do: {reply: B.}}}"
    assert play(policy).tell("hi").outranked == {"a": "b"}


# ---- 13 -----------------------------------------------------------------------------------------------------------

DO = """
rules:
  one: {do: {%s}}
guards: {wait: {hold: %s}}
"""


@pytest.mark.parametrize(
    ("do", "hold", "outcome"),
    [
        ("reply: Hi., open_case: boss", "repost", "answered"),
        ("dm: Hi., open_case: boss", "reply", "answered"),
        ("dm: Hi., reply: Hi.", "reply", "answered"),
        ("reply: Hi., open_case: boss", "reply", "held"),
        ("open_case: boss, label: a", "reply", "handed_over"),
        ("acknowledge: thanks", "reply", "acknowledged"),
        ("ignore: noise", "reply", "ignored"),
        ("to_inbox: a person", "reply", "inbox"),
        ("label: a, note: Look., notify: boss, urgency: 3, remember: {flags.a: true}", "reply", "inbox"),
        ("label: a", "label", "inbox"),
        ("repost: true", "reply", "inbox"),
    ],
)
def test_13_the_outcome_is_the_first_of_six_that_holds(play: Play, do: str, hold: str, outcome: str) -> None:
    decision = play(DO % (do, hold)).tell("hi", fields={"author.wrote_first": True})
    assert decision.outcome == outcome


def test_13_what_nothing_matched_goes_to_the_inbox_with_the_nearest_misses(play: Play) -> None:
    policy = """
rules:
  far: {when: {intent: praise, text: {has: zebra}, vip: true}, do: {reply: A.}}
  near: {when: {intent: praise, text: {has: hi}}, do: {reply: B.}}
  other: {when: {intent: question}, do: {label: x}, status: 'off'}
"""
    decision = play(policy).tell("hi", intent="complaint", vip=False)
    assert (decision.outcome, decision.reason, decision.near) == ("inbox", "no rule matched", ("near", "far"))
    assert play(policy).tell("hi", intent="praise").near == ()


def test_13_our_own_posts_are_ignored_and_count_as_nothing(play: Play, at: At) -> None:
    policy = """
counts: {talks: {of: mention, per: conversation}}
rules: {a: {when: {counts.talks: {at_least: 2}}, do: {label: again}}}
"""
    rehearsal = play(policy)
    us = Author(id="1", handle="AcmeHelp")
    ours = rehearsal.tell("we are here for you", author=us, conversation="c")
    assert (ours.outcome, ours.reason) == ("ignored", "our own post")
    assert rehearsal.tell("hi", conversation="c").fired == ()
    assert rehearsal.tell("hi", conversation="c", at=at("20 16:00") + timedelta(minutes=1)).fired == ("a",)
