"""A pattern is checked without building it: what passes can be built, and what fails says what building says."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.patterns import Pattern

PIECES = [
    *("a", "k", "é", "漢", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\pL", r"\p{Greek}", r"\P{Lu}", r"\b", ".", "^", "$", r"\.", r"\x{41}"),
    *("[a-z]", r"[\w-]", r"[^\w]", r"[!-\w]", r"[z-\d]", r"[\d-z]", "[[:alpha:]]", r"[^\s,]", "[z-a]", r"[\p{Nope}]", r"[\w\pS\pP]", "[", "]"),
    *("(", "(?:", ")", "|", "*", "+", "?", "{2,}", "{0,3}", "{40}", "{0,200}", "{1000}", "{1001}", "{,3}", "(?i)", r"\C", r"\1", "\\"),
]  # fmt: skip


def outcome(source: str, *, built: bool) -> object:
    try:
        pattern = Pattern.known(source) if built else Pattern(source)
        pattern.search("a")
    except Flaw as flaw:
        return flaw.sentence, flaw.offset, flaw.length
    return None


@settings(max_examples=1500)
@example(r"\w" * 60)
@example(r"\b" + r"\w" * 60)
@example(r"(?:\w{0,9}){0,9}")
@example(r"(?:a{0,30}){30}")
@example(r"(?:a?){1000}")
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_a_pattern_that_passes_can_be_built(source: str) -> None:
    try:
        pattern = Pattern(source)
    except Flaw:
        return
    pattern.search("a text with some words 12 é 漢")


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join))
def test_what_cannot_be_built_says_the_same_when_it_is_checked(source: str) -> None:
    built = outcome(source, built=True)
    if built is not None:
        assert outcome(source, built=False) == built


def test_patterns_of_one_source_are_equal() -> None:
    assert Pattern("a+") == Pattern.known("a+")
    assert hash(Pattern("a+")) == hash(Pattern.known("a+"))
    assert Pattern("a+") != Pattern("a*")
    assert Pattern.known(r"\bstore\b").search("the store") == (4, 9)
