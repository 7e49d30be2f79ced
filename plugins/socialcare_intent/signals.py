"""Gather what a text says for and against each intent: points by signal, and where they stand in the text."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from socialcare_intent.lexicon import Lexicon, Match
from socialcare_intent.words import BREAK, HANDLE, LONGEST_READ, URL, Words, words

GOOD = frozenset({"praise", "thanks", "solved"})
BAD = frozenset({"anger", "fault", "wait", "demand", "leave"})
_PAUSES = frozenset({BREAK, "!", "?", URL})
_NEGATED = {"praise": "anger", "thanks": "fault", "solved": "fault"}
_REACH_OF = {"praise": 3, "thanks": 3, "solved": 3, "anger": 2, "fault": 2}
"""How many words before a phrase of a signal a negation turns it ("not at all helpful")."""
_BLAME = 3
"""Weight from which a word blames by itself: who says none such and asks, or says it without words, does not complain."""
_PLAIN = "plain"
"""The signal of phrases that say nothing, and whose words are not heard one by one."""
_CERTAIN = 5
"""Weight from which a word of blame is not undone by a negation before it."""

_QUOTED = re.compile(
    r"""[“"]\s?@\w+:?[^”"]*[”"]?             # “@Brand: what the brand said”
      |(?<=\S)\s+(?:RT|MT)\s@\w+[\s\S]*      # my comment RT @Brand: what the brand said
      |^\s*RT\s+@\w+:?                       # the head of a plain retweet
    """,
    re.VERBOSE,
)
_CARE = re.compile(r"@\w*(?:support|help|cares?|assist|custs|service|ask)", re.IGNORECASE)


class Signals(NamedTuple):
    """What a text says, in points by signal and in the phrases that it `cut` to; `text` still holds what it quotes.

    `blames` says that a word blames by itself, `sets` are the words that have a part in grammar. The rest is told by the
    functions below, each only where the judgement hangs on it.
    """

    text: str
    cut: Words
    sets: Mapping[str, frozenset[str]]
    points: dict[str, int]
    matches: list[Match]
    blames: bool


def read(cut: Words, lexicon: Lexicon) -> Signals:
    """Read the signals of a text; what it quotes of others is left out."""
    text = cut.text
    if cut.may_quote and _QUOTED.search(text, 0, LONGEST_READ):
        cut = words(_QUOTED.sub(lambda quote: " " * len(quote[0]), text[:LONGEST_READ]))
    forms, sets = cut.forms, lexicon.sets
    matches = lexicon.matches(cut)
    if matches and not sets["negator"].isdisjoint(forms):
        matches = _turned(matches, forms, sets["negator"])
    points: dict[str, int] = {}
    marks: dict[str, tuple[str, int]] = {}
    blames = False
    for signal, weight, first, _ in matches:
        if forms[first][-1].isalnum():
            points[signal] = points.get(signal, 0) + weight
        else:
            marks[forms[first]] = signal, weight  # each emoji once: three tears are no more than one
        if weight >= _BLAME and signal in BAD:
            blames = True
    for signal, weight in marks.values():
        points[signal] = points.get(signal, 0) + weight
    if _PLAIN in points:
        del points[_PLAIN]
        matches = [match for match in matches if match[0] != _PLAIN]
    return Signals(text, cut, sets, points, matches, blames)


def _turned(matches: Sequence[Match], forms: Sequence[str], negators: frozenset[str]) -> list[Match]:
    """The matches with negation heeded: praise under one becomes blame, mild blame under one says nothing."""
    heeded: list[Match] = []
    since = 0
    for match in matches:
        signal, weight, first, after = match
        reach = _REACH_OF.get(signal, 0) if weight < _CERTAIN or signal in GOOD else 0
        negator = _negator(first, max(since, first - reach), forms, negators)
        if negator is None:
            heeded.append(match)
        elif signal in GOOD:
            heeded.append((_NEGATED[signal], min(weight, 3), first, after))
        elif heeded and heeded[-1][3] == negator + 1:
            heeded.pop()  # "no delays": neither word blames
        if after > first + 1:  # a negator within a phrase has done its part there
            since = after
    return heeded


def _negator(first: int, since: int, forms: Sequence[str], negators: frozenset[str]) -> int | None:
    """Where a negator stands before the word `first`, not before `since` and with no pause between."""
    for place in range(first - 1, since - 1, -1):
        if forms[place] in _PAUSES:
            return None
        if forms[place] in negators:
            return place
    return None


def before_turn(signals: Signals) -> tuple[int, int]:
    """Points of praise and of blame before the last turn such as "but", each counted only where the other follows it."""
    forms, turns = signals.cut.forms, signals.sets["turn"]
    if turns.isdisjoint(forms):
        return 0, 0
    turn = next((place for place in range(len(forms) - 1, 0, -1) if forms[place] in turns), 0)
    if not turn:
        return 0, 0
    good = sum(weight for signal, weight, first, _ in signals.matches if signal in GOOD and first < turn)
    bad = sum(weight for signal, weight, first, _ in signals.matches if signal in BAD and first < turn)
    good_follows = any(signal in GOOD and first > turn for signal, _, first, _ in signals.matches)
    bad_follows = any(signal in BAD and first > turn for signal, _, first, _ in signals.matches)
    return good if bad_follows else 0, bad if good_follows else 0


def opens_with_question(signals: Signals) -> bool:
    """Whether a sentence begins in the shape of a question."""
    forms, openers = signals.cut.forms, signals.sets["opener"]
    for signal, _, first, _ in signals.matches:
        if signal == "question":
            before = forms[first - 1] if first else HANDLE
            if before == HANDLE or before in _PAUSES or before in openers:
                return True
    return False


def speaks(signals: Signals) -> bool:
    """Whether it holds a word in small letters, as cut words are, and not only names, links and marks."""
    return any(form[0].isalpha() and not form.isupper() for form in signals.cut.forms)


def is_own(signals: Signals) -> bool:
    """Whether it speaks of its author."""
    return not signals.sets["own"].isdisjoint(signals.cut.forms)


def addresses(signals: Signals) -> int:
    """In how many ways it speaks to a company: to "you", to an account for customers, or with a name in front."""
    text = signals.cut.text
    return (
        (not signals.sets["address"].isdisjoint(signals.cut.forms))
        + ("@" in text and _CARE.search(text) is not None)
        + text.lstrip(" .\"“'").startswith("@")
    )


def hashtags(signals: Signals) -> int:
    """How many it has."""
    return sum(form[0] == "#" for form in signals.cut.forms) if "#" in signals.text else 0
