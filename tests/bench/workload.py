"""What the benchmark runs on: lines as the X API streams them, and rules in a form that every engine can be given.

The lines and the rules are those of `../shared/bench/workload.py` where that folder stands beside the repository: real customer
tweets, 988 bytes a line. Elsewhere both are made here, from the bundled past mentions, of the same shape. Texts of the rules are
words of the product's normal form, so that all engines can be asked the same.
"""

import importlib
import json
import os
import random
import sys
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypedDict

from tests.bench import made
from tests.bench.model import train
from tests.bench.plugin.socialcare_bench import Model

from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.words import line as words_in_a_row
from socialcare.policy.language.words import phrase

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SOCIALCARE_SHARED", ROOT.parent / "shared")) / "bench"

LEARNED_FROM = 20_000
"""Texts from which the rules take their words, and the model its weights: the same whatever is measured."""

SEED = 11


class Atom(TypedDict):
    """One test of one field."""

    op: Literal["contains_word", "contains_phrase", "regex", "gte", "eq", "in"]
    field: str
    value: Any  # Any: a text, a number, a truth or a list of texts, as `op` says


class Rule(TypedDict):
    """It matches when all of `all`, one of `any` (if there are any) and none of `none` hold."""

    id: str
    all: list[Atom]
    any: list[Atom]
    none: list[Atom]


def source() -> str:
    """Where the texts are from."""
    return _texts(1)[1]


def texts(number: int) -> list[tuple[str, str]]:
    """So many texts, each with its language; fewer are the first of more."""
    return _texts(number)[0]


def lines(mentions: int) -> list[bytes]:
    """So many lines of the stream, each by an author of its own."""
    said = texts(mentions)
    return list(shared("workload").mentions(said) if SHARED.is_dir() else made.lines(said, SEED))


def rules(number: int, *, flat: bool = False) -> list[Rule]:
    """So many rules; `flat`: those beyond 1,000 add hardly any matches a mention."""
    spoken = [words_in_a_row(text) for text in _learned()]
    make = shared("workload").rules if SHARED.is_dir() else made.rules
    return [_spoken(rule) for rule in make(number, spoken, flat=flat)]


@cache
def model() -> Model:
    """The model of the classifier."""
    return train(_learned())


@cache
def _learned() -> list[str]:
    return [text for text, _ in texts(LEARNED_FROM)]


def shared(name: str) -> Any:  # Any: a script beside the repository, without types
    """A module of the folder beside the repository."""
    if str(SHARED) not in sys.path:
        sys.path.append(str(SHARED))
    return importlib.import_module(name)


def _texts(number: int) -> tuple[list[tuple[str, str]], str]:
    if SHARED.is_dir():
        found, source = shared("workload").load_texts(number)
        return found, str(source)
    bundled = made.texts(ROOT / "rules" / "past")
    random.Random(SEED).shuffle(bundled)
    return [bundled[at % len(bundled)] for at in range(number)], "bundled past mentions"


def _spoken(rule: Rule) -> Rule:
    """The rule with its words as the product reads them, which is how they stand in its normal form."""

    def heard(atom: Atom) -> Atom:
        if atom["op"] not in ("contains_word", "contains_phrase"):
            return atom
        try:
            return {**atom, "value": " ".join(phrase(atom["value"]).words)}
        except Flaw:
            return {**atom, "value": "unheard"}

    return {
        "id": rule["id"],
        "all": [heard(atom) for atom in rule["all"]],
        "any": [heard(atom) for atom in rule["any"]],
        "none": [heard(atom) for atom in rule["none"]],
    }


def view(line: bytes, text: str, intent: str) -> dict[str, Any]:  # Any: JSON
    """What engines are given that cannot read a line: everything decoded, the normal form and the intent for nothing.

    `text` is the text as the product read it, without HTML's escapes.
    """
    post = json.loads(line)
    data, author = post["data"], post["includes"]["users"][0]
    likes = data["public_metrics"]
    return {
        "id": data["id"],
        "text": text,
        "norm": words_in_a_row(text),
        "lang": data["lang"],
        "intent": intent,
        "author": {
            "followers": author["public_metrics"]["followers_count"],
            "statuses": author["public_metrics"]["tweet_count"],
            "verified": author["verified"],
            "username": author["username"],
        },
        "metrics": {
            "likes": likes["like_count"],
            "retweets": likes["retweet_count"],
            "replies": likes["reply_count"],
        },
    }
