"""The classifier: what a mention is about, what its author wants, and what must not be repeated."""

from collections.abc import Iterable, Mapping, Sequence

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
        """The fields of each mention, in order; never raises, whatever the text."""
        return [_fields(mention) for mention in mentions]


def _fields(mention: Mention) -> dict[str, FieldValue]:
    text = mention.text
    cut = words(text)
    stated = stated_language(mention.lang)
    detected = None if stated in LANGUAGES else detect_language(cut)
    judgement = judge(cut, _read_as(stated, detected[0] if detected else None))
    fields = {
        "intent": FieldValue(judgement.intent, judgement.confidence, judgement.evidence),
        "sentiment": FieldValue(
            judgement.sentiment, judgement.sentiment_confidence, judgement.sentiment_evidence
        ),
        "only_thanks": FieldValue(judgement.only_thanks, judgement.confidence),
        "personal_data": _personal_data(text),
        "is_retweet": _retweet(mention),
        "topic": _topic(cut),
    }
    if stated:
        fields["language"] = FieldValue(stated, _STATED)
    elif detected:
        fields["language"] = FieldValue(*detected)
    return fields


def _read_as(stated: str | None, detected: str | None) -> str:
    """The language to read a text in: a stated one that there are words for, else the one it looks like, else English."""
    return stated if stated in LANGUAGES else detected or "en"


def _personal_data(text: str) -> FieldValue:
    """The kinds of personal data, each once; the evidence shows no more than the end of each piece."""
    found = find_personal_data(text)
    if not found:
        return ABSENT
    kinds = _once(piece.kind for piece in found)
    evidence = _once(text[max(piece.start, piece.end - _SHOWN) : piece.end] for piece in found)
    return FieldValue(kinds, min(_SURE_OF[kind] for kind in kinds), evidence)


def _retweet(mention: Mention) -> FieldValue:
    if mention.is_retweet:
        return FieldValue(True)  # noqa: FBT003 - the value of a field has no name
    begins = mention.text.startswith("RT @")
    return FieldValue(begins, 0.95, ("RT @",) if begins else ())


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
