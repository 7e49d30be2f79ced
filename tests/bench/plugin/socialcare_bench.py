"""The plugin `bench`: `intent` by a linear model over the words of a text, and `language` as the platform states it.

A model that a company trained itself would look like this: a table of weights, a sum, the highest score. The scores of the
four classes are added up at once, as three lanes of one whole number, each holding how far a class is ahead of the last.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from socialcare import Field, FieldValue, Mention, Settings, hookimpl

INTENTS = ("question", "criticism", "compliment", "other")

_LANE = 20
_HALF = 1 << (_LANE - 1)
_MASK = (1 << _LANE) - 1
_ZERO = _HALF | _HALF << _LANE | _HALF << 2 * _LANE
HEAVIEST = 900
"""No weight of a class is further from zero."""
MOST_WORDS = 280
"""So many words a lane can add up; what comes after them is not read."""

_MOST_ROWS = 1_000
"""A stream may state any language."""

_DROPPED = b"'`"
_LETTERS = bytes(ord(chr(c).lower()) if chr(c).isalnum() or chr(c) == "_" else 32 for c in range(128))
_LETTERS += bytes(range(128, 256))


class Model(msgspec.Struct, frozen=True):
    """Word → a weight for each class, whole numbers; what every text begins with, and what a question mark adds."""

    weights: dict[str, tuple[int, int, int, int]]
    bias: tuple[int, int, int, int]
    asks: tuple[int, int, int, int]


def words(text: str) -> list[bytes]:
    """The words of a text as the model knows them; what is not ASCII stays as it is, and is part of a word."""
    return text.encode("utf-8", "replace").translate(_LETTERS, _DROPPED).split()


def _packed(weights: Iterable[int]) -> int:
    *ahead, last = weights
    return sum((weight - last) << _LANE * lane for lane, weight in enumerate(ahead))


class Linear:
    """Fills `intent` and `language`."""

    name = "bench"
    version = "1"
    reads_outside = False
    fields: Sequence[Field] = (
        Field(
            name="intent",
            kind="one_of",
            values=INTENTS,
            doc="what the author wants, by a linear model",
            example="intent: question",
        ),
        Field(
            name="language",
            kind="one_of",
            max_length=3,
            doc="the language as the platform states it",
            example="language: en",
            may_be_missing=True,
        ),
    )

    def __init__(self, model: Model) -> None:
        self._weights = {word.encode(): _packed(each) for word, each in model.weights.items()}
        self._bias = _ZERO + _packed(model.bias)
        self._asks = self._bias + _packed(model.asks)
        self._rows: dict[tuple[int, str | None], Mapping[str, FieldValue]] = {}

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        """The fields of each mention, in order."""
        intents = self.intents([mention.text for mention in mentions])
        rows, make = self._rows, self._row
        return [
            rows.get((intent, mention.lang)) or make(intent, mention.lang)
            for intent, mention in zip(intents, mentions, strict=True)
        ]

    def intents(self, texts: Sequence[str]) -> list[int]:
        """The number of the class with the highest score, for each text; of equal ones the first."""
        weight, bias, asks = self._weights.get, self._bias, self._asks
        found = []
        for text in texts:
            known = filter(None, map(weight, words(text)[:MOST_WORDS]))
            score = sum(known, asks if "?" in text else bias)
            first, second, third = score & _MASK, score >> _LANE & _MASK, score >> 2 * _LANE
            number, best = (0, first) if first >= second else (1, second)
            if third > best:
                number, best = 2, third
            found.append(number if best >= _HALF else 3)
        return found

    def _row(self, intent: int, language: str | None) -> Mapping[str, FieldValue]:
        """The fields of all mentions with this intent and language: there are few of them, and they are made once."""
        row = {"intent": FieldValue(INTENTS[intent])}
        if language is not None:
            row["language"] = FieldValue(language)
        if len(self._rows) < _MOST_ROWS:
            self._rows[intent, language] = row
        return row


@hookimpl
def register_classifiers(settings: Settings, folder: Path) -> Sequence[Linear]:
    """The one classifier, with the model that `[plugins.bench]` names."""
    content = (folder / str(settings["model"])).read_bytes()
    return [Linear(msgspec.json.decode(content, type=Model))]
