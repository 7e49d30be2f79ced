"""What a text is judged to want, claim by claim, on rows written for these tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare_intent.fields import INTENTS
from socialcare_intent.intent import LANGUAGES, Judgement, judge
from socialcare_intent.words import words


def judged(text: str, language: str = "en") -> Judgement:
    return judge(words(text), language)


@pytest.mark.parametrize(
    "text",
    [
        "@AcmeCo my parcel still hasn't arrived and nobody answers your phone",
        "Third sales call this week. Stop it, @AcmeCo!",
        "@AcmeCare two hours on hold and then you hung up on me. Unacceptable.",
        "why is my bill higher again @AcmeCo? I was charged twice",
        "@AcmeCo the app keeps crashing when I open it",
        "Never flying @AcmeAir again. Lost my luggage for the third time",
        "@AcmeCo worst service ever 😡",
        "RT @someone: @AcmeCo cut off my internet for five days, no explanation",
    ],
)
def test_an_unhappy_customer_complains(text: str) -> None:
    assert judged(text).intent == "complaint"


@pytest.mark.parametrize(
    "text",
    [
        "@AcmeCo thank you so much, Priya at your Leeds store was wonderful!",
        "Shout out to @AcmeAir for a great flight and the friendliest crew",
        "@AcmeCo you guys rock ❤️",
        "I love my new @AcmeCo kettle",
        "@AcmeCare thanks, it's working now!",
        "@AcmeCo best delivery team ever :)",
    ],
)
def test_a_happy_customer_praises(text: str) -> None:
    assert judged(text).intent == "praise"


@pytest.mark.parametrize(
    "text",
    [
        "@AcmeCo what time does your Nashville shop open on Sunday?",
        "@AcmeCo do you ship to Norway?",
        "Hi @AcmeCo, how do I change my delivery address?",
        "@AcmeAir can I bring a guitar as hand luggage? Thanks",
        "@AcmeCo is there a store near Leeds",
    ],
)
def test_a_customer_who_wants_to_know_asks(text: str) -> None:
    assert judged(text).intent == "question"


@pytest.mark.parametrize(
    "text",
    [
        "I left my umbrella on your tram, can you help?",
        "@AcmeCo when will my kettle be shipped?",
        "how can I track my parcel? @AcmeCo",
        "@AcmeCo can anyone be added to our plan",
    ],
)
def test_who_asks_and_blames_nobody_does_not_complain(text: str) -> None:
    assert judged(text).intent == "question"


def test_a_word_of_blame_in_a_question_still_complains() -> None:
    assert judged("@AcmeCo why does your app keep crashing? Useless!").intent == "complaint"


def test_hints_alone_are_less_sure_than_a_plain_word() -> None:
    hints = judged(
        "@AcmeCo several times this week your staff told me to wait again for my parcel, without a reason"
    )
    plain = judged("@AcmeCo terrible. I waited again for my parcel, without a reason")
    assert hints.intent == plain.intent == "complaint"
    assert hints.confidence < 0.745 < plain.confidence


def test_emoji_alone_are_less_sure_than_praise_in_words() -> None:
    assert judged("@AcmeCo ok 😁🎉👍").confidence < 0.745 < judged("@AcmeCo wonderful 😁🎉").confidence


@pytest.mark.parametrize("text", ["@AcmeCo 😭😭😂", "@AcmeCo 😩😩😩😩", "@AcmeCo 🙄 😞"])
def test_tears_without_words_are_no_complaint(text: str) -> None:
    assert judged(text).intent == "other"


def test_anger_needs_no_words() -> None:
    assert judged("@AcmeCo 😡😡").intent == "complaint"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("@AcmeCo hi, how are you doing, hope you had a nice weekend", "other"),
        ("@AcmeCo have a great day", "other"),
        ("@AcmeCo fab service, kettle swapped with no fuss", "praise"),
        ("@AcmeCo no complaints!", "praise"),
    ],
)
def test_greetings_are_no_praise_and_quiet_praise_is(text: str, intent: str) -> None:
    assert judged(text).intent == intent


@pytest.mark.parametrize("text", ["@AcmeCo Thank you.", "Came back. Thanks again!", "@AcmeCo ok, thx"])
def test_bare_thanks_are_told_from_praise(text: str) -> None:
    assert judged(text).only_thanks


@pytest.mark.parametrize(
    "text",
    ["@AcmeCo thanks, you are the best!", "@AcmeCo thanks for nothing", "Where is it? Thanks", "@AcmeCo hi"],
)
def test_more_than_thanks_is_not_only_thanks(text: str) -> None:
    assert not judged(text).only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Has anyone tried the @AcmeCo blender? Is it any good?",
        "What do you think of the new @AcmeCo phone?",
        "Can anyone recommend a good espresso machine? @AcmeCo or @Other?",
        "Is the @AcmeCo X200 worth it?",
    ],
)
def test_who_asks_around_wants_opinions(text: str) -> None:
    assert judged(text).intent == "opinion_request"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "@AcmeCo",
        "@AcmeCo just landed in Boston",
        "Acme Corp shares rise 3% after earnings https://example.com/a1 via @news #stocks #acme #market #trading",
        "Now hiring: store assistant at #Acme, apply now https://example.com/job #jobs",
    ],
)
def test_noise_and_small_talk_is_other(text: str) -> None:
    assert judged(text).intent == "other"


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for losing my bag, @AcmeAir",
        "@AcmeCo great job delaying my order again, I have been waiting three weeks",
        "I love waiting 40 minutes in line at @AcmeCo, so slow",
        "@AcmeCo thanks for nothing",
    ],
)
def test_praise_beside_a_bad_experience_is_a_complaint(text: str) -> None:
    got = judged(text)
    assert got.intent == "complaint"
    assert got.sentiment < 0


def test_negation_turns_praise() -> None:
    assert judged("@AcmeCo your staff was not at all helpful and I am not happy").intent == "complaint"
    assert judged("@AcmeCo your staff was helpful and I am happy").intent == "praise"


def test_negation_undoes_blame() -> None:
    assert judged("@AcmeCo no delays and no problems today, great flight").intent == "praise"


def test_what_follows_a_but_weighs_more() -> None:
    assert judged("@AcmeAir the flight was delayed but the crew were wonderful, thank you").intent == "praise"
    assert judged("@AcmeAir the crew were nice but the flight was delayed 4 hours").intent == "complaint"


def test_what_others_are_quoted_with_is_not_counted() -> None:
    assert judged("ok “@AcmeCo: We love our amazing customers, thank you!”").intent == "other"
    assert judged("ok RT @AcmeCo: Thank you all for an amazing year!").intent == "other"


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("es", "@AcmeCo llevo tres horas esperando y nadie responde, pésimo servicio", "complaint"),
        ("es", "@AcmeCo muchas gracias, excelente atención", "praise"),
        ("es", "@AcmeCo ¿a qué hora abren la tienda de Madrid?", "question"),
        ("fr", "@AcmeCo ma commande n'est toujours pas arrivée, c'est inadmissible", "complaint"),
        ("fr", "@AcmeCo merci beaucoup, service parfait", "praise"),
        ("fr", "@AcmeCo à quelle heure ouvrez-vous le dimanche ?", "question"),
        ("de", "@AcmeCo mein Paket ist immer noch nicht da, das ist eine Frechheit", "complaint"),
        ("de", "@AcmeCo vielen Dank, toller Service", "praise"),
        ("de", "@AcmeCo wann habt ihr am Sonntag geöffnet?", "question"),
        ("pt", "@AcmeCo meu pedido ainda não chegou, que absurdo", "complaint"),
        ("pt", "@AcmeCo parabéns pelo ótimo atendimento", "praise"),
        ("pt", "@AcmeCo que horas vocês abrem amanhã?", "question"),
    ],
)
def test_four_more_languages_have_words(language: str, text: str, intent: str) -> None:
    assert judged(text, language).intent == intent


def test_a_language_without_words_is_judged_by_its_emoji() -> None:
    assert judged("@AcmeCo ありがとう 👏❤️😊", "ja").intent == "praise"
    assert judged("@AcmeCo まだ届かない", "ja").intent == "other"


def test_evidence_names_the_words_that_were_the_reason() -> None:
    got = judged("@AcmeCo my parcel is DELAYED again. Pathetic!")
    assert got.evidence == ("is DELAYED", "again", "Pathetic")
    assert judged("@AcmeCo parcel?").evidence == ("?",)


def test_more_blame_is_more_sure() -> None:
    mild = judged("@AcmeCo there is a problem with my order")
    strong = judged("@AcmeCo worst service ever, my order never arrived and I want my money back")
    assert mild.intent == strong.intent == "complaint"
    assert mild.confidence < strong.confidence


def test_sentiment_has_the_sign_of_the_words() -> None:
    assert judged("@AcmeCo awful, useless, rude").sentiment < -0.5
    assert judged("@AcmeCo wonderful, thank you").sentiment > 0.5
    assert judged("@AcmeCo do you ship to Norway?").sentiment == 0


def test_a_long_text_is_read_as_far_as_a_post_is_long() -> None:
    assert judged("word " * 13_000 + "worst service ever").intent == "other"


_SPOKEN = st.lists(
    st.sampled_from(
        [
            "@AcmeCo",
            "not",
            "never",
            "thanks",
            "worst",
            "great",
            "but",
            "?",
            "!",
            "😡",
            "RT @a:",
            "“@b: x”",
            "#fail",
            "why",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(text=st.text(max_size=400) | _SPOKEN, language=st.sampled_from([*LANGUAGES, "ja", ""]))
def test_any_text_is_judged(text: str, language: str) -> None:
    got = judged(text, language)
    assert got.intent in INTENTS
    assert 0 <= got.confidence <= 1
    assert 0 <= got.sentiment_confidence <= 1
    assert -1 <= got.sentiment <= 1
    assert all(piece and piece in text for piece in (*got.evidence, *got.sentiment_evidence))
    assert judged(text, language) == got
