"""The short ways to a URL: they find what the search through the whole text finds."""

import re
import string

from hypothesis import example, given
from hypothesis import strategies as st

from socialcare_x.links import links, links_in, may_hold_link
from socialcare_x.tables import tables
from socialcare_x.units import to_units

SIGNS = st.sampled_from("....。．｡ \n\t@#$_-/:?&()!aZ9éЖ中😀\u0301\u00a0\u200b\u200d\u212a\ud83d")
DOMAINS = st.sampled_from(
    [
        *[
            "acme.com",
            ".com",
            ".co.uk",
            ".中国",
            "https://",
            "HTTP://",
            "t.co/",
            "/a_(b)",
            "?a=1",
            "xn--p1ai",
            "jo@acme.de",
        ],
        "a" * 64,
        "👍🏽",
    ]
)
LINKS = st.sampled_from([" acme.com/messages ", "https://acme.com/messages"])
TEXTS = st.lists(SIGNS | DOMAINS | LINKS, max_size=14).map("".join)


@given(TEXTS)
@example("éacme.com acme.com")
@example("😀a.de b.de")
@example(" https://a.de")
@example("a éacme.com 中acme.com")
@example("acme1.com")
@example("http://acme.中国")
def test_the_stretches_between_spaces_hold_the_urls_of_the_whole_text(text: str) -> None:
    units = to_units(text)
    assert links(units) == links_in(units)
    assert links(units) == links_in(units)  # from memory


@given(TEXTS)
def test_no_url_is_without_a_dot_that_may_be_one_of_a_url(text: str) -> None:
    assert may_hold_link(text) or not links_in(to_units(text))
    assert may_hold_link(text) == may_hold_link(to_units(text))


@given(TEXTS, st.integers(0))
def test_what_is_remembered_of_one_text_is_not_changed_by_another(text: str, place: int) -> None:
    moved = to_units(f"{'x ' * (place % 5)}{text}")
    links(to_units(text))
    assert links(moved) == links_in(moved)


def test_every_top_level_domain_begins_with_a_letter_or_beyond_ascii() -> None:
    assert re.fullmatch(
        r"[A-Za-z\x80-\U0010ffff]+", "".join(name[0] for name in tables()["top_level_domains"].split())
    )


def test_ascii_punctuation_and_spaces_stand_in_no_domain() -> None:
    for sign in string.punctuation + string.whitespace:
        assert not links_in(f"acme{sign}.com")
