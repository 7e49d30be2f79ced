"""The glance at a line: what it lets pass, the close look lets pass too, and what follows is read alike."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.diagnostics import Diagnostic, Problems
from socialcare.policy.yaml.harmless import HARMLESS
from socialcare.policy.yaml.page import Page
from socialcare.policy.yaml.traps import find_traps

ROOT = Path(__file__).parents[4]
NOTHING = re.compile(r"(?!)")
PIECES = [
    *("a: b", "key:", "key: ", "- ", "- x", "-0.4", "text: {has: [a, b]}", "{a: 'b'}", "[a, 'b', \"c\"]", "[1,5]", "{a b}"),
    *("'it''s'", '"x"', '"\\b"', "“x”", "a:b", "x # c", "x #c", " # c", "#c", "a, b", "{{ x }}", "[a, {b: c}]", "?", "x?", "{}", "[]"),
    *(" ", "  ", "    ", "\t", ":", "|", ">-", "'", '"', "{", "}", "[", "]", ",", "---", "%", "!x", "&x", "*x", "@x", "a: - b"),
    *("\n", "\n", "\n  ", "\n  ", "\n    ", "\n- ", "\nk: ", "\n  k: ", "\n  - ", "\nk:\n  ", "é", "\u00a0"),
]  # fmt: skip


def traps(text: str, harmless: re.Pattern[str] = HARMLESS) -> tuple[list[Diagnostic], int | None]:
    problems = Problems()
    page = Page(text.split("\n"), "a.yaml", problems)
    find_traps(page, harmless)
    return problems.items, page.broken_from


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_a_glance_and_a_close_look_find_the_same(text: str) -> None:
    assert traps(text) == traps(text, NOTHING)


@settings(max_examples=200)
@given(st.data())
def test_they_find_the_same_in_a_policy_with_one_sign_changed(data: st.DataObject) -> None:
    source = (ROOT / "rules" / data.draw(st.sampled_from(["questions.yaml", "complaints.yaml"]))).read_text(
        "utf-8"
    )
    at = data.draw(st.integers(0, len(source) - 1))
    text = source[:at] + data.draw(st.sampled_from(PIECES)) + source[at + data.draw(st.integers(0, 1)) :]
    assert traps(text) == traps(text, NOTHING)


@pytest.mark.parametrize(
    "line",
    [
        "  r1:",
        "    rank: question",
        "      - text: {has: ['a', b]}",
        "  - x",
        "- - a: b",
        "of: 'it''s' # c",
        "at: -0.4",
    ],
)
def test_the_lines_of_an_everyday_policy_are_harmless(line: str) -> None:
    assert HARMLESS.match(line)


@pytest.mark.parametrize(
    "line",
    ["a: [" + " " * 900_000, "a: '" + "''" * 400_000, "a: {" + "b: c, " * 200_000, "- " * 400_000 + "?"],
)
def test_a_line_takes_no_longer_than_its_length(line: str) -> None:
    """It would take hours if one repetition gave back what it took."""
    assert not HARMLESS.match(line)
