from collections.abc import Callable, Sequence
from typing import Any

import pytest

from socialcare.policy.analysis.prices import unfound
from socialcare.policy.matching.matcher import Matcher
from socialcare.policy.statements import Policy, Rule


def named(*conditions: str) -> str:
    """A rule for each condition."""
    rules = "".join(f"  r{at:02}: {{when: {when}, do: {{label: x}}}}\n" for at, when in enumerate(conditions))
    return f"rules:\n{rules}"


def dear(read: Callable[[str], Policy], *conditions: str) -> dict[str, float]:
    """Microseconds a mention of the rules that cannot be looked up."""
    policy = read(MEMORY + named(*conditions))
    return {one.rule.id: one.cost for one in unfound(policy, list(policy.rules.values()))}


MEMORY = """\
calendars: {night: {week: {every day: 22:00-07:00}}}
counts: {talks: {of: mention, per: author}}
signals:
  asked: {any: [{text: {has: [open, hours]}}, {text: {matches: 'clo(?:se|sing)'}}]}
  numbered: {text: {matches: '\\d{6}'}}
"""
PATTERNS = f"""\
{MEMORY}
rules:
  own.pattern: {{when: {{intent: question, text: {{matches: ['[a-z]{{2}}-?\\d', 'order \\d+']}}}}, do: {{label: x}}}}
  with.word: {{when: {{all: [numbered], text: {{has: parcel}}}}, do: {{label: x}}}}
  off: {{status: off, when: {{text: {{matches: '\\d'}}}}, do: {{label: x}}}}
""" + "".join(f"  by.signal.{at}: {{when: {{all: [numbered]}}, do: {{label: x}}}}\n" for at in range(30))
RULES = """\
calendars: {night: {week: {every day: 22:00-07:00}}}
rules:
  fans: {when: {author.followers: {above: 1000}}, do: {label: x}}
  late: {when: {time: {inside: night}}, do: {label: x}}
  later: {when: {time: {inside: night}, author.followers: {above: 1000}}, do: {label: x}}
  day: {when: {time: {outside: night}}, do: {label: x}}
  not.so: {when: {none: [{text: {has: open}}, {time: {inside: night}}]}, do: {label: x}}
  found: {when: {text: {has: open}, time: {inside: night}}, do: {label: x}}
"""


def test_patterns_with_nothing_to_look_for_are_shown_where_they_stand(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC601.txt", analysed("SC601", PATTERNS).text)


def test_other_rules_that_cannot_be_looked_up_are_shown_together(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    found = analysed("SC602", RULES)
    assert len(found.items) == 1
    golden("SC602.txt", found.text)


def test_a_rule_alone_is_named(analysed: Any) -> None:
    (found,) = analysed(
        "SC602",
        f"{MEMORY}rules:\n  late: {{when: {{any: [{{time: {{inside: night}}}}, {{time: {{outside: night}}}}]}}, do: {{label: x}}}}\n",
    ).items
    assert found.severity == "note"
    assert found.message.startswith("the rule `late` has no word or handle to be looked up by")
    assert found.label == "about 5.3 µs a mention"


@pytest.mark.parametrize(("number", "severities"), [(2, []), (4, ["note"] * 4), (30, ["warning"] * 30)])
def test_patterns_are_notes_until_they_cost_as_much_as_all_else(
    number: int, severities: Sequence[str], analysed: Any
) -> None:
    patterns = (f"{{text: {{matches: '\\d{{{at + 1}}}'}}}}" for at in range(number))
    assert [
        one.severity for one in analysed("SC601", named("{intent: praise}", *patterns)).items
    ] == severities


@pytest.mark.parametrize("code", ["SC601", "SC602"])
def test_what_can_be_looked_up_or_costs_next_to_nothing_is_let_pass(code: str, analysed: Any) -> None:
    policy = MEMORY + named(
        *["{all: [asked], time: {inside: night}}"] * 50,
        *["{text: {has: open, matches: '\\d{6}'}}"] * 50,
        *["{text: {matches: 'order \\d{6}'}}"] * 50,
        *["{intent: praise}", "{none: [{intent: praise}]}", "{author.is_bot: true}"] * 50,
        *["{author.handle: [ann, bob], counts.talks: {above: 3}}"] * 50,
        "{author.followers: {above: 5}}",
    )
    assert analysed(code, policy).items == []


@pytest.mark.parametrize(
    "when",
    [
        "{author.followers: {above: 1}}",
        "{author.followers: {above: 1, if_missing: true}}",
        "{none: [{text: {has: open}}]}",
        "{any: [{text: {has: open}}, {author.followers: {above: 1}}]}",
        "{all: [numbered], author.followers: {above: 1}}",
        "{none: [asked, numbered]}",
        "{time: {inside: night}}",
        "{any: [{all: [numbered]}, {counts.talks: {above: 3}}]}",
    ],
)
def test_whatever_the_engine_cannot_find_has_a_price(when: str, read: Any) -> None:
    policy = read(MEMORY + named(when))
    rules: list[Rule] = list(policy.rules.values())
    named_by_engine = set(Matcher(policy, rules).unindexed)
    priced = {one.rule.id for one in unfound(policy, rules) if one.cost > 0}
    assert named_by_engine <= priced == {"r00"}


def test_what_every_mention_is_meant_for_has_no_price(read: Any) -> None:
    assert dear(read, "{any: [{intent: praise}, {none: [{intent: praise}]}]}", "{text: {has: open}}") == {}
    assert [*unfound(policy := read("rules: {all: {do: {label: x}}}\n"), list(policy.rules.values()))] == []


def test_what_is_asked_of_fewer_mentions_costs_less(read: Any) -> None:
    costs = dear(
        read,
        "{all: [numbered]}",
        "{all: [numbered], author.followers: {above: 1}}",
        "{all: [numbered], intent: praise}",
        "{counts.talks: {above: 3}}",
        "{counts.talks: {above: 3}, intent: praise}",
        "{author.followers: {above: 1}}",
    )
    assert list(costs) == ["r00", "r01", "r02", "r03", "r04", "r05"]
    assert costs["r00"] > costs["r01"] > costs["r02"] > costs["r04"]
    assert costs["r03"] > costs["r04"] > costs["r05"]


def test_signals_within_signals_are_priced_once(read: Any) -> None:
    signals = "".join(
        f"  s{at + 1}: {{any: [{{all: [s{at}]}}, {{none: [s{at}], author.followers: {{above: {at}}}}}]}}\n"
        for at in range(40)
    )
    policy = read(f"signals:\n  s0: {{text: {{matches: '\\d'}}}}\n{signals}{named('{all: [s40]}')}")
    (one,) = unfound(policy, list(policy.rules.values()))
    assert one.cost > 0
