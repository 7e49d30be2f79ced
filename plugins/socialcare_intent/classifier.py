"""The classifier: what a mention is about, what its author wants, and what must not be repeated."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from socialcare import ABSENT, Field, FieldValue, Mention
from socialcare_intent.intent import INTENTS, LANGUAGES, judge
from socialcare_intent.language import detect_language, stated_language
from socialcare_intent.personal import KINDS, find_personal_data
from socialcare_intent.topics import topics, topics_of
from socialcare_intent.words import Words, words

FIELDS = (
    Field(
        name="intent",
        kind="one_of",
        values=INTENTS,
        doc="what the author wants: an answer, redress, to praise, to hear opinions of others, or something else",
        example="intent: {equals: question, confidence: {at_least: 0.8}}",
    ),
    Field(
        name="sentiment",
        kind="number",
        doc="how the author feels about it, from -1 (bad) to 1 (good)",
        example="sentiment: {below: -0.4}",
    ),
    Field(
        name="only_thanks",
        kind="boolean",
        doc="whether they thank and neither praise, blame nor ask",
        example="only_thanks: true",
    ),
    Field(
        name="language",
        kind="one_of",
        max_length=3,
        doc="the language as ISO 639 has it (`en`); unknown where the platform does not say and the text is too short",
        example="language: en",
        may_be_missing=True,
    ),
    Field(
        name="personal_data",
        kind="some_of",
        values=KINDS,
        doc="personal data in the text",
        example="personal_data: [phone, address, card]",
    ),
    Field(
        name="is_retweet",
        kind="boolean",
        doc="whether it repeats another's post and adds nothing",
        example="is_retweet: false",
    ),
    Field(
        name="topic",
        kind="some_of",
        values=topics(),
        doc="what the text speaks of",
        example="topic: [billing, delivery]",
    ),
)

_SURE_OF = {
    "email": 0.98,
    "card": 0.98,
    "bank_account": 0.98,
    "phone": 0.9,
    "booking_ref": 0.85,
    "address": 0.75,
}
_STATED = 0.95
_SHOWN = 4


class IntentClassifier:
    """Fills the fields above from a mention's text, its stated language and its retweet flag."""

    name = "intent"
    version = "1"
    fields: Sequence[Field] = FIELDS
    reads_outside = False

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        """The fields of each mention, in order; never raises, whatever the text.

        One thing is told of all mentions before the next, which takes a processor less time than mention by mention.
        """
        cuts = [words(mention.text) for mention in mentions]
        languages = [_language(mention, cut) for mention, cut in zip(mentions, cuts, strict=True)]
        judged = [judge(cut, read_as) for cut, (read_as, _) in zip(cuts, languages, strict=True)]
        personal = [_personal_data(mention.text) for mention in mentions]
        topics = [_topic(cut) for cut in cuts]
        return [
            {
                "intent": FieldValue(told.intent, told.confidence, told.evidence),
                "sentiment": FieldValue(told.sentiment, told.sentiment_confidence, told.sentiment_evidence),
                "only_thanks": FieldValue(told.only_thanks, told.confidence),
                "personal_data": data,
                "is_retweet": _retweet(mention),
                "topic": topic,
                **language,
            }
            for mention, told, data, topic, (_, language) in zip(
                mentions, judged, personal, topics, languages, strict=True
            )
        ]


def _language(mention: Mention, cut: Words) -> tuple[str, Mapping[str, FieldValue]]:
    """The language to read a text in, and the field, if it is known.

    Read in are the stated one, if there are words for it, else the one that the text looks like, else English.
    """
    stated = stated_language(mention.lang)
    if stated in LANGUAGES:
        return stated, _stated(stated)
    detected = detect_language(cut)
    read_as = detected[0] if detected else "en"
    if stated:
        return read_as, _stated(stated)
    return read_as, {"language": FieldValue(*detected)} if detected else {}


@lru_cache(maxsize=256)
def _stated(language: str) -> Mapping[str, FieldValue]:
    return {"language": FieldValue(language, _STATED)}


def _personal_data(text: str) -> FieldValue:
    """The kinds of personal data, each once; the evidence shows no more than the end of each piece."""
    found = find_personal_data(text)
    if not found:
        return ABSENT
    kinds = _once(piece.kind for piece in found)
    evidence = _once(text[max(piece.start, piece.end - _SHOWN) : piece.end] for piece in found)
    return FieldValue(kinds, min(_SURE_OF[kind] for kind in kinds), evidence)


_REPEATS = FieldValue(True)  # noqa: FBT003 - the value of a field has no name
_BEGINS_AS_RETWEET = FieldValue(True, 0.95, ("RT @",))  # noqa: FBT003 - as above
_IS_OWN = FieldValue(False, 0.95)  # noqa: FBT003 - as above


def _retweet(mention: Mention) -> FieldValue:
    if mention.is_retweet:
        return _REPEATS
    return _BEGINS_AS_RETWEET if mention.text.startswith("RT @") else _IS_OWN


def _topic(cut: Words) -> FieldValue:
    spoken = topics_of(cut)
    if not spoken:
        return ABSENT
    words = sum(len(phrases) for phrases in spoken.values())
    evidence = _once(phrase for phrases in spoken.values() for phrase in phrases)
    return FieldValue(tuple(spoken), round(1 - 0.5 / (1 + 0.5 * words), 3), evidence)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in the order in which it first stands."""
    return tuple(dict.fromkeys(words))
