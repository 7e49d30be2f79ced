"""How well and how fast the intent classifier tells, beside the trivial baselines, on the folder of real tweets.

Every file is split in two by the hash of its texts: the word lists were tuned by reading the even half, so that the odd
half is the one that counts. Nothing of the files is learned or shipped.
"""

import csv
import gzip
import hashlib
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from socialcare import Author, FieldValue, Mention
from socialcare_intent.classifier import IntentClassifier
from socialcare_intent.intent import judge
from socialcare_intent.words import words

DATA = Path(os.environ.get("SOCIALCARE_DATA", Path(__file__).parents[3] / "shared" / "data"))
HALVES = ("even", "odd")

Guess = Callable[[str], bool]


class Set(NamedTuple):
    """A labelled file: what counts as a hit in it, by column and value, and which intent should find it."""

    file: str
    column: str
    value: str
    intent: str


SETS = (
    Set("brand-mention-complaints", "complaint", "1", "complaint"),
    Set("complaints-tweets", "complaint", "1", "complaint"),
    Set("airline-mentions", "airline_sentiment", "positive", "praise"),
    Set("airline-mentions", "airline_sentiment", "negative", "complaint"),
    Set("tweeteval-sentiment", "label", "positive", "praise"),
)


class Score(NamedTuple):
    """Of `n` texts: the share of guesses that hit, the share of hits that were guessed, and their harmonic mean."""

    n: int
    precision: float
    recall: float
    f1: float


def rows(file: str, half: str) -> Iterator[dict[str, str]]:
    """The rows of one half of a file: the first byte of the text's SHA-256 is even, or odd."""
    with gzip.open(DATA / f"{file}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if HALVES[hashlib.sha256(row["text"].encode()).digest()[0] % 2] == half:
                yield row


def mention(text: str) -> Mention:
    """A mention of which nothing but the text is known."""
    return Mention(id="1", text=text, author=Author(id="1"), at=datetime(2017, 1, 1, tzinfo=UTC))


def intents(texts: Sequence[str]) -> list[FieldValue]:
    """The intent of each text, as the plugin gives it out of the box."""
    return [fields["intent"] for fields in IntentClassifier().classify([mention(text) for text in texts])]


def score(guesses: Sequence[bool], labels: Sequence[bool]) -> Score:
    """Precision, recall and F1 of `guesses`."""
    hits = sum(guess and label for guess, label in zip(guesses, labels, strict=True))
    precision = hits / (sum(guesses) or 1)
    recall = hits / (sum(labels) or 1)
    return Score(len(labels), precision, recall, 2 * precision * recall / (precision + recall or 1))


def plugin_score(which: Set, half: str) -> Score:
    """The plugin on one half of a set."""
    texts, labels = labelled(which, half)
    return score([value.value == which.intent for value in intents(texts)], labels)


def labelled(which: Set, half: str) -> tuple[list[str], list[bool]]:
    """The texts of one half of a set, and whether each is a hit."""
    found = list(rows(which.file, half))
    return [row["text"] for row in found], [row[which.column] == which.value for row in found]


def no_link_and_no_retweet(text: str) -> bool:
    """The better of the trivial baselines."""
    return not re.search(r"https?://", text) and not text.startswith("RT @")


BASELINES: dict[str, Guess] = {
    "always yes": lambda _: True,
    "no link and not a retweet": no_link_and_no_retweet,
}


def main() -> None:
    """Print the tables."""
    if not DATA.is_dir():
        sys.exit(f"the folder of real tweets is absent: {DATA.name}")
    print(f"{'set':<44} {'half':<5} {'who':<26} {'n':>5} {'precision':>9} {'recall':>7} {'F1':>6}")
    for which in SETS:
        name = f"{which.file}, {which.column}={which.value}"
        for half in HALVES:
            texts, labels = labelled(which, half)
            for who, guess in BASELINES.items():
                _line(name, half, who, score([guess(text) for text in texts], labels))
            _line(name, half, f"plugin says {which.intent}", plugin_score(which, half))
    _reliability()
    _shares()
    _throughput()


def _line(name: str, half: str, who: str, got: Score) -> None:
    print(
        f"{name:<44} {half:<5} {who:<26} {got.n:>5} {got.precision:>9.3f} {got.recall:>7.3f} {got.f1:>6.3f}"
    )


def _reliability() -> None:
    """How often an intent is right at each confidence, on the odd halves: the share should grow with it."""
    print(f"\n{'confidence on the odd halves':<44} {'said':>6} {'right':>6}")
    for intent in ("complaint", "praise"):
        told: list[tuple[float, bool]] = []
        for which in SETS:
            if which.intent == intent:
                texts, labels = labelled(which, "odd")
                told += [
                    (v.confidence, y)
                    for v, y in zip(intents(texts), labels, strict=True)
                    if v.value == intent
                ]
        for low, high in ((0.5, 0.65), (0.65, 0.75), (0.75, 0.85), (0.85, 0.95), (0.95, 1.01)):
            right = [label for confidence, label in told if low <= confidence < high]
            if right:
                print(
                    f"{intent} {low:.2f}–{min(high, 1):.2f}{'':<29} {len(right):>6} {sum(right) / len(right):>6.2f}"
                )


def _shares() -> None:
    """What share of a file each intent has; the airline file by the label that people gave."""
    print(f"\n{'share of intents':<44} {'n':>6}  question complaint praise opinion other")
    for file, column in (
        ("airline-mentions", "airline_sentiment"),
        ("banking77-train", ""),
        ("twcs-inbound", ""),
    ):
        groups: dict[str, list[str]] = {}
        for half in HALVES:
            for row in rows(file, half):
                groups.setdefault(row.get(column, "all"), []).append(row["text"])
        for group, texts in sorted(groups.items()):
            counted = Counter(str(value.value) for value in intents(texts))
            shares = [
                counted[i] / len(texts)
                for i in ("question", "complaint", "praise", "opinion_request", "other")
            ]
            print(f"{f'{file}, {group}':<44} {len(texts):>6}  " + "  ".join(f"{s:>6.1%}" for s in shares))


def _throughput() -> None:
    """Microseconds of processor time per text, the best of five runs."""
    mentions = [mention(row["text"]) for half in HALVES for row in rows("airline-mentions", half)]
    classifier = IntentClassifier()
    work: dict[str, Callable[[], object]] = {
        "intent and sentiment": lambda: [judge(words(each.text)) for each in mentions],
        "all fields": lambda: classifier.classify(mentions),
    }
    print()
    for what, run in work.items():
        best = float("inf")
        for _ in range(5):
            began = time.process_time()
            run()
            best = min(best, time.process_time() - began)
        print(f"{what:<44} {best / len(mentions) * 1e6:>6.0f} µs per text, {len(mentions)} texts")


if __name__ == "__main__":
    main()
