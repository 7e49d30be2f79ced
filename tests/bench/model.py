"""The model of the benchmark's classifier: naive Bayes over words, trained on labels that a few telling words give."""

import math
from collections import Counter
from collections.abc import Sequence

from tests.bench.plugin.socialcare_bench import HEAVIEST, INTENTS, Model, words

MOST_WORDS = 20_000
_ASKS = {"how", "when", "why", "where", "cuándo", "où", "wo"}
_BLAMES = {
    "terrible",
    "awful",
    "late",
    "broken",
    "delayed",
    "cancelled",
    "rude",
    "useless",
    "slow",
    "lost",
    "ridiculous",
    "unacceptable",
    "disappointing",
    "disgraceful",
    "worst",
    "damaged",
    "never",
    "waited",
    "fail",
    "hold",
    "pésimo",
    "still",
}
_PRAISES = {
    "great",
    "amazing",
    "brilliant",
    "helpful",
    "quick",
    "friendly",
    "lovely",
    "fantastic",
    "excellent",
    "smooth",
    "superb",
    "kind",
    "thanks",
    "thank",
    "love",
    "merci",
    "gracias",
    "danke",
    "obrigado",
}


def train(texts: Sequence[str]) -> Model:
    """Log-odds of the words of each class against the mean of the classes, in hundredths."""
    counts = [Counter[str]() for _ in INTENTS]
    texts_of = [0 for _ in INTENTS]
    for text in texts:
        there = {word.decode() for word in words(text)}
        label = _label(text, there)
        texts_of[label] += 1
        counts[label].update(there)
    weights = {}
    for word, _ in sum(counts, Counter[str]()).most_common(MOST_WORDS):
        odds = [math.log((count[word] + 0.5) / (n + 1)) for count, n in zip(counts, texts_of, strict=True)]
        mean = sum(odds) / len(odds)
        weights[word] = tuple(max(-HEAVIEST, min(HEAVIEST, round(100 * (each - mean)))) for each in odds)
    bias = tuple(round(100 * math.log((n + 1) / len(texts))) for n in texts_of)
    return Model(weights=weights, bias=bias, asks=(500, 0, -100, -50))  # type: ignore[arg-type]  # four of each, which `tuple` cannot tell


def _label(text: str, there: set[str]) -> int:
    if "?" in text or there & _ASKS:
        return 0
    if there & _BLAMES:
        return 1
    return 2 if there & _PRAISES else 3
