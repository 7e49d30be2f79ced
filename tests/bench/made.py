"""Lines and rules of the benchmark's own making, of the shape that `../shared/bench/workload.py` gives them."""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.workload import Atom, Rule

BEGIN = datetime(2025, 3, 1, tzinfo=UTC)
INTENTS = ("question", "criticism", "compliment", "other")
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "ca",
    "co",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ha",
    "he",
    "ka",
    "ke",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "ni",
    "no",
    "pa",
    "pe",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "so",
    "ta",
    "te",
    "to",
]
STEPS = {
    "author.followers": (100, 200, 500, 1_000, 5_000, 10_000, 50_000, 100_000),
    "author.statuses": (10, 100, 1_000, 10_000),
    "metrics.likes": (1, 2, 3, 5, 10, 25, 50, 100),
    "metrics.retweets": (1, 2, 3, 5, 10, 25, 50, 100),
    "metrics.replies": (1, 2, 3, 5, 10, 25, 50, 100),
}


def texts(folder: Path) -> list[tuple[str, str]]:
    """The texts of recorded pages of the X API, each with its language."""
    pages = [json.loads(page.read_bytes()) for page in sorted(folder.glob("*.json"))]
    posts = chain.from_iterable(page["data"] for page in pages)
    return [(post["text"], post.get("lang", "und")) for post in posts]


def lines(
    said: Sequence[tuple[str, str]], seed: int, *, mentions: int | None = None, authors: int | None = None
) -> Iterator[bytes]:
    """Lines of the X API's stream, in order of time over 30 days, one author each unless `authors` says how many there are.

    `mentions` more than there are texts say them again.
    """
    rng = random.Random(seed)
    number = len(said) if mentions is None else mentions
    share = (number if authors is None else authors) / number
    step = timedelta(days=30) / number
    known = 0
    for at in range(number):
        if known == 0 or rng.random() < share:
            who, known = known, known + 1
        else:
            who = rng.randrange(known)
        text, lang = said[at % len(said)]
        yield _line(at, text, lang, 10_000_000 + who, BEGIN + at * step, rng)


def _line(at: int, text: str, lang: str, author: int, moment: datetime, rng: random.Random) -> bytes:
    tweet = 1_895_000_000_000_000_000 + at * 7_919_000
    fate = random.Random(author)
    post = {
        "data": {
            "id": str(tweet), "text": text, "author_id": str(author), "created_at": _moment(moment),
            "conversation_id": str(tweet), "lang": lang, "possibly_sensitive": False, "reply_settings": "everyone",
            "edit_history_tweet_ids": [str(tweet)],
            "entities": {"mentions": [{"start": 0, "end": 6, "username": "brand", "id": "24331764"}]},
            "public_metrics": {
                "retweet_count": _count(rng, -0.5, 1.6), "reply_count": _count(rng, -0.3, 1.0), "like_count": _count(rng, 0.4, 1.8),
                "quote_count": 0, "bookmark_count": 0, "impression_count": _count(rng, 5, 2),
            },
        },
        "includes": {"users": [{
            "id": str(author), "name": "A customer", "username": f"user_{author}", "created_at": "2012-05-01T09:11:02.000Z",
            "description": "Coffee, trains and complaints. Views my own.", "verified": fate.random() < 0.04, "protected": False,
            "public_metrics": {
                "followers_count": _count(fate, 5.6, 1.9), "following_count": _count(fate, 5.5, 1.1),
                "tweet_count": _count(fate, 7.6, 1.7), "listed_count": _count(fate, 0.5, 1.5),
            },
        }]},
        "matching_rules": [{"id": "1166916266197536768", "tag": "brand mentions"}],
    }  # fmt: skip
    return json.dumps(post, ensure_ascii=rng.random() < 0.5, separators=(",", ":")).encode()


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _count(rng: random.Random, mean: float, spread: float) -> int:
    return int(rng.lognormvariate(mean, spread))


def rules(number: int, said: Sequence[str], *, flat: bool = False) -> list[Rule]:
    """Rules over words and pairs of words that are said, often said ones more often, and over words that nobody says.

    `flat`: the rules beyond 1,000 are nearly all about words that nobody says.
    """
    rng = random.Random(23)
    draw = _Draw(rng, said, min(1.0, 1_000 / number) if flat else 1.0)
    return [_rule(f"r{at:05}", rng, draw) for at in range(number)]


class _Draw:
    """Draws words, patterns and tests for rules."""

    def __init__(self, rng: random.Random, said: Sequence[str], hits: float) -> None:
        self.rng, self.hits = rng, hits
        spoken = [text.split() for text in said]
        words = Counter(chain.from_iterable(map(set, spoken)))
        pairs = Counter(pair for text in spoken for pair in pairwise(text))
        most = len(said) * 0.04
        self._said = _often(
            rng, [w for w, n in words.most_common() if len(w) > 2 and w.isalpha() and n < most]
        )
        self._pair = _often(rng, [" ".join(p) for p, n in pairs.most_common() if 1 < n < most / 2])

    def word(self) -> str:
        if self.rng.random() < 0.3 * self.hits:
            return self._said()
        return "".join(self.rng.choices(SYLLABLES, k=3)) + self.rng.choice(("x", "ly", "ware", "corp", "ify"))

    def text(self, patterns: float = 0.0) -> Atom:
        kind = self.rng.random()
        if kind < patterns:
            return {"op": "regex", "field": "text", "value": self.pattern()}
        if kind < patterns + 0.22 * self.hits:
            return {"op": "contains_phrase", "field": "text", "value": self._pair()}
        return {"op": "contains_word", "field": "text", "value": self.word()}

    def pattern(self) -> str:
        one, two, number = self.word(), self.word(), self.rng.randrange(2, 60)
        return self.rng.choice((
            rf"\b{one}\W+(?:\w+\W+){{0,3}}{two}\b", rf"\b(?:{one}|{two})\s+#?\d{{2,}}", rf"{one}.{{0,40}}{two}",
            rf"(?:not|never|can'?t|won'?t)\s+{one}\b", rf"\b(?:{one}|{two})(?:!|\?){{1,3}}", rf"#{one}\w*",
            rf"\b(?:ref|order|flight|ticket)\s*(?:no\.?|number|#)?\s*{number}\d{{3,}}\b", rf"\${number}\d*(?:\.\d\d)?\b",
            rf"{number}\s*(?:min|minutes|hours|hrs|days)\b",
        ))  # fmt: skip

    def number(self) -> Atom:
        field = self.rng.choices(tuple(STEPS), (6, 1, 2, 2, 1))[0]
        return {"op": "gte", "field": field, "value": self.rng.choice(STEPS[field])}

    def equal(self, field: str, values: Sequence[Any], weights: Sequence[int]) -> Atom:  # Any: as in Atom
        return {"op": "eq", "field": field, "value": self.rng.choices(values, weights)[0]}


def _often(rng: random.Random, things: Sequence[str]) -> Callable[[], str]:
    """Draws of things by Zipf's law, the first most often."""
    heights = list(accumulate(1 / (at + 3) ** 0.6 for at in range(len(things))))
    return lambda: things[bisect(heights, rng.random() * heights[-1])]


def _rule(name: str, rng: random.Random, draw: _Draw) -> Rule:
    must: list[Atom] = []
    some: list[Atom] = []
    kind = rng.random()
    if kind < 0.02 * draw.hits:
        must = [draw.number(), draw.equal("author.verified", [True], [1])]
    elif kind < 0.12:
        must = [{"op": "regex", "field": "text", "value": draw.pattern()}]
    elif kind < 0.50:
        some = [draw.text() for _ in range(rng.randint(2, 6))]
    else:
        must = [draw.text() for _ in range(rng.randint(1, 2))]
    if rng.random() < 0.25 and not some:
        some = [draw.text() for _ in range(rng.randint(2, 4))]
    if rng.random() < 0.30:
        must.append(draw.number())
    if rng.random() < 0.40:
        must.append(draw.equal("intent", INTENTS, (4, 5, 2, 1)))
    if rng.random() < 0.32:
        must.append(draw.equal("lang", ("en", "es", "fr", "de"), (12, 2, 1, 1)))
    without = ["rt", "hiring", "giveaway", draw.word()]
    none: list[Atom] = [{"op": "contains_word", "field": "text", "value": rng.choice(without)}]
    return {"id": name, "all": must, "any": some, "none": none if rng.random() < 0.2 else []}
