"""What X makes clickable; that it is so in every case is tested beside the lengths."""

import re
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from socialcare import Entity
from socialcare_x.entities import Kind, entities
from socialcare_x.links import links_in
from socialcare_x.tables import tables
from socialcare_x.units import from_units, to_units

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
        ("＃help", [("hashtag", "＃help")]),
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


# ---- by the letter ------------------------------------------------------------------------------------------------

SPACES = r"\x09-\x0d\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@cache
def patterns() -> dict[Kind, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Each kind as the reference's rules have it, read from left to right, and what must not follow."""
    facts = tables()
    letter, word = f"[{facts['letters']}]", f"[{facts['letters']}{facts['word_only']}]"
    handle = "[@\uff20][a-zA-Z0-9_]{1,20}(?:/[a-zA-Z][a-zA-Z0-9_-]{0,24})?"
    before_handle = "^|[^a-zA-Z0-9_!#$%&*@\uff20]|(?:^|[^a-zA-Z0-9_+~.-])(?:rt|RT|rT|Rt):?"
    hashtag = rf"[#\uff03](?![\ufe0f\u20e3]){word}*{letter}{word}*"
    before_hashtag = rf"^|[\ufe0e\ufe0f]|(?!{word}|&)[^\ud800-\udfff]"
    cashtag = r"\$[a-zA-Z]{1,6}(?:[._][a-zA-Z]{1,2})?"
    after_cashtag = rf"\Z|[\ufeff{SPACES}]|[!'#%&()*+,\\\-./:;<=>?@\[\]^_{{|}}~$]"
    return {
        "handle": (
            re.compile(f"(?:{before_handle})({handle})"),
            re.compile(f"[@\uff20{facts['latin_as_written']}]|://"),
        ),
        "hashtag": (re.compile(f"(?:{before_hashtag})({hashtag})"), re.compile("[#\uff03]|://")),
        "cashtag": (
            re.compile(rf"(?:^|[\x85\u180e{SPACES}])({cashtag})(?={after_cashtag})"),
            re.compile("(?!)"),
        ),
    }


def by_the_letter(text: str) -> list[Entity]:
    """The same as `entities` without any short way: every kind is searched for in every text."""
    units = to_units(text)
    found: list[Entity] = []
    for link in links_in(units):
        start, end = (len(from_units(units[:place])) for place in (link.start, link.end))
        found.append(Entity("url", start, end, text[start:end]))
    for kind, (pattern, after) in patterns().items():
        hits = (hit for hit in pattern.finditer(text) if not after.match(text, hit.end()))
        found += [Entity(kind, *hit.span(1), hit[1]) for hit in hits]
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda each: each.start):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept


SIGNS = st.sampled_from(
    "@@@＠###＃$$..。．｡ \n_-/:&!~+abrRtT1éЖ中😀👩🏽🇩\x85\u0301\u180e\u200b\u200d\u20e3\u3000\ufe0e\ufe0f\ud83d"
)
WORDS = st.sampled_from(
    f"rt RT: rt@a @a/b- @a/{'b' * 25} @{'a' * 21} #a\ufe0f acme.com :// https:// $A.B".split()
)


@given(st.lists(SIGNS | WORDS, max_size=12).map("".join))
@example("!@rt@x")
@example("@a/b-@c")
@example("@a/b-@c/d-@e")
@example("@a/b-@rt@x")
@example("#a\ufe0f#b")
@example("#a\ufe0f#b\ufe0f#c")
@example("\ud83d#a 😀#b &#c")
@example("😀 acme.com 😀 @a $A")
def test_the_short_ways_find_what_the_rules_find_by_the_letter(text: str) -> None:
    assert entities(text) == by_the_letter(text)
