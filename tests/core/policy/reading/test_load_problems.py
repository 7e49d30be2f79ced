"""What each code of meaning looks like to the person who has to mend it, and that nothing a user writes raises."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.codes.meaning import MEANING
from socialcare.diagnostics import Problems, render_text
from socialcare.model import Vocabulary
from socialcare.policy.load import read_text
from socialcare.policy.statements import Comparison, Policy
from socialcare.policy.walk import conditions_of, leaves
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode
from socialcare.policy.yaml.reader import read_yaml

RULE = (
    "socialcare: 1\nrules:\n  hours:\n    when: {intent: question}\n    do: {reply: We are open 9 to 18.}\n"
)

SHOWN = {
    "SC201": RULE.replace("when:", "wen:"),
    "SC202": RULE.replace("intent:", "author.folowers:"),
    "SC203": RULE.replace("question", "qestion"),
    "SC204": RULE.replace("{intent: question}", "{all: [custmer]}")
    + "signals: {customer: {author.is_us: false}}\n",
    "SC205": RULE.replace("{intent: question}", "{text: {has: {open: late}}}"),
    "SC206": RULE + "    limit: {at_most: 1, per: author, in: 1 month}\n",
    "SC207": RULE + "    limit: {per: author}\n",
    "SC208": RULE.replace("intent: question", "author.followers: 1000"),
    "SC209": RULE.replace("intent: question", "text: {at_least: 3}"),
    "SC210": RULE.replace("{intent: question}", "[{intent: question}, {intent: praise}]"),
    "SC211": RULE + "guards:\n  own: {forbid: reply}\n",
    "SC212": RULE.replace("{intent: question}", "{all: [a]}")
    + "signals:\n  a: {all: [b]}\n  b: {none: [a]}\n",
    "SC213": RULE.replace("intent: question", r"text: {matches: 'order (?=\d)'}"),
    "SC214": RULE + "guards:\n  famous: {when: {author.followers: {above: 50000}}, forbid: [reply]}\n",
    "SC215": RULE.replace("intent: question", "flags.optedout: true"),
    "SC216": RULE + "guards:\n  famous: {when: {intent: praise}}\n",
    "SC217": RULE.replace("We are open 9 to 18.", "'Hi {{ author.first_name | defalt: \"there\" }}'"),
    "SC218": RULE + "formulas:\n  reach: {calc: 2 * * author.followers}\n",
    "SC219": RULE.replace("reply: We are open 9 to 18.", "urgency: {level: 2, by: sentiment}"),
    "SC220": RULE.replace("reply:", "repyl:"),
    "SC221": RULE + "lists:\n  staff: {from: lists/staff.txt}\n",
    "SC222": RULE.replace("{intent: question}", ""),
    "SC223": RULE + "    limit: {at_most: 1, in: 1h, per_day: true}\n",
    "SC224": RULE.replace("socialcare: 1", "socialcare: 2"),
    "SC225": RULE + "formulas:\n  sentiment: {calc: 1 + 1}\n",
}
SEALED = [("built-in", "guards: {own: {when: {author.is_us: true}, forbid: [public]}}\n")]


def test_every_code_is_shown() -> None:
    assert set(SHOWN) == {code.code for code in MEANING}


@pytest.mark.parametrize("code", SHOWN)
def test_a_problem_is_told_with_its_place_and_the_way_out(
    code: str, vocabulary: Vocabulary, golden: Callable[[str, str], None]
) -> None:
    problems = Problems()
    assert read_text(SHOWN[code], vocabulary, problems, "care.yaml", sealed=SEALED) is None
    assert code in {item.code for item in problems.items}
    sources = {"care.yaml": SHOWN[code], **dict(SEALED)}
    golden(f"codes/{code}.txt", render_text(problems, sources.get, color=False, strict=True))


EXAMPLE = (Path(__file__).parents[1] / "example.yaml").read_text(encoding="utf-8")


def scalars(node: Node) -> Iterator[TextNode]:
    if isinstance(node, TextNode):
        yield node
    for below in node.items if isinstance(node, ListNode) else []:
        yield from scalars(below)
    for key, value in node.entries if isinstance(node, MapNode) else []:
        yield key
        yield from scalars(value)


def spots(text: str) -> list[int]:
    """The offsets of every character of a key, an operator, an id or a value."""
    node = read_yaml(text.encode(), "care.yaml", Problems())
    assert node is not None
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found = []
    for scalar in scalars(node):
        begin = starts[scalar.place.line - 1] + scalar.place.column - 1
        found += [begin + step for step in range(scalar.place.length) if text[begin + step] not in "\"'"]
    return found


SPOTS = spots(EXAMPLE)


def comparisons(policy: Policy) -> int:
    conditions = [condition for rule in policy.rules.values() for condition in conditions_of(rule)]
    conditions += [guard.when for guard in policy.guards.values()]
    conditions += [*policy.signals.values(), *(count.when for count in policy.counts.values())]
    return sum(
        isinstance(leaf, Comparison) or bool(leaf.name)
        for condition in conditions
        for leaf in leaves(condition)
    )


def bounded(policy: Policy) -> int:
    """How many things keep rules back: limits, gates, guards."""
    rules = policy.rules.values()
    gates = sum(
        (rule.limit is not None) + (rule.rollout is not None) + len(rule.only_if_found) for rule in rules
    )
    return gates + len(policy.guards) + sum(len(rule.uses) for rule in rules)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_missing_character_never_drops_a_condition_in_silence(
    vocabulary: Vocabulary, data: st.DataObject
) -> None:
    whole = read_text(EXAMPLE, vocabulary, Problems())
    assert whole is not None
    spot = data.draw(st.sampled_from(SPOTS))
    problems = Problems()
    policy = read_text(EXAMPLE[:spot] + EXAMPLE[spot + 1 :], vocabulary, problems)
    assert (policy is None) == problems.has_errors
    if policy is not None:
        assert comparisons(policy) == comparisons(whole)
        assert bounded(policy) == bounded(whole)


words = st.sampled_from(
    ["rules", "guards", "signals", "when", "do", "all", "none", "text", "has", "in", "reply", "say", "intent", "question", "limit",
     "at_most", "per", "look_up", "nearest_store", "to", "place", "tests", "mention", "expect", "given", "calendars", "week", "1", "true",
     "", "x-y", "counts.a", "flags.b", "author.followers", "first_of", "forbid", "hold", "urgency", "steps", "formulas", "calc", "lists"]
)  # fmt: skip
trees = st.recursive(
    words | st.text("ab{}[]'\",:#&*!|>%@`-? \n0.", max_size=6).map(repr),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(st.tuples(words, inner), max_size=4).map(
            lambda pairs: (
                "{" + ", ".join(f"{key or 'k'}: {value}" for key, value in dict(pairs).items()) + "}"
            )
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=250, deadline=None)
@given(st.dictionaries(words.filter(bool), trees, min_size=1, max_size=5))
def test_nothing_a_user_writes_raises(vocabulary: Vocabulary, sections: dict[str, str]) -> None:
    text = "socialcare: 1\n" + "".join(f"{key}: {value}\n" for key, value in sections.items())
    problems = Problems()
    policy = read_text(text, vocabulary, problems)
    assert (policy is None) == problems.has_errors


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(EXAMPLE.splitlines()), max_size=25))
def test_lines_in_any_order_raise_nothing(vocabulary: Vocabulary, lines: list[str]) -> None:
    problems = Problems()
    policy = read_text("\n".join(lines), vocabulary, problems)
    assert (policy is None) == problems.has_errors
