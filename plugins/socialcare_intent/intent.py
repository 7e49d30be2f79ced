"""Judge what a customer wants with a text: to ask, complain, praise, hear opinions, or something else."""

import math
from typing import NamedTuple

from socialcare_intent.lexicon import lexicon
from socialcare_intent.signals import BAD, GOOD, Signals, read
from socialcare_intent.words import Words

INTENTS = ("question", "complaint", "praise", "opinion_request", "other")

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


class _Points(NamedTuple):
    """A text's points for each intent, and what is good and bad in it."""

    complaint: int
    praise: int
    question: int
    opinion: int
    good: int
    bad: int
    blames: bool
    plain: frozenset[str]


def judge(cut: Words, language: str = "en") -> Judgement:
    """Judge a text with the words of `language` (ISO 639-1); a language without a list is judged by emoji and marks."""
    signals = read(cut, lexicon(*LANGUAGES.get(language, ("marks",))))
    points = _points(signals)
    intent, confidence = _intent(points)
    sentiment = (points.good - points.bad) / (points.good + points.bad + 4)
    told = points.good + points.bad
    return Judgement(
        intent=intent,
        confidence=round(confidence, 3),
        evidence=_words(signals, _REASONS[intent]) or (_mark(signals) if intent == "question" else ()),
        sentiment=round(sentiment, 3),
        sentiment_confidence=round(0.5 + 0.5 * told / (told + 8), 3),
        sentiment_evidence=_words(signals, BAD | GOOD | {"irony"}),
        only_thanks=_only_thanks(signals, intent),
    )


_REASONS: dict[str, frozenset[str]] = {
    "complaint": BAD | {"irony", "negation"},
    "praise": GOOD | {"irony"},
    "question": frozenset({"question"}),
    "opinion_request": frozenset({"opinion"}),
    "other": frozenset({"noise"}),
}


def _points(signals: Signals) -> _Points:
    """Weigh the signals of a text against each other."""
    had = signals.points.get
    bad = (
        sum(min(had(signal, 0), _MOST[signal]) for signal in BAD) if signals.blames or signals.in_words else 0
    )
    good = sum(min(had(signal, 0), _MOST[signal]) for signal in GOOD)
    mild = min(had("affair", 0), 3) + min(had("negation", 0), 3)
    irony = min(had("irony", 0), 10)
    if irony and bad + mild > 1:
        bad, good = bad + irony, 0
    elif irony:
        good += 4
    if had("solved") and had("thanks"):
        good += 2
    good_said = max(0, good - signals.good_first // 2)
    bad_said = max(0, bad - signals.bad_first // 2)
    noise = min(had("noise", 0), 9)
    asked = had("question", 0)
    return _Points(
        complaint=bad_said - good_said - noise + _manner(signals, mild, at_all=bad > 0 or mild > 1),
        praise=good_said - bad_said - noise - _doubts_of_praise(signals),
        question=min(asked, 8) + 4 * signals.asks if signals.asks or signals.opens_with_question else 0,
        opinion=had("opinion", 0) if signals.asks or had("opinion", 0) > 4 else 0,
        good=good_said,
        bad=bad_said,
        blames=signals.blames,
        plain=_plain(signals),
    )


def _manner(signals: Signals, mild: int, *, at_all: bool) -> int:
    """Points for how a complaint is put (of one's own affair, to a company), and against what is no one's affair."""
    against = 2 * (not signals.to_account) + signals.retweet + 4 * (signals.hashtags > 3)
    if signals.link:
        against += 1 if signals.own else 3
    if not at_all:
        return -against
    to_company = signals.addressed + signals.to_care + signals.begins_with_handle
    short = 2 * (len(signals.cut.forms) <= _SHORT)
    return mild + 2 * signals.own + to_company + signals.exclaims + short - against


def _doubts_of_praise(signals: Signals) -> int:
    """Points against praise: thanks in a question are politeness, a bare link is seldom thanked for."""
    polite = signals.asks and signals.points.get("praise", 0) < 4
    return 4 * polite + (signals.link and not signals.own) + min(signals.points.get("negation", 0), 3)


def _intent(points: _Points) -> tuple[str, float]:
    """The intent that the points speak for, and how sure that is."""
    needed = _needed(points)
    if points.complaint >= needed:
        return "complaint", _told(points, "complaint", _sure(points.complaint - needed, 0.6, 6))
    if points.opinion >= _ASKING_FROM:
        return "opinion_request", _sure(points.opinion - _ASKING_FROM, 0.6, 8)
    if points.praise >= _PRAISE_FROM:
        return "praise", _told(points, "praise", _sure(points.praise - _PRAISE_FROM, 0.6, 8))
    if points.question >= _ASKING_FROM:
        return "question", _sure(points.question - _ASKING_FROM, 0.5, 6)
    nearest = max(points.complaint / needed, points.praise / _PRAISE_FROM, points.question / _ASKING_FROM, 0)
    return "other", 0.9 - 0.4 * min(nearest, 1)


def _plain(signals: Signals) -> frozenset[str]:
    """Which of complaint and praise some word says plainly by itself; emoji and hints say it only together."""
    said = {
        "complaint" if match.signal in BAD else "praise"
        for match in signals.matches
        if match.weight >= _PLAINLY
        and match.signal in BAD | GOOD
        and any(form[0].isalnum() or form[0] == "#" for form in signals.cut.forms[match.first : match.after])
    }
    return frozenset({"complaint"} if signals.points.get("irony") else said)


def _told(points: _Points, intent: str, confidence: float) -> float:
    """`confidence`, at most so much where nothing says the intent plainly."""
    return confidence if intent in points.plain else min(confidence, _MOST_FROM_HINTS)


def _only_thanks(signals: Signals, intent: str) -> bool:
    """Whether a text thanks and says nothing else that would want an answer of its own.

    Thanks at the end of a longer text are often bitter, save where trouble is over.
    """
    had = signals.points.get
    if intent != "praise" or signals.asks or had("question") or had("irony") or had("praise", 0) >= _PRAISES:
        return False
    thanks = [match.first for match in signals.matches if match.signal == "thanks" and match.weight > 1]
    in_front = bool(thanks) and thanks[0] <= _IN_FRONT
    return in_front or bool(thanks and (had("solved") or len(signals.cut.forms) <= _SHORT))


def _needed(points: _Points) -> int:
    """The points that make a complaint: more of a text that asks or only hints, and most of one that does both."""
    if points.question < _ASKING_FROM:
        return _COMPLAINT_FROM if points.blames else _COMPLAINT_FROM_HINTS
    if not points.blames:
        return _COMPLAINT_WITHOUT_BLAME_FROM
    return _COMPLAINT_IN_A_QUESTION_FROM if points.question >= _CLEAR_QUESTION else _COMPLAINT_FROM


def _sure(beyond: int, least: float, half: float) -> float:
    """Confidence that grows from `least` towards 1, halfway where the points are `half` beyond the threshold."""
    return 1 - (1 - least) * math.exp2(-beyond / half)


def _words(signals: Signals, reasons: frozenset[str]) -> tuple[str, ...]:
    """The heaviest phrases of these signals, in the order and the spelling of the text."""
    spoken = [match for match in signals.matches if match.signal in reasons]
    if len(spoken) > _MOST_WORDS:
        spoken = sorted(sorted(spoken, key=lambda m: -m.weight)[:_MOST_WORDS], key=lambda m: m.first)
    return tuple(dict.fromkeys(signals.cut.between(match.first, match.after) for match in spoken))


def _mark(signals: Signals) -> tuple[str, ...]:
    """The first question mark, as it stands in the text."""
    place = signals.cut.forms.index("?")
    return (signals.cut.between(place, place + 1),)
