"""What a newcomer who is wrong reads as the way out."""

from dataclasses import replace

import pytest

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.load import read_text

RULE = "socialcare: 1\nrules: {{hours: {{when: {}, do: {}}}}}\n"


def fixes(text: str, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    problems = Problems()
    assert read_text(text, vocabulary, problems) is None
    return [(item.message, item.fix) for item in problems.items]


@pytest.mark.parametrize(
    ("when", "kind", "fix"),
    [
        ("{text: {has: {in: slang}}}", "list `slang`", "`lists: {slang: [one, another]}`"),
        ("{all: [regular]}", "signal `regular`", "`signals: {regular: {intent: question}}`"),
        (
            "{time: {inside: lent}}",
            "calendar `lent`",
            "`calendars: {lent: {week: {mon-fri: 09:00-18:00}}}`",
        ),
    ],
)
def test_a_name_that_is_like_no_other_is_shown_as_it_would_be_declared(
    vocabulary: Vocabulary, when: str, kind: str, fix: str
) -> None:
    ((message, way_out),) = fixes(RULE.format(when, "{reply: hi}"), vocabulary)
    assert (message, way_out) == (f"unknown {kind}", f"declare it at the top of a file: {fix}")


def test_a_condition_in_prose_is_shown_the_form(vocabulary: Vocabulary) -> None:
    ((_, fix),) = fixes(RULE.format("intent is question", "{reply: hi}"), vocabulary)
    assert fix == "a condition is a map, as in `when: {intent: question}`"


def test_a_word_like_no_other_may_be_one_of_a_plugin_that_is_off(vocabulary: Vocabulary) -> None:
    partial = replace(vocabulary, off=("acme", "places"))
    said = fixes(RULE.format("{shoe_size: 43, intnt: question}", "{sing: hi}"), partial)
    way_out = "if a plugin brings it, switch that on in socialcare.toml; off are acme, places"
    assert said == [
        ("unknown field `shoe_size`", way_out),
        ("unknown field `intnt`", ""),
        ("unknown action `sing`", way_out),
    ]


def test_keys_that_are_not_indented_under_their_rule_are_asked_to_be(vocabulary: Vocabulary) -> None:
    said = fixes("socialcare: 1\nrules:\n  hours:\n  do: {reply: hi}\n", vocabulary)
    assert said[0] == (
        "expected a map with `do`, found nothing",
        "indent the lines that belong to it deeper than its name",
    )


@pytest.mark.parametrize(
    ("written", "right"),
    [("2 hours", "2h"), ("15 min", "15m"), ("1 Day", "1d"), ("1.5 hrs", "1.5h"), ("30 seconds", "30s")],
)
def test_a_span_of_time_that_is_spelt_out_is_shown_short(
    vocabulary: Vocabulary, written: str, right: str
) -> None:
    ((message, _),) = fixes(
        RULE.format(f"{{author.account_age: {{below: {written}}}}}", "{reply: hi}"), vocabulary
    )
    assert message == f"`{written}` is written `{right}`"


@pytest.mark.parametrize(
    ("when", "fix"),
    [
        ("{not: {intent: question}}", "write `none: [{…}]`, with the conditions that must not hold"),
        ("{or: [{intent: question}]}", "write `any: [{…}, {…}]`, or a list of values under one field"),
        (
            "{intent: question, confidence: {at_least: 0.8}}",
            "put it under its field: `intent: {equals: question, confidence: {at_least: 0.8}}`",
        ),
        ("{author.followers: '>= 1000'}", "write `author.followers: {at_least: 1000}`"),
    ],
)
def test_what_other_languages_write_is_shown_as_it_is_written_here(
    vocabulary: Vocabulary, when: str, fix: str
) -> None:
    ((_, way_out),) = fixes(RULE.format(when, "{reply: hi}"), vocabulary)
    assert way_out == fix


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (
            "{reply: [hi, ho]}",
            ("expected a text or a map, found a list", "put the texts under `say`: `{say: [one, another]}`"),
        ),
        (
            "{notify: jo@acme.example}",
            (
                "unknown person `jo@acme.example`",
                "give the address a name, `people: {duty: jo@acme.example}`, and write the name",
            ),
        ),
        (
            "{reply: 'Hi {author.handle}'}",
            ("`{author.handle}` is no placeholder", "write `{{ author.handle }}`"),
        ),
    ],
)
def test_what_a_customer_or_nobody_would_have_read_is_refused(
    vocabulary: Vocabulary, do: str, said: tuple[str, str]
) -> None:
    assert fixes(RULE.format("{intent: question}", do), vocabulary) == [said]


def test_other_braces_are_text(vocabulary: Vocabulary) -> None:
    problems = Problems()
    assert read_text(RULE.format("{intent: question}", "{reply: 'a {b} {c.d} e'}"), vocabulary, problems)
