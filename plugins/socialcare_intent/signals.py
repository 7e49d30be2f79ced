"""Gather what a text says for and against each intent: points by signal, and where they stand in the text."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from socialcare_intent.lexicon import Lexicon, Match
from socialcare_intent.words import BREAK, HANDLE, LONGEST_READ, URL, words

GOOD = frozenset({"praise", "thanks", "solved"})
BAD = frozenset({"anger", "fault", "wait", "demand", "leave"})
_PAUSES = frozenset({BREAK, "!", "?", URL})
_NEGATED = {"praise": "anger", "thanks": "fault", "solved": "fault"}
_REACH = 3
"""Words before a word of praise in which a negation turns it ("not at all helpful")."""
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


class Evidence(NamedTuple):
    """A phrase that spoke: its signal and weight, and where it stands (characters)."""

    signal: str
    weight: int
    start: int
    end: int


class Signals(NamedTuple):
    """What a text says, in points by signal, and how it is put.

    `good_first` and `bad_first` are the points of praise and of blame that stand before a turn such as "but", where the
    other follows it.
    """

    points: dict[str, int]
    evidence: list[Evidence]
    good_first: int
    bad_first: int
    own: bool
    addressed: bool
    asks: bool
    opens_with_question: bool
    exclaims: bool
    to_account: bool
    to_care: bool
    begins_with_handle: bool
    retweet: bool
    link: bool
    hashtags: int


def read(text: str, lexicon: Lexicon) -> Signals:
    """Read the signals of `text`; what it quotes of others is left out."""
    with_handle = "@" in text
    own_part = _QUOTED.sub(lambda quote: " " * len(quote[0]), text[:LONGEST_READ]) if with_handle else text
    forms, found = words(own_part)
    matches = _turned(list(lexicon.matches(forms)), forms, lexicon.set("negator"))
    points: dict[str, int] = {}
    for match in matches:
        points[match.signal] = points.get(match.signal, 0) + match.weight
    good_first, bad_first = _before_turn(matches, forms, lexicon.set("turn"))
    form_set = frozenset(forms)
    return Signals(
        points=points,
        evidence=[
            Evidence(m.signal, m.weight, found[m.first].start(), found[m.after - 1].end()) for m in matches
        ],
        good_first=good_first,
        bad_first=bad_first,
        own=not form_set.isdisjoint(lexicon.set("own")),
        addressed=not form_set.isdisjoint(lexicon.set("address")),
        asks="?" in form_set,
        opens_with_question=_opens_with_question(matches, forms, lexicon.set("opener")),
        exclaims=forms.count("!") > 1,
        to_account=with_handle,
        to_care=with_handle and _CARE.search(own_part) is not None,
        begins_with_handle=own_part.lstrip(" .\"“'").startswith("@"),
        retweet=text.startswith("RT @"),
        link=URL in form_set,
        hashtags=sum(form[0] == "#" for form in forms),
    )


def _turned(matches: Sequence[Match], forms: Sequence[str], negators: frozenset[str]) -> list[Match]:
    """The matches with negation heeded: praise under one becomes blame, mild blame under one says nothing."""
    heeded = []
    previous = 0
    for match in matches:
        if match.signal in GOOD and _negated(
            match.first, max(previous, match.first - _REACH), forms, negators
        ):
            heeded.append(match._replace(signal=_NEGATED[match.signal], weight=min(match.weight, 3)))
        elif not (
            match.signal in {"anger", "fault"}
            and match.weight < _CERTAIN
            and _negated(match.first, max(previous, match.first - _REACH + 1), forms, negators)
        ):
            heeded.append(match)
        previous = match.after
    return [match for match in heeded if match.weight]


def _negated(first: int, since: int, forms: Sequence[str], negators: frozenset[str]) -> bool:
    """Whether a negator stands before the word `first`, not before `since`, with no pause between."""
    for place in range(first - 1, since - 1, -1):
        if forms[place] in _PAUSES:
            return False
        if forms[place] in negators:
            return True
    return False


def _before_turn(matches: Sequence[Match], forms: Sequence[str], turns: frozenset[str]) -> tuple[int, int]:
    """Points of praise and of blame before the last turn, each counted only where the other follows it."""
    turn = next((place for place in range(len(forms) - 1, 0, -1) if forms[place] in turns), 0)
    if not turn:
        return 0, 0
    good = sum(match.weight for match in matches if match.signal in GOOD and match.first < turn)
    bad = sum(match.weight for match in matches if match.signal in BAD and match.first < turn)
    good_follows = any(match.signal in GOOD and match.first > turn for match in matches)
    bad_follows = any(match.signal in BAD and match.first > turn for match in matches)
    return good if bad_follows else 0, bad if good_follows else 0


def _opens_with_question(matches: Sequence[Match], forms: Sequence[str], openers: frozenset[str]) -> bool:
    """Whether a sentence begins in the shape of a question."""
    before = openers | _PAUSES | {HANDLE}
    return any(
        match.signal == "question" and (match.first == 0 or forms[match.first - 1] in before)
        for match in matches
    )
