"""Phrases with a signal and a weight, read from the TOML files beside this module and found in a text in one pass."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TypeAlias

from socialcare_intent.words import BREAK, Words

Match: TypeAlias = tuple[str, int, int, int]
"""A phrase found in a text: its signal and weight, its first word and the word after its last."""

_Said: TypeAlias = tuple[str, int]
_Rest: TypeAlias = tuple[int, int]
"""What is still to come of a phrase: its number, and how many of its steps are behind."""

SETS = ("own", "address", "negator", "turn", "opener")
"""Words that have a part in grammar; a language may lack any of them."""

_ANY = "_"
_MARKS = frozenset({BREAK, "!", "?"})


class _Node:
    """One step of the phrases that begin alike: the steps `after` each next word and after `any` word.

    `ends` is the signal and weight of the phrase that ends here.
    """

    __slots__ = ("after", "any", "ends")

    def __init__(self) -> None:
        self.after: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.ends: _Said | None = None


class Lexicon:
    """Phrases that carry signals, pieces of hashtags that do, and sets of words that have a part in grammar.

    Of two weights for one phrase the higher counts.
    """

    def __init__(
        self,
        phrases: Iterable[tuple[str, str, int]],
        in_hashtags: Sequence[tuple[str, _Said]] = (),
        sets: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._known = _graph([(_steps(phrase), (signal, weight)) for phrase, signal, weight in phrases])
        self._in_hashtags = in_hashtags
        self._hashtag = lru_cache(maxsize=512)(self._read_hashtag)
        self.sets = {name: (sets or {}).get(name, frozenset()) for name in SETS}

    def matches(self, cut: Words) -> list[Match]:
        """The phrases of a text from left to right, the longest at each place, none overlapping another."""
        forms, known = cut.forms, self._known
        if "#" in cut.text:
            begun = [
                (place, self._hashtag(form) if form[0] == "#" else known[form])
                for place, form in enumerate(forms)
                if form in known or form[0] == "#"
            ]
        else:
            begun = [(place, known[form]) for place, form in enumerate(forms) if form in known]
        following = [*forms[1:], ""]
        found: list[Match] = []
        free = 0
        for place, node in begun:
            if place < free:
                continue
            ends, after = node.ends, place + 1
            if node.any is not None or following[place] in node.after:
                after, ends = _longest(node, forms, after)
            if ends is not None:
                found.append((*ends, place, after))
                free = after
        return found

    def _read_hashtag(self, form: str) -> _Node:
        """A step that ends with what a hashtag says: as a word, else by a piece of it."""
        node = _Node()
        word = self._known.get(form[1:])
        if word is not None and word.ends is not None:
            node.ends = word.ends
        else:
            node.ends = next((ends for part, ends in self._in_hashtags if part in form), None)
        return node


def _steps(phrase: str) -> list[tuple[list[str], bool]]:
    """The words that each step of a phrase may be, and whether it may be absent: `a|b` is either word, `a?` may be."""
    return [
        (step[:-1].split("|"), True) if step.endswith("?") and step != "?" else (step.split("|"), False)
        for step in phrase.split()
    ]


def _graph(phrases: Sequence[tuple[list[tuple[list[str], bool]], _Said]]) -> dict[str, _Node]:
    """The nodes of the first words; phrases of which the same is still to come share their nodes."""
    nodes: dict[tuple[_Rest, ...], _Node] = {}

    def made(rests: tuple[_Rest, ...]) -> _Node:
        if rests in nodes:
            return nodes[rests]
        node = nodes[rests] = _Node()
        after: dict[str, list[_Rest]] = {}
        for number, begin in rests:
            steps, said = phrases[number]
            for place in range(begin, len(steps)):
                words, may_be_absent = steps[place]
                for word in words:
                    after.setdefault(word, []).append((number, place + 1))
                if not may_be_absent:
                    break
            else:
                if node.ends is None or said[1] > node.ends[1]:
                    node.ends = said
        node.after = {word: made(tuple(rests)) for word, rests in after.items()}
        node.any = node.after.get(_ANY)
        return node

    return made(tuple((number, 0) for number in range(len(phrases)))).after


def _longest(node: _Node, forms: Sequence[str], place: int) -> tuple[int, _Said | None]:
    """Where the longest phrase ends that goes on from `node` at `place`, and what it says."""
    after, ends = place, node.ends
    while place < len(forms):
        form = forms[place]
        place += 1
        if node.any is not None and form not in _MARKS:
            for step in (node.after.get(form), node.any):
                if step is not None:
                    longer = _longest(step, forms, place)
                    if longer[1] is not None and (ends is None or longer[0] > after):
                        after, ends = longer
            break
        following = node.after.get(form)
        if following is None:
            break
        node = following
        if node.ends is not None:
            after, ends = place, node.ends
    return after, ends


@cache
def lexicon(*names: str) -> Lexicon:
    """The lexicon made of the files `lexicon/NAME.toml`; their form is described in `lexicon/complaint.toml`."""
    phrases: list[tuple[str, str, int]] = []
    in_hashtags: list[tuple[str, _Said]] = []
    sets: dict[str, frozenset[str]] = {}
    for name in names:
        text = files("socialcare_intent").joinpath(f"lexicon/{name}.toml").read_text(encoding="utf-8")
        for group in tomllib.loads(text)["group"]:
            words = group["words"]
            if "set" in group:
                sets[group["set"]] = sets.get(group["set"], frozenset()).union(words)
            elif group.get("in_hashtag"):
                in_hashtags += [(part, (group["signal"], group["weight"])) for part in words]
            else:
                phrases += [(phrase, group["signal"], group["weight"]) for phrase in words]
    return Lexicon(phrases, in_hashtags, sets)
