"""The classifier behind the plugin's door: fields as declared, for any mention."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import socialcare_intent
from socialcare import ABSENT, Author, FieldValue, Mention
from socialcare_intent.classifier import IntentClassifier
from socialcare_intent.fields import FIELDS, TOPICS
from socialcare_intent.topics import topics_of
from socialcare_intent.words import words

DECLARED = {field.name: field for field in FIELDS}


def mention(text: str, lang: str | None = None, *, is_retweet: bool = False) -> Mention:
    return Mention(
        id="1",
        text=text,
        author=Author(id="7"),
        at=datetime(2025, 11, 3, tzinfo=UTC),
        lang=lang,
        is_retweet=is_retweet,
    )


def fields(text: str, lang: str | None = None, *, is_retweet: bool = False) -> dict[str, FieldValue]:
    return dict(IntentClassifier().classify([mention(text, lang, is_retweet=is_retweet)])[0])


def test_the_plugin_registers_one_classifier() -> None:
    (classifier,) = socialcare_intent.register_classifiers()
    assert [field.name for field in classifier.fields] == [
        "intent",
        "sentiment",
        "only_thanks",
        "language",
        "personal_data",
        "is_retweet",
        "topic",
    ]
    assert not classifier.reads_outside


def test_a_batch_is_answered_in_order() -> None:
    one, two = IntentClassifier().classify([mention("worst service ever"), mention("thank you so much!")])
    assert (one["intent"].value, two["intent"].value) == ("complaint", "praise")
    assert IntentClassifier().classify([]) == []


def test_what_the_platform_says_of_the_language_wins() -> None:
    got = fields("@AcmeCo thank you for the help with my order", lang="nl")
    assert got["language"] == FieldValue("nl", 0.95)


def test_where_it_says_nothing_the_text_tells() -> None:
    assert fields("@AcmeCo wo ist mein Paket, es ist noch nicht da", lang="und")["language"].value == "de"


def test_an_unclear_language_is_unknown_and_not_absent() -> None:
    assert "language" not in fields("@AcmeCo ok")


def test_a_retweet_is_known_by_its_flag_or_its_head() -> None:
    assert fields("nice", is_retweet=True)["is_retweet"].value is True
    assert fields("RT @AcmeCo: hello")["is_retweet"].value is True
    assert fields("hello RT @AcmeCo: hello")["is_retweet"].value is False


def test_personal_data_lists_each_kind_once_and_shows_only_its_end() -> None:
    got = fields("@AcmeCo call +44 7700 900123 or +44 7700 900456, card 4111 1111 1111 1111")["personal_data"]
    assert got.value == ("phone", "card")
    assert got.evidence == ("0123", "0456", "1111")
    assert fields("@AcmeCo hello")["personal_data"] == ABSENT


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("@AcmeCo my bill is wrong", "billing"),
        ("@AcmeCo my refund has not arrived", "returns"),
        ("@AcmeCo where is my parcel", "delivery"),
        ("@AcmeCo what time do you close on Sunday?", "opening_hours"),
        ("@AcmeCo nearest shop to Leeds?", "store"),
        ("@AcmeCo the app crashes when I log in", "technical"),
        ("@AcmeCo your cashier was rude to me", "staff"),
        ("@AcmeCo found a piece of glass in my soup", "safety"),
        ("@AcmeAir you lost my suitcase", "luggage"),
        ("@AcmeAir please change my booking", "booking"),
    ],
)
def test_a_topic_is_told_by_its_words(text: str, topic: str) -> None:
    assert topic in topics_of(words(text))
    assert topic in TOPICS


def test_a_text_about_nothing_in_the_list_has_no_topic() -> None:
    assert fields("@AcmeCo hello there")["topic"] == ABSENT


@given(text=st.text(max_size=300), lang=st.none() | st.text(max_size=8))
def test_any_mention_gets_values_of_the_declared_kinds(text: str, lang: str | None) -> None:
    for name, value in fields(text, lang).items():
        declared = DECLARED[name]
        assert 0 <= value.confidence <= 1
        assert all(piece and piece in text for piece in value.evidence)
        if declared.kind == "one_of":
            assert value.value in declared.values or not declared.values  # no values: any word
        elif declared.kind == "some_of" and value != ABSENT:
            assert isinstance(value.value, tuple)
            assert set(value.value) <= set(declared.values)


def test_a_text_of_64_kb_is_answered() -> None:
    for text in (
        "a" * 65_536,
        "1 " * 32_768,
        "@a " * 21_845,
        "12-" * 21_845,
        "“@a: " * 13_107,
        "A1" * 32_768,
    ):
        assert fields(text)["intent"].value == "other"
