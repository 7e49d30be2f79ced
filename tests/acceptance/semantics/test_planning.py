"""rules.md §3: 11 laziness and stateful choices, 14 too long, 16 remember, 17 handover."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from socialcare import Choice
from socialcare.errors import PolicyError
from socialcare.model import Control, Tick
from socialcare.testing import Rehearsal

Play = Callable[..., Rehearsal]
At = Callable[[str], datetime]

# ---- 11 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "calls"),
    [
        ("rank: fallback, do: {reply: '{{ entry.name }}'}", 0),
        ("rank: fallback, do: {reply: '{{ entry.name }}', label: a}", 1),
        ("rank: fallback, do: {reply: '{{ entry.name }}', dm: '{{ entry.name }}'}", 1),
        ("rank: fallback, do: {to_inbox: a person}", 0),
        ("rank: safety, do: {reply: '{{ entry.name }}'}", 1),
        ("rank: safety, when: {intent: praise}, do: {reply: '{{ entry.name }}'}", 0),
        ("rank: safety, active: {from: 2027-01-01}, do: {reply: '{{ entry.name }}'}", 0),
        ("rank: safety, status: 'off', do: {reply: '{{ entry.name }}'}", 0),
    ],
)
def test_11_a_look_up_is_called_only_for_a_rule_that_can_still_do_something(
    play: Play, book: Any, rule: str, calls: int
) -> None:
    policy = f"""
rules:
  first: {{rank: question, do: {{reply: Hello.}}}}
  lazy: {{look_up: {{entry: {{book: {{of: place}}}}}}, only_if_found: [entry], {rule}}}
"""
    play(policy, book).tell("hi", place="Rome", intent="question")
    assert len(book.asked) == calls


def test_11_a_rule_whose_limit_is_reached_asks_nothing(play: Play, book: Any) -> None:
    policy = """
rules:
  a: {limit: {at_most: 1, per: author}, look_up: {entry: {book: {of: place}}}, do: {label: a}}
"""
    rehearsal = play(policy, book)
    rehearsal.tell("hi", place="Rome")
    rehearsal.tell("hi", place="Rome")
    assert len(book.asked) == 1


def test_11_it_can_still_win_where_a_better_rule_found_nothing_to_say(play: Play, book: Any) -> None:
    policy = """
rules:
  first: {rank: safety, do: {reply: {say: Hello., when: {vip: true}}}}
  lazy: {rank: question, look_up: {entry: {book: {of: place}}}, only_if_found: [entry], do: {reply: "{{ entry.name }}"}}
"""
    assert play(policy, book).tell("hi", place="Rome").actions[0].text == "Peachtree"


TIPS = """
rules:
  tip:
    rank: question
    look_up: {entry: {book: {of: place, at_most: 1, in: 14d}}}
    only_if_found: [entry]
    do: {reply: "Ask {{ entry.name }}."}
  other: {rank: fallback, do: {reply: Hello.}}
guards: {%s}
"""


def choosing(new_book: Any) -> Any:
    people = [{"name": "ann", "handle": "ann"}, {"name": "bob", "handle": "bob"}]
    return new_book(answers=people, choice=Choice(key="name", at_most="at_most", within="in"))


def test_11_what_wears_out_is_used_in_order_and_comes_back_after_its_time(
    play: Play, new_book: Any, at: At
) -> None:
    rehearsal = play(TIPS % "", choosing(new_book))
    moments = ("01 15:00", "02 15:00", "03 15:00", "15 14:59", "15 15:00", "15 15:01")
    said = [
        rehearsal.tell("hi", at=at(m), place="Rome", author=m.replace(" ", "")).actions[0].text
        for m in moments
    ]
    assert said == ["Ask ann.", "Ask bob.", "Hello.", "Hello.", "Ask ann.", "Hello."]


@pytest.mark.parametrize(
    ("guard", "next_one"),
    [("g: {forbid: reply, except: other}", "ann"), ("g: {hold: reply, except: other}", "bob")],
)
def test_11_used_means_allowed_or_held(play: Play, new_book: Any, guard: str, next_one: str) -> None:
    rehearsal = play(TIPS % guard, choosing(new_book))
    texts = [rehearsal.tell("hi", place="Rome", author=a).actions[0].text for a in ("x1", "x2")]
    assert texts == ["Ask ann.", f"Ask {next_one}."]


def test_11_a_rule_that_did_not_win_uses_nothing(play: Play, new_book: Any) -> None:
    policy = (TIPS % "").replace(
        "rules:", "rules:\n  best: {rank: safety, when: {vip: true}, do: {reply: Vip.}}"
    )
    rehearsal = play(policy, choosing(new_book))
    assert rehearsal.tell("hi", place="Rome", vip=True, author="x1").actions[0].text == "Vip."
    assert rehearsal.tell("hi", place="Rome", author="x2").actions[0].text == "Ask ann."


def test_11_two_rules_of_one_mention_choose_in_order(play: Play, new_book: Any) -> None:
    policy = """
rules:
  public: {rank: question, look_up: {entry: {book: {of: place}}}, only_if_found: [entry], do: {reply: "{{ entry.name }}"}}
  private: {rank: praise, look_up: {entry: {book: {of: place}}}, only_if_found: [entry], do: {dm: "{{ entry.name }}"}}
"""
    decision = play(policy, choosing(new_book)).tell("hi", place="Rome", kind="message")
    assert [(a.action, a.text) for a in decision.actions] == [("reply", "ann"), ("dm", "bob")]


SEVERAL = "rules: {a: {do: {reply: {say: [One., Two., Three.]}}}}\nguards: {%s}"


def test_11_of_several_texts_the_one_the_author_has_not_seen_for_longest_is_said(play: Play, at: At) -> None:
    rehearsal = play(SEVERAL % "")
    said = [
        rehearsal.tell("hi", at=at(f"2{n % 5} 15:0{n}"), author=author, conversation=str(n)).actions[0].text
        for n, author in enumerate(["jo", "jo", "kim", "jo", "jo"])
    ]
    assert said == ["One.", "Two.", "One.", "Three.", "One."]


def test_11_a_text_that_was_forbidden_was_not_seen(play: Play) -> None:
    rehearsal = play(SEVERAL % "g: {when: {vip: {equals: true, if_missing: false}}, forbid: reply}")
    said = [
        rehearsal.tell("hi", vip=vip, conversation=str(n)).actions[0].text
        for n, vip in enumerate([True, False, False])
    ]
    assert said == ["One.", "One.", "Two."]


def test_11_the_texts_of_one_branch_are_not_those_of_another(play: Play) -> None:
    policy = """
rules: {a: {do: {reply: {first_of: [{when: {vip: true}, say: [A., B.]}, {say: [C., D.]}]}}}}
"""
    rehearsal = play(policy)
    said = [
        rehearsal.tell("hi", vip=vip, conversation=str(n)).actions[0].text
        for n, vip in enumerate([True, False, True, False])
    ]
    assert said == ["A.", "C.", "B.", "D."]


# ---- 14 -----------------------------------------------------------------------------------------------------------

ANSWER = """
rules:
  a: {rank: question, look_up: {entry: {book: {of: place}}}, only_if_found: [entry], do: {reply: {say: "{{ entry.name }}"%s}}}
  b: {rank: fallback, do: {reply: Hello.}}
guards: {%s}
"""


def said(play: Play, name: str, more: str, new_book: Any) -> tuple[str, str | None, str | None]:
    decision = play(ANSWER % (more, ""), new_book(answers=[{"name": name}])).tell("hi", place="Rome")
    (action,) = decision.actions
    assert action.rule == "a"
    return action.state, action.text, action.reason


def test_14_what_is_too_long_becomes_the_shorter_text(play: Play, new_book: Any) -> None:
    short = ", if_too_long: Write to us."
    assert said(play, "x" * 280, short, new_book) == ("allowed", "x" * 280, None)
    assert said(play, "x" * 281, short, new_book) == ("allowed", "Write to us.", None)


def test_14_what_is_still_too_long_is_held_with_the_draft_and_keeps_its_slot(
    play: Play, new_book: Any
) -> None:
    assert said(play, "x" * 281, "", new_book) == ("held", "x" * 281, "too long: 281 of 280")
    shorter = ", if_too_long: '{{ entry.name }} and more'"
    assert said(play, "x" * 281, shorter, new_book)[0] == "held"


def test_14_length_is_measured_after_the_outgoing_filter(play: Play, new_book: Any) -> None:
    link = "https://evil.com/yyy"
    assert said(play, f"{'x' * 279} {link}", "", new_book) == ("allowed", "x" * 279, None)
    assert said(play, "x" * 270 + "🎉" * 5, "", new_book)[0] == "allowed"
    assert said(play, "x" * 271 + "🎉" * 5, "", new_book)[2] == "too long: 281 of 280"


def test_14_a_missing_value_holds_the_draft(play: Play, new_book: Any) -> None:
    book = new_book(answers=[{"km": 3.0}])
    decision = play(ANSWER % ("", ""), book).tell("hi", place="Rome")
    (action,) = decision.actions
    assert (action.rule, action.state, action.text) == ("a", "held", "{{ entry.name }}")
    assert (decision.outcome, decision.reason) == ("held", "no value for entry.name")


def test_14_a_draft_without_its_value_never_leaves_unedited(play: Play, new_book: Any, at: At) -> None:
    policy = ANSWER % (
        "",
        "n: {when: {time: {inside: night}}, hold: reply, until: open_hours}, ask: {need_approval: reply, by: boss}",
    )
    rehearsal = play(policy, new_book(answers=[{"km": 3.0}]))
    held = rehearsal.tell("hi", place="Rome", at=at("20 03:30"))
    ref = str(held.actions[0].id)
    words: tuple[Any, ...] = ("approve", "release", "approve")
    for n, word in enumerate(words):
        (again,) = rehearsal.decide(Control(at=at(f"20 15:0{n}"), word=word, ref=ref, by="boss"))
        assert (again.outcome, again.actions[0].reason) == ("held", "no value for entry.name")
    (gone,) = rehearsal.decide(Control(at=at("20 15:09"), word="approve", ref=ref, by="boss", text="Ask us."))
    assert (gone.outcome, gone.actions[0].text) == ("answered", "Ask us.")


def test_14_what_is_said_in_private_has_no_such_limit(play: Play) -> None:
    policy = f"rules: {{a: {{do: {{dm: {'x' * 500}}}}}}}"
    assert play(policy).tell("hi", kind="message").outcome == "answered"


# ---- 16 -----------------------------------------------------------------------------------------------------------

OPT_OUT = """
rules:
  stop: {rank: legal, when: {text: {has: stop}}, do: {remember: {flags.opted_out: true}, reply: Understood.}}
  back: {rank: legal, when: {text: {has: back}}, do: {remember: {flags.opted_out: false}}}
  hello: {do: {reply: Hello.}}
guards:
  honour: {when: {flags.opted_out: true}, forbid: [reply, dm, quote]}
  %s
"""


def outcomes(rehearsal: Rehearsal, *texts: str, author: str = "jo") -> list[str]:
    return [rehearsal.tell(text, conversation=text, author=author).outcome for text in texts]


def test_16_a_flag_does_not_stop_the_reply_of_the_decision_that_set_it(play: Play) -> None:
    rehearsal = play(OPT_OUT % "")
    assert outcomes(rehearsal, "stop", "hi", "back", "hey") == ["answered", "inbox", "inbox", "answered"]
    assert outcomes(rehearsal, "hello", author="kim") == ["answered"]


def test_16_remembering_does_not_depend_on_the_reply(play: Play) -> None:
    rehearsal = play(OPT_OUT % "quiet: {when: {text: {has: stop}}, forbid: reply}")
    assert outcomes(rehearsal, "stop", "hi") == ["inbox", "inbox"]
    assert rehearsal.tell("hey", conversation="3").reason == "forbidden by honour"


def test_16_what_is_to_be_remembered_may_be_held_too(play: Play, at: At) -> None:
    rehearsal = play(OPT_OUT % "wait: {hold: remember}")
    held = rehearsal.tell("stop", conversation="1")
    (ref,) = (str(a.id) for a in held.actions if a.state == "held")
    assert outcomes(rehearsal, "hi") == ["answered"]
    rehearsal.decide(Control(at=at("20 16:00"), word="release", ref=ref, by="boss"))
    assert outcomes(rehearsal, "hey") == ["inbox"]


def test_16_flags_default_to_false_and_reading_one_that_nobody_sets_is_refused(play: Play) -> None:
    policy = "rules: {a: {when: {flags.known: false}, do: {label: a, remember: {flags.known: true}}}}"
    assert play(policy).tell("hi").fired == ("a",)
    with pytest.raises(PolicyError, match=r"`flags\.other`"):
        play("rules: {a: {when: {flags.other: true}, do: {label: a}}}")


# ---- 17 -----------------------------------------------------------------------------------------------------------

HANDED = """
counts: {n: {of: mention, per: author}}
rules:
  route: {rank: complaint, when: {account: main, text: {has: refund}}, do: {handover: {to: help}, label: routed}}
  refund: {rank: question, when: {account: help, text: {has: refund}}, do: {reply: We look at it., label: seen}}
  back: {rank: safety, when: {account: help}, do: {handover: main}}
  two: {when: {counts.n: {at_least: 2}}, do: {label: two}}
guards: {%s}
"""


def test_17_a_handover_decides_once_more_as_the_receiver_with_handover_off(play: Play) -> None:
    decision = play(HANDED % "").tell("@AcmeCo @AcmeHelp refund")
    then = decision.then
    assert then is not None
    assert [(a.action, a.rule) for a in decision.actions] == [("handover", "route"), ("label", "route")]
    assert [(a.action, a.rule) for a in then.actions] == [("reply", "refund"), ("label", "refund")]
    assert (decision.account, decision.hop, then.account, then.hop) == ("main", 1, "help", 2)
    assert (decision.outcome, then.outcome, then.then) == ("answered", "answered", None)
    assert decision.id != then.id
    assert decision.at == then.at


def test_17_the_receiver_decides_in_the_state_before_the_mention(play: Play) -> None:
    policy = """
rules:
  route: {rank: complaint, when: {account: main}, do: {handover: help, remember: {flags.stop: true}}}
  reply: {rank: question, limit: {at_most: 1, per: author}, do: {reply: Hello., label: seen}}
guards: {honour: {when: {flags.stop: true}, forbid: reply}}
"""
    rehearsal = play(policy)
    first, second = (rehearsal.tell("@AcmeCo @AcmeHelp hi", conversation=c) for c in "12")
    assert first.outcome == "answered"
    assert first.then is not None
    assert [a.action for a in first.then.actions] == ["reply", "label"]
    assert (second.outcome, second.gated) == ("handed_over", {"reply": "limit"})


def test_17_it_is_counted_once(play: Play) -> None:
    rehearsal = play(HANDED % "")
    first, second = (rehearsal.tell("refund", conversation=c) for c in "12")
    assert first.then is not None
    assert "two" not in {*first.fired, *first.then.fired}
    assert "two" in second.fired


def test_17_where_the_receiver_may_not_answer_it_lands_in_its_inbox(play: Play) -> None:
    decision = play(HANDED % "").tell("@AcmeCo refund")
    assert decision.outcome == "handed_over"
    assert decision.then is not None
    assert (decision.then.outcome, decision.then.reason) == ("inbox", "forbidden by x.no_strangers")


def test_17_a_forbidden_handover_hands_nothing_over(play: Play) -> None:
    decision = play(HANDED % "g: {forbid: handover}").tell("refund")
    assert (decision.outcome, decision.then) == ("inbox", None)


def test_17_a_handover_that_a_person_approves_is_decided_by_the_receiver_then(play: Play, at: At) -> None:
    rehearsal = play(HANDED % "ask: {need_approval: handover, by: boss}")
    held = rehearsal.tell("@AcmeCo @AcmeHelp refund", at=at("20 15:00"))
    assert (held.outcome, held.then) == ("held", None)
    ref = str(held.actions[0].id)
    (approved,) = rehearsal.decide(Control(at=at("20 16:00"), word="approve", ref=ref, by="boss"))
    assert (approved.outcome, approved.event) == ("answered", "control")
    assert approved.then is not None
    assert (approved.then.account, approved.then.hop, approved.then.at) == ("help", 2, at("20 16:00"))
    assert "two" not in approved.then.fired


def test_17_what_the_receiver_holds_comes_back_to_the_receiver(play: Play, at: At) -> None:
    night = "night: {when: {time: {inside: night}}, hold: reply, until: open_hours}"
    rehearsal = play(HANDED % night)
    decision = rehearsal.tell("@AcmeCo @AcmeHelp refund", at=at("20 03:30"))
    assert decision.outcome == "held"
    (released,) = rehearsal.decide(Tick(at=at("20 14:00")))
    assert (released.account, released.outcome) == ("help", "answered")
