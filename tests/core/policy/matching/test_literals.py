import sys

import pytest
import re2  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given
from hypothesis import strategies as st

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.matching.literals import _is_plain, hints, needed, needs


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("store", [{"store"}]),
        (r"\bStore\b", [{"store"}]),
        (r"\bref\W+(?:\w+\W+){0,3}late\b", [{"ref"}, {"late"}]),
        (r"(?:ref|order)\s*(?:no\.?|#)?\s*41\d{3,}", [{"ref", "order"}, {"41"}]),
        (r"(?:not|can'?t)\s+stay", [{"not", "can"}, {"stay"}]),
        (r"fo+bar", [{"fo"}, {"bar"}]),
        (r"foo?bar", [{"fo"}, {"bar"}]),
        (r"fo{2}bar", [{"fo"}, {"bar"}]),
        (r"fo{0,2}bar", [{"f"}, {"bar"}]),
        (r"(?:foo)?bar", [{"bar"}]),
        (r"(?:foo)+?bar", [{"foo"}, {"bar"}]),
        (r"\$45\.", [{"$45."}]),
        ("магазин", [{"магазин"}]),
        ("予約", [{"予約"}]),
        ("Straße", [{"stra"}, {"e"}]),
        (r"(a|b)c?", [{"a", "b"}]),
        (r"(?:!|\?){1,3}3", [{"!", "?"}, {"3"}]),
        (r"foo|\d", []),
        (r"\x41\x42", []),
        (r"[ab]\pL.^$", []),
        ("(" * 101 + "foo" + ")" * 101, []),
    ],
)
def test_a_pattern_needs_these_literals(source: str, found: list[set[str]]) -> None:
    Pattern(source)
    assert [set(literals) for literals in needed(source)] == found


@pytest.mark.parametrize(
    ("source", "literals", "signs"),
    [
        (r"the\s+my\s+extraordinary\s+refundable\s+is\s+voucher", [{"extraordinary"}, {"refundable"}, {"voucher"}], []),
        (r"is", [{"is"}], []),
        (r"3\s*(?:min|hours)\b", [{"min", "hours"}], [{"3"}]),
        (r"(?:app|store)(?:!|\?)", [{"app", "store"}], [{"!", "?"}]),
        (r"can't", [{"can"}], []),
        (r"\.\.\.", [{"..."}], [{"..."}]),
        (r"\.\.\.\s*late", [{"late"}], [{"..."}]),
        (r"予約\s+café", [{"caf"}], []),
        (r"k\d", [], []),
    ],
)  # fmt: skip
def test_what_is_easiest_to_find_is_looked_for(
    source: str, literals: list[set[str]], signs: list[set[str]]
) -> None:
    found = hints(source)
    assert needs(source) == found.literals
    assert (list(map(set, found.literals)), list(map(set, found.signs))) == (literals, signs)


def test_a_plain_letter_is_folded_by_re2_only_to_what_casefold_takes_to_the_same() -> None:
    chars = [chr(code) for code in range(sys.maxunicode) if not 0xD800 <= code < 0xE000]
    cased = [c for c in chars if len({c, c.lower(), c.upper(), c.title(), c.casefold()}) > 1]
    options = re2.Options()
    options.case_sensitive = False
    text = "".join(cased)
    wrong = [
        (c, hit[0])
        for c in cased
        if _is_plain(c)
        for hit in re2.compile(re2.escape(c), options).finditer(text)
        if hit[0].casefold() != c.casefold()
    ]
    assert wrong == []


PIECES = st.sampled_from(["a", "st", "K", "s", "é", "ß", "σ", "İ", "Ж", "予", r"\d", r"\w", ".", "(?:", "(", ")", "|", "?", "*", "+", "{2}", "{0,1}", "\\.", "[ab]", "[^a]", r"[^\w]", r"[\s-]", r"\W", r"\S", "^", "$", "-"])  # fmt: skip
TEXTS = st.text(alphabet="aAsStTſkKKéÉßẞσςΣİiıжЖ予1. b")


EDGES = st.sampled_from(["", "", r"\b"])
SOURCES = st.tuples(EDGES, st.lists(PIECES, min_size=1, max_size=9).map("".join), EDGES).map("".join)


@given(SOURCES, st.lists(TEXTS | st.text(alphabet="aAsSt_1 .'-\x1c\n"), max_size=8))
def test_what_fits_has_a_literal_of_each_set(source: str, texts: list[str]) -> None:
    try:
        pattern = Pattern(source)
    except Flaw:
        return
    sets = [*needed(source), *hints(source).literals, *hints(source).signs]
    for text in [*texts, source]:
        fits = pattern.search(text) is not None
        assert pattern.fits(text) is fits
        if fits:
            assert all(any(literal in text.casefold() for literal in literals) for literals in sets)
