"""The language of a post: stated, by script, by common words, or unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare_intent.language import detect_language, stated_language
from socialcare_intent.words import words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("@AcmeCo where is my order, it was supposed to be here on Monday", "en"),
        ("@AcmeCo llevo dos semanas esperando mi pedido y no me responden", "es"),
        ("@AcmeCo bonjour, je n'ai pas reçu ma commande depuis une semaine", "fr"),
        ("@AcmeCo mein Paket ist noch nicht da, wann kommt es?", "de"),
        ("@AcmeCo meu pedido não chegou até agora, vocês podem ajudar?", "pt"),
        ("@AcmeCo ciao, non ho ancora ricevuto il mio ordine, perché?", "it"),
        ("@AcmeCo mijn pakket is nog niet bezorgd, wanneer komt het?", "nl"),
        ("@AcmeCo siparişim hala gelmedi, neden bu kadar geç?", "tr"),
        ("@AcmeCo kenapa pesanan saya belum sampai ya? tolong min", "id"),
        ("@AcmeCo 注文した商品がまだ届きません", "ja"),
        ("@AcmeCo 주문한 상품이 아직 안 왔어요", "ko"),
        ("@AcmeCo 我的包裹还没有到", "zh"),
        ("@AcmeCo لم يصل طلبي حتى الآن", "ar"),
        ("@AcmeCo мой заказ так и не пришёл", "ru"),
        ("@AcmeCo मेरा ऑर्डर अभी तक नहीं आया", "hi"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    got = detect_language(words(text))
    assert got is not None
    assert got[0] == language


@pytest.mark.parametrize(
    "text", ["", "@AcmeCo", "thx", "@AcmeCo iPhone X", "https://acme.example/de/und/die", "👍👍"]
)
def test_a_text_too_short_to_tell_is_unknown(text: str) -> None:
    assert detect_language(words(text)) is None


@pytest.mark.parametrize(
    ("lang", "language"),
    [
        ("en", "en"),
        ("pt-BR", "pt"),
        ("in", "id"),
        ("iw", "he"),
        ("und", None),
        ("qme", None),
        ("zxx", None),
        ("", None),
    ],
)
def test_what_a_platform_states_is_read_as_iso(lang: str, language: str | None) -> None:
    assert stated_language(lang) == language


@given(st.text(max_size=300))
def test_any_text_has_a_language_or_none(text: str) -> None:
    got = detect_language(words(text))
    if got is not None:
        language, confidence, evidence = got
        assert len(language) == 2
        assert 0 <= confidence <= 1
        assert all(piece and piece in text for piece in evidence)
