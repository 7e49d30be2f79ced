"""How a text is cut into words."""

from hypothesis import given
from hypothesis import strategies as st

from socialcare_intent.words import words


def test_words_links_names_numbers_and_marks_are_told_apart() -> None:
    text = (
        "Hey @AcmeCo, can’t pay £12.50 at https://acme.example/x?y=1 … WHY?!! #fail 😡 :( __email__ R&amp;D"
    )
    assert words(text).forms == [
        "hey", "HANDLE", ".", "can't", "pay", "NUMBER", "at", "URL", ".", "why", "?", "#fail", "😡", ":(",
        "MASK", "r", "&", "d",
    ]  # fmt: skip


def test_stretched_letters_are_shortened() -> None:
    assert words("soooo sloooow, helllp").forms == ["so", "slow", ".", "help"]


def test_a_word_stands_where_it_stands_in_the_text() -> None:
    cut = words("İstanbul: It is LATE")
    assert cut.forms[2:] == ["it", "is", "late"]
    assert cut.between(2, 5) == "It is LATE"


@given(st.text(max_size=300))
def test_any_text_is_cut_in_order(text: str) -> None:
    cut = words(text)
    assert len(cut.forms) == len(cut.found)
    assert all(form for form in cut.forms)
    ends = 0
    for piece in cut.found:
        assert ends <= piece.start() < piece.end() <= len(text)
        ends = piece.end()
