from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.policy.deciding.guarding import within_share


@pytest.mark.parametrize(
    ("of_kind", "of_all", "allowed"),
    [(0, 0, True), (1, 5, False), (1, 18, False), (1, 19, True), (2, 28, False), (2, 29, True)],
)
def test_ten_percent_lets_the_first_one_through_and_then_one_in_ten(
    of_kind: int, of_all: int, allowed: bool
) -> None:
    assert within_share(of_kind=of_kind, of_all=of_all, share=0.1) is allowed


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 100))
def test_a_budget_is_the_formula_of_the_design(of_kind: int, of_all: int, percent: int) -> None:
    share = Fraction(percent, 100)
    exact = of_kind + 1 <= share * max(Fraction(of_all + 1), 1 / share)
    assert within_share(of_kind=of_kind, of_all=of_all, share=percent / 100) is exact


def test_a_share_of_nothing_lets_nothing_through() -> None:
    assert not within_share(of_kind=0, of_all=100, share=0.0)
