"""Tell what a post is about from the words that its topics have."""

import tomllib
from functools import cache
from importlib.resources import files

from socialcare_intent.lexicon import Lexicon
from socialcare_intent.words import Words


def topics_of(cut: Words) -> dict[str, tuple[str, ...]]:
    """The topics of a text, the most spoken of first, each with its words as they stand in the text."""
    spoken: dict[str, list[tuple[int, int]]] = {}
    for named, _, first, after in _lexicon().matches(cut):
        for topic in named.split():
            spoken.setdefault(topic, []).append((first, after))
    ordered = sorted(spoken.items(), key=lambda item: -len(item[1]))
    return {topic: cut.phrases(spans)[:5] for topic, spans in ordered}


@cache
def topics() -> tuple[str, ...]:
    """Every topic there is, in order of the alphabet."""
    return tuple(sorted({topic for named in _listed() for topic in named.split()}))


@cache
def _listed() -> dict[str, list[str]]:
    text = files("socialcare_intent").joinpath("topics.toml").read_text(encoding="utf-8")
    listed: dict[str, list[str]] = tomllib.loads(text)
    return listed


@cache
def _lexicon() -> Lexicon:
    return Lexicon((phrase, named, 1) for named, phrases in _listed().items() for phrase in phrases)
