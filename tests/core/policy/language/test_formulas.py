import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.formulas import Formula

NUMBERS = {"a": 3.0, "b.c": 4.0, "zero": 0.0, "author.followers": 6_000, "mention.retweets": 0}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("5", 5),
        (".5", 0.5),
        ("0.2 * author.followers + 80 * mention.retweets", 1_200),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("8 - 4 - 2", 2),
        ("8 / 4 / 2", 1),
        ("2 - -3", 5),
        ("--2", 2),
        ("-a * 2", -6),
        ("-(a + b.c)", -7),
        ("min(a, b.c, 1 + 1)", 2),
        ("max(a, b.c) * 2", 8),
        ("max(min(a, 1), -1)", 1),
        (" a+b.c\n", 7),
        ("a / zero", None),
        ("missing * 0", None),
        ("min(1, missing)", None),
        ("9" * 300 + " * " + "9" * 300, None),
        ("9" * 400, None),
        ("1 / (a - a)", None),
    ],
)
def test_a_formula_is_worked_out(source: str, value: float | None) -> None:
    assert Formula.read(source).value(NUMBERS.get) == value


@pytest.mark.parametrize(
    ("source", "sentence", "offset"),
    [
        ("", "expected a number or a name, found nothing more", 0),
        ("a +", "expected a number or a name, found nothing more", 3),
        (" \x1f", "expected a number or a name, found nothing more", 2),
        ("* a", "expected a number or a name, found `*`", 0),
        ("a b", "expected an operator such as `+`, found `b`", 2),
        ("2a", "found `2a`", 0),
        ("20 % of a", "found `%`", 3),
        ("10,000", "expected an operator such as `+`, found `,`", 2),
        ("1.2.3", "found `1.2.3`", 0),
        ("a.", "found `.`", 1),
        ("(a", "expected `)`, found nothing more", 2),
        ("a)", "found `)`", 1),
        ("()", "expected a number or a name, found `)`", 1),
        ("min(a)", "`min(a, b)`", 0),
        ("min(a, )", "expected a number or a name, found `)`", 7),
        ("1 + abs(a)", "`abs(` is not known", 4),
        ("a ** 2", "expected a number or a name, found `*`", 3),
        ("a.__class__()", "is not known", 0),
        ("a; b", "found `;`", 1),
        ("(" * 60, "50 brackets", 51),
        ("-" * 60 + "1", "50 brackets", 51),
        ("1" * 1_001, "1,001", 0),
    ],
)
def test_what_is_no_formula_is_refused_with_its_place(source: str, sentence: str, offset: int) -> None:
    with pytest.raises(Flaw, match=re.escape(sentence)) as caught:
        Formula.read(source)
    assert caught.value.offset == offset


def test_the_names_are_told_with_their_first_places() -> None:
    assert Formula.read("b.c + max(a, 2) * b.c").paths == {"b.c": 0, "a": 10}
    assert Formula.read("min * 2").paths == {"min": 0}


@given(st.text() | st.text(alphabet="ab.019+-*/(), minax%"))
def test_any_text_is_a_formula_or_a_flaw(source: str) -> None:
    try:
        formula = Formula.read(source)
    except Flaw:
        return
    number = formula.value(lambda _: 2.0)
    assert number is None or math.isfinite(number)


LEAVES = (
    st.sampled_from(["a", "b.c", "zero"])
    | st.integers(0, 9).map(str)
    | st.floats(0, 9).map(lambda x: f"{x:.2f}")
)


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", " - "]), inner).map("".join)
    chosen = st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda x: f"{x[0]}({x[1]},{x[2]})")
    return pair | chosen | inner.map(lambda x: f"({x})") | inner.map(lambda x: f"-{x}")


@given(st.recursive(LEAVES, joined, max_leaves=12))
def test_a_formula_means_what_arithmetic_means(source: str) -> None:
    try:
        # the test's own words, never a user's
        expected = eval(source.replace("b.c", "b"), {"a": 3.0, "b": 4.0, "zero": 0.0, "min": min, "max": max})
    except ZeroDivisionError:
        expected = None
    assert Formula.read(source).value(NUMBERS.get) == expected
