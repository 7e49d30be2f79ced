"""Phrases with a signal and a weight, read from the TOML files beside this module and found in a text in one pass."""

import itertools
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from socialcare_intent.words import BREAK

_ANY = "_"
_MARKS = frozenset({BREAK, "!", "?"})


class Match(NamedTuple):
    """A phrase found in a text: its signal and weight, its first word and the word after its last."""

    signal: str
    weight: int
    first: int
    after: int


@dataclass(slots=True)
class _Node:
    """One step of the phrases that begin alike; `ends` is the signal and weight of the phrase that ends here."""

    after: "dict[str, _Node]" = field(default_factory=dict)
    ends: tuple[str, int] | None = None


class Lexicon:
    """Phrases that carry signals, and sets of words that have a part in grammar."""

    def __init__(self) -> None:
        self._root = _Node()
        self._in_hashtags: list[tuple[str, tuple[str, int]]] = []
        self._sets: dict[str, frozenset[str]] = {}

    def read(self, name: str) -> None:
        """Add the file `lexicon/NAME.toml`; its form is described in `lexicon/complaint.toml`."""
        text = files("socialcare_intent").joinpath(f"lexicon/{name}.toml").read_text(encoding="utf-8")
        for group in tomllib.loads(text)["group"]:
            if "set" in group:
                self._sets[group["set"]] = self.set(group["set"]) | frozenset(group["words"])
            elif group.get("in_hashtag"):
                self._in_hashtags += [(part, (group["signal"], group["weight"])) for part in group["words"]]
            else:
                for phrase in group["words"]:
                    self.add(phrase, group["signal"], group["weight"])

    def add(self, phrase: str, signal: str, weight: int) -> None:
        """Add a phrase; of two weights for one phrase the higher counts."""
        for spelling in itertools.product(*(_choices(step) for step in phrase.split())):
            node = self._root
            for word in filter(None, spelling):
                node = node.after.setdefault(word, _Node())
            if node.ends is None or weight > node.ends[1]:
                node.ends = (signal, weight)

    def set(self, name: str) -> frozenset[str]:
        """The words of a set, empty where the language has none."""
        return self._sets.get(name, frozenset())

    def matches(self, forms: Sequence[str]) -> Iterator[Match]:
        """The phrases in `forms` from left to right, the longest at each place, none overlapping another."""
        place, known = 0, self._root.after
        while place < len(forms):
            form = forms[place]
            if form[0] == "#":
                after, ends = place + 1, self._of_hashtag(form)
            elif (node := known.get(form)) is None:
                place += 1
                continue
            else:
                after, ends = _longest(node, forms, place + 1)
            if ends is None:
                place += 1
            else:
                yield Match(*ends, place, after)
                place = after

    def _of_hashtag(self, form: str) -> tuple[str, int] | None:
        """What a hashtag says: as a word, else by a piece of it."""
        node = self._root.after.get(form[1:])
        if node is not None and node.ends is not None:
            return node.ends
        return next((ends for part, ends in self._in_hashtags if part in form), None)


def _choices(step: str) -> list[str]:
    """The spellings of one step of a phrase: `a|b` is either word, and with `?` at its end the step may be absent."""
    if step.endswith("?") and step != "?":
        return ["", *step[:-1].split("|")]
    return step.split("|")


def _longest(node: _Node, forms: Sequence[str], place: int) -> tuple[int, tuple[str, int] | None]:
    """Where the longest phrase ends that goes on from `node` at `place`, and what it says."""
    after, ends = place, node.ends
    if place == len(forms) or not node.after:
        return after, ends
    form = forms[place]
    for step in (node.after.get(form), None if form in _MARKS else node.after.get(_ANY)):
        if step is not None:
            longer = _longest(step, forms, place + 1)
            if longer[1] is not None and (ends is None or longer[0] > after):
                after, ends = longer
    return after, ends


@cache
def lexicon(*names: str) -> Lexicon:
    """The lexicon made of the files `lexicon/NAME.toml`."""
    made = Lexicon()
    for name in names:
        made.read(name)
    return made
