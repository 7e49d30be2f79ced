"""Finds the place that a text names: near Nashville, in downtown Boston, the Denver store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from socialcare import ABSENT, Field, FieldValue, Mention
from socialcare_places.gazetteer import LONGEST, Gazetteer, Spot, area_of
from socialcare_places.regions import SHORT
from socialcare_places.screen import screen

_TOKEN = re.compile(r"(?:https?://|www\.)\S+|[@＠][\w.]+|(?P<word>[^\W_]+(?:['’.\-][^\W_]+)*)")
_JOINED = re.compile(r"\.?\s*#?")
"""What may stand between the words of one name."""

_NEAR = frozenset({"near", "nearest", "around", "closest", "close", "by"})
_IN = frozenset({"in", "at", "outside", "visiting", "to"})
_BETWEEN = frozenset({
    "the", "to", "downtown", "uptown", "central", "greater", "city", "of", "here", "north", "south", "east", "west",
})  # fmt: skip
_STORE = frozenset({"store", "stores", "shop", "shops", "branch", "location", "outlet", "showroom"})
_ORDINARY = frozenset({
    "barking", "bath", "bend", "bray", "buffalo", "concord", "cork", "corona", "cypress", "flint", "grays", "hull",
    "independence", "largo", "mesa", "mission", "mobile", "orange", "paradise", "phoenix", "plantation", "providence",
    "reading", "sandy", "sparks", "sunrise", "surprise", "swords", "vista", "warren", "split", "nice", "pest", "derry",
})  # fmt: skip
"""Names that are words as well: a place only where they begin with a capital."""

_LONGEST_NAME = 4  # words
_LONGEST_ANSWER = 6  # words, to the question which city they are in

_NONE: Mapping[str, FieldValue] = {"place": ABSENT}

PLACE = Field(
    name="place",
    kind="text",
    doc="the city that they name, such as the one they want a store in",
    example="place: {exists: true}",
    max_length=LONGEST,
)


class _Word(NamedTuple):
    text: str
    start: int
    end: int


class _Named(NamedTuple):
    """A place in a text: what it is called in full, and from which word to which it stands there."""

    place: str
    first: int
    behind: int


class Places:
    """Fills `place`: absent where the text names none that we know."""

    name = "places"
    version = "1"
    fields: Sequence[Field] = (PLACE,)
    reads_outside = False

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        """The place of each mention, surest where it stands behind `near` or `in`."""
        may_name_one = self._may_name_one
        return [
            {"place": self._place(mention.text)} if may_name_one(mention.text) else _NONE
            for mention in mentions
        ]

    @cached_property
    def _may_name_one(self) -> Callable[[str], bool]:
        return screen(self._gazetteer.spots, _NEAR | _IN, _BETWEEN, _STORE, _LONGEST_ANSWER)

    def _place(self, text: str) -> FieldValue:
        words = [_Word(m["word"] or "", m.start(), m.end()) for m in _TOKEN.finditer(text)]
        for confidence, named in self._candidates(text, words):
            if len(named.place) <= LONGEST:
                start, end = words[named.first].start, words[named.behind - 1].end
                return FieldValue(named.place, confidence, (text[start:end],))
        return ABSENT

    def _candidates(self, text: str, words: Sequence[_Word]) -> Iterator[tuple[float, _Named]]:
        folded = [word.text.casefold() for word in words]
        for confidence, before in ((0.95, _NEAR), (0.85, _IN)):
            for at, word in enumerate(folded):
                if word in before and (named := self._behind(text, words, at + 1)):
                    yield confidence, named
        for store, word in enumerate(folded):
            if word in _STORE and (named := self._before(text, words, store)):
                yield 0.8, named
        said = [at for at, word in enumerate(words) if word.text]
        if 0 < len(said) <= _LONGEST_ANSWER:
            named = self._at(text, words, said[0])
            if named and named.behind > said[-1]:
                yield 0.8, named

    def _before(self, text: str, words: Sequence[_Word], store: int) -> _Named | None:
        """The name, with a capital, that ends before the word `store`."""
        for at in range(max(0, store - _LONGEST_NAME), store):
            if (
                words[at].text[:1].isupper()
                and (named := self._at(text, words, at))
                and named.behind == store
            ):
                return named
        return None

    def _behind(self, text: str, words: Sequence[_Word], at: int) -> _Named | None:
        """The name behind a preposition, at once or after words such as `downtown`."""
        while at < len(words) and _JOINED.fullmatch(text[words[at - 1].end : words[at].start]):
            if named := self._at(text, words, at):
                return named
            if words[at].text.casefold() not in _BETWEEN:
                return None
            at += 1
        return None

    def _at(self, text: str, words: Sequence[_Word], at: int) -> _Named | None:
        """The longest name that begins with this word, and the region behind it."""
        if not self._gazetteer.begins(words[at].text):
            return None
        for behind in range(min(at + _LONGEST_NAME, len(words)), at, -1):
            name = text[words[at].start : words[behind - 1].end]
            spot = self._gazetteer.find(name) if _in_one(text, words[at:behind]) else None
            if spot is None or ((len(name) < 3 or name.casefold() in _ORDINARY) and name[0].islower()):
                continue
            return self._with_area(text, words, at, behind, spot)
        return None

    def _with_area(
        self, text: str, words: Sequence[_Word], at: int, behind: int, spot: Spot
    ) -> _Named | None:
        """The name with the region or country written behind it; a comma and one in which there is no such city: none."""
        name = text[words[at].start : words[behind - 1].end]
        for last in (behind + 2, behind + 1):
            area = _area(text, words, behind, last)
            if area is None:
                continue
            there = self._gazetteer.find(name, area)
            if there is not None:
                return _Named(f"{there.name}, {area}", at, last)
            if "," in text[words[behind - 1].end : words[behind].start]:
                return None
        if behind < len(words) and words[behind].text.casefold() == "state":
            return None
        return _Named(spot.name, at, behind)


def _area(text: str, words: Sequence[_Word], first: int, behind: int) -> str | None:
    """The region or country that these words name; short ones only in capitals."""
    if behind > len(words) or not all(word.text for word in words[first:behind]):
        return None
    written = text[words[first].start : words[behind - 1].end]
    gap = text[words[first - 1].end : words[first].start].strip()
    if gap not in ("", ",") or (len(written) <= 3 and written not in SHORT):
        return None
    return area_of(written)


def _in_one(text: str, words: Sequence[_Word]) -> bool:
    """Whether words belong to one name: nothing but space between them, and none is a handle or an address."""
    gaps = (text[one.end : other.start] for one, other in pairwise(words))
    return all(word.text for word in words) and all(_JOINED.fullmatch(gap) for gap in gaps)
