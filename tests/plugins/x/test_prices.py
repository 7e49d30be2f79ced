from decimal import Decimal

import pytest

from socialcare_x.prices import price


@pytest.mark.parametrize(
    ("act", "has_url", "summoned", "dollars"),
    [
        ("reply", False, True, "0.010"),
        ("reply", True, True, "0.010"),
        ("reply", False, False, "0.015"),
        ("reply", True, False, "0.200"),
        ("quote", True, True, "0.200"),
        ("post", False, False, "0.015"),
        ("post", True, False, "0.200"),
        ("dm", True, True, "0.015"),
        ("repost", False, True, "0.015"),
        ("label", False, True, "0"),
    ],
)
def test_an_act_costs_what_the_pricing_page_says(
    act: str, has_url: bool, summoned: bool, dollars: str
) -> None:
    assert price(act, has_url=has_url, summoned=summoned) == Decimal(dollars)


def test_answering_ten_thousand_mentions_costs_about_a_hundred_dollars() -> None:
    assert 10_000 * price("reply", has_url=False, summoned=True) == 100
