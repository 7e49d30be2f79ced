"""The page of words lists everything, and its examples can be used as they stand."""

from collections.abc import Callable

import pytest

from socialcare.diagnostics import Problems, render_text
from socialcare.model import Vocabulary
from socialcare.policy.explaining.vocabulary_page import vocabulary_page
from socialcare.policy.load import read_text
from socialcare.policy.reading.operators import OPERATORS

AROUND = (
    "lists: {staff: [ann]}\ncounts: {talks: {of: interaction}}\n"
    "calendars: {night: {week: {every day: 22:00-07:00}}, open_hours: {week: {mon-fri: 09:00-18:00}}}\n"
)


def test_every_word_is_on_the_page(vocabulary: Vocabulary, golden: Callable[[str, str], None]) -> None:
    page = vocabulary_page(vocabulary)
    for word in (*vocabulary.fields, "product.name", *vocabulary.actions, *vocabulary.lookups, *OPERATORS):
        assert f"`{word}`" in page
    golden("vocabulary.md", page)


@pytest.mark.parametrize("word", OPERATORS)
def test_the_example_of_an_operator_is_a_condition(vocabulary: Vocabulary, word: str) -> None:
    text = f"socialcare: 1\n{AROUND}rules:\n  r:\n    when:\n      {OPERATORS[word].example}\n    do: {{reply: Hi!}}\n"
    problems = Problems()
    assert read_text(text, vocabulary, problems) is not None, render_text(
        problems, lambda _: text, color=False
    )
    assert word in OPERATORS[word].example
