from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.explaining.english import read_guard, read_rule, read_signal
from socialcare.policy.explaining.english_conditions import describe
from socialcare.policy.load import read_text
from socialcare.policy.statements import Policy

EXAMPLE = (Path(__file__).parents[1] / "example.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def policy(vocabulary: Vocabulary) -> Policy:
    found = read_text(EXAMPLE, vocabulary, Problems())
    assert found is not None
    return found


def test_the_examples_read_back_in_english(
    policy: Policy, vocabulary: Vocabulary, golden: Callable[[str, str], None]
) -> None:
    signals = [read_signal(name, policy) for name in policy.signals]
    rules = [read_rule(rule, policy, vocabulary) for rule in policy.rules.values()]
    guards = [read_guard(guard, policy) for guard in policy.guards.values()]
    golden("english.txt", "\n".join([*signals, *rules, *guards]))


@pytest.mark.parametrize(
    ("condition", "english"),
    [
        ("{intent: question}", "`intent` is question"),
        ("{intent: [question, praise], text: {has: [open, close]}}", "`intent` is question or praise and the text has “open” or “close”"),
        ("{any: [{intent: question}, {text: {has_all: [a, b]}}]}", "`intent` is question or the text has “a” and “b”"),
        (
            "{all: [{any: [{intent: question}, {intent: praise}]}], none: [{author.is_us: true}, {text: {matches: a+}}]}",
            "(`intent` is question or `intent` is praise) and (neither `author.is_us` is true nor the text matches “a+”)",
        ),
        ("{none: [{any: [{intent: question}, {intent: praise}]}]}", "it is not so that (`intent` is question or `intent` is praise)"),
        ("{author.followers: {above: 50, if_missing: false}}", "(`author.followers` is more than 50 and is not missing)"),
        ("{author.followers: {below: 50, if_missing: true}}", "(`author.followers` is less than 50 or is missing)"),
        ("{intent: {equals: praise, confidence: {at_least: 0.8}}}", "`intent` is praise and the confidence of `intent` is at least 0.8"),
        ("{product: {exists: false}}", "there is no `product`"),
        ("{time: {inside: night}, author.created_at: {within: 30d}}", "it is inside the calendar `night` and `author.created_at` was within the last 30d"),
        ("{author.handle: {in: staff}, text: {has: {in: staff}}}", "`author.handle` is in the list `staff` and the text has a word of the list `staff`"),
        ("{counts.talks: {reaches: 4}}", "the count `talks` arrives at 4"),
        ("{none: [asks]}", "not `asks`"),
    ],
)  # fmt: skip
def test_every_and_and_or_is_spelled_out(read: Callable[[str], Policy], condition: str, english: str) -> None:
    found = read(
        f"rules: {{r: {{when: {condition}, do: {{reply: Hi!}}}}}}\nlists: {{staff: [ann]}}\nsignals: {{asks: {{intent: question}}}}\n"
        "counts: {talks: {of: interaction}}\ncalendars: {night: {week: {every day: 22:00-07:00}}}\n"
    )
    assert describe(found.rules["r"].when) == english
