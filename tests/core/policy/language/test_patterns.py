import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.patterns import Pattern


def found(source: str, text: str) -> str | None:
    span = Pattern(source).search(text)
    return None if span is None else text[span[0] : span[1]]


@pytest.mark.parametrize(
    ("source", "text", "hit"),
    [
        ("ship(ped)?", "It SHIPPED", "SHIPPED"),
        (r"\bcafé\b", "un CAFÉ noir", "CAFÉ"),
        (r"\bcaf\b", "un café noir", None),
        (r"\bship\b", "shipping", None),
        (r"\bship\b", "a ship!", "ship"),
        (r"\bship\b", "shipping a ship", "ship"),
        (r"\b(ship|shipp)\b", "shipp", "shipp"),
        (r"\bship", "worship shipping", "ship"),
        (r"ship\b", "ships worship", "ship"),
        (r"\b!\w", "hi !x hi!x", "!x"),
        (r"\b.{3}\b", "añb ab", "añb"),
        (r"\b[^,]+\b", ", ab-cd!,", "ab-cd"),
        (r"order \d{3,}\b", "Order 1234x order 123", "order 123"),
        (r"^\w+", "हिन्दी में", "हिन्दी"),
        (r"\bहिन्दी\b", "यह हिन्दी है", "हिन्दी"),
        (r"\bहिन\b", "यह हिन्दी है", None),
        (r"\d+", "no. ٤٢", "٤٢"),
        (r"a\sb", "a\u00a0b", "a\u00a0b"),
        (r"[\w.]+@\w+\.\w+", "mail to ann.lee@acme.example", "ann.lee@acme.example"),
        (r"\W+", "añb, c", ", "),
        (r"\bÑ", "mañana ñandú", "ñ"),
        ("straße", "STRASSE Straße", "Straße"),
        (r"\$\d+(?:\.\d{2})?", "it was $12.50!", "$12.50"),
        (r"\b\$", "5$", "$"),
        ("(?:){1}x", "x", "x"),
        (r"x\b$".replace("$", ""), "x", "x"),
        (r"^x\b", "x y", "x"),
        (r"\bx$", "y x", "x"),
        (r"\p{Greek}+", "abc Ελλάδα", "Ελλάδα"),
        (r"\b\P{Greek}{3}\b", "Ελλ abc", "abc"),
        (r"👍+", "ok 👍👍", "👍👍"),
        (r"\bok", "👍ok", "ok"),
        ("[]x]+", "a]x", "]x"),
        (r"[\\W]+", "aw\\", "w\\"),
        ("a.b", "a\nb", None),
    ],
)
def test_a_pattern_finds(source: str, text: str, hit: str | None) -> None:
    assert found(source, text) == hit


def test_the_place_is_counted_in_characters_of_the_raw_text() -> None:
    assert Pattern("b+").search("ñ👍 bb") == (3, 5)
    assert Pattern(r"\bbb\b").search("ñ👍 a bb") == (5, 7)


@pytest.mark.parametrize(
    ("source", "sentence", "offset"),
    [
        ("", "an empty pattern", 0),
        ("x" * 1_001, "1,001", 0),
        ("(?=a)b", "cannot look around", 0),
        ("a(?!b)", "cannot look around", 1),
        ("(?<=a)b", "cannot look around", 0),
        ("(?<!a)b", "cannot look around", 0),
        (r"(a)\1", "cannot refer back", 3),
        ("(?P<n>a)", "write `(…)`", 0),
        ("(?<n>a)", "write `(…)`", 0),
        ("a(?i)b", "case never counts", 1),
        (r"a\Cb", r"`\C`", 1),
        (r"a\Bb", r"`\B`", 1),
        (r"a\bb", "two ends", 1),
        (r"(\ba)", "two ends", 1),
        (r"\ba|b\b|c", "two ends", 5),
        (r"\b", r"beside `\b`", 0),
        (r"\ba*\b", r"beside `\b`", 0),
        (r"\b^a", "leave one out", 2),
        (r"a$\b", "leave one out", 1),
        ("\bstore\b", "use single quotes", 0),
        ("a\x00", "U+0000", 1),
        ("a\ud800", "U+D800", 1),
        (r"[\W]", "begin the set with `[^`", 1),
        (r"a[b\D]", "begin the set with `[^`", 3),
        ("[[:^alpha:]]", "begin the set with `[^`", 1),
        (r"\Qa\E", r"`\Q`", 0),
        ("a{,3}", "write `{0,3}`", 1),
        ("a(b", "never closed", 0),
        ("a)b", "closes nothing", 0),
        ("ab[c", "never closed", 2),
        ("a**", "one repetition follows another", 1),
        ("*a", "nothing to repeat", 0),
        ("a{2000}", "too large", 1),
        ("[z-a]", "range of characters", 1),
        (r"ab\y", "no meaning", 2),
        ("ab\\", "escapes nothing", 2),
        (r"\w{500}", "the pattern is too large", 0),
        (r"[\x{80}-\x{10ffff}]", "no character", 8),
    ],
)
def test_what_re2_or_the_dialect_lacks_is_refused_with_a_reason(
    source: str, sentence: str, offset: int
) -> None:
    with pytest.raises(Flaw, match=re.escape(sentence)) as caught:
        Pattern(source)
    assert caught.value.offset == offset


def test_s8_a_catastrophe_for_other_engines_is_none_and_nothing_is_logged(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert Pattern("(a|aa)+$").search("a" * 5_000 + "b") is None
    assert Pattern(r"\b(a|aa)+\b").search("a" * 5_000 + "é") is None
    with pytest.raises(Flaw):
        Pattern(r"(?:\w{30}){30}")
    assert capfd.readouterr() == ("", "")


@given(st.text() | st.text(alphabet=r"ab\bwWdDsSpPLC[]^-(){}?*+|.$:=<!0123,"), st.text())
def test_any_source_is_a_pattern_or_a_flaw(source: str, text: str) -> None:
    try:
        pattern = Pattern(source)
    except Flaw:
        return
    span = pattern.search(text)
    assert span is None or 0 <= span[0] <= span[1] <= len(text)


LETTERS = "ab_é1Я -!"
ATOMS = st.sampled_from(
    [*LETTERS.replace("-", ""), r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", ".", "[ab]", "[^a]"]
)
ATOMS |= st.sampled_from([r"[^\w]", r"[\w!]", r"[\d\s]", "(?:a|ab)", r"(\w|!)", "(é|)", r"\-"])
COUNTS = st.sampled_from(["", "", "", "+", "?", "{2}", "{1,2}", "+?", "*"])
RUNS = st.lists(st.tuples(ATOMS, COUNTS), min_size=1, max_size=4).map(
    lambda run: "".join(atom + ("" if "|)" in atom else count) for atom, count in run)
)
CORES = st.lists(RUNS, min_size=1, max_size=2).map("|".join)
EDGES = st.sampled_from(["", r"\b"])


@given(EDGES, CORES, EDGES, st.lists(st.text(alphabet=LETTERS, max_size=12), min_size=1, max_size=5))
def test_a_pattern_finds_what_pythons_own_finds(before: str, core: str, after: str, texts: list[str]) -> None:
    source = before + core + after
    try:
        pattern = Pattern(source)
    except Flaw:
        assert re.fullmatch(core, "")
        return
    for text in texts:
        hit = re.search(source, text, re.IGNORECASE)
        assert pattern.search(text) == (hit and hit.span())
