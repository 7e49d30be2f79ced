import csv
import gzip
import re
import unicodedata
from pathlib import Path

import pytest
from emoji import EMOJI_DATA
from hypothesis import example, given
from hypothesis import strategies as st

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.words import (
    _HANDLE,
    _LINK,
    EDGE,
    _foreign,
    bare,
    contains,
    ends_with,
    exactly,
    flat,
    line,
    needle,
    normal,
    phrase,
    row,
    row_and_rest,
    starts_with,
    words,
)

TEXTS = st.text() | st.text(alphabet="aB9_é'’ß#@.*: \n/\u200b❤\ufe0f👍🏽\u200d💻東ｱ\u0301")

PIECES = (
    "'", "`", "<", "=", "*", "#", "1", " ", "K", "İ", "ſ", "a", "É", "e\u0301", "\u0301", "\u0338", "\u0307", "\ufe0f", "\u20e3", "\u200d", "\u200b",
    "👍", "🏽", "💻", "👩", "❤", "🇩", "🇪", "©", "…", "“", "\xa0", "\u3000", "가", "\u1100", "\u1161", "ﾞ", "ｶ", "ﬁ", "क्", "＠a", "@a", "@", "://", "http://a",
    "www.b", "wW.c", ".", "_", "\x1c", "\n", "\ud800", "ß", "Σ",
)  # fmt: skip
"""What could make a difference where it stands beside another."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Do you have a STORE?", ("do", "you", "have", "a", "store")),
        ("I can't, I can’t, I canʼt", ("i", "cant", "i", "cant", "i", "cant")),
        ("snake_case and 24h", ("snake_case", "and", "24h")),
        ("Größe CAFÉ Ελλάδας", ("grösse", "café", "ελλάδασ")),
        ("магазин рядом?", ("магазин", "рядом")),
        ("हिन्दी में", ("हिन्दी", "में")),
        ("ＡＣＭＥ ﬁne", ("acme", "fine")),
        ("see #HX200 and ＃Recall", ("see", "hx200", "and", "recall")),
        (".@AcmeCo RT@Globex hi@AcmeCo ＠acme hello", ("rt", "globex", "hi", "acmeco", "hello")),
        ("@me@mastodon.example @ann.bsky.social hello", ("hello",)),
        ("ねえ@AcmeCoさん", ("ねえ", "さん")),
        ("open? https://acme.example/store (www.acme.example/x)", ("open",)),
        ("HTTPS://T.CO/store é", ("é",)),
        ("Acme™ says 5x²", ("acme", "™", "says", "5x2")),
        ("ok👍🏽ok", ("ok", "👍", "ok")),
        ("👩🏽‍💻❤️", ("👩‍💻", "❤")),
        ("🇩🇪🇫🇷 1️⃣", ("🇩🇪", "🇫🇷", "1⃣")),
        ("", ()),
        (" \n!? ", ()),
    ],
)
def test_a_text_has_these_words(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


def test_s1_invisible_characters_hide_no_word_and_the_original_is_kept() -> None:
    text = "s\u200bt\u00adore \u202ecard"
    assert words(text) == ("store", "card")
    assert text == "s\u200bt\u00adore \u202ecard"


def test_every_emoji_is_one_word_that_stays_itself() -> None:
    assert [
        emoji for emoji in EMOJI_DATA if len(words(emoji)) != 1 or words(words(emoji)[0]) != words(emoji)
    ] == []


@given(TEXTS)
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(TEXTS)
def test_words_read_again_are_the_same_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(TEXTS, TEXTS)
def test_texts_side_by_side_have_the_words_of_both(one: str, other: str) -> None:
    assert line(f"{one} \n {other}") == f" {' '.join(words(one) + words(other))} "


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_read_the_same_way_in_foreign_company(text: str) -> None:
    assert words(text + " é") == (*words(text), "é")
    assert normal(text + "é") == normal(text) + "é"


@given(TEXTS | st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@example("<ﾞ\u0338")
def test_the_fast_ways_lead_where_the_slow_ones_do(text: str) -> None:
    bare_text = _HANDLE.sub(" ", _LINK.sub(" ", text))
    assert line(text) == f" {' '.join(_foreign(bare_text))} "
    assert row(text) == line(text).encode("utf-8", "surrogatepass").replace(b" ", EDGE)
    assert flat(text) == " ".join(normal(text).split())
    assert row_and_rest(text).startswith(row(text))
    for run in re.findall("[a-z0-9_]+", text.casefold()):
        assert run.encode() in row_and_rest(text)


@given(TEXTS)
def test_words_are_made_of_letters_digits_marks_and_underscores_or_are_emoji(text: str) -> None:
    for word in words(text):
        of_word = (c.isalnum() or c == "_" or unicodedata.category(c)[0] == "M" for c in word)
        assert word in EMOJI_DATA or all(of_word)


@pytest.mark.parametrize(
    ("item", "text", "found"),
    [
        ("store", "Any STORES?", False),
        ("store", "any store?", True),
        ("near me", "Is it near: me?", True),
        ("near me", "near men", False),
        ("near me", "near", False),
        ("ship*", "when will it be shipped", True),
        ("ship*", "worship", False),
        ("ship* late", "shipping late again", True),
        ("ship* late", "ships are late", False),
        ("late ship*", "so late shipping", True),
        ("don't", "i dont know", True),
        ("#Help", "#help", True),
        ("@AcmeCo", "thanks acmeco", True),
        ("AcmeCo", "thanks @AcmeCo", False),
        ("bed & breakfast", "bed, breakfast", True),
        ("open-late", "open late?", True),
        ("👍", "ok 👍🏿!", True),
        ("👍🏿", "ok👍", True),
        ("👩", "👩‍💻", False),
        ("*️⃣", "press *️⃣", True),
        ("кафе*", "в кафетерии", True),
        ("store", "https://acme.example/store", False),
    ],
)
def test_a_phrase_is_found_as_a_run_of_words(item: str, text: str, found: bool) -> None:
    assert phrase(item).found_in(line(text)) is found


@pytest.mark.parametrize(
    ("item", "sentence", "offset"),
    [
        ("", "no word to look for", 0),
        ("?!", "no word to look for", 0),
        ("s*p", "as in `s*p`", 1),
        ("ship *", "as in `*`", 5),
        ("ship**", "as in `ship**`", 4),
        ("ship*, fast", "as in `ship*,`", 4),
        ("👍*", "as in `👍*`", 1),
        ("at https://acme.example/x", "use `contains` for `https://acme.example/x`", 3),
    ],
)
def test_an_item_without_a_plain_run_of_words_is_refused(item: str, sentence: str, offset: int) -> None:
    with pytest.raises(Flaw, match=re.escape(sentence)) as caught:
        phrase(item)
    assert caught.value.offset == offset


@given(TEXTS)
def test_any_item_is_a_phrase_or_a_flaw(item: str) -> None:
    try:
        found = phrase(item)
    except Flaw:
        return
    assert found.words


@given(TEXTS, TEXTS, TEXTS)
def test_a_phrase_is_found_in_the_text_it_was_read_from(before: str, item: str, after: str) -> None:
    if words(item) and "*" not in item and "@" not in item and "://" not in item:
        assert phrase(item).found_in(line(f"{before} {item} {after}"))


@given(TEXTS, st.lists(st.sampled_from(["a", "ab", "é", "b*", "a*"]), min_size=1, max_size=3))
def test_the_literals_of_a_phrase_are_necessary_and_enough_without_inner_stars(
    text: str, items: list[str]
) -> None:
    found = phrase(" ".join(items))
    row = line(f"{text} ab b a é bc")
    if found.found_in(row):
        assert all(literal in row for literal in found.literals)
    if not any(found.stars[:-1]):
        assert found.found_in(row) == (found.literals[0] in row)


def test_contains_looks_into_words_links_and_handles() -> None:
    assert contains("see https://acme.example/Store", "acme.example/store")
    assert contains("東京にお店はありますか", "お店")
    assert contains("hi @AcmeCo", "@acmeco")
    assert contains("two\n\n lines", "TWO LINES")
    assert not contains("store", "stores")


def test_exactly_starts_with_and_ends_with_fold_case_space_and_signs() -> None:
    assert exactly("  Stop\u200b  IT ", "stop it")
    assert not exactly("stop it!", "stop it")
    assert starts_with(" Can't you", "can’t")
    assert ends_with("Is it open？ ", "?")
    assert not ends_with("open? yes", "?")


@pytest.mark.parametrize("value", ["", "  ", "'", "\u200b"])
def test_a_value_of_nothing_is_refused_since_every_text_has_it(value: str) -> None:
    with pytest.raises(Flaw, match="no character to look for"):
        needle(value)
    assert needle(" A  b ") == flat("a b") == "a b"


def test_handles_and_values_are_equal_whatever_sign_and_case() -> None:
    assert bare("@AcmeCo") == bare("acmeco")
    assert bare("#Help") == bare("help ")
    assert bare("acme_co") != bare("acmeco")
    assert bare("＠Acme") == "acme"


def test_real_tweets_keep_their_words(data: Path) -> None:
    with gzip.open(data / "airline-mentions.csv.gz", "rt", encoding="utf-8") as rows:
        texts = [row["text"] for row in csv.DictReader(rows)]
    for text in texts:
        assert all(
            word in flat(text) or word in text for word in words(text) if word.isalnum() and word.isascii()
        )
