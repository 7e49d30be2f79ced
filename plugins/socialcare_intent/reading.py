"""Fill the fields of mentions from their texts."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from socialcare import ABSENT, FieldValue, Mention
from socialcare_intent.intent import LANGUAGES, judge
from socialcare_intent.language import detect_language, stated_language
from socialcare_intent.personal import find_personal_data
from socialcare_intent.topics import topics_of
from socialcare_intent.words import Words, words

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


def fields_of(mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
    """The fields of each mention, in order.

    One thing is told of all mentions before the next: a processor keeps its instructions and tables at hand.
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
