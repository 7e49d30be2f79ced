"""What X makes clickable; that it is so in every case is tested beside the lengths."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare_x.entities import entities

PIECES = st.sampled_from(
    ["@acme", "#help", "$AAPL", "acme.com", "https://acme.com/a", " ", ".", "😀", "中", "é", "@", "#"]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Acme hello", [("handle", "@Acme")]),
        ("＠Acme hello", [("handle", "＠Acme")]),
        ("see @acme/stores", [("handle", "@acme/stores")]),
        ("mail me@acme.com", []),
        ("#help #1 #día", [("hashtag", "#help"), ("hashtag", "#día")]),
        ("$AAPL and $5", [("cashtag", "$AAPL")]),
        ("go to acme.com.", [("url", "acme.com")]),
        ("go to https://acme.com/#help", [("url", "https://acme.com/#help")]),
        ("日本acme.com/a日本", [("url", "acme.com/a")]),
        ("acme.invalid", []),
        ("http://münchen.de/x", [("url", "http://münchen.de/x")]),
    ],
)
def test_a_text_holds_these_entities(text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.kind, entity.text) for entity in entities(text)] == found


@given(st.lists(PIECES, max_size=12).map("".join))
def test_entities_stand_in_order_apart_and_quote_the_text(text: str) -> None:
    found = entities(text)
    assert all(text[entity.start : entity.end] == entity.text for entity in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
