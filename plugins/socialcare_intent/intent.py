"""Judge what a customer wants with a text: to ask, complain, praise, hear opinions, or something else."""

import math
from functools import lru_cache
from typing import NamedTuple

from socialcare_intent.lexicon import Match, lexicon
from socialcare_intent.signals import (
    BAD,
    GOOD,
    Signals,
    addresses,
    before_turn,
    hashtags,
    is_own,
    opens_with_question,
    read,
    speaks,
)
from socialcare_intent.words import URL, Words

_COMPLAINT_FROM = 5
_COMPLAINT_FROM_HINTS = 6
_COMPLAINT_IN_A_QUESTION_FROM = 7
_COMPLAINT_WITHOUT_BLAME_FROM = 8
_PRAISE_FROM = 2
_PRAISES = 4
"""Points of praise from which somebody praises, whatever they thank for."""
_ASKING_FROM = 4
_CLEAR_QUESTION = 8
_PLAINLY = 4
"""Weight from which a word says plainly what somebody wants."""
_MOST_FROM_HINTS = 0.74
"""How sure many small signs together can make of a complaint or of praise."""
_IN_FRONT = 3
"""The place in a text up to which thanks are what it is about."""
_SHORT = 6
"""Words of a text so short that a single word of blame is most of it."""

_MOST_WORDS = 6
"""How many words or phrases the evidence lists."""

_MOST = {
    "anger": 12,
    "fault": 12,
    "wait": 8,
    "demand": 8,
    "leave": 10,
    "praise": 12,
    "thanks": 5,
    "solved": 8,
    "affair": 3,
    "negation": 3,
}
"""The most points that one signal brings, so that a long text does not convince by its length."""

ENGLISH = ("complaint", "praise", "question", "setting", "grammar", "marks")
LANGUAGES = {"en": ENGLISH} | {language: (language, "marks") for language in ("es", "fr", "de", "pt")}
"""The lists of words of each language that texts are judged in."""


class Judgement(NamedTuple):
    """The intent of a text with its confidence (0 to 1) and the words that were the reason, as they stand in the text.

    `sentiment` is from -1 (bad) to 1 (good), with a confidence and words of its own. `only_thanks` says that they thank
    and neither praise, blame nor ask.
    """

    intent: str
    confidence: float
    evidence: tuple[str, ...]
    sentiment: float
    sentiment_confidence: float
    sentiment_evidence: tuple[str, ...]
    only_thanks: bool


_MOST_OF_IRONY = 10
_FEELING_OR_MILD = frozenset({"irony", *_MOST})

_FEELING = BAD | GOOD | {"irony"}
_REASONS: dict[str, frozenset[str]] = {
    "complaint": BAD | {"irony", "negation"},
    "praise": GOOD | {"irony"},
    "question": frozenset({"question"}),
    "opinion_request": frozenset({"opinion"}),
    "other": frozenset({"noise"}),
}


def judge(cut: Words, language: str = "en") -> Judgement:
    """Judge a text with the words of `language` (ISO 639-1); a language without a list is judged by emoji and marks."""
    signals = read(cut, lexicon(*LANGUAGES.get(language, ("marks",))))
    asks = "?" in signals.cut.forms
    good, bad, mild, displeased = _feelings(signals)
    intent, confidence = _intent(signals, good, bad, mild, displeased=displeased, asks=asks)
    reasons = _REASONS[intent]
    spoken = [match for match in signals.matches if match[0] in reasons]
    felt = [match for match in signals.matches if match[0] in _FEELING]
    evidence = _words(signals.cut, spoken)
    return Judgement(
        intent,
        confidence,
        evidence or (signals.cut.spelled([signals.cut.forms.index("?")]) if intent == "question" else ()),
        *_sentiment(good, bad),
        evidence if felt == spoken else _words(signals.cut, felt),
        intent == "praise" and not asks and _only_thanks(signals),
    )


def _feelings(signals: Signals) -> tuple[int, int, int, bool]:
    """Points of what is good, bad and mildly bad in a text, and whether anything at all is bad."""
    points = signals.points
    if _FEELING_OR_MILD.isdisjoint(points):
        return 0, 0, 0, False
    good = bad = mild = 0
    for signal, said in points.items():
        if signal in _MOST:
            most = min(said, _MOST[signal])
            if signal in BAD:
                bad += most
            elif signal in GOOD:
                good += most
            else:
                mild += most
    good_first, bad_first = before_turn(signals) if good and bad else (0, 0)
    if bad and not signals.blames and not speaks(signals):
        bad = 0
    if "irony" in points:
        irony = min(points["irony"], _MOST_OF_IRONY)
        if bad + mild > 1:
            bad, good = bad + irony, 0
        else:
            good += 4
    if "solved" in points and "thanks" in points:
        good += 2
    return max(0, good - good_first // 2), max(0, bad - bad_first // 2), mild, bad > 0 or mild > 1


def _intent(
    signals: Signals, good: int, bad: int, mild: int, *, displeased: bool, asks: bool
) -> tuple[str, float]:
    """The intent that the points speak for, and how sure that is (0 to 1)."""
    had = signals.points.get
    noise, asked, opinion = min(had("noise", 0), 9), had("question", 0), had("opinion", 0)
    question = min(asked, 8) + 4 * asks if asks or (asked and opens_with_question(signals)) else 0
    complaint, needed = 0, _COMPLAINT_FROM
    if displeased:
        complaint = bad - good - noise + _manner(signals, mild)
        needed = _needed(question, blames=signals.blames)
        if complaint >= needed:
            return "complaint", _told(signals, BAD, _sure(complaint - needed, 0.6, 6))
    if opinion >= _ASKING_FROM and (asks or opinion > _ASKING_FROM):
        return "opinion_request", _sure(opinion - _ASKING_FROM, 0.6, 8)
    praise = good - bad - noise
    if praise > 0:
        praise -= _doubts_of_praise(signals, asks=asks)
    if praise >= _PRAISE_FROM:
        return "praise", _told(signals, GOOD, _sure(praise - _PRAISE_FROM, 0.6, 8))
    if question >= _ASKING_FROM:
        return "question", _sure(question - _ASKING_FROM, 0.5, 6)
    nearest = max(complaint / needed, praise / _PRAISE_FROM, question / _ASKING_FROM, 0)
    return "other", round(0.9 - 0.4 * min(nearest, 1), 3)


def _manner(signals: Signals, mild: int) -> int:
    """Points for how a complaint is put (of one's own affair, to a company), and against what is no one's affair."""
    text, own = signals.text, is_own(signals)
    points = mild + 2 * own + addresses(signals) + (signals.cut.forms.count("!") > 1)
    points += 2 * (len(signals.cut.forms) <= _SHORT)
    points -= 2 * ("@" not in text) + text.startswith("RT @") + 4 * (hashtags(signals) > 3)
    if URL in signals.cut.forms:
        points -= 1 if own else 3
    return points


def _doubts_of_praise(signals: Signals, *, asks: bool) -> int:
    """Points against praise: thanks in a question are politeness, a bare link is seldom thanked for."""
    polite = asks and signals.points.get("praise", 0) < 4
    bare_link = URL in signals.cut.forms and not is_own(signals)
    return 4 * polite + bare_link + min(signals.points.get("negation", 0), 3)


def _told(signals: Signals, feeling: frozenset[str], confidence: float) -> float:
    """`confidence`, at most so much where no word says this feeling plainly: emoji and hints say it only together.

    Irony says blame plainly, and nothing good.
    """
    if confidence <= _MOST_FROM_HINTS:
        return confidence
    if "irony" in signals.points:
        return confidence if feeling is BAD else _MOST_FROM_HINTS
    forms = signals.cut.forms
    plainly = [match for match in signals.matches if match[1] >= _PLAINLY and match[0] in feeling]
    in_words = any(
        form[0].isalnum() or form[0] == "#" for _, _, first, after in plainly for form in forms[first:after]
    )
    return confidence if in_words else _MOST_FROM_HINTS


def _only_thanks(signals: Signals) -> bool:
    """Whether a praise that asks nothing thanks and says nothing else that would want an answer of its own.

    Thanks at the end of a longer text are often bitter, save where trouble is over.
    """
    points = signals.points
    if "question" in points or "irony" in points or points.get("praise", 0) >= _PRAISES:
        return False
    thanks = [first for signal, weight, first, _ in signals.matches if signal == "thanks" and weight > 1]
    if not thanks:
        return False
    return thanks[0] <= _IN_FRONT or "solved" in points or len(signals.cut.forms) <= _SHORT


def _needed(question: int, *, blames: bool) -> int:
    """The points that make a complaint: more of a text that asks or only hints, and most of one that does both."""
    if question < _ASKING_FROM:
        return _COMPLAINT_FROM if blames else _COMPLAINT_FROM_HINTS
    if not blames:
        return _COMPLAINT_WITHOUT_BLAME_FROM
    return _COMPLAINT_IN_A_QUESTION_FROM if question >= _CLEAR_QUESTION else _COMPLAINT_FROM


@lru_cache(maxsize=1024)
def _sure(beyond: int, least: float, half: float) -> float:
    """Confidence that grows from `least` towards 1, halfway where the points are `half` beyond the threshold."""
    return round(1 - (1 - least) * math.exp2(-beyond / half), 3)


@lru_cache(maxsize=1024)
def _sentiment(good: int, bad: int) -> tuple[float, float]:
    """The sentiment that these points tell, from -1 (bad) to 1 (good), and how sure that is (0 to 1)."""
    told = good + bad
    return round((good - bad) / (told + 4), 3), round(0.5 + 0.5 * told / (told + 8), 3)


def _words(cut: Words, spoken: list[Match]) -> tuple[str, ...]:
    """The heaviest of these phrases, in the order and the spelling of the text."""
    if not spoken:
        return ()
    if len(spoken) > _MOST_WORDS:
        heaviest = sorted(spoken, key=lambda match: -match[1])[:_MOST_WORDS]
        spoken = sorted(heaviest, key=lambda match: match[2])
    return cut.phrases([(first, after) for _, _, first, after in spoken])
