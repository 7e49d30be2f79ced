"""Gather what a text says for and against each intent: points by signal, and where they stand in the text."""

import re
from collections.abc import Sequence
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
    """What a text says, in points by signal and in the phrases that it `cut` to, and how it is put.

    `good_first` and `bad_first` are the points of praise and of blame that stand before a turn such as "but", where the
    other follows it.
    """

    points: dict[str, int]
    cut: Words
    matches: list[Match]
    good_first: int
    bad_first: int
    blames: bool
    in_words: bool
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


def read(cut: Words, lexicon: Lexicon) -> Signals:
    """Read the signals of a text; what it quotes of others is left out."""
    text = cut.text
    with_handle = "@" in text
    if with_handle and _QUOTED.search(text, 0, LONGEST_READ):
        cut = words(_QUOTED.sub(lambda quote: " " * len(quote[0]), text[:LONGEST_READ]))
    forms = cut.forms
    matches = _turned(list(lexicon.matches(forms)), forms, lexicon.set("negator"))
    points: dict[str, int] = {}
    for match in _once_each_mark(matches, forms):
        points[match.signal] = points.get(match.signal, 0) + match.weight
    form_set = frozenset(forms)
    turns = form_set & lexicon.set("turn")
    good_first, bad_first = _before_turn(matches, forms, turns) if turns else (0, 0)
    return Signals(
        points=points,
        cut=cut,
        matches=matches,
        good_first=good_first,
        bad_first=bad_first,
        blames=any(match.weight >= _BLAME and match.signal in BAD for match in matches),
        in_words=any(form[0].isalpha() and not form.isupper() for form in forms),
        own=not form_set.isdisjoint(lexicon.set("own")),
        addressed=not form_set.isdisjoint(lexicon.set("address")),
        asks="?" in form_set,
        opens_with_question=_opens_with_question(matches, forms, lexicon.set("opener")),
        exclaims=forms.count("!") > 1,
        to_account=with_handle,
        to_care=with_handle and _CARE.search(cut.text) is not None,
        begins_with_handle=cut.text.lstrip(" .\"“'").startswith("@"),
        retweet=text.startswith("RT @"),
        link=URL in form_set,
        hashtags=sum(form[0] == "#" for form in forms) if "#" in text else 0,
    )


def _once_each_mark(matches: Sequence[Match], forms: Sequence[str]) -> list[Match]:
    """The matches without repeated emoji: three tears are no more than one."""
    marks = {forms[match.first]: match for match in matches if not forms[match.first][-1].isalnum()}
    return [match for match in matches if marks.get(forms[match.first], match) is match]


def _turned(matches: Sequence[Match], forms: Sequence[str], negators: frozenset[str]) -> list[Match]:
    """The matches with negation heeded: praise under one becomes blame, mild blame under one says nothing."""
    heeded: list[Match] = []
    since = 0
    for match in matches:
        reach = _REACH_OF.get(match.signal, 0) if match.weight < _CERTAIN or match.signal in GOOD else 0
        negator = _negator(match.first, max(since, match.first - reach), forms, negators)
        if negator is None:
            heeded.append(match)
        elif match.signal in GOOD:
            heeded.append(match._replace(signal=_NEGATED[match.signal], weight=min(match.weight, 3)))
        elif heeded and heeded[-1].after == negator + 1:
            heeded.pop()  # "no delays": neither word blames
        if match.after > match.first + 1:  # a negator within a phrase has done its part there
            since = match.after
    return [match for match in heeded if match.weight]


def _negator(first: int, since: int, forms: Sequence[str], negators: frozenset[str]) -> int | None:
    """Where a negator stands before the word `first`, not before `since` and with no pause between."""
    for place in range(first - 1, since - 1, -1):
        if forms[place] in _PAUSES:
            return None
        if forms[place] in negators:
            return place
    return None


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
    for match in matches:
        if match.signal == "question":
            before = forms[match.first - 1] if match.first else HANDLE
            if before == HANDLE or before in _PAUSES or before in openers:
                return True
    return False
