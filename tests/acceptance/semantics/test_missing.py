"""rules.md §3: 4 unknown and nothing, 5 guards over fields that may be missing, 18 fields, 19 words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from socialcare import FieldValue
from socialcare.errors import PolicyError
from socialcare.model import ABSENT
from socialcare.testing import Rehearsal

Play = Callable[..., Rehearsal]
At = Callable[[str], datetime]


def fires(play: Play, when: str, text: str = "hi", **pins: object) -> bool:
    return bool(play(f"rules: {{a: {{when: {when}, do: {{label: a}}}}}}").tell(text, fields=pins).fired)


# ---- 4 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "unknown", "absent"),
    [
        ("{place: Rome}", False, False),
        ("{none: [{place: Rome}]}", False, True),
        ("{place: {exists: false}}", False, True),
        ("{place: {exists: true}}", False, False),
        ("{none: [{place: {exists: true}}]}", False, True),
        ("{score: {below: 3}}", False, False),
        ("{none: [{score: {below: 3}}]}", False, True),
        ("{score: {below: 3, if_missing: true}}", True, False),
        ("{any: [{place: Rome}, {text: {has: hi}}]}", True, True),
        ("{all: [{none: [{place: Rome}]}, {text: {has: nothing}}]}", False, False),
        ("{none: [{place: Rome}, {text: {has: hi}}]}", False, False),
    ],
)
def test_04_unknown_is_not_known_to_be_absent(play: Play, when: str, unknown: bool, absent: bool) -> None:
    assert fires(play, when) is unknown
    assert fires(play, when, place=ABSENT, score=ABSENT) is absent


def test_04_what_nobody_provided_is_listed(play: Play) -> None:
    decision = play("rules: {a: {when: {place: Rome}, do: {label: a}}}").tell("hi")
    assert "place" in decision.unknown
    assert "place" not in decision.fields


FOUND = """
rules:
  a:
    look_up: {entry: {book: {of: place}}}
    do:
      reply:
        first_of:
          - {when: {entry.km: {at_most: 5}}, say: "Near: {{ entry.name | default: 'it' }}."}
          - {when: {entry: {exists: true}}, say: "Far: {{ entry.name | default: 'it' }}."}
          - {say: "Where are you?"}
"""


def test_04_a_look_up_that_answers_nothing_lets_first_of_go_on(play: Play, new_book: Any) -> None:
    said = [
        play(FOUND, new_book(answers=answers)).tell("hi", place="Rome").actions[0].text
        for answers in ([{"name": "A", "km": 5.0}], [{"name": "A", "km": 6.0}], [{"name": "A"}], [])
    ]
    assert said == ["Near: A.", "Far: A.", "Far: A.", "Where are you?"]


def test_04_a_failed_look_up_stops_its_rule_and_another_one_answers(play: Play, new_book: Any) -> None:
    policy = FOUND + "  b: {rank: fallback, do: {reply: Hello.}}\n"
    decision = play(policy, new_book(fails=True)).tell("hi", place="Rome")
    assert [(a.rule, a.text) for a in decision.actions] == [("b", "Hello.")]
    assert decision.gated["a"].startswith("look-up book failed: `RuntimeError: the book is shut`")
    assert decision.fired == ("b",)


@pytest.mark.parametrize("pins", [{}, {"place": ABSENT}])
def test_04_a_look_up_with_a_missing_argument_answers_nothing_and_is_not_called(
    play: Play, book: Any, pins: dict[str, object]
) -> None:
    decision = play(FOUND, book).tell("hi", fields=pins)
    assert decision.actions[0].text == "Where are you?"
    assert book.asked == []


def test_04_a_branch_whose_condition_is_unknown_is_skipped(play: Play) -> None:
    policy = """
rules:
  a: {do: {reply: {first_of: [{when: {vip: true}, say: Vip.}, {when: {none: [{vip: true}]}, say: Not vip.}, {say: Who knows.}]}}}
"""
    said = [
        play(policy).tell("hi", fields=pins).actions[0].text for pins in ({"vip": True}, {"vip": False}, {})
    ]
    assert said == ["Vip.", "Not vip.", "Who knows."]


def test_04_an_action_whose_condition_is_unknown_takes_no_slot(play: Play) -> None:
    policy = """
rules:
  a: {rank: safety, do: {reply: {say: A., when: {vip: true}}, label: a}}
  b: {rank: question, do: {reply: B.}}
"""
    assert [a.rule for a in play(policy).tell("hi").actions] == ["b", "a"]
    assert [a.rule for a in play(policy).tell("hi", vip=True).actions] == ["a", "a"]


def test_04_where_no_branch_applies_nothing_is_said_and_no_slot_taken(play: Play) -> None:
    policy = """
rules:
  a: {rank: safety, do: {reply: {first_of: [{when: {vip: true}, say: Vip.}]}}}
  b: {rank: question, do: {reply: B.}}
"""
    assert [a.rule for a in play(policy).tell("hi").actions] == ["b"]


def test_04_an_answer_may_feed_the_next_look_up(play: Play, book: Any) -> None:
    policy = """
rules:
  a:
    look_up: {entry: {book: {of: place}}, more: {book: {of: entry.name}}}
    do: {label: a}
"""
    play(policy, book).tell("hi", place="Rome")
    assert [asked["of"] for asked in book.asked] == ["Rome", "Peachtree"]


def test_04_two_rules_may_call_different_answers_by_one_name(play: Play, new_book: Any) -> None:
    """The answers are kept apart even where their words were split for `has`."""
    policy = """
rules:
  a: {look_up: {entry: {book: {of: place}}}, do: {label: {word: a, when: {entry.name: {has: rome}}}}}
  b: {look_up: {entry: {book: {of: text}}}, do: {label: {word: b, when: {entry.name: {has: rome}}}}}
"""
    book = new_book()

    async def find(question: Any) -> list[dict[str, str]]:
        return [{"name": question.arguments["of"]}]

    book.find = find
    decision = play(policy, book).tell("no city", place="Rome")
    assert [a.rule for a in decision.actions] == ["a"]


def test_04_a_formula_over_something_unknown_is_unknown(play: Play) -> None:
    policy = "formulas: {heat: {calc: 2 * score%s}}\nrules: {a: {when: {heat: {below: 9}}, do: {label: a}}}"
    assert not play(policy % "").tell("hi").fired
    assert play(policy % ", if_missing: 3").tell("hi").fired
    assert not play(policy % ", if_missing: 3").tell("hi", score=5).fired


# ---- 5 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("missing", "outcome"), [("true", "inbox"), ("false", "answered")])
def test_05_a_guard_says_what_holds_where_its_field_is_missing(
    play: Play, missing: str, outcome: str
) -> None:
    guard = f"g: {{when: {{score: {{above: 5, if_missing: {missing}}}}}, forbid: reply}}"
    rehearsal = play(f"rules: {{a: {{do: {{reply: Hello.}}}}}}\nguards: {{{guard}}}")
    assert rehearsal.tell("hi").outcome == outcome
    assert rehearsal.tell("hi", score=3, conversation="2").outcome == "answered"


def test_05_a_guard_that_does_not_say_it_is_refused(play: Play) -> None:
    with pytest.raises(PolicyError, match=r"SC214.*`score` may be missing"):
        play("rules: {a: {do: {label: a}}}\nguards: {g: {when: {score: {above: 5}}, forbid: reply}}")


def test_05_a_guard_binds_unless_its_condition_is_false(play: Play) -> None:
    policy = "rules: {a: {do: {reply: Hello.}}}\nguards: {g: {when: {intent: complaint}, forbid: reply}}"
    rehearsal = play(policy)
    outcomes = [
        rehearsal.tell("hi", conversation=str(n), fields=pins).outcome
        for n, pins in enumerate([{"intent": "complaint"}, {"intent": "praise"}, {}])
    ]
    assert outcomes == ["inbox", "answered", "inbox"]


def test_05_a_field_that_nobody_provides_can_be_assumed(play: Play) -> None:
    policy = "rules: {a: {when: {vip: true}, do: {label: a}}}"
    assumed = play(policy, assume={"vip": FieldValue(True)})
    assert assumed.tell("hi").fired == ("a",)
    assert assumed.tell("hi", vip=False).fired == ()


def test_05_a_schedule_has_no_mention_so_guards_about_mentions_do_not_bind(play: Play, at: At) -> None:
    policy = """
rules: {tip: {at: {every: day, time: 09:30}, do: {post: Tip.}}}
guards: {g: {when: {intent: complaint}, forbid: public}}
"""
    rehearsal = play(policy)
    rehearsal.tell("hi", at=at("20 14:00"))
    scheduled, _ = rehearsal.decide(rehearsal.mention("hi", at=at("20 15:00")))
    assert [(a.action, a.state) for a in scheduled.actions] == [("post", "allowed")]


# ---- 18 -----------------------------------------------------------------------------------------------------------


def test_18_a_bare_value_compares_whatever_the_confidence_and_a_cut_cuts(play: Play) -> None:
    bare, cut = "{intent: question}", "{intent: {equals: question, confidence: {at_least: 0.8}}}"
    for confidence, passes in ((0.1, False), (0.79, False), (0.8, True), (1.0, True)):
        found = FieldValue("question", confidence)
        assert fires(play, bare, intent=found)
        assert fires(play, cut, intent=found) is passes
    assert not fires(play, cut, intent=FieldValue("praise", 1.0))
    assert not fires(play, cut)


def test_18_a_decision_keeps_value_confidence_evidence_and_provider(play: Play) -> None:
    found = FieldValue("question", 0.7, ("?",), "intent@1")
    decision = play("rules: {a: {when: {intent: question}, do: {label: a}}}").tell("hi", intent=found)
    assert decision.fields["intent"] == found


def test_18_a_list_of_words_meets_any_of_a_list(play: Play) -> None:
    assert fires(play, "{topics: [billing, delivery]}", topics=("returns", "delivery"))
    assert not fires(play, "{topics: [billing, delivery]}", topics=("returns",))
    assert not fires(play, "{topics: billing}", topics=())


def test_18_who_wrote_to_us_in_private_wrote_first_from_then_on(play: Play) -> None:
    rehearsal = play(
        "rules: {a: {when: {author.wrote_first: true}, do: {dm: Hello.}}, b: {rank: fallback, do: {dm: Hi.}}}"
    )
    told = [
        rehearsal.tell(text, author=author, conversation=str(n), kind=kind).reason
        for n, (text, author, kind) in enumerate(
            [
                ("hi", "jo", "post"),
                ("hi", "jo", "message"),
                ("@AcmeHelp hi", "jo", "post"),
                ("hi", "kim", "post"),
            ]
        )
    ]
    no = "forbidden by x.no_uninvited_dm"
    assert told == [no, "rule a", "rule a", no]


# ---- 19 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("has: open", "Are you OPEN?", True),
        ("has: open", "reopened", False),
        ("has: open*", "opening hours", True),
        ("has: near me", "near  me", True),
        ("has: near me", "near to me", False),
        ("has: [shop, store]", "a STORE", True),
        ("has_all: [shop, open]", "open shop", True),
        ("has_all: [shop, open]", "shop", False),
        ("has: dont", "I don't", True),
        ('has: "don’t"', "dont", True),
        ("has: straße", "STRASSE", True),
        ("has: café", "un café noir", True),
        ("has: 🎉", "yes 🎉!", True),
        ("has: acme", "see https://acme.example/store", False),
        ("has: acme", "hi @acme", False),
        ("has: a_b", "x a_b y", True),
        ("contains: 営業", "営業時間を教えて", True),
        ("has: 営業", "営業時間を教えて", False),
        ("exactly: thanks", " Thanks ", True),
        ("starts_with: hi", "Hi there", True),
        ('ends_with: "?"', "why?", True),
        ("matches: '\\bcafé\\b'", "un café noir", True),
        ("matches: '^\\w+$'", "naïve_5", True),
    ],
)
def test_19_words_are_runs_of_letters_digits_marks_and_underscores(
    play: Play, when: str, text: str, expected: bool
) -> None:
    assert fires(play, f"{{text: {{{when}}}}}", text) is expected


@pytest.mark.parametrize("pattern", ["a(?=b)", r"(a)\1", r"\C", r"a\bb"])
def test_19_look_around_back_references_and_inner_edges_are_refused(play: Play, pattern: str) -> None:
    with pytest.raises(PolicyError, match="SC"):
        play(f"rules: {{a: {{when: {{text: {{matches: '{pattern}'}}}}, do: {{label: a}}}}}}")
