"""The language of a post: stated, by script, by common words, or unknown."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare_intent.language import _by_words, detect_language, stated_language
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


LISTED = tomllib.loads(files("socialcare_intent").joinpath("languages.toml").read_text(encoding="utf-8"))


def plainly(forms: list[str]) -> tuple[str, float, tuple[str, ...]] | None:
    """The rule word for word: each word gives its points to each of its languages."""
    points = dict.fromkeys(LISTED, 0)
    for form in forms:
        spoken_in = [language for language in LISTED if form in LISTED[language].split()]
        for language in spoken_in:
            points[language] += 6 // len(spoken_in)
    best = max(points, key=lambda language: points[language])
    most, second = points[best], sorted(points.values())[-2]
    hits = list(dict.fromkeys(form for form in forms if form in LISTED[best].split()))
    if len(hits) < 2 or most < 9 or most - second < 0.4 * most:
        return None
    sure = 0.55 + 0.25 * (most - second) / most + 0.4 * min(1, most / 6 / sum(map(str.islower, forms)))
    return best, round(min(0.98, sure), 3), tuple(hits[:5])


@given(
    st.lists(
        st.sampled_from([*LISTED["en"].split(), "hola", "el", "que", "die", "je", "não", "de", "xyz"]),
        max_size=40,
    )
)
def test_the_points_of_languages_add_up_as_the_rule_says(forms: list[str]) -> None:
    assert _by_words(words(" ".join(forms))) == plainly(forms)
