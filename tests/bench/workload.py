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
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict

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


class Workload(NamedTuple):
    """Lines, rules and the model of the classifier; `source` says where the texts are from."""

    source: str
    lines: Sequence[bytes]
    rules: Sequence[Rule]
    model: Model


def workload(rules: int, mentions: int, *, flat: bool = False) -> Workload:
    """So many rules and mentions; `flat`: the rules beyond 1,000 add hardly any matches a mention."""
    texts, source = _texts(max(LEARNED_FROM, mentions))
    learned = [text for text, _ in texts[:LEARNED_FROM]]
    spoken = [words_in_a_row(text) for text in learned]
    if SHARED.is_dir():
        lines = shared("workload").mentions(texts[:mentions])
        wanted = shared("workload").rules(rules, spoken, flat=flat)
    else:
        lines = list(made.lines(texts[:mentions], SEED))
        wanted = made.rules(rules, spoken, flat=flat)
    return Workload(source, lines, [_spoken(rule) for rule in wanted], train(learned))


def texts(number: int) -> list[tuple[str, str]]:
    """So many texts, each with its language, in a fixed order without any other."""
    return _texts(number)[0]


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
