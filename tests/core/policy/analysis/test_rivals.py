from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.witness import witness
from socialcare.policy.analysis.worlds import world_of
from socialcare.policy.deciding.naive import truth

SHADOWED = """\
signals: {asks: {intent: question}}
rules:
  answer.all:
    rank: complaint
    when: {any: [{all: [asks]}, {intent: complaint}]}
    do: {reply: A person will look at it.}
  hours:
    rank: question
    when: {all: [asks], text: {has: [open, opening hours]}}
    do: {reply: We are open 9 to 18., label: hours}
  parcel:
    rank: question
    wins_over: [parcel.lost]
    when: {text: {has: [parcel, order*]}, none: [{intent: [question, complaint]}]}
    do: {to_inbox: a parcel}
  parcel.lost:
    rank: question
    when: {text: {has_all: [my order, lost]}, intent: praise}
    do: {dm: Tell us more.}
"""


def test_a_rule_that_never_wins_is_shown_with_the_one_that_does(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC310.txt", analysed("SC310", SHADOWED).text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("limit: {at_most: 1, per: author}, ", ""),
        ("rollout: {percent: 50, by: author}, ", ""),
        ("active: {until: 2026-12-01}, ", ""),
        ("look_up: {store: {nearest_store: {to: place}}}, only_if_found: [store], ", ""),
        ("status: shadow, ", ""),
        ("", "wins_over: [wide], rank: complaint, "),
    ],
)
def test_what_may_leave_the_slot_free_shadows_nothing(first: str, second: str, analysed: Any) -> None:
    policy = f"""\
        rules:
          wide: {{{first}rank: complaint, when: {{intent: [question, praise]}}, do: {{reply: Wide.}}}}
          narrow: {{{second}when: {{intent: question}}, do: {{reply: Narrow.}}}}
        """
    assert analysed("SC310", policy).said == []


@pytest.mark.parametrize(
    "do",
    [
        "{reply: {when: {topic: billing}, say: Wide.}}",
        "{reply: {first_of: [{when: {topic: billing}, say: Wide.}]}}",
        "{dm: Wide.}",
        "{label: wide}",
        "{handover: help}",
    ],
)
def test_an_action_that_does_not_always_take_the_slot_shadows_nothing(do: str, analysed: Any) -> None:
    policy = f"""\
        accounts: {{main: Acme, help: Help}}
        rules:
          wide: {{rank: complaint, when: {{intent: [question, praise]}}, do: {do}}}
          narrow: {{when: {{intent: question}}, do: {{reply: Narrow.}}}}
        """
    assert analysed("SC310", policy).said == []


def test_what_takes_both_slots_may_itself_be_kept_out_by_a_private_message(analysed: Any) -> None:
    policy = """\
        rules:
          silence: {rank: complaint, when: {intent: question}, do: {ignore: noise}}
          narrow: {when: {intent: question, topic: billing}, do: {reply: Narrow.}}
        """
    private = "          prize: {rank: legal, when: {topic: returns}, do: {dm: You won.}}\n"
    assert len(analysed("SC310", policy).said) == 1
    assert analysed("SC310", policy.rstrip(" ") + private).said == []


AMBIGUOUS = """\
calendars: {night: {week: {every day: 22:00-07:00}}}
formulas: {reach: {calc: 0.2 * author.followers + 80 * mention.retweets}}
counts: {talks: {of: mention, per: author}}
rules:
  a.words:
    when: {text: {has: [open*, closing time], ends_with: "?"}, language: [en, fr]}
    do: {reply: A.}
  b.memory:
    when: {counts.talks: {at_least: 3}, flags.known: true, time: {inside: night}, intent: {equals: praise, confidence: {below: 0.5}}}
    do: {reply: B.}
  c.far:
    rank: question
    when: {reach: {above: 1000}, text: {starts_with: "hey, \\"you\\""}}
    do: {remember: {flags.known: true}, to_inbox: far}
  d.product:
    rank: question
    when: {product.price: {above: 10}, personal_data: [phone, card], author.first_name: {exists: false}}
    do: {dm: D.}
"""


def test_a_pair_that_nothing_orders_is_shown_with_a_mention_for_both(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC311.txt", analysed("SC311", AMBIGUOUS).text)


def test_the_mention_that_is_shown_can_be_read_and_makes_both_true(
    read: Callable[[str], Any], vocabulary: Any
) -> None:
    policy = read(AMBIGUOUS)
    conditions = [policy.rules[name].when for name in ("a.words", "b.memory")]
    verdict, picks = witness(conditions, Ground(policy, vocabulary, None), [])  # type: ignore[arg-type]  # nothing is reported
    assert verdict == "yes"
    assert all(truth(condition, world_of(picks, policy)) is True for condition in conditions)
    time = picks["time"]
    assert time is not None
    assert isinstance(time.value, datetime)


def test_the_mention_that_is_shown_is_a_test_to_paste(analysed: Any, read: Callable[[str], Any]) -> None:
    for item in analysed("SC311", AMBIGUOUS).items:
        shown = [line for line in item.fix.splitlines()[1:] if line]
        pasted = "\n".join(["    tests:", f"    - {shown[0]}", *(f"      {line}" for line in shown[1:]), "      expect: {fires: true}"])  # fmt: skip
        policy = read(AMBIGUOUS.replace("    do: {reply: A.}", f"    do: {{reply: A.}}\n{pasted}"))
        assert len(policy.rules["a.words"].cases) == 1


@pytest.mark.parametrize(
    "settled",
    [
        "wins_over: [b.too]",
        "rank: question",
        "when: {intent: question, account: main, none: [{topic: returns}]}",
        "when: {intent: praise}",
        "when: {intent: question, text: {exactly: x}}, status: shadow",
        "active: {until: 2026-01-01}",
        "do: {label: only}",
        "do: {dm: in private}",
    ],
)
def test_what_settles_a_pair_keeps_it_quiet(settled: str, analysed: Any) -> None:
    key = settled.partition(":")[0]
    first = {"when": "when: {intent: [question]}", "do": "do: {reply: A.}"}
    first[key] = settled
    policy = f"""\
        rules:
          a.one: {{{", ".join(first.values())}}}
          b.too: {{when: {{intent: question, none: [{{topic: returns}}]}}, active: {{from: 2026-02-01}}, do: {{reply: B.}}}}
        """
    assert analysed("SC311", policy).said == []


def test_the_order_of_the_policy_settles_a_pair(analysed: Any) -> None:
    policy = """\
        rules:
          a: {when: {intent: question}, do: {reply: A.}}
          b: {when: {topic: billing}, do: {reply: B.}}
        """
    assert len(analysed("SC311", policy).said) == 1
    assert analysed("SC311", f"        order: [b]\n{policy}").said == []


def test_a_pair_over_a_pattern_is_decided_by_the_texts_of_its_tests_or_not_at_all(analysed: Any) -> None:
    policy = r"""
        rules:
          a: {when: {text: {matches: 'order \d{6}'}}, do: {reply: A.}}
          b: {when: {text: {has: order}}, do: {reply: B.}}
        """
    (item,) = analysed("SC311", policy).items
    assert (item.severity, item.message) == ("note", "undecided: whether a mention is for `a` and `b` alike")
    tested = policy.replace("do: {reply: A.}", "do: {reply: A.}, tests: [{mention: my order 123456, expect: {fires: true}}]")  # fmt: skip
    (item,) = analysed("SC311", tested).items
    assert item.severity == "warning"
    assert "my order 123456" in item.fix
