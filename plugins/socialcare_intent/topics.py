"""Tell what a post is about from the words that its topics have."""

from functools import cache

from socialcare_intent.fields import words_of_topics
from socialcare_intent.lexicon import Lexicon
from socialcare_intent.words import Words


def topics_of(cut: Words) -> dict[str, tuple[str, ...]]:
    """The topics of a text, the most spoken of first, each with its words as they stand in the text."""
    spoken: dict[str, list[tuple[int, int]]] = {}
    for named, _, first, after in _lexicon().matches(cut):
        for topic in named.split():
            spoken.setdefault(topic, []).append((first, after))
    if len(spoken) > 1:
        spoken = dict(sorted(spoken.items(), key=lambda item: -len(item[1])))
    return {topic: cut.phrases(spans)[:5] for topic, spans in spoken.items()}


@cache
def _lexicon() -> Lexicon:
    return Lexicon((phrase, named, 1) for named, phrases in words_of_topics().items() for phrase in phrases)
